//! `secrets show`: one secret, in clear, on standard output.

use std::io::IsTerminal as _;

use clap::Args;
use secrecy::ExposeSecret as _;

use super::open_args::{EndpointArgs, OpenArgs, counting, open};
use super::read;
use crate::cli::output_args::SecretsFileArgs;
use crate::cli::ui::{Ui, to_runner};
use crate::error::Result;
use crate::exit_code::ExitCode;

/// Print a client's secret in clear
#[derive(Debug, Args)]
pub(in crate::cli) struct ShowArgs {
    /// Client id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    file: SecretsFileArgs,
    #[command(flatten)]
    endpoint: EndpointArgs,
    #[command(flatten)]
    open: OpenArgs,
}

pub(super) async fn show(args: &ShowArgs, ui: &Ui) -> Result<ExitCode> {
    let output = args.file.single()?;
    let content = read(&output)?;
    let endpoint = args.endpoint.of(&content, &args.id, output.path())?;
    let record = counting(&content, &args.id, endpoint)?;
    let secret = open(&args.open.opener(), record).await?;
    // What is later than a confirmed secret may have replaced it.
    if content.has_later(record) {
        ui.alarm(&format!(
            "unconfirmed secrets of `{}` were recorded after this one: `hydra-gitops secrets verify` tells which is right",
            args.id
        ));
    }
    let ends_line = std::io::stdout().is_terminal();
    to_runner(|out| {
        out.write_all(secret.expose_secret().as_bytes())?;
        if ends_line { writeln!(out) } else { Ok(()) }
    })?;
    Ok(ExitCode::Done)
}
