//! Changes of what stands elsewhere (`azapi_update_resource`): a subnet that gets a route table or a
//! security group. Any other change is left unread, and so is named.

use crate::evaluate::values::value::{Kind, Value};
use crate::network::inventory::azure::Association;
use crate::network::inventory::{Inventory, Reader};
use crate::network::join::Reference;

use super::translate::at;

/// What a change of a subnet may hold for it to be no more than associations.
const KNOWN: &[&str] = &["routeTable", "networkSecurityGroup"];

/// `kind` is the ARM type in lower case, without its version.
pub(super) fn read(reader: &Reader<'_>, kind: &str, inventory: &mut Inventory) -> bool {
    let change = &*reader.view.instance.address.kind == "azapi_update_resource";
    if !change || kind != "microsoft.network/virtualnetworks/subnets" {
        return false;
    }
    let Some(body) = reader.catalogue.body(reader.handle) else {
        return false;
    };
    let Some(properties) = at(body.value, "properties") else {
        return false;
    };
    if !only_associates(properties) {
        return false;
    }
    let subnet = subnet(reader);
    if subnet.is_none() {
        return false;
    }
    let associated = |path: &str| {
        at(body.value, path).map(|id| Association {
            origin: reader.origin(),
            to: subnet.clone(),
            what: reader.resolve(Some(id)),
        })
    };
    let table = associated("properties.routeTable.id");
    let group = associated("properties.networkSecurityGroup.id");
    inventory.azure.route_associations.extend(table);
    inventory.azure.security_associations.extend(group);
    true
}

fn only_associates(properties: &Value) -> bool {
    let (Kind::Object(entries) | Kind::Map(_, entries)) = &properties.kind else {
        return false;
    };
    let known = |key: &str| KNOWN.iter().any(|known| known.eq_ignore_ascii_case(key));
    entries.iter().all(|(key, _)| known(key))
}

/// By `resource_id`, or by the network's id and a name.
fn subnet(reader: &Reader<'_>) -> Reference {
    let whole = reader.reference(&["resource_id"]);
    if !whole.is_none() {
        return whole;
    }
    let network = reader.reference(&["parent_id"]);
    match (network, reader.view.get("name").and_then(Value::as_str)) {
        (Reference::To(mut target), Some(name)) => {
            target.suffix = format!("/subnets/{name}").into();
            Reference::To(target)
        }
        (Reference::None, _) => Reference::None,
        (_, _) => Reference::Unknown(crate::network::doubt::doubt(
            format!("the subnet that `{}` changes", reader.view.address()),
            "`resource_id` with the subnet's id",
        )),
    }
}
