//! Tries recorded secrets: opens each, and asks Hydra's public endpoint whether it is the client's.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;

use crate::client::Existing;
use crate::error::Result;
use crate::hydra::{Prover, RetryPolicy};
use crate::vault::{ClientRecords, Confirming, Gpg, Opened, Record, Standing};

/// How a client authenticates by default, in every Hydra.
const DEFAULT_METHOD: &str = "client_secret_basic";

/// How many secrets are opened and tried at once: GnuPG's agent works on one at a time.
const AT_ONCE: usize = 2;

/// A record that was tried.
#[derive(Debug)]
pub struct Tried<'c> {
    /// Its line in the secrets file, from 1.
    pub line: usize,
    /// The record.
    pub record: &'c Record,
    /// What came of it.
    pub verdict: Verdict,
}

/// What came of trying a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It is the client's. `recorded` where a confirmed line of it was written.
    Accepted {
        /// Whether the secrets file has a new line that says so.
        recorded: bool,
    },
    /// The public endpoint refuses it. That endpoint may be another Hydra's, unless it accepted
    /// another secret.
    Refused,
    /// It could not be tried, for this reason.
    NotTried(String),
}

impl Verdict {
    /// Whether the secret is the client's.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }
}

/// What secrets are tried with.
#[derive(Debug)]
pub struct Verifier<'v> {
    /// Opens them.
    pub gpg: &'v Gpg,
    /// Knows the public endpoint.
    pub prover: &'v Prover,
    /// How long each request is tried.
    pub patience: &'v RetryPolicy,
    /// The secrets file, where lines may have to be written: where any record is to be tried.
    pub confirming: Option<&'v Confirming>,
}

impl Verifier<'_> {
    /// Tries the records of all clients of the Hydra of that name. `existing` are the clients in it
    /// by their ids, or why one could not be looked up. What was tried before an error is in the first part, in the order of the lines.
    ///
    /// # Errors
    /// When no other secret could be tried either: there is no GnuPG, or it hangs (exit 1), or the
    /// public endpoint cannot be reached (exit 5); and when a line cannot be written (exit 6).
    pub async fn all<'c>(
        &self,
        clients: &[ClientRecords<'c>],
        existing: &HashMap<String, Result<Existing, String>>,
        hydra: &str,
    ) -> (Vec<Tried<'c>>, Result<()>) {
        let gone = Err(format!("its client is not in `{hydra}`"));
        let of = |records: &ClientRecords<'_>| {
            let first = records.first();
            let found = first.and_then(|(_, record, _)| existing.get(&*record.client_id));
            found.unwrap_or(&gone).as_ref().map_err(String::as_str)
        };
        let clients = clients.iter();
        let mut work = clients.map(|records| self.client(records, of(records)));
        // The first by itself: if its key has a passphrase, gpg asks for it only once.
        let first = stream::iter(work.next()).buffered(1);
        let rest = stream::iter(work).buffered(AT_ONCE);
        let mut all = std::pin::pin!(first.chain(rest));
        let (mut tried, mut ended) = (Vec::new(), Ok(()));
        while let Some(client) = all.next().await {
            match client {
                Ok(client) => tried.extend(client),
                Err(error) => {
                    ended = Err(error);
                    break;
                }
            }
        }
        tried.sort_by_key(|one| one.line);
        (tried, ended)
    }

    /// Tries the records of one client that count or are to be tried, in their order. `existing` is
    /// the client in Hydra, or why nothing can be asked about it.
    async fn client<'c>(
        &self,
        records: &[(usize, &'c Record, Standing)],
        existing: Result<&Existing, &str>,
    ) -> Result<Vec<Tried<'c>>> {
        let mut tried = Vec::new();
        for &(line, record, standing) in records {
            let mut verdict = match existing {
                Ok(existing) => self.one(record, existing).await?,
                Err(why) => Verdict::NotTried(why.to_owned()),
            };
            if verdict.is_accepted() && standing == Standing::ToTry {
                verdict = self.record(record).await?;
            }
            tried.push(Tried {
                line,
                record,
                verdict,
            });
        }
        if let [first, others @ ..] = &mut tried[..]
            && first.verdict == (Verdict::Accepted { recorded: false })
            && !others.is_empty()
            && others.iter().all(|one| one.verdict == Verdict::Refused)
        {
            // Recorded again after the others, so that they are superseded and not tried again.
            first.verdict = self.record(first.record).await?;
        }
        Ok(tried)
    }

    async fn record(&self, record: &Record) -> Result<Verdict> {
        if let Some(confirming) = self.confirming {
            confirming.confirm(record).await?;
        }
        let recorded = self.confirming.is_some();
        Ok(Verdict::Accepted { recorded })
    }

    async fn one(&self, record: &Record, existing: &Existing) -> Result<Verdict> {
        let method = method(existing);
        let secret = match self.gpg.open(&record.secret).await? {
            Opened::Secret(secret) => secret,
            Opened::Not(why) => return Ok(Verdict::NotTried(why)),
        };
        let accepts = self
            .prover
            .accepts(existing.id(), &secret, &method, self.patience);
        Ok(match accepts.await {
            Ok(Some(true)) => Verdict::Accepted { recorded: false },
            Ok(Some(false)) => Verdict::Refused,
            Ok(None) => Verdict::NotTried(format!(
                "its client authenticates with `{method}`, for which a secret cannot be tried"
            )),
            Err(failure) if failure.may_be_clients_own() => Verdict::NotTried(failure.to_string()),
            Err(failure) => return Err(failure.into()),
        })
    }
}

/// How a client authenticates at the token endpoint.
fn method(existing: &Existing) -> String {
    #[derive(Deserialize)]
    struct Client {
        token_endpoint_auth_method: Option<String>,
    }
    let client: Option<Client> = serde_json::from_str(existing.json()).ok();
    let method = client.and_then(|client| client.token_endpoint_auth_method);
    let said = method.filter(|method| !method.is_empty());
    said.unwrap_or_else(|| DEFAULT_METHOD.to_owned())
}
