//! Plan and state JSON, read by stream.

#[derive(Debug, Default)]
pub struct Plan {}

#[derive(Debug, Default)]
pub struct State {}
