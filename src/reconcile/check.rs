//! Checks a secrets file without decrypting anything: which lines are invalid, and whether each
//! client still exists in Hydra.

use std::collections::{BTreeMap, HashSet};

use super::survey::{Fault, Survey};
use crate::client::{ClientId, Identity};
use crate::error::{Result, with_hints};
use crate::hydra::{Found, Query, Reader, fetch};
use crate::vault::{Content, Record, Seal, Standing};

/// What is wrong with a line of a secrets file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Problem<'c> {
    /// The line tells it by itself.
    Line(Fault),
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
    /// What the lines tell by themselves.
    pub survey: Survey,
}

/// Checks a secrets file against the Hydra named `hydra`, and against the keys, if given. Fails
/// when Hydra gives no certain answer (exit 5).
pub(crate) async fn check<'c>(
    content: &'c Content,
    seal: Option<&Seal>,
    hydra: &str,
    reader: &Reader,
    look_ups: usize,
) -> Result<Check<'c>> {
    let (mut survey, mut problems) = (Survey::new(seal), Vec::new());
    content.scan(|line, scanned| {
        let faults = survey.add(scanned).into_iter();
        problems.extend(faults.map(|fault| (line, Problem::Line(fault))));
    });
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
        survey,
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
