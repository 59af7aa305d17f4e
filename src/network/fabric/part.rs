//! What an instance of a type that no adapter reads may do to packets.
//!
//! Few types are known to do nothing. A type that is on no list here, and refers to something of the
//! network, may change it.

use crate::network::attributes::View;
use crate::network::ids;

/// What an unread instance may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    None,
    /// It stands beside the modelled network: packets to or through it are not followed.
    Beside(&'static str),
    /// It changes how what it refers to forwards or filters.
    Changes(&'static str),
    /// A type of which nothing is known: it may change a part of the network that it refers to.
    MayChange,
    /// It may change every virtual network.
    ChangesAll(&'static str),
}

const MANAGER: &str = "Virtual Network Manager is not modelled but for security admin rules of azurerm";
const UNKNOWN: &str = "a network resource of a type that is not modelled";

#[must_use]
pub fn part_of(view: &View<'_>) -> Part {
    let kind = &*view.instance.address.kind;
    if kind.starts_with("azapi_") {
        return azapi(view);
    }
    match kind.strip_prefix("azurerm_") {
        Some(name) => azurerm(view, name),
        // NSX is read as a whole; other providers have no part in Azure's or NSX's network.
        None => Part::None,
    }
}

fn azurerm(view: &View<'_>, name: &str) -> Part {
    match name {
        "network_manager_connectivity_configuration" | "network_manager_routing_rule" => {
            Part::ChangesAll(MANAGER)
        }
        "application_gateway" | "application_load_balancer" => {
            Part::Beside("an application gateway: what it passes on is not modelled")
        }
        "linux_virtual_machine"
        | "windows_virtual_machine"
        | "virtual_machine"
        | "linux_virtual_machine_scale_set"
        | "windows_virtual_machine_scale_set"
        | "orchestrated_virtual_machine_scale_set" => {
            Part::Beside("a virtual machine: its own rules are not in Terraform")
        }
        "network_security_perimeter_association" => {
            let mode = view.get("access_mode").and_then(|mode| mode.as_str());
            // In this mode the perimeter only writes down what it would do.
            if mode.is_some_and(|mode| mode.eq_ignore_ascii_case("Learning")) {
                Part::Beside("a network security perimeter that only learns")
            } else {
                Part::Changes("a network security perimeter is not modelled")
            }
        }
        "network_security_perimeter_access_rule" => {
            Part::Beside("a network security perimeter is not modelled")
        }
        _ if name.starts_with("palo_alto_") => {
            Part::Changes("a third-party firewall: its rules are not modelled")
        }
        _ if INERT.iter().any(|inert| begins(name, inert)) => Part::None,
        _ if NETWORK.iter().any(|word| name.contains(word)) => Part::Changes(UNKNOWN),
        _ => Part::MayChange,
    }
}

/// Whether a name is this word or words, or begins with them.
fn begins(name: &str, words: &str) -> bool {
    name.strip_prefix(words)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('_') || words.ends_with('_'))
}

/// Words in the names of types that carry or filter packets.
const NETWORK: &[&str] = &[
    "network",
    "firewall",
    "route",
    "gateway",
    "dns",
    "virtual_wan",
    "hub",
    "express_route",
    "vpn",
    "endpoint",
    "subnet",
    "vmware",
];

/// Types that change no packet's fate, or only that of packets of their own: governance, identity,
/// observation, data, workloads in a subnet, and addresses that others use.
const INERT: &[&str] = &[
    // Governance, identity, secrets.
    "resource_",
    "management_",
    "subscription",
    "tenant_",
    "role_",
    "pim_",
    "policy_",
    "user_assigned_identity",
    "federated_identity",
    "key_vault",
    "managed_hsm",
    "attestation",
    "blueprint",
    "lighthouse",
    "marketplace",
    "custom_provider",
    "consumption_",
    "cost_",
    "billing",
    "advisor",
    "portal_",
    "dashboard",
    "aadb2c",
    "active_directory_domain_service",
    "automanage",
    "maintenance_",
    "chaos_studio",
    "load_test",
    "application_insights",
    "template_deployment",
    "client_config",
    // Observation and security services.
    "log_analytics",
    "monitor_",
    "security_center",
    "sentinel_",
    "network_watcher",
    "network_packet_capture",
    "network_connection_monitor",
    "network_function",
    "virtual_machine_packet_capture",
    "virtual_machine_scale_set_packet_capture",
    "advanced_threat_protection",
    "iot_security",
    // Backup, recovery, automation.
    "backup_",
    "recovery_services",
    "data_protection",
    "site_recovery",
    "automation_",
    "logic_app",
    "scheduler",
    // Addresses, and things that only hold or name others.
    "public_ip",
    "custom_ip_prefix",
    "nat_gateway",
    "virtual_wan",
    // Which resolver the machines of a network ask.
    "virtual_network_dns_servers",
    "application_security_group",
    "network_ddos_protection_plan",
    "bastion_host",
    "network_profile",
    "web_application_firewall_policy",
    "express_route_circuit_authorization",
    "express_route_port",
    "network_manager_network_group",
    "network_manager",
    "vpn_server_configuration",
    "vpn_site",
    "network_security_perimeter",
    "private_link_service",
    "network_interface_backend",
    "network_interface_nat_rule",
    "network_interface_application_gateway",
    "lb_",
    "traffic_manager",
    "cdn_",
    "frontdoor",
    "dns_",
    "vmware_",
    "private_link",
    // Compute and containers.
    "availability_set",
    "capacity_reservation",
    "dedicated_host",
    "disk_",
    "managed_disk",
    "image",
    "shared_image",
    "gallery_",
    "snapshot",
    "ssh_public_key",
    "proximity_placement_group",
    "restore_point",
    "virtual_machine_",
    "linux_",
    "windows_",
    "kubernetes_",
    "container_",
    "service_fabric",
    "batch_",
    "dev_",
    "lab_",
    "spring_cloud",
    "app_",
    "function_app",
    "static_",
    "web_pubsub",
    "virtual_desktop",
    "arc_",
    "stack_hci",
    "system_center",
    "powerbi",
    "fabric_capacity",
    // Data, messages, applications.
    "storage_",
    "netapp_",
    "elastic_san",
    "mssql_",
    "sql_",
    "mysql_",
    "postgresql_",
    "mariadb_",
    "cosmosdb_",
    "redis_",
    "managed_redis",
    "data_factory",
    "databricks_",
    "synapse_",
    "stream_analytics",
    "search_",
    "servicebus_",
    "eventgrid_",
    "eventhub",
    "event",
    "relay_",
    "notification_hub",
    "iothub",
    "iot",
    "signalr_",
    "api_management",
    "api_connection",
    "cognitive_",
    "machine_learning",
    "ai_",
    "bot_",
    "healthcare_",
    "maps_",
    "communication_",
    "email_",
    "digital_twins",
    "data_",
    "hdinsight",
    "kusto",
    "purview",
    "hpc_cache",
    "managed_lustre",
    "confidential_",
    "managed_application",
    "oracle_",
    "nginx_",
    "new_relic",
    "datadog_",
    "elastic_cloud",
    "logz_",
    "dynatrace_",
    "mobile_network",
    "orbital",
    "graph_",
    "media_",
    "video_",
    "voice_",
    "trusted_signing",
    "workloads_sap",
    "durable_task",
    "qumulo",
    "extended_custom_location",
    "integration_",
    "vmware_netapp",
];

/// Below a private cloud: what neither forwards nor filters.
const INERT_AVS: &[&str] = &[
    "addons",
    "authorizations",
    "datastores",
    "hcxenterprisesites",
    "iscsipaths",
    "scriptpackages",
    "virtualmachines",
    "placementpolicies",
    "portmirroring",
    "vmgroups",
    "purestoragepolicies",
    "maintenances",
];

/// ARM resources that no adapter reads.
fn azapi(view: &View<'_>) -> Part {
    let kind = &*view.instance.address.kind;
    if matches!(kind, "azapi_resource_list" | "azapi_data_plane_resource") || only_asks(view) {
        return Part::None;
    }
    let Some(kind) = ids::arm_type(view) else {
        return Part::None;
    };
    let inert = [
        "publicipaddresses",
        "publicipprefixes",
        "networkwatchers",
        "ddosprotectionplans",
        "bastionhosts",
        "virtualwans",
        "natgateways",
    ];
    if let Some(rest) = kind.strip_prefix("microsoft.network/") {
        return match rest {
            _ if inert.iter().any(|inert| rest.starts_with(inert)) => Part::None,
            _ if rest.starts_with("networkmanagers") => Part::ChangesAll(MANAGER),
            _ => Part::Changes(UNKNOWN),
        };
    }
    if kind.starts_with("microsoft.avs/") {
        let inert = INERT_AVS.iter().any(|inert| kind.contains(inert));
        return if inert {
            Part::None
        } else {
            Part::Changes("a part of a private cloud that is not modelled")
        };
    }
    match kind.strip_prefix("microsoft.storage/storageaccounts") {
        Some("") => Part::Changes("a change of a storage account that is not modelled"),
        Some(rest) if rest.contains("privateendpoint") || rest.contains("perimeter") => {
            Part::Changes("who reaches the account is decided in a way that is not modelled")
        }
        _ => Part::None,
    }
}

/// An action that reads (`listKeys`), and changes nothing.
fn only_asks(view: &View<'_>) -> bool {
    let text = |name: &str| view.get(name).and_then(|value| value.as_str());
    &*view.instance.address.kind == "azapi_resource_action"
        && (text("method").is_some_and(|method| method.eq_ignore_ascii_case("GET"))
            || text("action").is_some_and(|action| action.to_ascii_lowercase().starts_with("list")))
}
