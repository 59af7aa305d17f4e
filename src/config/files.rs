//! Reading within bounds: nothing outside the root, no device files.

use std::path::PathBuf;
use std::sync::Arc;

/// The one way to the disk. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Files {
    /// Canonical: nothing outside it is read, symbolic links included.
    pub root: Arc<PathBuf>,
    /// What relative paths count from: the root module's directory.
    pub base: Arc<PathBuf>,
}
