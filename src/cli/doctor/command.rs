//! The command: its flags, and the checks one after the other.

use std::path::PathBuf;

use clap::Args;

use super::findings::Findings;
use super::manifests::Need;
use super::{files, hydra, manifests, recipients};
use crate::cli::args::Format;
use crate::cli::connection::ConnectionArgs;
use crate::cli::keys::{KeyArgs, SecretsFileArgs};
use crate::cli::signals::Signals;
use crate::cli::start::block_on;
use crate::cli::ui::{Ui, to_stdout};
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::manifest::Manifest;
use crate::report::doctor;

/// Say whether everything is ready for an apply; changes nothing
#[derive(Debug, Args)]
pub(in crate::cli) struct DoctorArgs {
    /// Manifests to look at too: folders, files, or `-` for standard input
    #[arg(value_name = "PATH", help_heading = "Manifests")]
    pub(super) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) connection: ConnectionArgs,
    #[command(flatten)]
    pub(super) keys: KeyArgs,
    #[command(flatten)]
    pub(super) secrets: SecretsFileArgs,
    /// Secrets would be written in clear
    #[arg(long, help_heading = "Secrets")]
    pub(super) allow_plaintext_secrets: bool,
    /// How the findings are written
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = "Options")]
    output: Format,
}

pub(in crate::cli) fn run(args: &DoctorArgs, ui: &Ui) -> Result<ExitCode> {
    let mut findings = Findings::default();
    // Before signals are listened for: standard input may be long in coming.
    let manifests = manifests::check(args, &mut findings, ui);
    let keys = recipients::check(args, &mut findings);
    block_on(async {
        let mut signals = Signals::new()?;
        tokio::select! {
            biased;
            signal = signals.next() => Ok(signal),
            () = examine(args, manifests, &keys, &mut findings, ui) => Ok(ExitCode::Done),
        }
        .and_then(|code| match code {
            ExitCode::Done => show(args, findings, ui),
            signal => Ok(signal),
        })
    })
}

/// Looks at Hydra and at the files.
async fn examine(
    args: &DoctorArgs,
    manifests: Option<Vec<Manifest>>,
    keys: &recipients::Keys,
    findings: &mut Findings,
    ui: &Ui,
) {
    let probe = manifests.iter().flatten();
    let probe = probe
        .filter_map(|manifest| manifest.client.client_id())
        .next();
    let connected = hydra::check(args, probe.as_ref(), keys, findings, ui).await;
    let need = match (manifests, &connected) {
        (Some(manifests), Some(connected)) => {
            manifests::plan(args, manifests, connected, findings).await
        }
        _ => Need::Unknown,
    };
    recipients::check_need(keys, need, findings);
    let name = connected.as_ref().map(|connected| &*connected.name);
    files::check(args, need, name, findings);
}

fn show(args: &DoctorArgs, findings: Findings, ui: &Ui) -> Result<ExitCode> {
    let (examination, code) = findings.finish();
    to_stdout(|out| match args.output {
        Format::Text => doctor::text(&examination, ui.detail(), out),
        Format::Json => doctor::json(&examination, out),
    })?;
    Ok(code)
}
