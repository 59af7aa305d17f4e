//! Stores outside the private cloud that hosts and machines mount over the network: NetApp volumes by
//! NFS, Elastic SAN by iSCSI. Where they answer, and on which ports.

use std::collections::HashMap;

use super::Fabric;
use super::nsx_rules::plain_line;
use crate::network::catalogue::Handle;
use crate::network::inventory::Origin;
use crate::network::inventory::avs::{BlockStore, Export, Volume};
use crate::network::inventory::azure::PrivateEndpoint;
use crate::network::join::Thing;
use crate::network::model::{Action, Datastore, Fact, Filter, HopKind, Mount, NodeId};

pub fn build(fabric: &mut Fabric<'_>) {
    let avs = &fabric.inventory.avs;
    for volume in &avs.volumes {
        let nodes = fabric.nodes.get(&volume.origin.handle).copied();
        if let Some(node) = nodes {
            export(fabric, volume, node);
        }
        add(
            fabric,
            &volume.origin,
            nodes.into_iter().collect(),
            volume.mount.clone(),
        );
    }
    let by_handle: HashMap<Handle, &BlockStore> = (avs.block_stores.iter())
        .map(|store| (store.origin.handle, store))
        .collect();
    let mut of_target: HashMap<Handle, Vec<&PrivateEndpoint>> = HashMap::new();
    for endpoint in &fabric.inventory.azure.private_endpoints {
        if let Some(target) = endpoint.target.handle() {
            of_target.entry(target).or_default().push(endpoint);
        }
    }
    for store in &avs.block_stores {
        let nodes = endpoints(fabric, store, &by_handle, &of_target);
        let mount = Fact::known(Mount::Iscsi, store.origin.written.at);
        add(fabric, &store.origin, nodes, mount);
    }
}

fn add(fabric: &mut Fabric<'_>, origin: &Origin, nodes: Vec<NodeId>, mount: Fact<Mount>) {
    let number = fabric.network.datastores.len();
    fabric.network.datastores.push(Datastore {
        name: origin.name.clone(),
        written: origin.written.clone(),
        nodes,
        mount,
    });
    fabric.register(origin.handle, Thing::Datastore(number));
}

/// The private endpoints of a volume group, or of the group that a volume is in; for the whole
/// Elastic SAN those of any of its groups.
fn endpoints(
    fabric: &Fabric<'_>,
    store: &BlockStore,
    by_handle: &HashMap<Handle, &BlockStore>,
    of_target: &HashMap<Handle, Vec<&PrivateEndpoint>>,
) -> Vec<NodeId> {
    let up = |store: &BlockStore| by_handle.get(&store.parent.handle()?).copied();
    let (san, group) = match (up(store), up(store).and_then(up)) {
        (None, _) => (store, None),
        (Some(san), None) => (san, store.name.as_ref()),
        (Some(group), Some(san)) => (san, group.name.as_ref()),
    };
    let own = of_target.get(&san.origin.handle).map_or(&[][..], Vec::as_slice);
    let named = |endpoint: &&&PrivateEndpoint| {
        group.is_none_or(|group| endpoint.subresources.is_empty() || endpoint.subresources.contains(group))
    };
    own.iter()
        .filter(named)
        .filter_map(|endpoint| fabric.nodes.get(&endpoint.origin.handle).copied())
        .collect()
}

/// The export policy of a volume: the first rule that names the client decides, and without one it may
/// not mount (Microsoft Learn, "Configure export policy for NFS or dual-protocol volumes").
fn export(fabric: &mut Fabric<'_>, volume: &Volume, node: NodeId) {
    if volume.exports.is_empty() {
        return;
    }
    let origin = &volume.origin;
    let mut exports: Vec<&Export> = volume.exports.iter().collect();
    exports.sort_by_key(|export| export.index.value.as_ref().map_or(i64::MIN, |index| *index));
    let unordered = exports
        .iter()
        .find_map(|export| export.index.value.as_ref().err());
    let lines = exports.iter().flat_map(|export| {
        let line = |action, because: &str| {
            let mut line = plain_line("export rule", action, because, export.written.clone());
            for product in &mut line.matches {
                product.source = export.clients.clone();
            }
            line.doubts
                .extend(export.presence.iter().chain(unordered).cloned());
            line
        };
        let writes = || line(Action::Allow, "the volume's export rule names the client");
        let reads = || line(Action::Deny, "the volume's export rule lets the client only read");
        match &export.writable.value {
            Ok(true) => vec![writes()],
            Ok(false) => vec![reads()],
            Err(doubt) => {
                let mut perhaps = reads();
                perhaps.doubts.push(doubt.clone());
                vec![perhaps, writes()]
            }
        }
    });
    let lines = lines.collect();
    let because = "no export rule of the volume names the client";
    let filter = fabric.network.add_filter(Filter {
        name: origin.name.clone(),
        kind: HopKind::StorageFirewall,
        written: origin.written.clone(),
        lines,
        otherwise: plain_line("export policy", Action::Deny, because, origin.written.clone()),
        point: format!("{} export policy", origin.name).into(),
        transit: false,
    });
    if let Some(node) = fabric.node_mut(node) {
        node.receives.push(filter);
    }
}
