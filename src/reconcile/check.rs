//! Checks a secrets file without decrypting anything: which lines are invalid, and whether each
//! client still exists in Hydra.

use std::collections::{BTreeMap, HashSet};

use crate::client::{ClientId, Identity};
use crate::error::{Result, with_hints};
use crate::hydra::{Found, Query, Reader, fetch};
use crate::recipients::{Encrypted, Recipients, is_age_message, is_encrypted_message};
use crate::vault::{Content, Record, Sealed, Standing};

/// What is wrong with a line of a secrets file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Problem<'c> {
    /// The line is not a valid record, for this reason.
    Broken(&'c str),
    /// The secret of this client is not an encrypted message.
    NotEncrypted(&'c str),
    /// The secret of this client is not encrypted to any of the given keys.
    NotForKeys(&'c str),
    /// This client is not in Hydra.
    NoClient(&'c str),
    /// This client could not be looked up, for this reason.
    NotLookedUp(&'c str, String),
}

#[derive(Debug)]
pub(crate) struct Check<'c> {
    pub lines: usize,
    /// The problems, by line number from 1.
    pub problems: Vec<(usize, Problem<'c>)>,
    /// The clients with unconfirmed secrets, and how many secrets of each have to be tried.
    pub unconfirmed: BTreeMap<&'c str, usize>,
    pub looked_up: usize,
    /// The number of lines for each other Hydra, by its name.
    pub elsewhere: BTreeMap<&'c str, usize>,
}

/// Checks a secrets file against the Hydra named `hydra`, and against the keys, if given. Fails
/// when Hydra gives no certain answer (exit 5).
pub(crate) async fn check<'c>(
    content: &'c Content,
    recipients: Option<&Recipients>,
    hydra: &str,
    reader: &Reader,
    look_ups: usize,
) -> Result<Check<'c>> {
    let broken = content.broken.iter();
    let mut problems: Vec<_> = broken
        .map(|(line, why)| (*line, Problem::Broken(why)))
        .collect();
    problems.extend(unreadable(content, recipients));
    let clients = content.clients(hydra);
    let mut unconfirmed = BTreeMap::new();
    for (_, record, standing) in clients.iter().flatten() {
        if *standing == Standing::ToTry {
            *unconfirmed.entry(&*record.client_id).or_default() += 1;
        }
    }
    let last: Vec<_> = clients
        .iter()
        .filter_map(|records| records.last())
        .collect();
    let ids = last.iter().map(|(_, record, _)| record.client_id.clone());
    let query = Query::new(ids.filter_map(ClientId::new).map(Identity::Id));
    let found = fetch(reader, &query, false, look_ups).await?;
    let records = last.iter().map(|(line, record, _)| (*line, *record));
    problems.extend(not_found(records, &found));
    problems.sort();
    Ok(Check {
        lines: content.records.len() + content.broken.len(),
        problems,
        unconfirmed,
        looked_up: last.len(),
        elsewhere: content.elsewhere(hydra),
    })
}

/// The lines whose client is not in Hydra or could not be looked up.
fn not_found<'c>(
    records: impl Iterator<Item = (usize, &'c Record)>,
    found: &Found,
) -> Vec<(usize, Problem<'c>)> {
    let there = found.clients.iter().map(|client| client.id().as_str());
    let there: HashSet<&str> = there.collect();
    let problem = |(line, record): (usize, &'c Record)| {
        let id = &*record.client_id;
        let identity = ClientId::new(id.to_owned()).map(Identity::Id);
        match identity.and_then(|identity| found.failed.get(&identity)) {
            Some(error) => Some((line, Problem::NotLookedUp(id, with_hints(error)))),
            None => (!there.contains(id)).then_some((line, Problem::NoClient(id))),
        }
    };
    records.filter_map(problem).collect()
}

/// The lines whose secret nobody can decrypt, or that is not encrypted to any of the given keys.
fn unreadable<'c>(
    content: &'c Content,
    recipients: Option<&Recipients>,
) -> Vec<(usize, Problem<'c>)> {
    let known: Option<Vec<&str>> = recipients.map(|recipients| recipients.names().collect());
    let is_for = |record: &Record, known: &[&str]| {
        let mut recipients = record.recipients.iter();
        recipients.any(|recipient| known.contains(&recipient.as_str()))
    };
    let mut problems = Vec::new();
    for (line, record) in &content.records {
        let id = &*record.client_id;
        if let Sealed::Encrypted(message) = &record.secret
            && !is_encrypted(message)
        {
            problems.push((*line, Problem::NotEncrypted(id)));
        }
        if known.as_ref().is_some_and(|known| !is_for(record, known)) {
            problems.push((*line, Problem::NotForKeys(id)));
        }
    }
    problems
}

/// Whether each form of a secret is what it claims to be.
fn is_encrypted(message: &Encrypted) -> bool {
    message.openpgp.as_deref().is_none_or(is_encrypted_message)
        && message.age.as_deref().is_none_or(is_age_message)
}
