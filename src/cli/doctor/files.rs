//! Can secrets be kept: the secrets file, its journal, its lock?

use std::path::Path;

use super::command::DoctorArgs;
use super::findings::Findings;
use super::manifests::Need;
use crate::endpoint_name::same_endpoint;
use crate::error::Error;
use crate::shell;
use crate::text::count;
use crate::vault::{Holder, Intent, Journal, Store, has_leftovers, inspect};

/// Looks at the files; `hydra` is the name of the Hydra that answered.
pub(super) fn check(args: &DoctorArgs, need: Need, hydra: Option<&str>, findings: &mut Findings) {
    let path = args.secrets.path();
    // An apply opens the files when it generates a secret or an earlier run left some.
    let is_opened = need != Need::Secrets(0) || has_leftovers(path);
    let found = inspect(path, args.allow_plaintext_secrets);
    match &found.lock {
        Ok(None) => findings.ok("lock", "none: no run is at work"),
        Ok(Some(holder)) => say_lock(path, holder, findings),
        Err(error) => findings.error("lock", error, is_opened),
    }
    match &found.journal {
        Ok(None) => findings.ok("journal", "none: no run left anything open"),
        Ok(Some(journal)) => say_journal(path, journal, hydra, findings),
        Err(error) => findings.error("journal", error, is_opened),
    }
    match &found.store {
        Ok(None) => findings.ok(
            "secrets file",
            format!("`{}` is not there, and can be made", path.display()),
        ),
        Ok(Some(store)) => say_store(path, store, findings),
        Err(error) => findings.error("secrets file", error, is_opened),
    }
}

fn say_lock(path: &Path, holder: &Holder, findings: &mut Findings) {
    let who = match holder.note.as_str() {
        "" => "another run",
        note => note,
    };
    let path = path.display();
    match holder.is_held {
        Some(true) => findings.problem(
            "lock",
            &Error::secret(format!("`{path}` is in use by {who}"))
                .hint("wait for it to end, or name another file with `--secrets-out`"),
        ),
        Some(false) => findings.warning(
            "lock",
            format!("`{path}.lock` is left of {who}, which was killed or runs where it cannot be seen from here"),
            "the next apply goes on where it ended; a run on another machine or in another container keeps it out",
        ),
        None => findings.warning(
            "lock",
            format!("`{path}.lock` is there, of {who}"),
            "if that run is at work, wait for it to end; if it was killed, the next apply goes on where it ended",
        ),
    }
}

fn say_journal(path: &Path, journal: &Journal, hydra: Option<&str>, findings: &mut Findings) {
    let torn = match journal.torn {
        true => "; its last line is torn, and its secret was never sent",
        false => "",
    };
    let is_here =
        |intent: &&Intent| hydra.is_some_and(|name| same_endpoint(&intent.endpoint, name));
    let (waiting, here) = (
        journal.open.len(),
        journal.open.iter().filter(is_here).count(),
    );
    let shown = path.display();
    let message = match hydra {
        Some(_) if waiting > 0 => format!(
            "{} under way in `{shown}.journal`, {here} of them for this Hydra{torn}",
            count(waiting, "secret")
        ),
        _ => format!(
            "{} under way in `{shown}.journal`{torn}",
            count(waiting, "secret")
        ),
    };
    findings.warning(
        "journal",
        message,
        format!("the next apply settles those of its Hydra first, and so does `hydra-gitops secrets recover --secrets-out {}`", shell::path(path)),
    );
}

fn say_store(path: &Path, store: &Store, findings: &mut Findings) {
    let Store {
        records,
        broken,
        torn,
        mode,
    } = store;
    let shown = path.display();
    let message = format!(
        "`{shown}` can be written, holds {}, and has mode {mode:o}",
        count(*records, "record")
    );
    if let Some((line, why)) = broken.first() {
        findings.warning(
            "secrets file",
            format!("{message}; {} cannot be read, the first is line {line}: {why}", count(broken.len(), "line")),
            "look at it: it may hold a secret that exists nowhere else; `hydra-gitops secrets list` shows all others",
        );
    } else if *torn {
        findings.warning(
            "secrets file",
            format!("{message}; its last line is torn"),
            "the next run mends it, from the journal where that has it",
        );
    } else if mode & 0o022 != 0 {
        findings.warning(
            "secrets file",
            format!("{message}: others can write to it"),
            format!("`chmod go-w {}`", shell::path(path)),
        );
    } else {
        findings.ok("secrets file", message);
    }
}
