//! What NSX firewalls and translation do to packets in the corners of their settings.

use clearway::network::model::Disposition;

use crate::{A, B, DENIED, DROP, OK, VCENTER, end, network, policy, send, with};

fn gateway_policy(more: &str) -> String {
    format!(
        r#"
resource "nsxt_policy_gateway_policy" "g" {{
  display_name = "g"
  category     = "LocalGatewayRules"
  rule {{
    display_name = "no"
    action       = "DROP"
    scope        = ["/infra/tier-1s/TNT20-T1"]
    {more}
  }}
}}
"#
    )
}

#[test]
fn an_algorithm_has_the_protocol_of_its_control_connection() {
    let at = |algorithm: &str| {
        let rule = format!(
            "action = \"ALLOW\"\n service_entries {{\n algorithm_entry {{\n algorithm = \"{algorithm}\"\n destination_port = \"443\"\n }}\n }}"
        );
        network(
            &format!("algorithm-{algorithm}"),
            &with(&format!("{DROP}{}", policy("Application", "", &rule))),
        )
    };
    assert_eq!(end(&at("ORACLE_TNS"), A, B, 443), OK);
    assert_eq!(end(&at("ORACLE_TNS"), A, B, 444), DENIED);
    assert_eq!(end(&at("MS_RPC_UDP"), A, B, 443), DENIED);
    assert_eq!(end(&at("SOMETHING_NEW"), A, B, 443), None);
}

#[test]
fn an_ethernet_rule_that_drops_may_drop_anything() {
    let dropping = network("ethernet", &with(&policy("Ethernet", "", "action = \"DROP\"")));
    assert_eq!(end(&dropping, A, B, 443), None);
    let allowing = network(
        "ethernet-allow",
        &with(&policy("Ethernet", "", "action = \"ALLOW\"")),
    );
    assert_eq!(end(&allowing, A, B, 443), OK);
    let disabled = network(
        "ethernet-disabled",
        &with(&policy("Ethernet", "", "action = \"DROP\"\n disabled = true")),
    );
    assert_eq!(end(&disabled, A, B, 443), OK);
}

#[test]
fn default_rules_of_gateways() {
    let at = |name: &str, scope: &str, more: &str| {
        let hcl = format!(
            r#"
variable "unknown" {{}}
resource "nsxt_policy_predefined_gateway_policy" "d" {{
  path = "/infra/domains/default/gateway-policies/Policy_Default_Infra"
  default_rule {{
    scope  = {scope}
    action = "DROP"
  }}
  {more}
}}
"#
        );
        network(&format!("default-{name}"), &with(&hcl))
    };
    let own = at("own", "\"/infra/tier-1s/TNT20-T1\"", "");
    assert_eq!(end(&own, A, VCENTER, 443), DENIED);
    assert_eq!(end(&own, A, B, 443), OK, "east-west is no matter of a gateway");
    assert_eq!(
        end(&at("other", "\"/infra/tier-1s/somewhere\"", ""), A, VCENTER, 443),
        OK
    );
    assert_eq!(end(&at("unknown", "var.unknown", ""), A, VCENTER, 443), None);
    let allowed = "rule {\n display_name = \"yes\"\n scope = [\"/infra/tier-1s/TNT20-T1\"]\n }";
    assert_eq!(
        end(
            &at("allowed", "\"/infra/tier-1s/TNT20-T1\"", allowed),
            A,
            VCENTER,
            443
        ),
        OK
    );
}

#[test]
fn a_gateway_may_take_only_what_its_rules_allow() {
    let at = |name: &str, setting: &str| {
        let hcl = format!(
            r#"
variable "unknown" {{}}
resource "nsxt_policy_tier1_gateway" "own" {{
  display_name              = "own"
  tier0_path                = "/infra/tier-0s/TNT20-T0"
  route_advertisement_types = ["TIER1_CONNECTED"]
  force_whitelisting        = {setting}
}}
"#
        );
        let hcl = with(&hcl).replacen(
            "\"/infra/tier-1s/TNT20-T1\"",
            "nsxt_policy_tier1_gateway.own.path",
            1,
        );
        network(&format!("whitelisting-{name}"), &hcl)
    };
    assert_eq!(end(&at("on", "true"), A, VCENTER, 443), DENIED);
    assert_eq!(end(&at("off", "false"), A, VCENTER, 443), OK);
    assert_eq!(end(&at("unknown", "var.unknown"), A, VCENTER, 443), None);
}

#[test]
fn rules_of_one_direction_on_the_tier_0_are_not_passed_by() {
    let rule = |direction: &str| {
        gateway_policy(&format!("direction = \"{direction}\""))
            .replace("tier-1s/TNT20-T1", "tier-0s/TNT20-T0")
    };
    for direction in ["IN", "OUT"] {
        let network = network(&format!("tier0-{direction}"), &with(&rule(direction)));
        assert_eq!(end(&network, A, VCENTER, 443), None, "{direction}");
    }
    let both = network("tier0-both", &with(&rule("IN_OUT")));
    assert_eq!(end(&both, A, VCENTER, 443), DENIED);
}

fn translation(name: &str, more: &str) -> String {
    format!(
        r#"
resource "nsxt_policy_nat_rule" "{name}" {{
  display_name = "{name}"
  gateway_path = "/infra/tier-1s/TNT20-T1"
  {more}
}}
"#
    )
}

/// The provider's default is to bypass (documentation of `nsxt_policy_nat_rule`).
#[test]
fn translation_bypasses_the_gateway_firewall_unless_it_says_otherwise() {
    let out = "action = \"SNAT\"\n translated_networks = [\"10.99.0.1\"]\n rule_priority = 200";
    let at = |name: &str, more: &str, others: &str| {
        let hcl = format!(
            "{}{}{others}",
            gateway_policy(""),
            translation("out", &format!("{out}\n{more}"))
        );
        network(&format!("bypass-{name}"), &with(&hcl))
    };
    assert_eq!(end(&at("default", "", ""), A, VCENTER, 443), OK);
    for word in ["MATCH_INTERNAL_ADDRESS", "MATCH_EXTERNAL_ADDRESS"] {
        let more = format!("firewall_match = \"{word}\"");
        assert_eq!(end(&at(word, &more, ""), A, VCENTER, 443), DENIED, "{word}");
    }
    // Only the first rule that matches speaks.
    let not = |more: &str| {
        translation(
            "not",
            &format!(
                "action = \"NO_SNAT\"\n destination_networks = [\"10.0.0.0/8\"]\n rule_priority = 100\n{more}"
            ),
        )
    };
    let internal = not("firewall_match = \"MATCH_INTERNAL_ADDRESS\"");
    assert_eq!(end(&at("first", "", &internal), A, VCENTER, 443), DENIED);
    // Whether a rule that translates nothing bypasses is not documented.
    assert_eq!(end(&at("nothing", "", &not("")), A, VCENTER, 443), None);
    let tied = internal.replace("rule_priority = 100", "rule_priority = 200");
    assert_eq!(
        end(&at("tied", "", &tied), A, VCENTER, 443),
        None,
        "two rules of one priority"
    );
    let scoped = "scope = [\"/infra/tier-0s/TNT20-T0/locale-services/default/interfaces/x\"]";
    assert_eq!(end(&at("scoped", scoped, ""), A, VCENTER, 443), None);
}

#[test]
fn what_is_inside_a_project_is_not_known() {
    let group = r#"
resource "nsxt_policy_group" "g" {
  context {
    project_id = "other"
  }
  display_name = "g"
}
"#;
    assert_eq!(end(&network("project-group", &with(group)), A, B, 443), OK);
    let rules = policy(
        "Application",
        "context {\n project_id = \"other\"\n }",
        "action = \"DROP\"",
    );
    let unknown = Some(Disposition::Unknown);
    assert_eq!(end(&network("project-policy", &with(&rules)), A, B, 443), unknown);
    let used = policy(
        "Application",
        "",
        "action = \"DROP\"\n source_groups = [nsxt_policy_group.g.path]",
    );
    let network = network("project-group-used", &with(&format!("{group}{used}")));
    assert_eq!(end(&network, A, B, 443), None);
}

#[test]
fn advertisement_rules_keep_back_what_they_name() {
    let at = |name: &str, rules: &str| {
        let hcl = format!(
            r#"
resource "nsxt_policy_tier1_gateway" "own" {{
  display_name              = "own"
  tier0_path                = "/infra/tier-0s/TNT20-T0"
  route_advertisement_types = ["TIER1_CONNECTED"]
  {rules}
}}
"#
        );
        let hcl = with(&hcl).replacen(
            "\"/infra/tier-1s/TNT20-T1\"",
            "nsxt_policy_tier1_gateway.own.path",
            1,
        );
        network(&format!("advertise-{name}"), &hcl)
    };
    let rule = |action: &str, subnet: &str, more: &str| {
        format!(
            "route_advertisement_rule {{\n name = \"r\"\n action = \"{action}\"\n subnets = [\"{subnet}\"]\n {more}\n }}\n"
        )
    };
    let no_route = Some(Disposition::NoRoute);
    assert_eq!(end(&at("none", ""), VCENTER, A, 443), OK);
    let denied = at("denied", &rule("DENY", "10.21.0.0/16", ""));
    assert_eq!(end(&denied, VCENTER, A, 443), no_route);
    assert_eq!(
        end(&at("beside", &rule("DENY", "10.55.0.0/16", "")), VCENTER, A, 443),
        OK
    );
    let equal = "prefix_operator = \"EQ\"";
    assert_eq!(
        end(
            &at("equal", &rule("DENY", "10.21.1.0/24", equal)),
            VCENTER,
            A,
            443
        ),
        no_route
    );
    let nat = "route_advertisement_types = [\"TIER1_NAT\"]";
    assert_eq!(
        end(&at("types", &rule("DENY", "10.21.0.0/16", nat)), VCENTER, A, 443),
        OK
    );
    // What becomes of prefixes beside a rule that permits others is not documented.
    assert_eq!(
        end(
            &at("permit", &rule("PERMIT", "10.55.0.0/16", "")),
            VCENTER,
            A,
            443
        ),
        None
    );
    assert_eq!(
        end(
            &at("permitted", &rule("PERMIT", "10.21.0.0/16", "")),
            VCENTER,
            A,
            443
        ),
        OK
    );
    let both = rule("DENY", "10.21.0.0/16", "") + &rule("PERMIT", "10.21.1.0/24", "");
    assert_eq!(end(&at("both", &both), VCENTER, A, 443), None);
}

#[test]
fn a_change_of_the_internet_that_may_not_be_leaves_it_open() {
    let update = |more: &str, word: &str| {
        format!(
            r#"
variable "unknown" {{}}
resource "azapi_update_resource" "internet" {{
  {more}
  type        = "Microsoft.AVS/privateClouds@2023-09-01"
  resource_id = azurerm_vmware_private_cloud.dr.id
  body = {{ properties = {{ internet = "{word}" }} }}
}}
"#
        )
    };
    let public = "20.60.0.1";
    assert_eq!(
        end(&network("change", &with(&update("", "Enabled"))), A, public, 443),
        OK
    );
    let perhaps = update("count = var.unknown ? 1 : 0", "Enabled");
    assert_eq!(
        end(&network("change-perhaps", &with(&perhaps)), A, public, 443),
        None
    );
    let same = update("count = var.unknown ? 1 : 0", "Disabled");
    assert_eq!(
        end(&network("change-same", &with(&same)), A, public, 443),
        Some(Disposition::NoRoute)
    );
    let hops = send(
        &network("change-hops", &with(&update("", "Enabled"))),
        A,
        public,
        443,
    );
    assert!(!hops.is_empty());
}
