//! What is done at the end of a run whose files are not as it wrote them.
//!
//! What was recorded or is open is still in memory, sealed. It is written to a journal again, and
//! only what was read back from there is said to be kept.

use std::collections::HashSet;
use std::path::Path;

use super::clock::{Clock as _, SystemClock};
use super::intent::{Entry, Intent};
use super::journal;
use super::lock::Lock;
use super::side_file::SideFile;
use super::state::Closed;
use super::store::Content;
use crate::error::{Error, Hint, Result, chain};
use crate::shell;

/// How the files of a run were found at its end.
pub(super) struct Ending<'a> {
    pub(super) secrets: &'a Path,
    pub(super) lock: &'a Lock,
    /// Whether the journal is as the run wrote it.
    pub(super) journal_stands: bool,
}

/// Where secrets were written and read back.
enum Place {
    /// The journal, which the next run settles.
    Journal,
    /// A file of their own.
    Rescued(SideFile),
}

impl Ending<'_> {
    /// Secrets were recorded, and their file was replaced or changed after that.
    pub(super) fn lost(&self, closed: &Closed) -> Error {
        let what = format!(
            "another program replaced or changed `{}` while secrets were recorded",
            self.secrets.display()
        );
        let ours: Vec<Intent> = closed.kept.iter().chain(&closed.open).cloned().collect();
        let place = self.keep(&ours, true);
        self.told(&what, &ours, place)
    }

    /// Leaves the journal with the open secrets, and with what another program put there meanwhile.
    ///
    /// # Errors
    /// When they are in another file now, or in none (exit 6).
    pub(super) fn keep_open(&self, closed: &Closed) -> Result<()> {
        match self.keep(&closed.open, !self.journal_stands) {
            Ok(Place::Journal) => Ok(()),
            place => Err(self.told("cannot rewrite the journal", &closed.open, place)),
        }
    }

    /// Writes secrets to the journal, together with what is in it if that is to stay, or else to a
    /// file of their own.
    fn keep(&self, ours: &[Intent], joins: bool) -> Result<Place> {
        // Where the lock's file was removed, another run may be at work.
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
            return Ok(Place::Journal);
        }
        let rescued = SideFile::rescued(self.secrets, SystemClock.now());
        let content = content(ours)?;
        rescued.write_new(&content)?;
        read_back(&rescued, &content)?;
        Ok(Place::Rescued(rescued))
    }

    /// Says what happened, and where the secrets are.
    fn told(&self, what: &str, ours: &[Intent], place: Result<Place>) -> Error {
        let (secrets, total) = (shell::path(self.secrets), ours.len());
        let journal = SideFile::journal(self.secrets);
        let recover = format!("`hydra-gitops secrets recover --secrets-out {secrets}`");
        match place {
            Ok(Place::Journal) => Error::secret(format!(
                "{what}; all secrets of this run ({total}) were written again to `{}`",
                journal.path().display()
            ))
            .hint(format!("the next run records them anew, and so does {recover}")),
            Ok(Place::Rescued(file)) => Error::secret(format!(
                "{what}; all secrets of this run ({total}) were written to `{}`, because the journal cannot be used",
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

    /// Says which secrets are in no file.
    fn unkept(&self, what: &str, ours: &[Intent], why: &Error) -> Error {
        let journal = SideFile::journal(self.secrets);
        let recorded = Content::read(self.secrets).unwrap_or_default().records;
        let journaled = journal
            .read()
            .and_then(|content| journal::replay(&content, journal.path()))
            .unwrap_or_default();
        let recorded = recorded.iter().map(|(_, record)| record.secret.text());
        let forms = journaled.iter().flat_map(|intent| &intent.sealed);
        let journaled = forms.map(|form| form.secret.text());
        let there: HashSet<&str> = recorded.chain(journaled).collect();
        let is_there = |intent: &&Intent| {
            let mut forms = intent.sealed.iter();
            forms.all(|form| there.contains(form.secret.text()))
        };
        let gone = ours.iter().filter(|intent| !is_there(intent));
        let gone: Vec<String> = gone
            .map(|intent| intent.identity().map(|client| format!("`{client}`")))
            .map(|client| client.unwrap_or_else(|| "a client without a name".to_owned()))
            .collect();
        let why = chain(why);
        match gone.is_empty() {
            true => Error::secret(format!("{what}, and {why}; no secret is lost")),
            false => Error::secret(format!(
                "{what}, and {why}; the secrets of these clients are in no file: {}",
                gone.join(", ")
            ))
            .hint(Hint::retry(
                "delete those of them that are in Hydra, and run the same command again",
                "delete those of them that are in Hydra; they are created again automatically",
            )),
        }
    }
}

/// The intents of a journal and ours, oldest first; of one that is in both, ours.
fn join(journal: &SideFile, ours: &[Intent]) -> Result<Vec<Intent>> {
    let names: HashSet<&str> = ours.iter().map(|intent| intent.name.as_str()).collect();
    let mut all = journal::replay(&journal.read()?, journal.path())?;
    all.retain(|intent| !names.contains(intent.name.as_str()));
    all.extend(ours.iter().cloned());
    all.sort_by_key(|intent| intent.created_at);
    Ok(all)
}

/// A journal of these intents.
fn content(intents: &[Intent]) -> Result<Vec<u8>> {
    let mut content = journal::head()?;
    for intent in intents {
        content.extend(journal::line(&Entry::Intent(Box::new(intent.clone())))?);
    }
    Ok(content)
}

/// Makes sure that a file holds what was written to it.
fn read_back(file: &SideFile, content: &[u8]) -> Result<()> {
    match file.read()? == content {
        true => Ok(()),
        false => Err(Error::secret(format!(
            "`{}` does not hold what was written to it",
            file.path().display()
        ))),
    }
}
