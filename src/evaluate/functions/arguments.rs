//! A call's arguments, read as the types that the table has already ensured.

use std::sync::{Arc, LazyLock};

use super::{Context, FunctionError};
use crate::evaluate::values::number::Number;
use crate::evaluate::values::unknown::{derived, normalised};
use crate::evaluate::values::value::{Kind, Type, Value};

/// A call of a function with arguments that fit its parameters.
pub(crate) struct Call<'a> {
    /// The function's own name.
    pub(crate) by: &'static str,
    pub(crate) arguments: Vec<Value>,
    pub(crate) context: &'a Context<'a>,
}

pub(crate) type Outcome = Result<Value, FunctionError>;

static ABSENT: LazyLock<Value> = LazyLock::new(|| Value::null(Type::Any));
static ZERO: Number = Number::Integer(0);

impl Call<'_> {
    /// The argument at `index`; null where the call has fewer.
    pub(crate) fn argument(&self, index: usize) -> &Value {
        self.arguments.get(index).unwrap_or(&ABSENT)
    }

    /// A string argument that is known and not null.
    pub(crate) fn text(&self, index: usize) -> &str {
        self.argument(index).as_str().unwrap_or("")
    }

    pub(crate) fn number(&self, index: usize) -> &Number {
        match &self.argument(index).kind {
            Kind::Number(number) => number,
            _ => &ZERO,
        }
    }

    /// A number argument that must be whole.
    pub(crate) fn whole(&self, index: usize) -> Result<i64, FunctionError> {
        self.number(index)
            .to_i64()
            .ok_or_else(|| FunctionError::about(index, "a whole number is required"))
    }

    /// The elements of a known list, set or tuple.
    pub(crate) fn elements(&self, index: usize) -> &[Value] {
        self.argument(index).elements().unwrap_or(&[])
    }

    /// The entries of a known map or object.
    pub(crate) fn entries(&self, index: usize) -> &[(Arc<str>, Value)] {
        self.argument(index).entries().unwrap_or(&[])
    }

    /// An unknown result of this call that is not null.
    pub(crate) fn unknown(&self, of: Type) -> Value {
        let arguments: Vec<&Value> = self.arguments.iter().collect();
        derived(of, self.by, &arguments)
    }
}

/// A string as Terraform keeps it, composed.
pub(crate) fn text(text: &str) -> Value {
    Value::string(normalised(text))
}

pub(crate) fn list_of_text(texts: impl IntoIterator<Item = Value>) -> Value {
    Value::new(Kind::List(Type::String, texts.into_iter().collect()))
}

/// `list(string)` and its kin.
pub(crate) fn list_type(of: Type) -> Type {
    Type::List(Arc::new(of))
}

/// The element type of a collection type.
pub(crate) fn element_type(of: &Type) -> Type {
    match of {
        Type::List(of) | Type::Set(of) | Type::Map(of) => (**of).clone(),
        _ => Type::Any,
    }
}
