//! Can secrets be stored: the secrets file, its journal, its lock?

use std::path::Path;

use super::examination::Examination;
use crate::endpoint_name::same_endpoint;
use crate::error::Error;
use crate::shell;
use crate::text::count;
use crate::vault::{Holder, Journal, Outputs, Store, has_leftovers, inspect};

/// Checks the files, if so many secrets are to be generated; `hydra` is the name of the Hydra that
/// answered.
pub(super) fn check(
    outputs: &Outputs,
    in_clear: bool,
    need: Option<usize>,
    hydra: Option<&str>,
    found: &mut Examination,
) {
    // An apply opens the files if it generates a secret or if an earlier run left some open.
    let path = outputs.anchor();
    let is_opened = need != Some(0) || has_leftovers(path);
    let files = inspect(outputs, in_clear);
    match &files.lock {
        Ok(None) => found.ok("lock", "none: no run is at work"),
        Ok(Some(holder)) => check_lock(path, holder, found),
        Err(error) => found.error("lock", error, is_opened),
    }
    match &files.journal {
        Ok(None) => found.ok("journal", "none: no run was interrupted"),
        Ok(Some(journal)) => check_journal(outputs, journal, hydra, found),
        Err(error) => found.error("journal", error, is_opened),
    }
    match &files.store {
        Ok(None) if outputs.secrets_file().is_none() => {}
        Ok(None) => {
            let message = format!("`{}` does not exist, and can be created", path.display());
            found.ok("secrets file", message);
        }
        Ok(Some(store)) => check_store(path, store, found),
        Err(error) => found.error("secrets file", error, is_opened),
    }
    for (folder, files) in &files.folders {
        let folder = folder.display();
        match files {
            Ok(None) => {
                let message = format!("`{folder}` does not exist, and can be created");
                found.ok("secrets folder", message);
            }
            Ok(Some(files)) => {
                let files = count(*files, "file");
                let message =
                    format!("`{folder}` can be written, and holds {files} of hydra-gitops");
                found.ok("secrets folder", message);
            }
            Err(error) => found.error("secrets folder", error, is_opened),
        }
    }
}

fn check_lock(path: &Path, holder: &Holder, found: &mut Examination) {
    let who = match holder.note.as_str() {
        "" => "another run",
        note => note,
    };
    let path = path.display();
    match holder.is_held {
        Some(true) => {
            let error = Error::secret(format!("`{path}` is in use by {who}"));
            let hint = "wait for that run to end, or name another file with `--secrets-out`";
            found.problem("lock", &error.hint(hint));
        }
        Some(false) => found.warning(
            "lock",
            format!("`{path}.lock` was left by {who}: the run was killed, or it is on another machine or in another container"),
            "if the run was killed, the next apply finishes its work; if it is still at work elsewhere, wait for it to end",
        ),
        None => found.warning(
            "lock",
            format!("`{path}.lock` belongs to {who}; the system does not tell whether that run is still at work"),
            "if it is, wait for it to end; if it was killed, the next apply finishes its work",
        ),
    }
}

fn check_journal(
    outputs: &Outputs,
    journal: &Journal,
    hydra: Option<&str>,
    found: &mut Examination,
) {
    let secrets = count(journal.open.len(), "secret");
    let mut message = format!(
        "{secrets} under way in `{}.journal`",
        outputs.anchor().display()
    );
    if let Some(name) = hydra.filter(|_| !journal.open.is_empty()) {
        let open = journal.open.iter();
        let here = open.filter(|intent| same_endpoint(&intent.endpoint, name));
        message.push_str(&format!(", {} of them for this Hydra", here.count()));
    }
    if journal.torn {
        message.push_str("; its last line is torn, and the secret in it was never sent");
    }
    found.warning(
        "journal",
        message,
        format!("the next apply to their Hydra settles them first; `hydra-gitops secrets recover {}` does so now", outputs.arguments()),
    );
}

fn check_store(path: &Path, store: &Store, found: &mut Examination) {
    let (shown, records) = (path.display(), count(store.records, "record"));
    let mode = store.mode;
    let message = format!("`{shown}` can be written, holds {records}, and has mode {mode:o}");
    if let Some((line, why)) = store.broken.first() {
        found.warning(
            "secrets file",
            format!("{message}; {} cannot be read, the first is line {line}: {why}", count(store.broken.len(), "line")),
            "look at these lines: they may hold the only copy of a secret; `hydra-gitops secrets list` shows the others",
        );
    } else if store.torn {
        found.warning(
            "secrets file",
            format!("{message}; its last line is torn"),
            "the next run repairs it, from the journal if it has that secret",
        );
    } else if mode & 0o022 != 0 {
        found.warning(
            "secrets file",
            format!("{message}: others can write to it"),
            format!("`chmod go-w {}`", shell::path(path)),
        );
    } else {
        found.ok("secrets file", message);
    }
}
