//! Evaluation of a filter on sets of packets: first match, with lower and upper bounds.

use crate::network::model::Filter;

/// A filter with what turns most lines down at once.
#[derive(Debug)]
pub(super) struct CompiledFilter;

impl CompiledFilter {
    pub(super) fn new(_filter: &Filter) -> CompiledFilter {
        CompiledFilter
    }
}
