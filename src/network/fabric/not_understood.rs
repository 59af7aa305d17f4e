//! What is not modelled: named, and marked on what it touches.

use super::Fabric;

pub fn build(_fabric: &mut Fabric<'_>) {}
