//! The flags for values that manifests refer to.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Read as _;
use std::path::PathBuf;

use clap::Args;
use secrecy::SecretString;

use super::sources::variable;
use crate::error::{Error, Result};
use crate::manifest::{Demand, Values};

/// The most that a file of variables may hold, in bytes.
const MOST: u64 = 1 << 20;

/// What references in manifests stand for
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Values")]
pub(super) struct ValueArgs {
    /// Define a variable, for `${var:NAME}` in manifests (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE")]
    variables: Vec<String>,
    /// File of variables, YAML or JSON: names to scalars (repeatable)
    #[arg(long = "var-file", value_name = "FILE")]
    variable_files: Vec<PathBuf>,
    /// Let manifests use this environment variable, as `${env:NAME}` (repeatable)
    #[arg(long = "allow-env", value_name = "NAME")]
    allowed_variables: Vec<String>,
    /// Let manifests use the files in this folder, as `${file:PATH}` (repeatable)
    #[arg(long = "allow-file", value_name = "FOLDER")]
    allowed_folders: Vec<PathBuf>,
    /// Variables of the settings file, which count less than all others.
    #[arg(long = "default-var", value_name = "NAME=VALUE", hide = true)]
    default_variables: Vec<String>,
}

impl ValueArgs {
    /// The files and folders that values come from.
    pub(super) fn files(&self) -> Vec<PathBuf> {
        self.variable_files
            .iter()
            .chain(&self.allowed_folders)
            .cloned()
            .collect()
    }

    /// The same flags again. What the settings file defines, it defines again.
    pub(super) fn words(&self) -> impl Iterator<Item = OsString> {
        let flag = |name: &str, value: &OsStr| {
            let mut word = OsString::from(format!("{name}="));
            word.push(value);
            word
        };
        let variables = self.variables.iter();
        let variables = variables.map(move |one| flag("--var", one.as_ref()));
        let files = self.variable_files.iter();
        let files = files.map(move |one| flag("--var-file", one.as_ref()));
        let allowed = self.allowed_variables.iter();
        let allowed = allowed.map(move |one| flag("--allow-env", one.as_ref()));
        let folders = self.allowed_folders.iter();
        let folders = folders.map(move |one| flag("--allow-file", one.as_ref()));
        variables.chain(files).chain(allowed).chain(folders)
    }

    /// The values, with the files and the environment read. Later files win over earlier ones, and
    /// `--var` over all of them.
    pub(super) fn values(&self, demand: Demand) -> Result<Values> {
        let mut values = Values::default().demanding(demand);
        for definition in &self.default_variables {
            values.define(definition)?;
        }
        for file in &self.variable_files {
            values.define_all(file, &read(file)?)?;
        }
        for definition in &self.variables {
            values.define(definition)?;
        }
        for name in &self.allowed_variables {
            values.allow_environment(name, variable(name).map(SecretString::from))?;
        }
        for folder in &self.allowed_folders {
            values.allow_folder(folder)?;
        }
        Ok(values)
    }
}

fn read(path: &PathBuf) -> Result<String> {
    let cannot = |what: String| {
        let path = path.display();
        Error::manifest(format!("cannot read the variables in `{path}`: {what}"))
            .hint("`--var-file` takes a file that maps names to values, at most 1 MiB")
    };
    // Checked before it is opened: a pipe may have no writer.
    let found = path.metadata().map_err(|error| cannot(error.to_string()))?;
    if !found.is_file() {
        return Err(cannot("it is not a regular file".to_owned()));
    }
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(MOST + 1).read_to_end(&mut bytes));
    read.map_err(|error| cannot(error.to_string()))?;
    if bytes.len() as u64 > MOST {
        return Err(cannot("it is larger than 1 MiB".to_owned()));
    }
    String::from_utf8(bytes).map_err(|_| cannot("it is not UTF-8 text".to_owned()))
}
