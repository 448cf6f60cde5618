//! Which records of a client count.

use std::collections::BTreeSet;

use super::secrets_file::{Content, Record, Standing};
use crate::endpoint_name::same_endpoint;

/// The secret of a client.
#[derive(Debug)]
pub enum Choice<'c> {
    /// Its last confirmed record.
    Counts(&'c Record),
    /// There is no confirmed one: each of these may be right. None if it has no record at all.
    ToTry(Vec<&'c Record>),
}

impl Content {
    /// The Hydras in which a client has a record.
    pub fn endpoints_of(&self, id: &str) -> BTreeSet<&str> {
        let records = self.records.iter().map(|(_, record)| record);
        let of_client = records.filter(|record| record.client_id == id);
        let mut endpoints: BTreeSet<&str> = BTreeSet::new();
        for record in of_client {
            let is_known = endpoints
                .iter()
                .any(|one| same_endpoint(one, &record.endpoint));
            if !is_known {
                endpoints.insert(&record.endpoint);
            }
        }
        endpoints
    }

    /// The secret of a client in that Hydra.
    pub fn choice(&self, id: &str, endpoint: &str) -> Choice<'_> {
        let is_of =
            |record: &Record| record.client_id == id && same_endpoint(&record.endpoint, endpoint);
        let records: Vec<_> = self
            .standings()
            .filter(|(_, record, _)| is_of(record))
            .collect();
        let counts = records
            .iter()
            .find(|(.., standing)| *standing == Standing::Counts);
        match counts {
            Some((_, record, _)) => Choice::Counts(record),
            None => Choice::ToTry(records.into_iter().map(|(_, record, _)| record).collect()),
        }
    }

    /// Whether unconfirmed secrets of the same client were recorded after a confirmed one.
    pub fn has_later(&self, record: &Record) -> bool {
        let is_later = |other: &Record, standing| {
            standing == Standing::ToTry
                && other.client_id == record.client_id
                && same_endpoint(&other.endpoint, &record.endpoint)
        };
        let mut records = self.standings();
        records.any(|(_, other, standing)| is_later(other, standing))
    }
}
