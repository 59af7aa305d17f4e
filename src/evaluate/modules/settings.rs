//! The `terraform` blocks of a module: where its state lies, which has no effect here and must still be
//! right.

use crate::config::module::Module;
use crate::config::syntax::Block;
use crate::evaluate::language::references;
use crate::evaluate::language::scope::Problem;
use crate::source::Diagnostic;

/// What is wrong with the backend.
pub(crate) fn problems(module: &Module) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let settings = module.other.iter();
    let settings = settings.filter(|block| &*block.keyword.text == "terraform");
    let places = settings.flat_map(|block| {
        let blocks = block.body.blocks.iter();
        blocks.filter(|block| matches!(&*block.keyword.text, "backend" | "cloud"))
    });
    for (position, place) in places.enumerate() {
        if position > 0 {
            let problem = Problem::new("duplicate-backend", "a module has one `backend` or `cloud` block");
            found.push(problem.help("remove one of the two").at(place.header));
        }
        references_in(place, &mut found);
    }
    found
}

fn references_in(backend: &Block, found: &mut Vec<Diagnostic>) {
    let mut each = |reference: &references::Reference<'_>| {
        let problem = Problem::new(
            "backend-not-constant",
            "a backend is read before anything has a value, so nothing can be referred to",
        );
        let help = "write the value itself, or give it to `terraform init` with `-backend-config`";
        found.push(problem.help(help).at(reference.expression.place));
    };
    references::each_in_body(&backend.body, &mut each, &mut |_| {});
}
