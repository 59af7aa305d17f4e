//! Private clouds: segments, tier-1, tier-0, management.

use super::Fabric;

pub fn build(_fabric: &mut Fabric<'_>) {}
