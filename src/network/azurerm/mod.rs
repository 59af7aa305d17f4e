//! The azurerm provider's resources, one file per family; attribute names of versions 3, 4 and 5.

mod balancers;
mod dns;
pub(super) mod elastic_san;
mod endpoints;
pub(super) mod firewall;
mod gateways;
mod hub_vpn;
mod manager;
mod nat;
mod netapp;
mod network;
mod routes;
mod security;
mod service_endpoints;
mod services;
mod storage;
mod vmware;
mod wan;

use crate::config::module::Mode;
use crate::evaluate::values::value::Value;

use super::inventory::firewall::Stage;
use super::inventory::{Inventory, Reader, native};

/// Reads an instance into the inventory; whether it is of a type that is read.
pub(super) fn read(reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    let kind = reader.view.instance.address.kind.clone();
    read_networking(&kind, reader, inventory) || services::read(reader, inventory)
}

/// Reads an instance, or an ARM body in azurerm's attribute names, as one of these types.
pub(super) fn read_networking(kind: &str, reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    let Some(read) = adapter(kind) else {
        return false;
    };
    if !reader.is_alias() && !has_been_read(kind, reader) {
        return false;
    }
    // A data source of something that an input manages is read there.
    if !reader.is_alias() {
        read(reader, inventory);
    }
    true
}

/// The same for types of name resolution.
pub(super) fn read_names(kind: &str, reader: &Reader<'_>, inventory: &mut Inventory) -> bool {
    dns::read_as(kind, reader, inventory)
}

/// A data source that nothing has read says nothing: what it leaves out is unknown, not absent. Only
/// where it carries what matters of its type is it as good as the resource.
fn has_been_read(kind: &str, reader: &Reader<'_>) -> bool {
    if reader.view.instance.address.mode == Mode::Managed {
        return true;
    }
    // The platform makes these: whoever looks them up says that they are there.
    let name = reader.view.get("name").and_then(Value::as_str);
    if kind == "azurerm_subnet" && name.is_some_and(native::is_delivered) {
        return true;
    }
    let telling = match kind {
        "azurerm_virtual_network" => "address_space",
        "azurerm_subnet" => "address_prefixes",
        "azurerm_network_security_group" => "security_rule",
        "azurerm_route_table" => "route",
        "azurerm_ip_group" => "cidrs",
        "azurerm_public_ip" => "ip_address",
        "azurerm_express_route_circuit" => "name",
        _ => return false,
    };
    reader.view.value.get(telling).is_some_and(Value::is_known)
}

type Adapter = fn(&Reader<'_>, &mut Inventory);

fn adapter(kind: &str) -> Option<Adapter> {
    Some(match kind {
        "azurerm_netapp_volume" => netapp::volume,
        "azurerm_virtual_network" => network::network,
        "azurerm_subnet" => network::subnet,
        "azurerm_virtual_network_peering" => network::peering,
        "azurerm_network_security_group" => security::group,
        "azurerm_network_security_rule" => security::rule,
        "azurerm_subnet_network_security_group_association"
        | "azurerm_network_interface_security_group_association" => security::subnet_association,
        "azurerm_network_interface_application_security_group_association"
        | "azurerm_private_endpoint_application_security_group_association" => security::group_member,
        "azurerm_route_table" => routes::table,
        "azurerm_route" => routes::route,
        "azurerm_subnet_route_table_association" => routes::association,
        "azurerm_virtual_network_gateway" => gateways::gateway,
        "azurerm_local_network_gateway" => gateways::local_gateway,
        "azurerm_virtual_network_gateway_connection" => gateways::connection,
        "azurerm_express_route_circuit" => gateways::circuit,
        "azurerm_express_route_circuit_peering" => gateways::circuit_peering,
        "azurerm_express_route_circuit_connection" => gateways::global_reach,
        "azurerm_route_server" => gateways::route_server,
        "azurerm_route_server_bgp_connection" => gateways::bgp_connection,
        "azurerm_virtual_hub" => wan::hub,
        "azurerm_virtual_hub_connection" => wan::connection,
        "azurerm_express_route_gateway" => wan::gateway,
        "azurerm_virtual_wan" => wan::wan,
        "azurerm_route_map" => wan::route_map,
        "azurerm_vpn_gateway" => hub_vpn::gateway,
        "azurerm_vpn_site" => hub_vpn::site,
        "azurerm_vpn_gateway_connection" => hub_vpn::connection,
        "azurerm_point_to_site_vpn_gateway" => hub_vpn::clients,
        "azurerm_express_route_connection" => wan::circuit_connection,
        "azurerm_virtual_hub_routing_intent" => wan::intent,
        "azurerm_virtual_hub_route_table" => wan::table,
        "azurerm_virtual_hub_route_table_route" => wan::route,
        "azurerm_firewall" => firewall::firewall,
        "azurerm_firewall_policy" => firewall::policy,
        "azurerm_firewall_policy_rule_collection_group" => firewall::group,
        "azurerm_firewall_nat_rule_collection" => {
            |reader, inventory| firewall::classic(reader, Stage::Nat, inventory)
        }
        "azurerm_firewall_network_rule_collection" => {
            |reader, inventory| firewall::classic(reader, Stage::Network, inventory)
        }
        "azurerm_firewall_application_rule_collection" => {
            |reader, inventory| firewall::classic(reader, Stage::Application, inventory)
        }
        "azurerm_ip_group" => firewall::ip_group,
        "azurerm_ip_group_cidr" => firewall::ip_group_cidr,
        "azurerm_private_endpoint" => endpoints::private_endpoint,
        "azurerm_network_interface" => endpoints::interface,
        "azurerm_subnet_nat_gateway_association" => endpoints::nat_gateway_association,
        "azurerm_public_ip" => endpoints::public_address,
        "azurerm_subnet_service_endpoint_storage_policy" => service_endpoints::policy,
        "azurerm_network_manager" => manager::manager,
        "azurerm_network_manager_network_group" => manager::group,
        "azurerm_network_manager_static_member" => manager::member,
        "azurerm_network_manager_security_admin_configuration" => manager::configuration,
        "azurerm_network_manager_admin_rule_collection" => manager::collection,
        "azurerm_network_manager_admin_rule" => manager::rule,
        "azurerm_network_manager_deployment" => manager::deployment,
        "azurerm_policy_definition" => manager::policy,
        "azurerm_lb" => balancers::balancer,
        "azurerm_lb_rule" => balancers::rule,
        "azurerm_lb_nat_rule" => balancers::nat_rule,
        "azurerm_lb_probe" => balancers::probe,
        "azurerm_lb_backend_address_pool" => balancers::pool,
        "azurerm_lb_backend_address_pool_address" => balancers::pool_address,
        "azurerm_network_interface_backend_address_pool_association" => balancers::pool_association,
        "azurerm_lb_outbound_rule" => balancers::outbound,
        "azurerm_nat_gateway" => nat::gateway,
        "azurerm_nat_gateway_public_ip_association" => nat::address,
        "azurerm_nat_gateway_public_ip_prefix_association" => nat::prefix,
        _ => return None,
    })
}
