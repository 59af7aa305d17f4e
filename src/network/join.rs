//! Joins: which resource a value means, by symbol, ARM id, NSX path or name.

/// Finds what the inputs define under an address, an id or a path.
#[derive(Debug, Default)]
pub struct Index {}
