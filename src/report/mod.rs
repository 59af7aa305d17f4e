//! REPORT: one result, many formats. A format is one file; each only translates what
//! [`crate::prove::finding::Report`] holds and decides nothing.

pub mod diagnostics;
pub mod explain;
pub mod human;
pub mod json;
pub mod place;
pub mod root_cause;
pub mod show;
pub mod snippet;
pub mod summary;
pub mod trace;
pub mod trace_json;
