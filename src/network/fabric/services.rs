//! Storage accounts, public services and name resolution.

use super::Fabric;

pub fn build(_fabric: &mut Fabric<'_>) {}
