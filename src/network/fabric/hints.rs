//! What Terraform itself shows about roles: Run Command cmdlets that install JetStream DR, and virtual
//! machines by their names.

use std::sync::Arc;

use super::Fabric;
use super::owners::Owners;
use crate::evaluate::values::value::Value;
use crate::network::doubt::doubt_of;
use crate::network::inventory::avs::{Interface, Machine, Script};
use crate::network::join::Reference;
use crate::network::model::{Bounded, Fact, Hint};
use crate::traffic::Addresses;

pub fn build(fabric: &mut Fabric<'_>) {
    let owners = Owners::new(fabric);
    let avs = &fabric.inventory.avs;
    let scripts = avs
        .scripts
        .iter()
        .filter_map(|script| installed(fabric, &owners, script));
    let machines = avs
        .machines
        .iter()
        .flat_map(|machine| machine_hints(fabric, machine));
    let hints: Vec<Hint> = scripts.chain(machines).collect();
    fabric.network.hints.extend(hints);
}

/// `Install-JetDRWithStaticIP` says where the MSA is, `Install-JetDRWithDHCP` on which segment
/// (Microsoft Learn, "Deploy disaster recovery using JetStream DR").
fn installed(fabric: &Fabric<'_>, owners: &Owners<'_>, script: &Script) -> Option<Hint> {
    let cmdlet = script.cmdlet.value.as_ref().ok()?;
    if !cmdlet.to_ascii_lowercase().contains("jetdr") {
        return None;
    }
    let parameter = |name: &str| {
        let found = script
            .parameters
            .iter()
            .find(|(own, _)| own.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    };
    let (addresses, network) = (parameter("MSIp").map(address), parameter("Network"));
    if addresses.is_none() && network.is_none() {
        return None;
    }
    Some(Hint {
        role: "msa",
        cloud: owners.cloud(&script.owner).map(|(index, _)| index),
        addresses,
        fqdn: parameter("HostName").map(name),
        dns: parameter("Dns").map(address),
        segment: network.and_then(|network| segment(fabric, network)),
        sure: true,
        because: format!("`{}` runs {cmdlet}", script.origin.name).into(),
        written: script.origin.written.clone(),
    })
}

/// One address, or several separated by commas.
fn address(value: &Value) -> Bounded<Addresses> {
    let sets = value
        .as_str()
        .map(|text| text.split(',').map(Addresses::parse).collect::<Option<Vec<_>>>());
    match sets.flatten() {
        Some(sets) => Bounded::exactly(Addresses::union_all(&sets)),
        None => Bounded::between(Addresses::none(), Addresses::all(), [doubt_of(value)]),
    }
}

fn name(value: &Value) -> Fact<Arc<str>> {
    match value.as_str() {
        Some(text) => Fact::known(text.trim_end_matches('.').to_ascii_lowercase().into(), value.at),
        None => Fact::unknown(doubt_of(value)),
    }
}

/// The segment of a display name.
fn segment(fabric: &Fabric<'_>, value: &Value) -> Option<usize> {
    let wanted = value.as_str()?;
    let called = |name: &Fact<Arc<str>>| name.value.as_ref().is_ok_and(|name| &**name == wanted);
    fabric
        .network
        .segments
        .iter()
        .position(|segment| called(&segment.display_name))
}

/// One for each interface: which of several a flow leaves by, nothing shows.
fn machine_hints(fabric: &Fabric<'_>, machine: &Machine) -> Vec<Hint> {
    let Some(role) = role_of(machine) else {
        return Vec::new();
    };
    let hint = |interface: &Interface| Hint {
        role,
        cloud: None,
        addresses: interface.addresses.clone(),
        fqdn: machine.host_name.clone(),
        dns: machine.dns.clone(),
        segment: attached(fabric, &interface.network),
        sure: machine.interfaces.len() < 2 && machine.origin.presence.is_empty(),
        because: format!("`{}` is named after it", machine.origin.name).into(),
        written: machine.origin.written.clone(),
    };
    machine.interfaces.iter().map(hint).collect()
}

fn role_of(machine: &Machine) -> Option<&'static str> {
    let own = machine.name.value.as_ref().ok()?.to_ascii_lowercase();
    let words = || own.split(|character: char| !character.is_ascii_alphanumeric());
    ["msa", "drva", "rocva"]
        .into_iter()
        .find(|role| words().any(|word| word.trim_end_matches(|digit: char| digit.is_ascii_digit()) == *role))
}

/// The segment of an interface: named itself, or looked up in vSphere, where a segment is a network of
/// its display name.
fn attached(fabric: &Fabric<'_>, network: &Reference) -> Option<usize> {
    let handle = network.handle()?;
    let segments = &fabric.network.segments;
    if let Some(node) = fabric.nodes.get(&handle) {
        return segments.iter().position(|segment| segment.node == *node);
    }
    let view = fabric.catalogue.view(handle)?;
    let looked_up = view.instance.address.kind.starts_with("vsphere_");
    segment(fabric, view.get("name").filter(|_| looked_up)?)
}
