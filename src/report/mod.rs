//! REPORT: one result, many formats. A format is one file; each only translates what
//! [`crate::prove::finding::Report`] holds and decides nothing.

pub mod azure_devops;
pub mod diagnostics;
pub mod explain;
pub mod github;
pub mod gitlab;
pub mod human;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod notice;
pub mod place;
pub mod root_cause;
pub mod sarif;
pub mod secrets;
pub mod show;
pub mod snippet;
pub mod summary;
pub mod trace;
pub mod trace_json;
pub mod wording;
