//! What a journal says after whatever happened to the run that wrote it.
//!
//! # Expected flow
//! One line an intent, synced before its request is sent; one line a discard; the file is removed
//! when no intent is open. An intent whose secret stands in the secrets file is done.
//!
//! # Guarantees
//! A line that was synced is read back. A torn last line was not synced, so that its request was
//! never sent, and it is left out. A broken line anywhere else stops the run: nothing that may be
//! the only trace of a secret is passed over.

use std::path::Path;

use super::intent::{Entry, Intent};
use super::lines::split_torn;
use crate::error::{Error, Result};

/// The version of the journal's format.
const FORMAT: u32 = 1;

/// The journal's first line.
pub(super) fn head() -> Result<Vec<u8>> {
    line(&Entry::Journal(FORMAT))
}

/// A journal's line for an entry.
pub(super) fn line(entry: &Entry) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)
        .map_err(|error| Error::secret("cannot write a journal entry").because(error))?;
    line.push(b'\n');
    Ok(line)
}

/// The intents that are not discarded, in their order.
///
/// # Errors
/// A line that cannot be read, other than a torn last one (exit 6).
pub fn replay(content: &[u8], path: &Path) -> Result<Vec<Intent>> {
    let (whole, torn) = split_torn(content);
    if !torn.is_empty() {
        tracing::debug!(
            bytes = torn.len(),
            "the journal's last line is torn; it was never sent"
        );
    }
    let mut open: Vec<Intent> = Vec::new();
    for (index, line) in whole.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match parse(line) {
            Some(Entry::Intent(intent)) => open.push(*intent),
            Some(Entry::Sent { intent, at }) => {
                let sent = open.iter_mut().filter(|open| open.name == intent);
                sent.for_each(|open| open.sent_at = Some(at));
            }
            Some(Entry::Discarded(name)) => open.retain(|open| open.name != name),
            Some(Entry::Journal(FORMAT)) => {}
            Some(Entry::Journal(format)) => {
                return Err(Error::secret(format!(
                    "the journal `{}` has format {format}, and this version reads {FORMAT}",
                    path.display()
                ))
                .hint("finish it with the newer version of hydra-gitops that wrote it"));
            }
            None => {
                return Err(Error::secret(format!(
                    "line {} of the journal `{}` cannot be read",
                    index + 1,
                    path.display()
                ))
                .hint("it may hold a secret that exists nowhere else: keep a copy, mend or cut the line, and run `hydra-gitops secrets recover`"));
            }
        }
    }
    Ok(open)
}

fn parse(line: &[u8]) -> Option<Entry> {
    serde_json::from_slice(line).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Entry, head, line, replay};
    use crate::secrets::intent::Intent;
    use crate::secrets::seal::Sealed;
    use std::path::Path;

    fn intent(name: &str) -> Intent {
        Intent {
            name: name.to_owned(),
            client_id: Some("c".to_owned()),
            own_id: false,
            client_name: None,
            owner: None,
            method: "client_secret_basic".to_owned(),
            endpoint: "http://h".to_owned(),
            created_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            sent_at: None,
            confirmed: false,
            recipients: vec!["AB".to_owned()],
            secret: Sealed::Encrypted("armor".to_owned()),
        }
    }

    fn journal(entries: &[Entry]) -> Vec<u8> {
        let mut content = head().unwrap();
        for entry in entries {
            content.extend(line(entry).unwrap());
        }
        content
    }

    #[test]
    fn discarded_intents_are_done_and_a_torn_line_was_never_sent() {
        let content = journal(&[
            Entry::Intent(Box::new(intent("1"))),
            Entry::Intent(Box::new(intent("2"))),
            Entry::Discarded("1".to_owned()),
        ]);
        assert_eq!(replay(&content, Path::new("j")).unwrap(), [intent("2")]);
        // Cut anywhere: what was whole before is still there.
        for end in 0..content.len() {
            let whole = content[..end].iter().filter(|byte| **byte == b'\n').count();
            let open = replay(&content[..end], Path::new("j")).unwrap().len();
            assert_eq!(open, [0, 0, 1, 2, 1][whole], "{end}");
        }
    }

    #[test]
    fn a_broken_line_in_the_middle_stops_the_run() {
        let mut content = journal(&[]);
        content.extend(b"{\"intent\":{\"name\"\n");
        let error = replay(&content, Path::new("j")).unwrap_err();
        assert!(error.to_string().contains("line 2"), "{error}");
        assert!(replay(b"{\"journal\":2}\n", Path::new("j")).is_err());
    }
}
