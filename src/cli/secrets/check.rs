//! `secrets check`: whether each line of the secrets file is valid and its client still exists.

use clap::Args;

use super::{nothing_of, read};
use crate::cli::connection::ConnectionArgs;
use crate::cli::recipient_args::{KeyArgs, SecretsFileArgs};
use crate::cli::ui::{Ui, to_stdout};
use crate::error::Result;
use crate::exit_code::ExitCode;
use crate::recipients::Recipients;
use crate::reconcile;
use crate::report::checked as output;
use crate::text::count;

/// Check the secrets file
#[derive(Debug, Args)]
pub(in crate::cli) struct CheckArgs {
    #[command(flatten)]
    file: SecretsFileArgs,
    #[command(flatten)]
    pub(super) keys: KeyArgs,
    #[command(flatten)]
    connection: ConnectionArgs,
}

pub(super) async fn check(
    args: &CheckArgs,
    recipients: Option<&Recipients>,
    ui: &Ui,
) -> Result<ExitCode> {
    let content = read(&args.file)?;
    let connected = args.connection.connect(None, ui).await?;
    let (hydra, path) = (&connected.name, args.file.path());
    if recipients.is_none() {
        ui.notice("no key was given, so this does not check who can open the secrets: name one with `--pgp-key-file`");
    }
    let (reader, look_ups) = (&connected.session.reader, args.connection.look_ups());
    let check = reconcile::check(&content, recipients, hydra, reader, look_ups).await?;
    for (line, problem) in &check.problems {
        let problem = output::problem(problem, hydra);
        ui.alarm(&format!("{}:{line}: {problem}", path.display()));
    }
    for (id, lines) in &check.unconfirmed {
        ui.alarm(&format!(
            "`{id}` has {} that may or may not be its own: `hydra-gitops secrets verify` tries each",
            count(*lines, "unconfirmed secret")
        ));
    }
    if check.looked_up == 0 {
        ui.error(&nothing_of(&check.elsewhere, hydra, path));
    } else if let Some(named) = output::elsewhere(&check.elsewhere) {
        ui.notice(&format!("not looked up: {named}"));
    }
    to_stdout(|out| output::totals(&check, out))?;
    Ok(if check.problems.is_empty() && check.looked_up > 0 {
        ExitCode::Done
    } else {
        ExitCode::Failed
    })
}
