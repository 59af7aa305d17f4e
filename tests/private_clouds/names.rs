//! Private endpoints and name resolution in ARM's own words (azapi).

use clearway::paths::Resolved;

use crate::{DNS, answers, network, with};

const ARM: &str = r#"
resource "azapi_resource" "r" {
  type      = "Microsoft.Network/dnsResolvers@2022-07-01"
  name      = "r"
  parent_id = "/subscriptions/s/resourceGroups/rg"
  body      = { properties = { virtualNetwork = { id = azurerm_virtual_network.hub.id } } }
}
resource "azapi_resource" "in" {
  type      = "Microsoft.Network/dnsResolvers/inboundEndpoints@2022-07-01"
  name      = "in"
  parent_id = azapi_resource.r.id
  body = {
    properties = {
      ipConfigurations = [{ privateIpAddress = "10.62.0.68", subnet = { id = azurerm_subnet.s.id } }]
    }
  }
}
resource "azapi_resource" "z" {
  type      = "Microsoft.Network/privateDnsZones@2024-06-01"
  name      = "privatelink.blob.core.windows.net"
  parent_id = "/subscriptions/s/resourceGroups/rg"
}
resource "azapi_resource" "l" {
  type      = "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01"
  name      = "l"
  parent_id = azapi_resource.z.id
  body      = { properties = { virtualNetwork = { id = azurerm_virtual_network.hub.id } } }
}
resource "azapi_resource" "pe" {
  type      = "Microsoft.Network/privateEndpoints@2024-05-01"
  name      = "pe"
  parent_id = "/subscriptions/s/resourceGroups/rg"
  body = {
    properties = {
      subnet = { id = azurerm_subnet.s.id }
      privateLinkServiceConnections = [{
        name       = "blob"
        properties = { privateLinkServiceId = azurerm_storage_account.s.id, groupIds = ["blob"] }
      }]
    }
  }
}
resource "azapi_resource" "zones" {
  COUNT
  type      = "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-05-01"
  name      = "default"
  parent_id = azapi_resource.pe.id
  body = {
    properties = {
      privateDnsZoneConfigs = [{ name = "blob", properties = { privateDnsZoneId = azapi_resource.z.id } }]
    }
  }
}
variable "unknown" {}
"#;

/// The configuration with azurerm's resolver, zone and endpoint in ARM's words.
fn in_arm_words(arm: &str) -> String {
    let begin = DNS
        .find("resource \"azurerm_private_dns_resolver\" \"r\"")
        .unwrap();
    with(&(DNS[..begin].replace("ATTACHED", "[\"blob\"]") + arm))
}

#[test]
fn a_private_endpoint_and_its_zones_are_read_in_arm_words() {
    let blob = "stjet.blob.core.windows.net";
    let known = network("arm-names", &in_arm_words(&ARM.replace("COUNT", "")));
    let endpoint = known.naming.services[0].endpoints.clone();
    assert_eq!(endpoint.len(), 1);
    assert_eq!(answers(&known, blob), [Resolved::Endpoint(endpoint[0])]);
    let perhaps = ARM.replace("COUNT", "count = var.unknown ? 1 : 0");
    let perhaps = answers(&network("arm-names-perhaps", &in_arm_words(&perhaps)), blob);
    assert!(perhaps.len() > 1, "the record may not be there: {perhaps:?}");
    let group = ARM.find("resource \"azapi_resource\" \"zones\"").unwrap();
    let without = ARM[..group].to_owned();
    let without = answers(&network("arm-names-none", &in_arm_words(&without)), blob);
    assert_ne!(without, [Resolved::Endpoint(endpoint[0])]);
}

#[test]
fn a_connection_by_hand_waits_for_approval() {
    let by_hand = ARM.replace("COUNT", "").replace(
        "privateLinkServiceConnections",
        "manualPrivateLinkServiceConnections",
    );
    let network = network("arm-manual", &in_arm_words(&by_hand));
    let endpoint = network.naming.services[0].endpoints[0];
    let doubts = &network.nodes[endpoint.0 as usize].obscured;
    assert!(
        doubts.iter().any(|doubt| doubt.what.contains("approved")),
        "{doubts:?}"
    );
}
