//! Verifies recorded secrets: decrypts each, and asks Hydra's public endpoint whether it is the
//! client's.

use std::collections::HashMap;

use futures_util::stream::{self, StreamExt as _};
use serde::Deserialize;

use crate::client::Existing;
use crate::error::Result;
use crate::hydra::{Prover, RetryPolicy};
use crate::vault::{ClientRecords, LockedOutput, Opened, Opener, Record, Standing};

/// How clients authenticate by default, in every Hydra.
const DEFAULT_METHOD: &str = "client_secret_basic";

/// How many secrets are verified in parallel: GnuPG's agent handles one at a time.
const AT_ONCE: usize = 2;

#[derive(Debug)]
pub(crate) struct Tried<'c> {
    /// Its line in the secrets file, from 1.
    pub line: usize,
    pub record: &'c Record,
    pub verdict: Verdict,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The secret is the client's.
    Accepted {
        /// Whether a line that confirms it was added to the secrets file.
        recorded: bool,
    },
    /// The public endpoint refused the secret. It may belong to another Hydra, unless it accepted
    /// another secret.
    Refused,
    /// The secret could not be tried, for this reason.
    NotTried(String),
}

impl Verdict {
    pub(crate) fn is_accepted(&self) -> bool {
        matches!(self, Self::Accepted { .. })
    }
}

#[derive(Debug)]
pub(crate) struct Verifier<'v> {
    pub opener: &'v Opener,
    pub prover: &'v Prover,
    pub retry_policy: &'v RetryPolicy,
    /// The secrets file to add lines to, if any record is unconfirmed.
    pub locked: Option<&'v LockedOutput>,
}

impl Verifier<'_> {
    /// Tries the records of all clients of that Hydra, in the order of the lines. `existing` are
    /// its clients by id, or why one could not be looked up. The first part of the result holds
    /// what was tried before an error. Fails when no other secret could be tried either: the program
    /// that opens it is missing or hangs (exit 1), or the public endpoint is unreachable (exit 5).
    /// Also when a line cannot be written (exit 6).
    pub(crate) async fn all<'c>(
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
        // The first one alone: if its key has a passphrase, gpg asks for it only once.
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

    /// Tries the records of one client that count or are unconfirmed, in their order. `existing` is
    /// the client in Hydra, or why it could not be looked up.
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
            // Record it again after the others, which are then superseded and not tried again.
            first.verdict = self.record(first.record).await?;
        }
        Ok(tried)
    }

    async fn record(&self, record: &Record) -> Result<Verdict> {
        if let Some(locked) = self.locked {
            locked.confirm(record).await?;
        }
        let recorded = self.locked.is_some();
        Ok(Verdict::Accepted { recorded })
    }

    async fn one(&self, record: &Record, existing: &Existing) -> Result<Verdict> {
        let method = method(existing);
        let secret = match self.opener.open(&record.secret).await? {
            Opened::Secret(secret) => secret,
            Opened::Not(why) => return Ok(Verdict::NotTried(why)),
        };
        let accepts = self
            .prover
            .accepts(existing.id(), &secret, &method, self.retry_policy);
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
pub(super) fn method(existing: &Existing) -> String {
    #[derive(Deserialize)]
    struct Client {
        token_endpoint_auth_method: Option<String>,
    }
    let client: Option<Client> = serde_json::from_str(existing.json()).ok();
    let method = client.and_then(|client| client.token_endpoint_auth_method);
    let said = method.filter(|method| !method.is_empty());
    said.unwrap_or_else(|| DEFAULT_METHOD.to_owned())
}
