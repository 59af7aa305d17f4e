//! Azure's own networking, and the wiring of circuits to private clouds.

use super::Fabric;

pub fn build(_fabric: &mut Fabric<'_>) {}
