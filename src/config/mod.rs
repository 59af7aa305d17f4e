//! READ: the files. HCL with places, plan and state JSON, modules, variable files.
//!
//! This stage knows the disk and syntax; it does not know what a resource means, nor how an
//! expression is evaluated. Everything it reads lies inside the root (see [`files::Files`]).

mod build;
pub mod directory;
pub mod files;
pub mod hcl;
mod input;
pub mod json;
mod literal;
mod merge;
pub mod module;
pub mod named;
pub mod plan;
mod sniff;
pub mod syntax;
#[cfg(test)]
mod tests;
mod tree;
mod variables;
pub mod walk;

use std::path::PathBuf;
use std::sync::Arc;

use crate::source::{Diagnostic, Place, Sources};
use files::Files;
use input::Reader;
use module::Module;
use syntax::{Body, Expression};
use variables::FromOutside;

/// What reading needs of the world around it. Only the command line looks there itself.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    /// The variables named `TF_VAR_NAME`, each as `NAME` and its value, in any order.
    pub variables: Vec<(String, String)>,
    /// `TF_WORKSPACE`.
    pub workspace: Option<String>,
    /// Absolute; relative paths count from it, and paths are shown relative to it.
    pub working_directory: PathBuf,
}

/// Reads every input. What is wrong with one does not keep the others from being read.
pub fn read(
    paths: &[PathBuf],
    options: &Options,
    environment: &Environment,
    sources: &mut Sources,
) -> Reading {
    let mut diagnostics = Vec::new();
    let outside = FromOutside::read(&options.variables, environment, sources, &mut diagnostics);
    let mut reader = Reader {
        options,
        environment,
        sources,
        diagnostics: &mut diagnostics,
        outside: &outside,
        modules: Vec::new(),
        beside: Vec::new(),
    };
    let inputs = input::read_all(&mut reader, paths);
    let modules = reader.modules;
    outside.undeclared(&modules, &mut diagnostics);
    Reading { inputs, diagnostics }
}

/// What the command line says about reading. Paths are as the user gave them.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The directory outside which nothing is read; without it the enclosing repository, or the
    /// working directory.
    pub root: Option<PathBuf>,
    pub source: SourceOption,
    /// `--var NAME=VALUE` and `--var-file FILE`, in command-line order.
    pub variables: Vec<VariableOption>,
    pub site_file: Option<PathBuf>,
}

/// Where the HCL of a plan lies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum SourceOption {
    /// The working directory when its blocks match the plan's addresses, otherwise none.
    #[default]
    Automatic,
    None,
    Directory(PathBuf),
}

#[derive(Clone, Debug)]
pub enum VariableOption {
    Value { name: String, text: String },
    File(PathBuf),
}

/// One INPUT of the command line, read.
#[derive(Debug)]
pub struct Input {
    /// As reports name it: relative, with `/`.
    pub path: Arc<str>,
    pub content: Content,
    /// The body of its `clearway.hcl`, where there is one.
    pub site_file: Option<SiteFile>,
}

#[derive(Debug)]
pub enum Content {
    Directory(Tree),
    Plan(Box<plan::Plan>, Option<Tree>),
    State(Box<plan::State>),
}

/// A root module with what it was given.
#[derive(Debug)]
pub struct Tree {
    pub root: Arc<Module>,
    /// Values for root variables, weakest first: the last one for a name wins whole.
    pub given: Vec<Given>,
    /// `terraform.workspace`.
    pub workspace: Arc<str>,
    /// For `file()` and its kin; relative paths count from the root module's directory.
    pub files: Files,
}

#[derive(Clone, Debug)]
pub struct Given {
    pub name: Arc<str>,
    pub value: GivenValue,
    pub from: GivenFrom,
    pub place: Option<Place>,
}

#[derive(Clone, Debug)]
pub enum GivenValue {
    /// From a tfvars file: an expression without functions and references.
    Expression(Expression),
    /// From the environment or `--var`: literal text, or an expression where the declared type is
    /// not primitive.
    Text(Arc<str>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenFrom {
    Environment,
    File,
    CommandLine,
}

#[derive(Debug)]
pub struct SiteFile {
    pub body: Body,
    pub path: Arc<str>,
}

/// What reading yields, with every problem met on the way; what could be read is always there.
#[derive(Debug, Default)]
pub struct Reading {
    pub inputs: Vec<Input>,
    pub diagnostics: Vec<Diagnostic>,
}
