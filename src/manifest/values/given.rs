//! What references stand for: variables, the environment, and files in folders.

use std::collections::BTreeMap;
use std::path::Path;

use secrecy::SecretString;

use super::file::Folder;
use super::reference::is_name;
use super::variables::{self, Variable};
use crate::error::{Error, Result};

/// Which references have to stand for something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Demand {
    /// All of them.
    #[default]
    All,
    /// All but those in `client_secret`, whose form is enough: a plan needs no secrets.
    AllButSecrets,
    /// None: what is given is used, and what is not leaves its field unchecked.
    Given,
}

/// What references stand for.
#[derive(Debug, Clone, Default)]
pub struct Values {
    pub(super) variables: BTreeMap<String, Variable>,
    /// The environment variables that may be used; without a value where they are not set.
    pub(super) environment: BTreeMap<String, Option<SecretString>>,
    pub(super) folders: Vec<Folder>,
    pub(super) demand: Demand,
}

impl Values {
    /// The same, with this demand.
    #[must_use]
    pub fn demanding(self, demand: Demand) -> Self {
        Self { demand, ..self }
    }

    /// Whether all references surely stand for the same as before. What a file holds is known when it
    /// is read.
    pub(crate) fn are_surely(&self, before: &Self) -> bool {
        self.folders.is_empty() && self.variables == before.variables
    }

    /// Defines a variable as `NAME=VALUE` does on the command line; the last definition counts.
    ///
    /// # Errors
    /// When it has no `=`, or no valid name.
    pub fn define(&mut self, definition: &str) -> Result<()> {
        let Some((name, text)) = definition.split_once('=') else {
            let what = "a definition of `--var` has no `=`";
            return Err(Error::usage(what).hint("write `--var NAME=VALUE`"));
        };
        check_name("--var", name)?;
        self.variables.insert(name.to_owned(), Variable::text(text));
        Ok(())
    }

    /// Defines the variables of a file: YAML or JSON, names to scalars.
    ///
    /// # Errors
    /// When it is not such a file. The error quotes none of its values.
    pub fn define_all(&mut self, path: &Path, text: &str) -> Result<()> {
        self.variables.extend(variables::read(path, text)?);
        Ok(())
    }

    /// Allows `${env:NAME}`, and gives its value if it is set.
    ///
    /// # Errors
    /// When the name is not valid.
    pub fn allow_environment(&mut self, name: &str, value: Option<SecretString>) -> Result<()> {
        check_name("--allow-env", name)?;
        self.environment.insert(name.to_owned(), value);
        Ok(())
    }

    /// Allows `${file:PATH}` for the files in a folder.
    ///
    /// # Errors
    /// When the folder cannot be found.
    pub fn allow_folder(&mut self, path: &Path) -> Result<()> {
        let folder = Folder::open(path).map_err(|error| {
            Error::usage(format!(
                "cannot use the folder of `--allow-file {}`",
                path.display()
            ))
            .because(error)
            .hint("name a folder that exists")
        })?;
        self.folders.push(folder);
        Ok(())
    }
}

fn check_name(flag: &str, name: &str) -> Result<()> {
    if is_name(name) {
        return Ok(());
    }
    let what =
        format!("`{flag}`: a name has letters, digits and `_`, and does not start with a digit");
    Err(Error::usage(what).hint("rename the variable"))
}
