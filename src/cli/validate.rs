//! `validate`: check manifests; no server, no network.

use clap::Args;

use super::findings_format::FindingsFormat;
use super::manifest_args::{ManifestArgs, show_findings};
use super::ui::{Ui, to_stdout};
use crate::client::HydraVersion;
use crate::error::{Kind, Result};
use crate::exit_code::ExitCode;
use crate::manifest::Demand;
use crate::report::text;

/// Check manifests, without a server
#[derive(Debug, Args)]
pub(super) struct ValidateArgs {
    #[command(flatten)]
    manifests: ManifestArgs,
    /// Check for this version of Hydra, such as `v2.3`: what it refuses is an error
    #[arg(long, value_name = "VERSION", help_heading = None)]
    hydra_version: Option<HydraVersion>,
    /// Fail where a reference in a manifest stands for nothing
    #[arg(long, help_heading = None)]
    resolve: bool,
    /// Output format of the findings
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text, value_name = "FORMAT", help_heading = None)]
    output: FindingsFormat,
}

pub(super) fn run(args: &ValidateArgs, ui: &Ui) -> Result<ExitCode> {
    let demand = match args.resolve {
        true => Demand::All,
        false => Demand::Given,
    };
    let loaded = args.manifests.load(args.hydra_version, demand);
    match &loaded {
        Ok(loaded) if args.output == FindingsFormat::Text => {
            show_findings(&loaded.findings, ui);
            let clients = loaded.manifests.len();
            to_stdout(|out| text::validated(clients, &loaded.findings, out))?;
        }
        Err(error) if args.output == FindingsFormat::Text || error.kind() != Kind::Manifest => {
            return Err(error.clone());
        }
        loaded => args.output.to_stdout(loaded, &args.manifests.paths)?,
    }
    Ok(match loaded {
        Ok(loaded) if !loaded.has_errors() => ExitCode::Done,
        _ => ExitCode::InvalidManifest,
    })
}
