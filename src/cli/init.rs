//! `init`: writes a settings file to start from.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _};
use std::path::PathBuf;

use clap::Args;

use super::config::NAME;
use super::ui::to_stdout;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;

/// Everything in it is a comment but for the version.
const TEMPLATE: &str = include_str!("init.toml");

/// Write a commented settings file; never overwrites one
#[derive(Debug, Args)]
pub(super) struct InitArgs {
    /// File to write
    #[arg(value_name = "FILE", default_value = NAME)]
    file: PathBuf,
}

pub(super) fn run(args: &InitArgs) -> Result<ExitCode> {
    let path = args.file.display();
    let file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(&args.file);
    let mut file = file.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => {
            Error::usage(format!("`{path}` exists already, and is not overwritten"))
                .hint("edit it, or name another file: `hydra-gitops init FILE`")
        }
        _ => Error::unexpected(format!("cannot write `{path}`")).because(error),
    })?;
    file.write_all(TEMPLATE.as_bytes())
        .map_err(|error| Error::unexpected(format!("cannot write `{path}`")).because(error))?;
    to_stdout(|out| writeln!(out, "init: wrote `{path}`"))?;
    Ok(ExitCode::Done)
}
