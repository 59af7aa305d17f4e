//! The table of functions: what each takes and returns. A function is one row here and its code.

use std::sync::Arc;

use super::FunctionError;
use super::arguments::{Call, Outcome};
use super::{
    cidr, dates, encoding, files, format, hashing, json, lists, maps, numbers, products, providers, regex,
    strings, tfvars, types, yaml, yaml_write,
};
use crate::evaluate::values::value::Type;

/// A function's row.
pub(super) struct Function {
    pub(super) name: &'static str,
    pub(super) parameters: &'static [Parameter],
    /// What every further argument must be, where there may be any.
    pub(super) rest: Option<Parameter>,
    /// The type of a result that is unknown because an argument is.
    pub(super) result: Returns,
    /// Whether the result may be null.
    pub(super) maybe_null: bool,
    pub(super) call: fn(&Call<'_>) -> Outcome,
}

/// An argument's type, and what the function itself makes of special ones. Otherwise null is refused,
/// an unknown argument makes the result unknown, and marks are taken off and put on the result.
#[derive(Clone, Copy)]
pub(super) struct Parameter {
    pub(super) of: Wanted,
    pub(super) null: bool,
    pub(super) unknown: bool,
    pub(super) marked: bool,
}

#[derive(Clone, Copy)]
pub(super) enum Wanted {
    Any,
    String,
    Number,
    Strings,
    Bools,
    List,
    Set,
    StringLists,
}

impl Wanted {
    pub(super) fn constraint(self) -> Type {
        let list = |of| Type::List(Arc::new(of));
        match self {
            Wanted::Any => Type::Any,
            Wanted::String => Type::String,
            Wanted::Number => Type::Number,
            Wanted::Strings => list(Type::String),
            Wanted::Bools => list(Type::Bool),
            Wanted::List => list(Type::Any),
            Wanted::Set => Type::Set(Arc::new(Type::Any)),
            Wanted::StringLists => Type::Map(Arc::new(list(Type::String))),
        }
    }
}

pub(super) enum Returns {
    Any,
    Bool,
    Number,
    String,
    Strings,
    Numbers,
    /// The type of the first argument.
    First,
    /// A list of the first argument's type.
    ListOfFirst,
    /// It follows from the arguments, which may be unknown. An error here is the call's.
    Of(fn(&Call<'_>) -> Result<Type, FunctionError>),
}

impl Returns {
    pub(super) fn type_of(&self, call: &Call<'_>) -> Result<Type, FunctionError> {
        let list = |of| Type::List(Arc::new(of));
        Ok(match self {
            Returns::Any => Type::Any,
            Returns::Bool => Type::Bool,
            Returns::Number => Type::Number,
            Returns::String => Type::String,
            Returns::Strings => list(Type::String),
            Returns::Numbers => list(Type::Number),
            Returns::First => call.argument(0).type_of(),
            Returns::ListOfFirst => list(call.argument(0).type_of()),
            Returns::Of(type_of) => type_of(call)?,
        })
    }
}

impl Parameter {
    const fn new(of: Wanted) -> Parameter {
        Parameter {
            of,
            null: false,
            unknown: false,
            marked: false,
        }
    }

    const fn null(self) -> Parameter {
        Parameter { null: true, ..self }
    }

    const fn unknown(self) -> Parameter {
        Parameter {
            unknown: true,
            ..self
        }
    }

    const fn marked(self) -> Parameter {
        Parameter { marked: true, ..self }
    }
}

impl Function {
    const fn or_null(self) -> Function {
        Function {
            maybe_null: true,
            ..self
        }
    }
}

const ANY: Parameter = Parameter::new(Wanted::Any);
const STRING: Parameter = Parameter::new(Wanted::String);
const NUMBER: Parameter = Parameter::new(Wanted::Number);
const STRINGS: Parameter = Parameter::new(Wanted::Strings);
const BOOLS: Parameter = Parameter::new(Wanted::Bools);
const LIST: Parameter = Parameter::new(Wanted::List);
const SET: Parameter = Parameter::new(Wanted::Set);
const STRING_LISTS: Parameter = Parameter::new(Wanted::StringLists);

const fn row(
    name: &'static str,
    parameters: &'static [Parameter],
    rest: Option<Parameter>,
    result: Returns,
    call: fn(&Call<'_>) -> Outcome,
) -> Function {
    Function {
        name,
        parameters,
        rest,
        result,
        maybe_null: false,
        call,
    }
}

pub(super) fn find(name: &str) -> Option<&'static Function> {
    let index = FUNCTIONS
        .binary_search_by(|function| function.name.cmp(name))
        .ok()?;
    FUNCTIONS.get(index)
}

/// Sorted by name.
#[rustfmt::skip]
pub(super) static FUNCTIONS: &[Function] = &[
    row("abs", &[NUMBER.marked()], None, Returns::Number, numbers::abs),
    row("abspath", &[STRING], None, Returns::String, files::abspath),
    row("alltrue", &[BOOLS], None, Returns::Bool, lists::alltrue),
    row("anytrue", &[BOOLS], None, Returns::Bool, lists::anytrue),
    row("base64decode", &[STRING.unknown().marked()], None, Returns::String, encoding::base64decode),
    row("base64encode", &[STRING], None, Returns::String, encoding::base64encode),
    row("base64gzip", &[STRING], None, Returns::String, hashing::not_computed),
    row("base64sha256", &[STRING], None, Returns::String, hashing::base64sha256),
    row("base64sha512", &[STRING], None, Returns::String, hashing::base64sha512),
    row("basename", &[STRING], None, Returns::String, files::basename),
    row("bcrypt", &[STRING], Some(NUMBER), Returns::String, hashing::impure),
    row("ceil", &[NUMBER], None, Returns::Number, numbers::ceil),
    row("chomp", &[STRING], None, Returns::String, strings::chomp),
    row("chunklist", &[LIST.marked(), NUMBER.marked()], None, Returns::ListOfFirst, lists::chunklist),
    row("cidrhost", &[STRING, NUMBER], None, Returns::String, cidr::cidrhost),
    row("cidrnetmask", &[STRING], None, Returns::String, cidr::cidrnetmask),
    row("cidrsubnet", &[STRING, NUMBER, NUMBER], None, Returns::String, cidr::cidrsubnet),
    row("cidrsubnets", &[STRING], Some(NUMBER), Returns::Strings, cidr::cidrsubnets),
    row("coalesce", &[], Some(ANY.null().unknown()), Returns::Any, types::coalesce),
    row("coalescelist", &[], Some(ANY.null().unknown()), Returns::Any, types::coalescelist),
    row("compact", &[STRINGS], None, Returns::Strings, lists::compact),
    row("concat", &[], Some(ANY.marked()), Returns::Of(lists::concat_result), lists::concat),
    row("contains", &[ANY, ANY.null()], None, Returns::Bool, lists::contains),
    row("csvdecode", &[STRING], None, Returns::Any, encoding::csvdecode),
    row("dirname", &[STRING], None, Returns::String, files::dirname),
    row("distinct", &[LIST], None, Returns::First, lists::distinct),
    row("element", &[ANY.unknown().marked(), NUMBER.unknown()], None, Returns::Of(lists::element_result), lists::element).or_null(),
    row("endswith", &[STRING, STRING], None, Returns::Bool, strings::endswith),
    row("ephemeralasnull", &[ANY.null().unknown().marked()], None, Returns::First, types::ephemeralasnull).or_null(),
    row("file", &[STRING.unknown().marked()], None, Returns::String, files::file),
    row("filebase64", &[STRING.unknown().marked()], None, Returns::String, files::filebase64),
    row("filebase64sha256", &[STRING], None, Returns::String, files::filebase64sha256),
    row("filebase64sha512", &[STRING], None, Returns::String, files::filebase64sha512),
    row("fileexists", &[STRING.unknown().marked()], None, Returns::Bool, files::fileexists),
    row("filemd5", &[STRING], None, Returns::String, files::filemd5),
    row("fileset", &[STRING.unknown().marked(), STRING.unknown().marked()], None, Returns::Any, files::fileset),
    row("filesha1", &[STRING], None, Returns::String, files::filesha1),
    row("filesha256", &[STRING], None, Returns::String, files::filesha256),
    row("filesha512", &[STRING], None, Returns::String, files::filesha512),
    row("flatten", &[ANY.marked()], None, Returns::Any, lists::flatten),
    row("floor", &[NUMBER], None, Returns::Number, numbers::floor),
    row("format", &[STRING], Some(ANY.null().unknown()), Returns::String, format::format),
    row("formatdate", &[STRING, STRING], None, Returns::String, dates::formatdate),
    row("formatlist", &[STRING], Some(ANY.null().unknown()), Returns::Strings, format::formatlist),
    row("indent", &[NUMBER, STRING], None, Returns::String, strings::indent),
    row("index", &[ANY, ANY], None, Returns::Number, lists::index),
    row("issensitive", &[ANY.null().unknown().marked()], None, Returns::Bool, types::issensitive),
    row("join", &[STRING], Some(STRINGS), Returns::String, strings::join),
    row("jsondecode", &[STRING], None, Returns::Any, json::jsondecode).or_null(),
    row("jsonencode", &[ANY.null().unknown()], None, Returns::String, json::jsonencode),
    row("keys", &[ANY.unknown().marked()], None, Returns::Any, maps::keys),
    row("length", &[ANY.unknown().marked()], None, Returns::Number, lists::length),
    row("list", &[], Some(ANY.null().unknown()), Returns::Any, types::removed),
    row("log", &[NUMBER, NUMBER], None, Returns::Number, numbers::log),
    row("lookup", &[ANY.unknown().marked(), STRING.unknown().marked()], Some(ANY.null().unknown().marked()), Returns::Any, maps::lookup).or_null(),
    row("lower", &[STRING], None, Returns::String, strings::lower),
    row("map", &[], Some(ANY.null().unknown()), Returns::Any, types::removed),
    row("matchkeys", &[LIST, LIST, LIST], None, Returns::First, lists::matchkeys),
    row("max", &[], Some(NUMBER), Returns::Number, numbers::max),
    row("md5", &[STRING], None, Returns::String, hashing::md5),
    row("merge", &[], Some(ANY.null().marked()), Returns::Of(maps::merge_result), maps::merge),
    row("min", &[], Some(NUMBER), Returns::Number, numbers::min),
    row("nonsensitive", &[ANY.null().unknown().marked()], None, Returns::First, types::nonsensitive).or_null(),
    row("one", &[ANY.unknown()], None, Returns::Any, lists::one).or_null(),
    row("parseint", &[ANY, NUMBER], None, Returns::Number, numbers::parseint),
    row("pathexpand", &[STRING], None, Returns::String, files::pathexpand),
    row("plantimestamp", &[], None, Returns::String, hashing::impure),
    row("pow", &[NUMBER, NUMBER], None, Returns::Number, numbers::pow),
    row("provider::azapi::build_resource_id", &[STRING.unknown(), STRING, STRING.unknown()], None, Returns::String, providers::azapi_build_resource_id),
    row("provider::azapi::parse_resource_id", &[STRING, STRING], None, Returns::Any, providers::azapi_parse_resource_id),
    row("provider::azurerm::normalise_resource_id", &[STRING], None, Returns::String, providers::azurerm_normalise_resource_id),
    row("provider::azurerm::parse_resource_id", &[STRING], None, Returns::Any, providers::azurerm_parse_resource_id),
    row("provider::terraform::decode_tfvars", &[STRING], None, Returns::Any, tfvars::decode_tfvars),
    row("provider::terraform::encode_expr", &[ANY.null()], None, Returns::String, tfvars::encode_expr),
    row("provider::terraform::encode_tfvars", &[ANY], None, Returns::String, tfvars::encode_tfvars),
    row("range", &[], Some(NUMBER), Returns::Numbers, numbers::range),
    row("regex", &[STRING, STRING], None, Returns::Of(regex::regex_result), regex::regex),
    row("regexall", &[STRING, STRING], None, Returns::Of(regex::regexall_result), regex::regexall),
    row("replace", &[STRING, STRING, STRING], None, Returns::String, strings::replace),
    row("reverse", &[ANY.marked()], None, Returns::Of(lists::reverse_result), lists::reverse),
    row("rsadecrypt", &[STRING, STRING], None, Returns::String, hashing::not_computed),
    row("sensitive", &[ANY.null().unknown().marked()], None, Returns::First, types::sensitive).or_null(),
    row("setintersection", &[SET], Some(SET), Returns::Of(products::operation_result), products::setintersection),
    row("setproduct", &[], Some(ANY.unknown().marked()), Returns::Of(products::setproduct_result), products::setproduct),
    row("setsubtract", &[SET, SET], None, Returns::Of(products::operation_result), products::setsubtract),
    row("setunion", &[SET], Some(SET), Returns::Of(products::operation_result), products::setunion),
    row("sha1", &[STRING], None, Returns::String, hashing::sha1),
    row("sha256", &[STRING], None, Returns::String, hashing::sha256),
    row("sha512", &[STRING], None, Returns::String, hashing::sha512),
    row("signum", &[NUMBER], None, Returns::Number, numbers::signum),
    row("slice", &[ANY.marked(), NUMBER, NUMBER], None, Returns::Of(lists::slice_result), lists::slice),
    row("sort", &[STRINGS.unknown()], None, Returns::Strings, lists::sort),
    row("split", &[STRING, STRING], None, Returns::Strings, strings::split),
    row("startswith", &[STRING.unknown(), STRING], None, Returns::Bool, strings::startswith),
    row("strcontains", &[STRING, STRING], None, Returns::Bool, strings::strcontains),
    row("strrev", &[STRING], None, Returns::String, strings::strrev),
    row("substr", &[STRING, NUMBER, NUMBER], None, Returns::String, strings::substr),
    row("sum", &[ANY], None, Returns::Number, numbers::sum),
    row("textdecodebase64", &[STRING, STRING], None, Returns::String, encoding::textdecodebase64),
    row("textencodebase64", &[STRING, STRING], None, Returns::String, encoding::textencodebase64),
    row("timeadd", &[STRING, STRING], None, Returns::String, dates::timeadd),
    row("timecmp", &[STRING, STRING], None, Returns::Number, dates::timecmp),
    row("timestamp", &[], None, Returns::String, hashing::impure),
    row("title", &[STRING], None, Returns::String, strings::title),
    row("tobool", &[ANY.null().unknown().marked()], None, Returns::Any, types::tobool).or_null(),
    row("tolist", &[ANY.null().unknown().marked()], None, Returns::Any, types::tolist).or_null(),
    row("tomap", &[ANY.null().unknown().marked()], None, Returns::Any, types::tomap).or_null(),
    row("tonumber", &[ANY.null().unknown().marked()], None, Returns::Any, types::tonumber).or_null(),
    row("toset", &[ANY.null().unknown().marked()], None, Returns::Any, types::toset).or_null(),
    row("tostring", &[ANY.null().unknown().marked()], None, Returns::Any, types::tostring).or_null(),
    row("transpose", &[STRING_LISTS], None, Returns::First, maps::transpose),
    row("trim", &[STRING, STRING], None, Returns::String, strings::trim),
    row("trimprefix", &[STRING, STRING], None, Returns::String, strings::trimprefix),
    row("trimspace", &[STRING], None, Returns::String, strings::trimspace),
    row("trimsuffix", &[STRING, STRING], None, Returns::String, strings::trimsuffix),
    row("upper", &[STRING], None, Returns::String, strings::upper),
    row("urlencode", &[STRING], None, Returns::String, encoding::urlencode),
    row("uuid", &[], None, Returns::String, hashing::impure),
    row("uuidv5", &[STRING, STRING], None, Returns::String, hashing::uuidv5),
    row("values", &[ANY.marked()], None, Returns::Of(maps::values_result), maps::values),
    row("yamldecode", &[STRING], None, Returns::Any, yaml::yamldecode).or_null(),
    row("yamlencode", &[ANY.null().unknown()], None, Returns::String, yaml_write::yamlencode),
    row("zipmap", &[STRINGS.marked(), ANY.marked()], None, Returns::Of(maps::zipmap_result), maps::zipmap),
];
