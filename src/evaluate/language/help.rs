//! What to do about a problem where nobody who met it could say more: a sentence per code.

use crate::source::Diagnostic;

/// The diagnostic with a help, where one can be given.
#[must_use]
pub fn with_help(diagnostic: Diagnostic) -> Diagnostic {
    let help = diagnostic.help.clone().or_else(|| usual(&diagnostic));
    Diagnostic { help, ..diagnostic }
}

fn usual(diagnostic: &Diagnostic) -> Option<String> {
    let help = match diagnostic.code {
        "invalid-function-argument" | "error-in-function-call" => return of_function(&diagnostic.summary),
        "invalid-index" | "missing-map-element" | "unexpected-instance-key" => {
            "ask only for what is there, or guard the access with `try(…)`"
        }
        "unsupported-attribute" => "correct the name, or guard the access with `try(…)`",
        "attribute-of-null" | "splat-of-null" | "iteration-over-null" => {
            "ask whether the value is null first, or guard the access with `try(…)`"
        }
        "iteration-over-non-iterable" => "`for` takes a list, a set, a map, a tuple or an object",
        "invalid-operand" => "correct the operand, or ask first what it is",
        "null-condition" | "incorrect-condition-type" | "invalid-for-condition" => {
            "write a condition that is true or false, such as a comparison"
        }
        "inconsistent-conditional-types" => "give both results one type, or convert one of them",
        "invalid-template-interpolation" => {
            "only strings, numbers and bools fit into text: `jsonencode` makes text of the rest"
        }
        "invalid-object-key" | "null-object-key" | "incorrect-key-type" => {
            "keys are strings that are not null"
        }
        "duplicate-object-key" => "write `...` after the value to collect values under one key",
        "invalid-reference" => {
            "write what is meant in full: `var.x`, `local.x`, `module.x.y`, `data.type.name.x` or `type.name.x`"
        }
        "invalid-type-constraint" => {
            "a type is string, number, bool, any, list(…), set(…), map(…), object({…}) or tuple([…])"
        }
        "invalid-variable-default" => "give a default of the variable's type, or change the type",
        "variables-not-allowed" | "function-calls-not-allowed" => "write the value itself here",
        "incorrect-attribute-type" => {
            "convert the value, or see what the argument takes in the provider's documentation"
        }
        "missing-argument" | "insufficient-blocks" => "the provider's documentation says what is required",
        "unsupported-argument" | "unsupported-block" => "the provider's documentation says what there is",
        "no-attempt-succeeded" => {
            "let the last argument of `try` be one that always has a value, such as `null`"
        }
        "invalid-dynamic-for-each"
        | "missing-dynamic-content"
        | "extraneous-dynamic-content"
        | "incorrect-block" => "a `dynamic` block has a `for_each` over a collection and one `content` block",
        "invalid-for-each-set" => "`for_each` takes a map, or a set of strings that are known and not null",
        "nested-too-deeply" => "break the chain of references",
        _ => return None,
    };
    Some(help.to_owned())
}

/// The page of the function that a summary names first.
fn of_function(summary: &str) -> Option<String> {
    let (name, _) = summary.strip_prefix('`')?.split_once('`')?;
    let is_name = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
    (!name.is_empty() && name.chars().all(is_name))
        .then(|| format!("see https://developer.hashicorp.com/terraform/language/functions/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_has_a_page_and_a_file_has_none() {
        let help = |summary: &str| with_help(Diagnostic::error("invalid-function-argument", summary)).help;
        let page = "see https://developer.hashicorp.com/terraform/language/functions/cidrhost";
        assert_eq!(help("`cidrhost`: it must not be null").as_deref(), Some(page));
        assert_eq!(help("`a.txt`: there is no such file"), None);
        assert_eq!(help("the template must be a string"), None);
    }

    #[test]
    fn what_knows_better_is_not_talked_over() {
        let said = with_help(Diagnostic::error("invalid-index", "none").help("its `count` is 0"));
        assert_eq!(said.help.as_deref(), Some("its `count` is 0"));
    }
}
