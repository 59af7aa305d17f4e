//! `Microsoft.AVS/privateClouds/scriptExecutions`: Run Command cmdlets.

use crate::network::inventory::Origin;
use crate::network::inventory::avs::{Owner, Script};
use crate::network::inventory::terms;
use crate::network::model::Fact;

use super::avs::Properties;

pub(super) fn script(body: &Properties<'_>, origin: Origin, owner: Owner) -> Script {
    let id = terms::text(body.view(), "scriptCmdletId", "");
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
