//! Saves the secrets of a run whose files were replaced or changed while it ran, or could not be
//! written in the end.
//!
//! Everything that was recorded or is still open is in memory, sealed. It is written to a journal
//! again, and reported as kept only after it has been read back.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use super::clock::{Clock as _, SystemClock};
use super::journal::{self, Entry, Intent, count_intents};
use super::lock::Lock;
use super::secrets_file::Content;
use super::side_file::SideFile;
use super::write_ahead::Closed;
use crate::error::{Error, Hint, Result, chain};
use crate::shell;
use crate::text::count;

/// The files of a run when it ends.
pub(super) struct Ending<'a> {
    pub(super) secrets: &'a Path,
    /// The flags that name the outputs.
    pub(super) outputs: &'a str,
    pub(super) lock: &'a Lock,
    /// Whether the journal is as the run wrote it.
    pub(super) journal_stands: bool,
}

/// What is wrong with an output when a run ends.
#[derive(Debug)]
pub(super) enum Fault {
    /// Another program replaced or changed it.
    Changed(PathBuf),
    /// Files of a folder could not be written.
    Unwritten {
        /// How many; 0 if that is not known.
        files: usize,
        /// Why the first could not.
        error: Error,
    },
}

impl Ending<'_> {
    /// The error if secrets were recorded that an output does not hold.
    pub(super) fn lost(&self, closed: &Closed, fault: Fault) -> Error {
        let ours: Vec<Intent> = closed.kept.iter().chain(&closed.open).cloned().collect();
        let what = match fault {
            // The journal has all of it. On a disk that is full, it must not be written anew.
            Fault::Unwritten { files, error } if self.journal_stands => {
                return self.kept(files, error);
            }
            Fault::Unwritten { error, .. } => chain(&error),
            Fault::Changed(output) => format!(
                "another program replaced or changed `{}` while secrets were recorded",
                output.display()
            ),
        };
        let written = self.keep(&ours, true);
        self.told(&what, &ours, written)
    }

    fn kept(&self, files: usize, error: Error) -> Error {
        let (journal, outputs) = (SideFile::journal(self.secrets), self.outputs);
        let missing = match files {
            0 => "what is missing".to_owned(),
            _ => format!("what is missing ({})", count(files, "file")),
        };
        error.hint(format!(
            "nothing is lost: `{}` holds {missing}; after that, `hydra-gitops secrets recover {outputs}` or the next run writes it",
            journal.path().display(),
        ))
    }

    /// Rewrites the journal with the open intents and those that another program added meanwhile.
    pub(super) fn keep_open(&self, closed: &Closed) -> Result<()> {
        match self.keep(&closed.open, !self.journal_stands) {
            Ok(None) => Ok(()),
            written => Err(self.told("cannot rewrite the journal", &closed.open, written)),
        }
    }

    /// Writes intents to the journal, merged with its present content if `joins`, and reads them
    /// back. If that fails, writes them to a separate file and returns it.
    fn keep(&self, ours: &[Intent], joins: bool) -> Result<Option<SideFile>> {
        // If the lock file was removed, another run may be active.
        let again = (!self.journal_stands && !self.lock.is_intact())
            .then(|| Lock::take(self.secrets, SystemClock.now()));
        let journal = SideFile::journal(self.secrets);
        let joined = match &again {
            Some(Err(held)) => Err(held.clone()),
            _ if joins => join(&journal, ours),
            _ => Ok(ours.to_vec()),
        };
        let written = joined.and_then(|all| {
            let (unfinished, content) = (SideFile::unfinished(self.secrets), content(&all)?);
            unfinished.write_new(&content)?;
            unfinished.replace(&journal)?;
            read_back(&journal, &content)
        });
        if written.is_ok() {
            return Ok(None);
        }
        let rescued = SideFile::rescued(self.secrets, SystemClock.now());
        let content = content(ours)?;
        rescued.write_new(&content)?;
        read_back(&rescued, &content)?;
        Ok(Some(rescued))
    }

    /// Builds the error that says what happened and where the secrets are.
    fn told(&self, what: &str, ours: &[Intent], written: Result<Option<SideFile>>) -> Error {
        let (outputs, all) = (self.outputs, count_intents(ours));
        let journal = SideFile::journal(self.secrets);
        let recover = format!("`hydra-gitops secrets recover {outputs}`");
        match written {
            Ok(None) => Error::secret(format!(
                "{what}; the pending entries of this run ({all}) were saved to `{}` again",
                journal.path().display()
            ))
            .hint(format!("the next run settles it; to settle it now, run {recover}")),
            Ok(Some(file)) => Error::secret(format!(
                "{what}; everything this run has to keep ({all}) was written to `{}`, because the journal cannot be used",
                file.path().display()
            ))
            .hint(format!(
                "when no run uses the secrets file, run `mv -n {} {}`, then {recover}",
                shell::path(file.path()),
                shell::path(journal.path())
            )),
            Err(error) => self.unkept(what, ours, &error),
        }
    }

    /// Builds the error that lists the secrets, and the creates without one, that are in no file.
    fn unkept(&self, what: &str, ours: &[Intent], why: &Error) -> Error {
        let journal = SideFile::journal(self.secrets);
        let recorded = Content::read(self.secrets).unwrap_or_default().records;
        let journaled = journal
            .read()
            .and_then(|content| journal::replay(&content, journal.path()))
            .unwrap_or_default();
        let recorded = recorded.iter().map(|(_, record)| record.secret.text());
        let names: HashSet<&str> = journaled.iter().map(|intent| &*intent.name).collect();
        let forms = journaled.iter().flat_map(|intent| &intent.sealed);
        let journaled = forms.map(|form| form.secret.text());
        let there: HashSet<&str> = recorded.chain(journaled).collect();
        let is_there = |intent: &Intent| match &intent.sealed[..] {
            _ if !intent.sops.is_empty() => names.contains(&*intent.name),
            [] => names.contains(&*intent.name),
            forms => forms.iter().all(|form| there.contains(form.secret.text())),
        };
        let gone = |is_secret: bool| {
            let gone = ours
                .iter()
                .filter(|one| one.has_secret() == is_secret && !is_there(one));
            let gone = gone.map(|intent| match intent.identity() {
                Some(client) => format!("`{client}`"),
                None => "a client without a name".to_owned(),
            });
            gone.collect::<Vec<_>>().join(", ")
        };
        let (secrets, creates) = (gone(true), gone(false));
        let mut said = format!("{what}, and {}", chain(why));
        for (clients, fate) in [
            (
                &secrets,
                "the secrets of these clients could not be saved to any file",
            ),
            (
                &creates,
                "these clients may still be created, but no file records it",
            ),
        ] {
            if !clients.is_empty() {
                said.push_str(&format!("; {fate}: {clients}"));
            }
        }
        if secrets.is_empty() && creates.is_empty() {
            return Error::secret(format!("{said}; no secret is lost"));
        }
        let error = Error::secret(said);
        match secrets.is_empty() {
            true => error.hint(Hint::retry(
                "before you run the same command again, check whether they are in Hydra",
                "check whether they are in Hydra",
            )),
            false => error.hint(Hint::retry(
                "delete those of them that are in Hydra, and run the same command again",
                "delete those of them that are in Hydra; they are created again automatically",
            )),
        }
    }
}

/// Merges a journal's intents with ours, oldest first; where both have an intent, ours wins.
fn join(journal: &SideFile, ours: &[Intent]) -> Result<Vec<Intent>> {
    let names: HashSet<&str> = ours.iter().map(|intent| intent.name.as_str()).collect();
    let mut all = journal::replay(&journal.read()?, journal.path())?;
    all.retain(|intent| !names.contains(intent.name.as_str()));
    all.extend(ours.iter().cloned());
    all.sort_by_key(|intent| intent.created_at);
    Ok(all)
}

/// Encodes a journal of these intents.
fn content(intents: &[Intent]) -> Result<Vec<u8>> {
    let mut content = journal::head()?;
    for intent in intents {
        content.extend(journal::line(&Entry::Intent(Box::new(intent.clone())))?);
    }
    Ok(content)
}

/// Verifies that a file holds what was written to it.
fn read_back(file: &SideFile, content: &[u8]) -> Result<()> {
    if file.read()? == content {
        return Ok(());
    }
    let path = file.path().display();
    Err(Error::secret(format!(
        "`{path}` does not hold what was written to it"
    )))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use std::path::Path;

    use jiff::Timestamp;

    use super::{Closed, Ending, Error, Fault, Intent, Lock};
    use crate::vault::journal::replay;

    /// An intent with `secrets` secrets, none or one.
    fn intent(name: &str, secrets: usize) -> Intent {
        let sealed = [r#"{"recipients":["AB"],"encrypted_client_secret":"x"}"#; 1];
        let line = format!(
            r#"{{"intent":{{"name":"{name}","client_id":null,"client_name":"{name}","owner":"o","method":"none","endpoint":"http://h","created_at":"2026-01-02T03:04:05Z","sealed":[{}]}}}}"#,
            sealed[..secrets].join("")
        );
        let read = replay(format!("{line}\n").as_bytes(), Path::new("j"));
        read.unwrap().remove(0)
    }

    /// The message at the end of a run with these open and recorded intents, when something else
    /// occupies the journal's path.
    fn told(act: impl FnOnce(&Path), kept: Vec<Intent>, open: Vec<Intent>) -> Error {
        let folder = tempfile::tempdir().unwrap();
        let secrets = folder.path().join("s.jsonl");
        let lock = Lock::take(&secrets, Timestamp::now()).unwrap();
        act(folder.path());
        let ending = Ending {
            secrets: &secrets,
            outputs: "--secrets-out s.jsonl",
            lock: &lock,
            journal_stands: true,
        };
        let recorded = kept.len();
        let closed = Closed {
            open,
            recorded,
            kept,
        };
        match recorded {
            0 => ending.keep_open(&closed).unwrap_err(),
            _ => ending.lost(&closed, Fault::Changed(secrets.clone())),
        }
    }

    #[test]
    fn creates_without_a_secret_are_not_called_secrets() {
        let taken =
            |folder: &Path| std::fs::create_dir(folder.join("s.jsonl.journal.new")).unwrap();
        let secrets = || vec![intent("s", 1)];
        let creates = || vec![intent("a", 0), intent("b", 0)];
        for (kept, open, all) in [
            (vec![], creates(), "(2 creates)"),
            (vec![], secrets(), "(1 secret)"),
            (secrets(), creates(), "(1 secret and 2 other creates)"),
        ] {
            let said = told(taken, kept, open).to_string();
            assert!(said.contains(all) && said.contains("rescued"), "{said}");
        }
    }

    #[test]
    fn what_is_in_no_file_is_named() {
        let gone = |folder: &Path| std::fs::remove_dir_all(folder).unwrap();
        let said = told(gone, vec![], vec![intent("a", 0)]).to_string();
        assert!(!said.contains("the secrets of"), "{said}");
        assert!(said.contains("no file records it: `a"), "{said}");
        let said = told(gone, vec![intent("s", 1)], vec![intent("a", 0)]).to_string();
        assert!(said.contains("saved to any file: `s"), "{said}");
        assert!(said.contains("no file records it: `a"), "{said}");
    }
}
