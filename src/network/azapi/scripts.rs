//! `Microsoft.AVS/privateClouds/scriptExecutions`: Run Command cmdlets.

use std::sync::Arc;

use crate::network::ids;
use crate::network::inventory::Origin;
use crate::network::inventory::avs::{Owner, Script};
use crate::network::inventory::terms;
use crate::network::model::Fact;

use super::avs::Properties;

pub(super) fn script(body: &Properties<'_>, origin: Origin, owner: Owner) -> Script {
    let id = cmdlet_id(body);
    let parameters = body.view().blocks("parameters").into_iter().filter_map(|block| {
        let name = block.text("name").known()?;
        // A secure value is a secret: only plain ones say where something is.
        block.get("value").map(|value| (name, value.clone()))
    });
    Script {
        origin,
        owner,
        cmdlet: Fact {
            value: id.value.map(|id| id.rsplit('/').next().unwrap_or(&id).into()),
            at: id.at,
        },
        parameters: parameters.collect(),
    }
}

/// The id, or its literal end where the private cloud's own id is not known yet.
fn cmdlet_id(body: &Properties<'_>) -> Fact<Arc<str>> {
    let value = body.view().get("scriptCmdletId");
    let end = value.and_then(|value| ids::suffix(value.symbol()?));
    match end {
        Some(end) => Fact::known(end.into(), body.view().written_of(&["scriptCmdletId"]).at),
        None => terms::text(body.view(), "scriptCmdletId", ""),
    }
}
