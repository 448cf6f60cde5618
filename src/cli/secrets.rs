//! `secrets`: works with the secrets file.

mod add;
mod check;
mod export;
mod list;
mod open_args;
mod recover;
mod rekey;
mod show;
mod verify;

use std::collections::BTreeMap;
use std::path::Path;

use clap::Subcommand;

use super::output_args::OutputPath;
use super::runtime::run_guarded;
use super::ui::Ui;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::recipients::Recipients;
use crate::report::secrets as output;
use crate::vault::{Content, Record, Seal};

/// The secrets file
#[derive(Debug, Subcommand)]
pub(super) enum SecretsCommand {
    /// List the recorded secrets, without opening them
    List(Box<list::ListArgs>),
    /// Finish what a killed run left in its journal, as the next apply would
    Recover(Box<recover::RecoverArgs>),
    /// Check that each line is valid, is for a given recipient, and belongs to an existing client
    Check(Box<check::CheckArgs>),
    /// Decrypt each secret with your own gpg or age, and test it at Hydra's public endpoint
    Verify(Box<verify::VerifyArgs>),
    /// Print a client's secret in clear, opened with your own gpg, age or sops
    Show(Box<show::ShowArgs>),
    /// Encrypt recorded secrets to other recipients
    Rekey(Box<rekey::RekeyArgs>),
    /// Record a secret that was made elsewhere, read from standard input
    Add(Box<add::AddArgs>),
    /// Print secrets in clear, or as a SOPS file, for another tool to read
    Export(Box<export::ExportArgs>),
}

pub(super) fn run(command: SecretsCommand, ui: &Ui) -> Result<ExitCode> {
    // Keys and standard input are read before signals are handled: both may take long.
    match command {
        SecretsCommand::List(args) => {
            let keys = args.keys.recipients()?;
            list::list(&args, keys.as_ref(), ui)
        }
        SecretsCommand::Recover(args) => run_guarded(recover::recover(&args, ui)),
        SecretsCommand::Check(args) => check::check(&args, ui),
        SecretsCommand::Verify(args) => run_guarded(verify::verify(&args, ui)),
        SecretsCommand::Show(args) => run_guarded(show::show(&args, ui)),
        SecretsCommand::Rekey(args) => {
            let seal = args.keys.seal_quietly(false)?;
            run_guarded(rekey::rekey(&args, seal, ui))
        }
        SecretsCommand::Add(args) => {
            let given = add::given(&args, ui)?;
            run_guarded(add::add(&args, given, ui))
        }
        SecretsCommand::Export(args) => {
            let seal = args.keys.seal_quietly(false)?;
            run_guarded(export::export(&args, seal.as_ref()))
        }
    }
}

fn done_if(is_done: bool) -> ExitCode {
    match is_done {
        true => ExitCode::Done,
        false => ExitCode::Failed,
    }
}

/// Reads a secrets file, or a folder of SOPS files, that must exist.
fn read(output: &OutputPath) -> Result<Content> {
    if !output.path().exists() {
        let path = output.path().display();
        let hint =
            "name it with `--secrets-out`; `apply` makes it when it generates the first secret";
        let error = Error::secret(format!("there is no secrets file `{path}`"));
        return Err(match output.recovery() {
            Some(command) => error.hint(format!(
                "an interrupted run left its journal: `{command}` records what is in it"
            )),
            None => error.hint(hint),
        });
    }
    output.content()
}

/// The error if no line belongs to that Hydra: checking nothing must not look like success.
fn nothing_of(elsewhere: &BTreeMap<&str, usize>, hydra: &str, path: &Path) -> Error {
    let path = path.display();
    let error = Error::unexpected(format!("`{path}` contains no secret of `{hydra}`"));
    match output::elsewhere(elsewhere) {
        Some(named) => error.hint(format!(
            "it has {named}: connect to that Hydra with `--endpoint` or `--sandbox`, or name another file with `--secrets-out`"
        )),
        None => error.hint("name another file with `--secrets-out`"),
    }
}

/// Who shall open the secret of a record, and nobody else.
fn recipients_of<'s>(seal: &'s Seal, record: &Record) -> Result<&'s Recipients> {
    let (id, owner) = (&record.client_id, record.owner.as_deref());
    if matches!(seal, Seal::ByOwner(_)) && owner.is_none() {
        let what = format!(
            "the line of `{id}` does not say whose client it is: an earlier version wrote it, and `[recipients]` chooses by owner"
        );
        return Err(Error::secret(what).hint(format!(
            "record it again: `hydra-gitops secrets show {id} | hydra-gitops secrets add {id}`"
        )));
    }
    seal.recipients(owner).ok_or_else(|| {
        let owner = owner.unwrap_or_default();
        Error::secret(format!("nobody is named who may open the secret of `{id}`, a client of `{owner}`"))
            .hint("add its owner to `[recipients]`, or give recipients for all others, such as `--age-recipient`")
    })
}
