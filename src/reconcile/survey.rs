//! What a secrets file tells by itself, line by line: who can open it, and what is wrong with it. No
//! Hydra is asked, and only figures are kept, so that a file may be of any length.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::{BuildHasher as _, RandomState};

use crate::endpoint_name::EndpointName;
use crate::recipients::{Encrypted, Recipients, is_age_message, is_encrypted_message};
use crate::vault::{Record, Scanned, Seal, Sealed};

/// The most different recipients and Hydras that are told apart.
const MOST: usize = 1_000;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Fault {
    /// It is not a record, for this reason.
    Broken(String),
    /// The secret of this client is not an encrypted message.
    NotEncrypted(String),
    /// The secret of this client is not encrypted to any of the given keys.
    NotForKeys(String),
}

/// The figures of a secrets file.
#[derive(Debug, Default)]
pub(crate) struct Survey {
    pub lines: usize,
    pub faults: usize,
    /// How many lines each recipient opens.
    pub opens: BTreeMap<String, usize>,
    /// How many lines are open to keys that are not given, if any keys are given.
    pub open_to_others: usize,
    /// Those keys.
    pub others: BTreeSet<String>,
    /// How many lines belong to each Hydra.
    pub endpoints: BTreeMap<String, usize>,
    /// How many unconfirmed secrets each client has, by a hash of it: a million ids take too much.
    to_try: HashMap<u64, u32>,
    seal: Option<Seal>,
    hasher: RandomState,
}

impl Survey {
    /// An empty survey, for those keys if any are given.
    pub(crate) fn new(seal: Option<&Seal>) -> Self {
        Self {
            seal: seal.cloned(),
            ..Self::default()
        }
    }

    /// Takes a line into account, and returns what is wrong with it.
    pub(crate) fn add(&mut self, scanned: Scanned) -> Vec<Fault> {
        self.lines += 1;
        let faults = match scanned {
            Ok(record) => self.add_record(record),
            Err(why) => vec![Fault::Broken(why)],
        };
        self.faults += faults.len();
        faults
    }

    /// How many clients have unconfirmed secrets only, or after their last confirmed one.
    pub(crate) fn clients_to_try(&self) -> usize {
        self.to_try.values().filter(|count| **count > 0).count()
    }

    fn add_record(&mut self, record: Record) -> Vec<Fault> {
        count(&mut self.endpoints, &record.endpoint);
        for recipient in &record.recipients {
            count(&mut self.opens, recipient);
        }
        let endpoint = EndpointName::new(&record.endpoint);
        let client = self.hasher.hash_one((endpoint.as_str(), &record.client_id));
        let to_try = self.to_try.entry(client).or_default();
        *to_try = match record.unconfirmed {
            true => to_try.saturating_add(1),
            false => 0,
        };
        let mut faults = Vec::new();
        if let Sealed::Encrypted(message) = &record.secret
            && !is_encrypted(message)
        {
            faults.push(Fault::NotEncrypted(record.client_id.clone()));
        }
        if let Some(seal) = &self.seal {
            let known = meant(seal, &record);
            let others = record.recipients.iter();
            let others = others.filter(|one| !known.contains(&one.as_str()));
            let others: Vec<_> = others.cloned().collect();
            if others.len() == record.recipients.len() {
                faults.push(Fault::NotForKeys(record.client_id));
            }
            self.open_to_others += usize::from(!others.is_empty());
            if self.others.len() < MOST {
                self.others.extend(others);
            }
        }
        faults
    }
}

/// Who is meant to open the secret of a record: all who are given, where nobody knows its owner.
fn meant<'s>(seal: &'s Seal, record: &Record) -> Vec<&'s str> {
    match record.owner.as_deref() {
        None => {
            let all = seal.groups().into_iter();
            all.flat_map(|(_, recipients)| recipients.names()).collect()
        }
        owner => {
            let recipients = seal.recipients(owner).into_iter();
            recipients.flat_map(Recipients::names).collect()
        }
    }
}

fn count(counts: &mut BTreeMap<String, usize>, name: &str) {
    let has_room = counts.len() < MOST;
    match counts.get_mut(name) {
        Some(count) => *count += 1,
        None if has_room => drop(counts.insert(name.to_owned(), 1)),
        None => {}
    }
}

/// Whether each form of a secret is what it claims to be.
fn is_encrypted(message: &Encrypted) -> bool {
    message.openpgp.as_deref().is_none_or(is_encrypted_message)
        && message.age.as_deref().is_none_or(is_age_message)
}
