//! The journal: the creates that are written down before their requests are sent, and how they are
//! read, whatever happened to the run that wrote them.
//!
//! # Expected flow
//! Each intent is one line, synced before its request is sent; each discard is one line, and so is
//! what Hydra confirmed of a client whose SOPS file is not durable yet. The file is removed when no
//! intent is open. An intent whose secrets are in the secrets file is settled.
//!
//! # Guarantees
//! A synced line can be read back. A torn last line was not synced, which means that its request
//! was never sent; it is ignored. A broken line anywhere else stops the run, because it may be the
//! only trace of a secret.

use std::path::Path;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::clock::{Clock, Moment};
use super::lines::split_torn;
use super::open_intents::OpenIntents;
use super::seal::{ClearText, Sealed};
use super::secrets_file::Record;
use super::sops::{Facts, SopsForm};
use crate::client::{ClientId, Identity, Name, ResourceName};
use crate::error::{Error, Result};
use crate::recipients::Encrypted;
use crate::text::count;

/// How long, in seconds, a request may be in transit at least: if its client is not in Hydra, it may
/// still arrive. Format 1 of the journal does not say how long.
pub(super) const IN_TRANSIT: u32 = 60;

/// The client that is about to be created.
#[derive(Debug, Clone, Copy)]
pub struct IntentDetails<'a> {
    /// Its id, if known in advance.
    pub client_id: Option<&'a ClientId>,
    /// Its name.
    pub client_name: Option<&'a str>,
    /// Its owner.
    pub owner: Option<&'a str>,
    /// Whether a Kubernetes resource describes it.
    pub is_resource: bool,
    /// The Kubernetes Secret that its resource names.
    pub secret_name: Option<&'a str>,
    /// Its authentication method.
    pub method: &'a str,
}

/// A sealed secret, and who can open it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SealedFor {
    /// Names of the recipients who open it; empty for a cleartext secret.
    pub recipients: Vec<String>,
    /// The secret.
    #[serde(flatten)]
    pub secret: Sealed,
}

/// A pending create, with everything needed to store its secret in the right place.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Wire")]
pub struct Intent {
    /// Identifies this intent within the journal.
    pub name: String,
    /// The client's id; `None` if the server chooses it.
    pub client_id: Option<String>,
    /// The client's name.
    pub client_name: Option<String>,
    /// The client's owner.
    pub owner: Option<String>,
    /// Whether a Kubernetes resource describes it, which is recognized by the owner alone.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub is_resource: bool,
    /// How the client authenticates (`token_endpoint_auth_method`), used to verify the secret.
    pub method: String,
    /// The Hydra it is to be created in.
    pub endpoint: String,
    /// When the secret was generated (RFC 3339, UTC).
    pub created_at: Timestamp,
    /// When the period starts during which its request may still arrive.
    pub sent: Moment,
    /// Length of that period, in seconds.
    pub arrives_within: u32,
    /// Whether the client is known to have the secret, although its record was lost afterwards.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub confirmed: bool,
    /// The secret in each form that belongs into the secrets file; empty if none does.
    pub sealed: Vec<SealedFor>,
    /// A SOPS file to be for each folder, which a client without a secret may have as well.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sops: Vec<SopsForm>,
}

/// An intent as it appears in journals, including format 1, which has a single secret and its
/// recipients as top-level fields.
#[derive(Deserialize)]
struct Wire {
    name: String,
    client_id: Option<String>,
    client_name: Option<String>,
    owner: Option<String>,
    #[serde(default)]
    is_resource: bool,
    method: String,
    endpoint: String,
    created_at: Timestamp,
    sent: Option<Moment>,
    sent_at: Option<Timestamp>,
    arrives_within: Option<u32>,
    #[serde(default)]
    confirmed: bool,
    sealed: Option<Vec<SealedFor>>,
    #[serde(default)]
    sops: Vec<SopsForm>,
    #[serde(default)]
    recipients: Vec<String>,
    encrypted_client_secret: Option<String>,
    client_secret: Option<ClearText>,
}

impl TryFrom<Wire> for Intent {
    type Error = &'static str;

    fn try_from(wire: Wire) -> Result<Self, Self::Error> {
        let old = match (wire.encrypted_client_secret, wire.client_secret) {
            (Some(message), None) => Some(Sealed::Encrypted(Encrypted {
                openpgp: Some(message),
                age: None,
            })),
            (None, Some(text)) => Some(Sealed::in_clear(text)),
            (None, None) => None,
            (Some(_), Some(_)) => return Err("two secrets"),
        };
        let sealed = match (wire.sealed, old) {
            (Some(sealed), None) => sealed,
            (None, Some(secret)) => vec![SealedFor {
                recipients: wire.recipients,
                secret,
            }],
            _ => return Err("no list of sealed secrets, or a secret beside it"),
        };
        let old = Moment {
            at: wire.sent_at.unwrap_or(wire.created_at),
            boot: None,
        };
        Ok(Self {
            name: wire.name,
            client_id: wire.client_id,
            client_name: wire.client_name,
            owner: wire.owner,
            is_resource: wire.is_resource,
            method: wire.method,
            endpoint: wire.endpoint,
            created_at: wire.created_at,
            sent: wire.sent.unwrap_or(old),
            arrives_within: wire.arrives_within.unwrap_or(IN_TRANSIT),
            confirmed: wire.confirmed,
            sealed,
            sops: wire.sops,
        })
    }
}

/// A line of the journal: an object with one member whose name is the kind of entry.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Entry {
    /// The version of the journal's format. It is the first line, and is repeated where another
    /// version of this program continues the journal.
    Journal(u32),
    /// A client is about to be created.
    Intent(Box<Intent>),
    /// The request of an intent is sent again, or later than the intent was written; or a machine
    /// took over the intent and cannot tell how old it is.
    Sent {
        /// The intent's name.
        intent: String,
        /// When the period starts now.
        #[serde(flatten)]
        sent: Moment,
    },
    /// The client of an intent exists and has the secret, whose SOPS file is not durable yet.
    Created {
        /// The intent's name.
        intent: String,
        /// The client's id.
        client_id: String,
    },
    /// The intent of this name no longer needs a record.
    Discarded(String),
}

impl Intent {
    /// The identity of the client.
    pub fn identity(&self) -> Option<Identity> {
        self.identities().next()
    }

    /// All identities by which the client may be known, the most certain first.
    pub fn identities(&self) -> impl Iterator<Item = Identity> {
        let id = self.client_id.clone().and_then(ClientId::new);
        let owner = self.owner.clone().filter(|_| self.is_resource);
        let resource = owner.map(|owner| Identity::Resource(ResourceName::of_owner(owner)));
        let name = self.client_name.clone().zip(self.owner.clone());
        let name = name.map(|(client_name, owner)| Identity::Name(Name { client_name, owner }));
        id.map(Identity::Id).into_iter().chain(resource).chain(name)
    }

    /// Whether a secret was generated for the client.
    pub fn has_secret(&self) -> bool {
        !self.sealed.is_empty() || self.sops.iter().any(|form| form.secret().is_some())
    }

    /// Whether anything has to be written down once the client exists.
    pub(super) fn has_forms(&self) -> bool {
        !self.sealed.is_empty() || !self.sops.is_empty()
    }

    /// What a SOPS file says of the client that exists as `id`.
    pub(super) fn facts(&self, id: &ClientId, unconfirmed: bool) -> Facts {
        Facts {
            client_id: id.to_string(),
            client_name: self.client_name.clone(),
            owner: Some(self.owner.clone().unwrap_or_default()),
            endpoint: self.endpoint.clone(),
            created_at: self.created_at,
            unconfirmed,
        }
    }

    /// The first form of the secret for the secrets file, if there is one.
    pub fn secret(&self) -> Option<&Sealed> {
        self.sealed.first().map(|one| &one.secret)
    }

    /// How long its request may still take to arrive; `None` once it can no longer arrive. If the
    /// age of the intent is unknown, the period counts from now.
    pub fn arrives_in(&self, clock: &impl Clock) -> Option<Duration> {
        let limit = SignedDuration::from_secs(i64::from(self.arrives_within));
        let left = limit - clock.since(&self.sent).unwrap_or_default();
        Duration::try_from(left).ok().filter(|left| !left.is_zero())
    }

    /// The records of the client that now exists as `id`, one for each form of its secret.
    pub fn records(&self, id: &ClientId, unconfirmed: bool) -> impl Iterator<Item = Record> {
        self.sealed.iter().map(move |one| Record {
            format: Record::format_of(&one.secret),
            client_id: id.to_string(),
            client_name: self.client_name.clone(),
            owner: Some(self.owner.clone().unwrap_or_default()),
            endpoint: self.endpoint.clone(),
            created_at: self.created_at,
            recipients: one.recipients.clone(),
            secret: one.secret.clone(),
            unconfirmed,
        })
    }
}

/// Counts what intents hold: `2 secrets`, `1 create` if no secret was generated, or both.
pub fn count_intents<'a>(intents: impl IntoIterator<Item = &'a Intent>) -> String {
    let intents = intents.into_iter();
    let (creates, secrets): (Vec<_>, Vec<_>) = intents.partition(|one| !one.has_secret());
    match (count(secrets.len(), "secret"), creates.len()) {
        (secrets, 0) => secrets,
        (_, creates) if secrets.is_empty() => count(creates, "create"),
        (known, creates) => format!("{known} and {}", count(creates, "other create")),
    }
}

/// A handle to an open intent, which is closed by recording or discarding it.
#[derive(Debug, Clone)]
#[must_use = "an open intent has to be recorded or discarded"]
pub struct Ticket(pub(super) String);

impl Ticket {
    /// Whether both refer to the same intent.
    pub fn is(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

/// The version of the journal's format that is written. Format 1, with one secret per intent, format
/// 2, without SOPS files, and format 3, without [`Entry::Created`], can still be read.
const FORMAT: u32 = 4;

/// The journal's header line.
pub(super) fn head() -> Result<Vec<u8>> {
    line(&Entry::Journal(FORMAT))
}

/// Encodes an entry as a journal line.
pub(super) fn line(entry: &Entry) -> Result<Vec<u8>> {
    let mut line = serde_json::to_vec(entry)
        .map_err(|error| Error::secret("cannot write a journal entry").because(error))?;
    line.push(b'\n');
    Ok(line)
}

/// Whether the last format line in a journal is from an older version of this program. If it is,
/// this version must write its own before it continues.
pub(super) fn is_older(whole: &[u8]) -> bool {
    let lines = whole.rsplit(|byte| *byte == b'\n');
    let short = lines.filter(|line| line.len() < 40);
    let mut heads = short.filter_map(|line| match parse(line) {
        Some(Entry::Journal(format)) => Some(format),
        _ => None,
    });
    heads.next().is_some_and(|format| format < FORMAT)
}

/// Returns the intents that are not discarded, in order.
///
/// # Errors
/// When a line other than a torn last one cannot be read (exit 6).
pub fn replay(content: &[u8], path: &Path) -> Result<Vec<Intent>> {
    let (whole, torn) = split_torn(content);
    if !torn.is_empty() {
        let bytes = torn.len();
        tracing::debug!(bytes, "the journal's last line is torn; it was never sent");
    }
    let mut open = OpenIntents::default();
    for (index, line) in whole.split_inclusive(|byte| *byte == b'\n').enumerate() {
        match parse(line) {
            // A second intent of the same name would hide the first.
            Some(Entry::Intent(intent)) if open.get(&intent.name).is_none() => open.push(*intent),
            Some(Entry::Sent { intent, sent }) => open.set_sent(&intent, sent),
            Some(Entry::Created { intent, client_id }) => {
                if let Some(id) = ClientId::new(client_id) {
                    open.set_confirmed(&intent, &id);
                }
            }
            Some(Entry::Discarded(name)) => drop(open.remove(&name)),
            Some(Entry::Journal(1..=FORMAT)) => {}
            Some(Entry::Journal(format)) => {
                let path = path.display();
                let what = format!(
                    "the journal `{path}` has format {format}, and this version reads up to {FORMAT}"
                );
                let hint = "finish it with the newer version of hydra-gitops that wrote it";
                return Err(Error::secret(what).hint(hint));
            }
            Some(Entry::Intent(_)) | None => {
                let (line, path) = (index + 1, path.display());
                let what = format!("line {line} of the journal `{path}` cannot be read");
                return Err(Error::secret(what).hint("it may hold a secret that exists nowhere else: keep a copy, repair or remove the line, and run `hydra-gitops secrets recover`"));
            }
        }
    }
    Ok(open.into_vec())
}

fn parse(line: &[u8]) -> Option<Entry> {
    serde_json::from_slice(line).ok()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{Entry, Intent, SealedFor, head, is_older, line, replay};
    use crate::recipients::Encrypted;
    use crate::vault::clock::{Boot, Moment};
    use crate::vault::seal::Sealed;
    use std::path::Path;

    fn sealed(recipient: &str, message: &str) -> SealedFor {
        SealedFor {
            recipients: vec![recipient.to_owned()],
            secret: Sealed::Encrypted(Encrypted {
                openpgp: Some(message.to_owned()),
                age: None,
            }),
        }
    }

    fn intent(name: &str) -> Intent {
        Intent {
            name: name.to_owned(),
            client_id: Some("c".to_owned()),
            client_name: None,
            owner: None,
            is_resource: false,
            method: "client_secret_basic".to_owned(),
            endpoint: "http://h".to_owned(),
            created_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            sent: Moment {
                at: "2026-01-02T03:04:05Z".parse().unwrap(),
                boot: None,
            },
            arrives_within: 60,
            confirmed: false,
            sops: Vec::new(),
            sealed: vec![sealed("AB", "armor")],
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
        // Wherever the file is cut, the complete lines before the cut survive.
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
        assert!(replay(b"{\"journal\":5}\n", Path::new("j")).is_err());
    }

    #[test]
    fn an_intent_has_no_secret_or_one_or_several() {
        let boot = |id: &str| Boot {
            id: id.to_owned(),
            milliseconds: 7,
        };
        let mut intents = [intent("none"), intent("one"), intent("two")];
        intents[0].sealed.clear();
        intents[2].sealed.push(sealed("CD", "other armor"));
        intents[2].sent.boot = Some(boot("b"));
        let entries: Vec<_> = intents.iter().cloned().map(Box::new).collect();
        let entries: Vec<_> = entries.into_iter().map(Entry::Intent).collect();
        let content = journal(&entries);
        assert_eq!(replay(&content, Path::new("j")).unwrap(), intents);
        assert!(!is_older(&content));
    }

    #[test]
    fn a_journal_of_an_older_version_is_read() {
        let old = br#"{"journal":1}
{"intent":{"name":"1","client_id":"c","own_id":true,"client_name":null,"owner":null,"method":"client_secret_basic","endpoint":"http://h","created_at":"2026-01-02T03:04:05Z","recipients":["AB"],"encrypted_client_secret":"armor"}}
{"intent":{"name":"2","client_id":"d","client_name":null,"owner":null,"method":"client_secret_basic","endpoint":"http://h","created_at":"2026-01-02T03:04:05Z","recipients":[],"client_secret":"clear"}}
{"sent":{"intent":"2","at":"2026-01-02T03:05:00Z"}}
"#;
        let read = replay(old, Path::new("j")).unwrap();
        assert_eq!(read[0], intent("1"));
        assert_eq!(read[1].sent.at.to_string(), "2026-01-02T03:05:00Z");
        assert!(read[1].secret().unwrap().clear().is_some());
        assert!(is_older(old));
        let both = [&old[..], &head().unwrap()].concat();
        assert!(!is_older(&both));
        assert_eq!(replay(&both, Path::new("j")).unwrap(), read);
    }

    #[test]
    fn an_intent_that_says_two_things_is_not_read() {
        let line = |rest: &str| {
            format!(
                r#"{{"intent":{{"name":"1","client_id":"c","client_name":null,"owner":null,"method":"m","endpoint":"h","created_at":"2026-01-02T03:04:05Z"{rest}}}}}"#
            ) + "\n"
        };
        for rest in [
            "",
            r#","client_secret":"x","encrypted_client_secret":"y""#,
            r#","client_secret":"x","sealed":[]"#,
            r#","sealed":[{"recipients":[],"future":"x"}]"#,
        ] {
            assert!(replay(line(rest).as_bytes(), Path::new("j")).is_err());
        }
        let once = line(r#","sealed":[]"#);
        assert_eq!(replay(once.as_bytes(), Path::new("j")).unwrap().len(), 1);
        assert!(replay(once.repeat(2).as_bytes(), Path::new("j")).is_err());
    }
}
