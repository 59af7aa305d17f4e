//! `terraform_data`, the resource that Terraform itself brings.

use std::sync::{Arc, LazyLock};

use crate::config::module::Mode;
use crate::evaluate::address::Address;
use crate::evaluate::blocks::schema::{AttributeSchema, BlockSchema, Schemas};
use crate::evaluate::values::value::{Kind, Step, Symbol, Type, Unknown, Value};

/// A table with Terraform's own resource types before those of `0`.
pub(crate) struct WithBuiltin(pub Arc<dyn Schemas>);

static TERRAFORM_DATA: LazyLock<BlockSchema> = LazyLock::new(|| BlockSchema {
    closed: true,
    ..BlockSchema::new(
        vec![
            AttributeSchema::optional("input", Type::Any),
            AttributeSchema::optional("triggers_replace", Type::Any),
            AttributeSchema::computed("id", Type::String),
            AttributeSchema::computed("output", Type::Any),
        ],
        Vec::new(),
    )
});

impl Schemas for WithBuiltin {
    fn lookup(&self, mode: Mode, kind: &str) -> Option<&BlockSchema> {
        match (mode, kind) {
            (Mode::Managed, "terraform_data") => Some(&TERRAFORM_DATA),
            _ => self.0.lookup(mode, kind),
        }
    }
}

/// The values of an instance with what Terraform's own resource types compute.
pub(crate) fn completed(values: Value, address: &Arc<Address>) -> Value {
    if address.mode != Mode::Managed || &*address.kind != "terraform_data" {
        return values;
    }
    let input = values.get("input").cloned();
    let Kind::Object(entries) = &values.kind else {
        return values;
    };
    let mut entries = entries.to_vec();
    entries.retain(|(name, _)| &**name != "output");
    let output = match input {
        // The output repeats the input, but only once it has been applied.
        Some(input) => {
            let symbol = Symbol::Attribute {
                of: address.clone(),
                path: [Step::Attribute("output".into())].into(),
            };
            Value::new(Kind::Unknown(Arc::new(Unknown::new(input.type_of(), symbol))))
        }
        None => Value::null(Type::Any),
    };
    entries.push(("output".into(), output));
    for name in ["input", "triggers_replace"] {
        if !entries.iter().any(|(given, _)| &**given == name) {
            entries.push((name.into(), Value::null(Type::Any)));
        }
    }
    Value {
        kind: Value::object(entries).kind,
        ..values
    }
}
