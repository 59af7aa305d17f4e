//! Decides, before `terraform apply`, whether JetStream DR will be able to talk.

pub mod config;
pub mod evaluate;
pub mod network;
pub mod paths;
pub mod prove;
pub mod report;
pub mod source;
pub mod traffic;
