//! Azure service tags: named sets of addresses that Microsoft publishes.

#[derive(Debug, Default)]
pub struct ServiceTags {}
