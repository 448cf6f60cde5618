//! `validate`: check manifests; no server, no network.

use clap::Args;

use super::manifest_args::{ManifestArgs, show_findings};
use super::ui::{Ui, to_stdout};
use super::values::Format;
use crate::error::{Kind, Result};
use crate::exit_code::ExitCode;
use crate::report::{json, text};

/// Check manifests, without a server
#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    manifests: ManifestArgs,
    /// Output format of the findings
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = "Options")]
    output: Format,
}

pub(super) fn run(args: &ValidateArgs, ui: &Ui) -> Result<ExitCode> {
    let loaded = match args.manifests.load() {
        Err(error) if args.output == Format::Json && error.kind() == Kind::Manifest => {
            to_stdout(|out| json::unreadable(&error, out))?;
            return Ok(ExitCode::InvalidManifest);
        }
        loaded => loaded?,
    };
    match args.output {
        Format::Text => {
            show_findings(&loaded.findings, ui);
            to_stdout(|out| text::validated(&loaded, out))?;
        }
        Format::Json => to_stdout(|out| json::findings(&loaded, out))?,
    }
    Ok(match loaded.has_errors() {
        true => ExitCode::InvalidManifest,
        false => ExitCode::Done,
    })
}
