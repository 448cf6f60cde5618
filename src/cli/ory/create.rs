//! `create`: one client from flags, like Ory's `hydra clients create`.

use std::io::Write;

use clap::Args;

use super::client_flags::{ClientArgs, label};
use super::engine::{self, Clients};
use crate::cli::connection::AccessArgs;
use crate::cli::ui::{Ui, to_stdout};
use crate::cli::values::Format;
use crate::client::Field;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::manifest::{Finding, Severity, from_flags};
use crate::reconcile::{Outcome, Target};
use crate::report::created::{self, Created};
use crate::report::json;

/// Ory's command prints this line as well, and a script may look for it.
const SECRET_IN_ARGUMENTS: &str = "You should not provide secrets using command line flags, the secret might leak to bash history and similar systems";

/// Create one client from flags
#[derive(Debug, Args)]
#[command(args_override_self = true)]
pub(in crate::cli) struct CreateArgs {
    #[command(flatten)]
    client: ClientArgs,
    #[command(flatten)]
    access: AccessArgs,
    /// Output format
    #[arg(long, value_enum, default_value_t = Format::Text, value_name = "FORMAT", help_heading = None)]
    format: Format,
}

pub(in crate::cli) fn run(args: &CreateArgs, ui: &Ui) -> Result<ExitCode> {
    ui.hold_warnings();
    let (manifest, findings) = from_flags(&args.client.values, label);
    if is_refused(&findings, ui) {
        return Ok(ExitCode::Usage);
    }
    if manifest.client.given_secret().is_some() {
        match args.format {
            Format::Text => to_stdout(|out| writeln!(out, "{SECRET_IN_ARGUMENTS}"))?,
            Format::Json => ui.warning("the secret is visible to other users of this machine, and may be kept in the shell's history"),
        }
    }
    let lines = |client: &Created<'_>, _: &Outcome, hydra: &Target, out: &mut dyn Write| match args
        .format
    {
        Format::Text => created::created(client, out),
        Format::Json => json::created(client, hydra, out),
    };
    let clients = Clients {
        manifests: vec![manifest],
        in_files: false,
        skip_existing: false,
        lines: &lines,
    };
    Ok(engine::run(&args.access, clients, ui)?.code(0))
}

/// Reports problems with the flags, and returns whether any of them is an error.
pub(super) fn is_refused(findings: &[Finding], ui: &Ui) -> bool {
    for finding in findings {
        let field = finding.field.as_deref().and_then(Field::from_name);
        let message = match field.filter(|_| !finding.names_field()) {
            Some(field) => format!("{}: {}", label(field), finding.message),
            None => finding.message.clone(),
        };
        match (finding.severity(), &finding.help) {
            (Severity::Error, Some(help)) => ui.error(&Error::usage(message).hint(help)),
            (Severity::Error, None) => ui.error(&Error::usage(message)),
            (Severity::Warning, Some(help)) => ui.warning(&format!("{message}; {help}")),
            (Severity::Warning, None) => ui.warning(&message),
        }
    }
    findings.iter().any(Finding::is_error)
}
