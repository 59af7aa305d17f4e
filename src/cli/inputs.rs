//! The options that say what is read, shared by every command that reads.

use std::path::PathBuf;

use clap::Args;

use crate::config::{Environment, Options, SourceOption, VariableOption};

#[derive(Debug, Args)]
pub struct InputArguments {
    /// A root module's directory, a plan or a state (`terraform show -json`), or `-` for one of the
    /// latter two on standard input. Several inputs are one network
    #[arg(value_name = "INPUT", default_value = ".")]
    pub inputs: Vec<PathBuf>,

    /// Where the HCL of a plan lies [default: the working directory when its blocks match the plan's
    /// addresses]; `none` forbids it
    #[arg(long, value_name = "DIR|none")]
    pub source: Option<PathBuf>,

    /// The value of a root variable, as for terraform
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = name_and_value)]
    pub variables: Vec<(String, String)>,

    /// A file of variable values, as for terraform
    #[arg(long = "var-file", value_name = "FILE")]
    pub variable_files: Vec<PathBuf>,

    /// What Terraform cannot say [default: clearway.hcl beside the input]
    #[arg(long, value_name = "FILE")]
    pub site_file: Option<PathBuf>,

    /// Nothing outside this directory is read [default: the enclosing repository, or the working
    /// directory]
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

fn name_and_value(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

impl InputArguments {
    #[must_use]
    pub fn options(&self) -> Options {
        Options {
            root: self.root.clone(),
            source: match &self.source {
                None => SourceOption::Automatic,
                Some(directory) if directory.as_os_str() == "none" => SourceOption::None,
                Some(directory) => SourceOption::Directory(directory.clone()),
            },
            variables: self.ordered_variables(),
            site_file: self.site_file.clone(),
        }
    }

    /// clap keeps each flag's values apart; the order between the two flags is read off the command
    /// line itself, because a later `--var-file` overrides an earlier `--var`.
    fn ordered_variables(&self) -> Vec<VariableOption> {
        let value = |(name, text): &(String, String)| VariableOption::Value {
            name: name.clone(),
            text: text.clone(),
        };
        let mut values = self.variables.iter();
        let mut files = self.variable_files.iter();
        let mut ordered = Vec::new();
        for argument in std::env::args_os() {
            let argument = argument.to_string_lossy();
            if argument == "--var-file" || argument.starts_with("--var-file=") {
                ordered.extend(files.next().cloned().map(VariableOption::File));
            } else if argument == "--var" || argument.starts_with("--var=") {
                ordered.extend(values.next().map(value));
            }
        }
        ordered.extend(values.map(value));
        ordered.extend(files.cloned().map(VariableOption::File));
        ordered
    }
}

/// What configuration may see of the environment: `TF_VAR_*` and `TF_WORKSPACE`.
#[must_use]
pub fn environment() -> Environment {
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| {
            let name = name.into_string().ok()?;
            Some((
                name.strip_prefix("TF_VAR_")?.to_owned(),
                value.into_string().ok()?,
            ))
        })
        .collect();
    Environment {
        variables,
        workspace: std::env::var("TF_WORKSPACE").ok().filter(|name| !name.is_empty()),
        working_directory: std::env::current_dir().unwrap_or_default(),
    }
}
