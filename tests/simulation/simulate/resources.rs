//! The evaluated resources as the simulator reads them: attributes by name, and what an attribute that
//! refers to another resource refers to. Everything else is taken to be known.

use clearway::evaluate::evaluation::Evaluation;
use clearway::evaluate::values::value::{Kind, Part, Symbol, Value};

use super::prefix::Span;

pub struct Resources<'a> {
    all: Vec<Resource<'a>>,
}

#[derive(Clone)]
pub struct Resource<'a> {
    pub kind: &'a str,
    pub address: String,
    pub body: Body<'a>,
}

/// A text, or what a reference refers to.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    Text(String),
    Refers(String),
}

/// A resource's arguments, or a nested block's.
#[derive(Clone, Copy)]
pub struct Body<'a>(&'a Value);

impl<'a> Resources<'a> {
    pub fn new(evaluation: &'a Evaluation) -> Resources<'a> {
        let all = evaluation.instances.iter().map(|instance| Resource {
            kind: &instance.address.kind,
            address: instance.address.to_string(),
            body: Body(&instance.values),
        });
        Resources { all: all.collect() }
    }

    pub fn of<'r>(&'r self, kind: &'r str) -> impl Iterator<Item = &'r Resource<'a>> {
        self.all.iter().filter(move |resource| resource.kind == kind)
    }

    /// The resource of one kind that an attribute refers to by reference or by name.
    pub fn meant(&self, kind: &str, body: Body, attribute: &str) -> Option<&Resource<'a>> {
        let address = body.refers(attribute);
        let name = body.text(attribute);
        self.all.iter().find(|resource| {
            resource.kind == kind
                && (address.as_deref() == Some(&*resource.address)
                    || (name.is_some() && resource.body.text("name") == name))
        })
    }
}

impl<'a> Body<'a> {
    fn value(self, name: &str) -> Option<&'a Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }

    pub fn has(self, name: &str) -> bool {
        self.value(name).is_some()
    }

    pub fn text(self, name: &str) -> Option<&'a str> {
        self.value(name)?.as_str()
    }

    pub fn flag(self, name: &str, default: bool) -> bool {
        self.value(name).map_or(default, |value| value.as_bool().unwrap())
    }

    pub fn number(self, name: &str) -> Option<i64> {
        match &self.value(name)?.kind {
            Kind::Number(number) => number.to_i64(),
            _ => None,
        }
    }

    pub fn texts(self, name: &str) -> Vec<&'a str> {
        let elements = self.value(name).and_then(Value::elements).unwrap_or_default();
        elements.iter().map(|element| element.as_str().unwrap()).collect()
    }

    pub fn spans(self, name: &str) -> Vec<Span> {
        let texts = self.texts(name).into_iter();
        texts.map(|text| Span::parse(text).unwrap()).collect()
    }

    pub fn blocks(self, name: &str) -> Vec<Body<'a>> {
        match self.value(name) {
            None => Vec::new(),
            Some(value) => match value.elements() {
                Some(elements) => elements.iter().map(Body).collect(),
                None => vec![Body(value)],
            },
        }
    }

    pub fn block(self, name: &str) -> Option<Body<'a>> {
        self.blocks(name).into_iter().next()
    }

    /// The address of the resource an attribute refers to.
    pub fn refers(self, name: &str) -> Option<String> {
        refers(self.value(name)?)
    }

    pub fn item(self, name: &str) -> Option<Item> {
        self.value(name).and_then(item)
    }

    pub fn items(self, name: &str) -> Vec<Item> {
        let elements = self.value(name).and_then(Value::elements).unwrap_or_default();
        elements.iter().filter_map(item).collect()
    }

    /// The addresses of the resources that the elements of an attribute refer to.
    pub fn all_refer(self, name: &str) -> Vec<String> {
        let elements = self.value(name).and_then(Value::elements).unwrap_or_default();
        elements.iter().filter_map(refers).collect()
    }
}

fn refers(value: &Value) -> Option<String> {
    match value.symbol()? {
        Symbol::Attribute { of, .. } | Symbol::Instance(of) => Some(of.to_string()),
        Symbol::Template(parts) => parts.iter().find_map(|part| match part {
            Part::Symbol(Symbol::Attribute { of, .. }) => Some(of.to_string()),
            _ => None,
        }),
        _ => None,
    }
}

fn item(value: &Value) -> Option<Item> {
    let text = value.as_str().map(|text| Item::Text(text.into()));
    text.or_else(|| refers(value).map(Item::Refers))
}
