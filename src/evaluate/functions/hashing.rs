//! Digests, name-based UUIDs, and what cannot be computed here: salted hashes and decryption.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};
use uuid::Uuid;

use super::FunctionError;
use super::arguments::{Call, Outcome};
use crate::evaluate::values::value::{Symbol, Type, Value};

fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A digest in hexadecimal.
pub(super) fn hex_of<D: Digest>(bytes: &[u8]) -> Value {
    Value::string(hexadecimal(&D::digest(bytes)))
}

/// A digest's bytes in Base64.
pub(super) fn base64_of<D: Digest>(bytes: &[u8]) -> Value {
    Value::string(STANDARD.encode(D::digest(bytes)))
}

pub(super) fn md5(call: &Call<'_>) -> Outcome {
    Ok(hex_of::<Md5>(call.text(0).as_bytes()))
}

pub(super) fn sha1(call: &Call<'_>) -> Outcome {
    Ok(hex_of::<Sha1>(call.text(0).as_bytes()))
}

pub(super) fn sha256(call: &Call<'_>) -> Outcome {
    Ok(hex_of::<Sha256>(call.text(0).as_bytes()))
}

pub(super) fn sha512(call: &Call<'_>) -> Outcome {
    Ok(hex_of::<Sha512>(call.text(0).as_bytes()))
}

pub(super) fn base64sha256(call: &Call<'_>) -> Outcome {
    Ok(base64_of::<Sha256>(call.text(0).as_bytes()))
}

pub(super) fn base64sha512(call: &Call<'_>) -> Outcome {
    Ok(base64_of::<Sha512>(call.text(0).as_bytes()))
}

pub(super) fn uuidv5(call: &Call<'_>) -> Outcome {
    let namespace = match call.text(0) {
        "dns" => Uuid::NAMESPACE_DNS,
        "url" => Uuid::NAMESPACE_URL,
        "oid" => Uuid::NAMESPACE_OID,
        "x500" => Uuid::NAMESPACE_X500,
        other => Uuid::try_parse(other)
            .map_err(|_| FunctionError::about(0, "a UUID, `dns`, `url`, `oid` or `x500` is required"))?,
    };
    Ok(Value::string(
        Uuid::new_v5(&namespace, call.text(1).as_bytes()).to_string(),
    ))
}

/// Known only when it runs: the time, randomness, or a random salt.
pub(super) fn impure(call: &Call<'_>) -> Outcome {
    let unknown = Value::unknown(Type::String, Symbol::Impure(call.by.into()));
    Ok(crate::evaluate::language::operate::certainly_not_null(unknown))
}

/// What is not computed here: the result depends on a compressor's bytes, or on a private key.
pub(super) fn not_computed(call: &Call<'_>) -> Outcome {
    Ok(call.unknown(Type::String))
}
