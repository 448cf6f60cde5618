//! `version`: which program this is.

use clap::Args;

use super::ui::to_stdout;
use super::values::Format;
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::report::{Build, json, version};

/// The program as it was built. Nothing is asked at run time.
const BUILD: Build = Build {
    version: env!("CARGO_PKG_VERSION"),
    commit: option_env!("HYDRA_GITOPS_COMMIT"),
    target: env!("HYDRA_GITOPS_TARGET"),
};

/// Print the version, the commit, and the target that it was built for
#[derive(Debug, Args)]
pub(super) struct VersionArgs {
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT")]
    output: Format,
}

pub(super) fn run(args: &VersionArgs) -> Result<ExitCode> {
    to_stdout(|out| match args.output {
        Format::Text => version(&BUILD, out),
        Format::Json => json::version(&BUILD, out),
    })?;
    Ok(ExitCode::Done)
}
