//! Private clouds with their NSX, name resolution and storage services.

#[derive(Debug, Default)]
pub struct Avs {}
