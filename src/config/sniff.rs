//! What a text is, told from its beginning: a plan, a state, or one of the things people give by
//! mistake.

use std::fmt;

use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};

/// What a file that was given as an input holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Plan,
    State,
    /// A plan as `terraform plan -out` writes it: a zip archive.
    BinaryPlan,
    /// `terraform plan -json`: one JSON object per line.
    Log,
    /// `terraform.tfstate`.
    RawState,
    /// Some other JSON object.
    OtherJson,
    /// Something that begins like JSON and is broken before it can be told.
    BrokenJson,
    /// Terraform source, or a variable file.
    Source,
    Empty,
    Unknown,
}

/// Of bytes that are perhaps no text.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Of a text that came under this name.
pub(super) fn kind(text: &str, name: &str) -> Kind {
    let text = text.trim_start();
    if text.is_empty() {
        return Kind::Empty;
    }
    let is_source = [
        ".tf",
        ".tofu",
        ".tf.json",
        ".tofu.json",
        ".tfvars",
        ".tfvars.json",
        ".hcl",
    ];
    if is_source.iter().any(|suffix| name.ends_with(suffix)) {
        return Kind::Source;
    }
    if text.starts_with('{') {
        json(text)
    } else {
        Kind::Unknown
    }
}

/// Goes through the properties of the outermost object until one tells.
fn json(text: &str) -> Kind {
    let mut found = Found::default();
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let whole = deserializer.deserialize_map(Walk(&mut found)).is_ok();
    match found.kind {
        Some(kind) => kind,
        None if found.is_raw_state => Kind::RawState,
        // A state without resources has a version and nothing else.
        None if whole && found.has_format_version => Kind::State,
        None if whole => Kind::OtherJson,
        None => Kind::BrokenJson,
    }
}

#[derive(Default)]
struct Found {
    kind: Option<Kind>,
    is_raw_state: bool,
    has_format_version: bool,
}

/// Ends the walk with an error as soon as it knows enough: the rest need not be read.
struct Walk<'a>(&'a mut Found);

impl<'de> Visitor<'de> for Walk<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let enough = || serde::de::Error::custom("enough");
        let found = self.0;
        while let Some(name) = map.next_key::<String>()? {
            found.kind = match &*name {
                "@level" | "@message" | "@timestamp" => Some(Kind::Log),
                "values" => Some(Kind::State),
                "planned_values"
                | "resource_changes"
                | "output_changes"
                | "prior_state"
                | "configuration"
                | "resource_drift"
                | "relevant_attributes"
                | "applyable"
                | "complete"
                | "errored"
                | "variables" => Some(Kind::Plan),
                _ => None,
            };
            if found.kind.is_some() {
                return Err(enough());
            }
            found.has_format_version |= name == "format_version";
            found.is_raw_state |= matches!(&*name, "lineage" | "serial");
            map.next_value::<IgnoredAny>()?;
        }
        Ok(())
    }
}
