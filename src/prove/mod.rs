//! DECIDE: packs of requirements, sites and roles, and the verdicts.
//!
//! This stage knows requirements and packets' fates; it has heard neither of Azure nor of printing.
//! What a requirement asks is data (a pack); where a role is comes from the site file, from what
//! Terraform shows, or from a stated assumption; the verdict is algebra over the walks.

pub mod finding;
pub mod pack;
pub mod site;
pub mod suggest;
