//! `man`: manual pages.

use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::help::{all_man_pages, man_page};
use super::ui::to_runner;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;

/// Print a manual page, or write all of them into a folder
#[derive(Debug, Args)]
pub(super) struct ManArgs {
    /// The command, such as `secrets verify` [default: the page of the program]
    #[arg(value_name = "COMMAND", conflicts_with = "dir")]
    command: Vec<String>,
    /// Write the pages of all commands into this folder, replacing older ones
    #[arg(long, value_name = "DIR")]
    dir: Option<PathBuf>,
}

pub(super) fn run(args: &ManArgs) -> Result<ExitCode> {
    if let Some(folder) = &args.dir {
        return write_all(folder).map(|()| ExitCode::Done);
    }
    let words = args.command.join(" ");
    let no_page = || {
        let what = format!("there is no manual page of `{words}`");
        Error::usage(what).hint("`hydra-gitops help` lists the commands")
    };
    let page = man_page(&args.command).ok_or_else(no_page)?;
    let page = page.map_err(unexpected)?;
    to_runner(|out| out.write_all(&page.text))?;
    Ok(ExitCode::Done)
}

fn write_all(folder: &Path) -> Result<()> {
    let cannot = |path: &Path| {
        let what = format!("cannot write `{}`", path.display());
        move |error| Error::unexpected(what).because(error)
    };
    fs::create_dir_all(folder).map_err(cannot(folder))?;
    for page in all_man_pages().map_err(unexpected)? {
        let path = folder.join(&page.file);
        fs::write(&path, &page.text).map_err(cannot(&path))?;
    }
    Ok(())
}

fn unexpected(error: std::io::Error) -> Error {
    Error::unexpected("cannot make a manual page").because(error)
}
