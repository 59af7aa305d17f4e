//! The packs that come with the binary.

use super::{Pack, read};
use crate::config::hcl::parse_body;
use crate::source::{Diagnostic, Sources, Syntax};

/// The files of `rules/jetstream-dr`, in the order in which their rows are reported. A test holds
/// this list against the folder.
pub const FILES: &[(&str, &str)] = &[
    (
        "rules/jetstream-dr/pack.hcl",
        include_str!("../../../rules/jetstream-dr/pack.hcl"),
    ),
    (
        "rules/jetstream-dr/on-premises.hcl",
        include_str!("../../../rules/jetstream-dr/on-premises.hcl"),
    ),
    (
        "rules/jetstream-dr/avs-local.hcl",
        include_str!("../../../rules/jetstream-dr/avs-local.hcl"),
    ),
    (
        "rules/jetstream-dr/avs-to-azure.hcl",
        include_str!("../../../rules/jetstream-dr/avs-to-azure.hcl"),
    ),
    (
        "rules/jetstream-dr/between-sites.hcl",
        include_str!("../../../rules/jetstream-dr/between-sites.hcl"),
    ),
    (
        "rules/jetstream-dr/vendor-documentation.hcl",
        include_str!("../../../rules/jetstream-dr/vendor-documentation.hcl"),
    ),
];

/// The built-in pack, its texts added to `sources`. Without diagnostics, as the tests assert.
pub fn built_in(sources: &mut Sources) -> (Option<Pack>, Vec<Diagnostic>) {
    let mut bodies = Vec::with_capacity(FILES.len());
    let mut diagnostics = Vec::new();
    for (path, text) in FILES {
        let source = sources.add(*path, *text, Syntax::Hcl);
        let (body, problems) = parse_body(source, text);
        diagnostics.extend(problems);
        bodies.push(body);
    }
    let (pack, problems) = read(&bodies);
    diagnostics.extend(problems);
    (pack, diagnostics)
}
