//! `secrets rekey`: encrypts recorded secrets to other recipients.

use std::path::Path;

use clap::Args;

use super::open_args::{OpenArgs, open};
use super::{read, recipients_of};
use crate::cli::output_args::{OutputPath, SecretsFileArgs};
use crate::cli::recipient_args::KeyArgs;
use crate::cli::ui::{Ui, to_stdout};
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::reconcile::tell_repairs;
use crate::text::count;
use crate::vault::{LockedOutput, Opener, Record, Seal, Standing, has_journal};

/// Encrypt recorded secrets to other recipients
#[derive(Debug, Args)]
pub(in crate::cli) struct RekeyArgs {
    #[command(flatten)]
    file: SecretsFileArgs,
    #[command(flatten)]
    pub(super) keys: KeyArgs,
    #[command(flatten)]
    open: OpenArgs,
    /// Rewrite the file with the lines that count, and nothing before them
    #[arg(long, help_heading = None)]
    prune: bool,
}

pub(super) async fn rekey(args: &RekeyArgs, seal: Option<Seal>, ui: &Ui) -> Result<ExitCode> {
    let output = args.file.single()?;
    let path = match &output {
        OutputPath::File(file) => file,
        OutputPath::Sops(_) => {
            let what = "SOPS files are re-encrypted by `sops` itself";
            let hint = "name the recipients in `.sops.yaml` and run `sops updatekeys FILE` and `sops rotate -i FILE`";
            return Err(Error::usage(what).hint(hint));
        }
    };
    let Some(seal) = seal else {
        let what = "no recipient is given to encrypt the secrets to";
        let hint = "give all who shall open them, such as `--pgp-key-file` or `--age-recipient`";
        return Err(Error::secret(what).hint(hint));
    };
    read(&output)?;
    let locked = LockedOutput::open(path)?;
    tell_repairs(locked.repair.as_ref(), &locked.content.broken, ui);
    if args.prune {
        check_prune(&locked, path)?;
    }
    let rekeyed = rekeyed(&locked, &seal, &args.open.opener()).await?;
    let changed = rekeyed.iter().filter(|one| one.is_new).count();
    let kept = rekeyed.len() - changed;
    let dropped = match args.prune {
        true => prune(locked, path, rekeyed)?,
        false => {
            for one in rekeyed.iter().filter(|one| one.is_new) {
                locked.append(&one.record).await?;
            }
            0
        }
    };
    to_stdout(|out| {
        writeln!(
            out,
            "rekey: {} encrypted again, {kept} already for these recipients, {} removed",
            count(changed, "secret"),
            count(dropped, "line")
        )
    })?;
    if !args.prune && changed > 0 {
        ui.notice("earlier lines stay, and open to their own recipients: `--prune` removes them");
    }
    if changed + dropped > 0 {
        ui.notice("whoever could open a secret may have kept it: to lock somebody out, create the clients anew");
    }
    Ok(ExitCode::Done)
}

/// Rewrites the file with these records alone, and returns how many lines that removed.
fn prune(locked: LockedOutput, path: &Path, rekeyed: Vec<Rekeyed>) -> Result<usize> {
    let lines = locked.content.records.len();
    let records: Vec<_> = rekeyed.into_iter().map(|one| one.record).collect();
    locked.replace(path, &records)?;
    Ok(lines - records.len())
}

/// What a rewritten file would lose.
fn check_prune(locked: &LockedOutput, path: &Path) -> Result<()> {
    let shown = path.display();
    if has_journal(path) {
        let what = format!("secrets of an interrupted run wait in `{shown}.journal`");
        let hint = "settle them first with `hydra-gitops secrets recover`";
        return Err(Error::secret(what).hint(hint));
    }
    match locked.content.broken.first() {
        None => Ok(()),
        Some((line, why)) => {
            let what = format!("line {line} of `{shown}` cannot be read, and would be lost: {why}");
            Err(Error::secret(what).hint("repair or remove it, or leave `--prune` out"))
        }
    }
}

struct Rekeyed {
    record: Record,
    is_new: bool,
}

/// Every record that is not superseded, in order, for the recipients of its client alone. All are
/// opened before anything is written.
async fn rekeyed(locked: &LockedOutput, seal: &Seal, opener: &Opener) -> Result<Vec<Rekeyed>> {
    let mut all = Vec::new();
    for (_, record, standing) in locked.content.standings() {
        if standing == Standing::Superseded {
            continue;
        }
        let names = recipients_of(seal, record)?.names();
        let is_new = !names.eq(record.recipients.iter().map(String::as_str));
        let record = match is_new {
            true => record.sealed_anew(seal, &open(opener, record).await?)?,
            false => record.clone(),
        };
        all.push(Rekeyed { record, is_new });
    }
    Ok(all)
}
