//! Decides which of a client's records may hold the secret that the client has.

use std::collections::{BTreeMap, HashMap};

use super::record::Record;
use super::store::Content;
use crate::endpoint_name::{EndpointName, same_endpoint};

/// The standing of a record among the records of its client in its Hydra.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The client's last confirmed record. The client has this secret, unless a later unconfirmed
    /// record turns out to be the right one.
    Counts,
    /// Unconfirmed, with no later confirmed record of the client: the secret has to be tried. If
    /// there are several such records, any of them may be the right one.
    ToTry,
    /// A later record of the client is confirmed.
    Superseded,
}

/// The records of one client that are not superseded, in order, each with its line number from 1.
pub type ClientRecords<'c> = Vec<(usize, &'c Record, Standing)>;

impl Content {
    /// The records of that Hydra's clients, grouped by client, in the order of their first lines.
    pub fn clients(&self, hydra: &str) -> Vec<ClientRecords<'_>> {
        let mut clients: BTreeMap<&str, ClientRecords<'_>> = BTreeMap::new();
        for (line, record, standing) in self.standings() {
            if standing != Standing::Superseded && same_endpoint(&record.endpoint, hydra) {
                let records = clients.entry(&record.client_id).or_default();
                records.push((line, record, standing));
            }
        }
        let mut clients: Vec<_> = clients.into_values().collect();
        clients.sort_by_key(|records| records.first().map(|(line, ..)| *line));
        clients
    }

    /// The number of records for each other Hydra, by name.
    pub fn elsewhere(&self, hydra: &str) -> BTreeMap<&str, usize> {
        let mut elsewhere = BTreeMap::new();
        for (_, record) in &self.records {
            if !same_endpoint(&record.endpoint, hydra) {
                *elsewhere.entry(&*record.endpoint).or_default() += 1;
            }
        }
        elsewhere
    }

    /// The records in order, each with its line number from 1 and its standing.
    pub fn standings(&self) -> impl Iterator<Item = (usize, &Record, Standing)> {
        let confirmed = self.records.iter().filter(|(_, one)| !one.unconfirmed);
        let last: HashMap<_, usize> = confirmed.map(|(line, one)| (client(one), *line)).collect();
        self.records.iter().map(move |(line, record)| {
            let standing = match last.get(&client(record)) {
                Some(last) if line < last => Standing::Superseded,
                Some(last) if line == last => Standing::Counts,
                _ => Standing::ToTry,
            };
            (*line, record, standing)
        })
    }
}

fn client(record: &Record) -> (EndpointName, &str) {
    (EndpointName::new(&record.endpoint), &record.client_id)
}

#[cfg(test)]
mod tests {
    use super::Standing::{self, Counts, Superseded, ToTry};
    use crate::vault::Content;

    /// The standing of one client's records, confirmed (`c`) or unconfirmed (`u`), each at an
    /// endpoint.
    fn stand(lines: &[(char, &str)]) -> Vec<Standing> {
        let line = |(kind, endpoint): &(char, &str)| {
            let unconfirmed = kind == &'u';
            format!(
                r#"{{"format":1,"client_id":"a","client_name":null,"endpoint":"{endpoint}","created_at":"2026-01-02T03:04:05Z","recipients":[],"client_secret":"x","unconfirmed":{unconfirmed}}}"#
            )
        };
        let text = lines.iter().map(line).collect::<Vec<_>>().join("\n");
        let content = Content::parse(text.as_bytes());
        content.standings().map(|(_, _, one)| one).collect()
    }

    #[test]
    fn the_last_confirmed_counts_and_what_is_unconfirmed_after_it_has_to_be_tried() {
        let here = |kinds: &str| {
            let lines: Vec<_> = kinds.chars().map(|kind| (kind, "http://h")).collect();
            stand(&lines)
        };
        assert_eq!(here("c"), [Counts]);
        assert_eq!(here("cc"), [Superseded, Counts]);
        assert_eq!(here("uu"), [ToTry, ToTry]);
        assert_eq!(here("uucu"), [Superseded, Superseded, Counts, ToTry]);
        assert_eq!(here("cuu"), [Counts, ToTry, ToTry]);
    }

    #[test]
    fn another_hydras_record_supersedes_none() {
        let lines = [('c', "http://h"), ('u', "http://i"), ('c', "http://j")];
        assert_eq!(stand(&lines), [Counts, ToTry, Counts]);
        let lines = [('c', "http://localhost:1"), ('c', "http://127.0.0.1:1")];
        assert_eq!(stand(&lines), [Superseded, Counts]);
    }
}
