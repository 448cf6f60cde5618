//! `validate`: check manifests; no server, no network.

use clap::Args;

use super::args::Format;
use super::desired::{ManifestArgs, show_findings};
use super::ui::{Ui, to_stdout};
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::output::{json, text};

/// Check manifests; no server, no network
#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    manifests: ManifestArgs,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = "Options")]
    output: Format,
}

pub(super) fn run(args: &ValidateArgs, ui: &Ui) -> Result<ExitCode> {
    let loaded = args.manifests.load()?;
    match args.output {
        Format::Text => {
            show_findings(&loaded, ui);
            to_stdout(|out| text::validated(&loaded, out))?;
        }
        Format::Json => to_stdout(|out| json::findings(&loaded, out))?,
    }
    Ok(if loaded.has_errors() {
        ExitCode::InvalidManifest
    } else {
        ExitCode::Done
    })
}
