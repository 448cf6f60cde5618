//! What is said of the manifests themselves, once they are calm: findings that are new, files that
//! are valid again, and manifests that are gone.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use super::clients::Known;
use super::files::Files;
use super::say::Say;
use super::turn::Watch;
use super::under_way::UnderWay;
use crate::cli::desired::show;
use crate::client::{ClientId, Identity};
use crate::hydra::{Wanted, fetch};
use crate::manifest::Finding;
use crate::output::watch::{Client, Event, News};

/// The findings that were said, by file: a key for each.
#[derive(Debug, Default)]
pub(super) struct Findings {
    said: BTreeMap<String, Vec<String>>,
    /// The files of which it was said that they are invalid.
    invalid: BTreeSet<String>,
}

impl Findings {
    /// Whether there is anything to say.
    pub(super) fn has_news(&self, files: &Files) -> bool {
        let current = by_file(files);
        let keys = |findings: &Vec<&Finding>| findings.iter().map(|one| key(one)).collect();
        let current: BTreeMap<String, Vec<String>> = current
            .iter()
            .map(|(path, findings)| (path.clone(), keys(findings)))
            .collect();
        let is_said = |path: &str| self.said.get(path) == current.get(path);
        let mut paths = current.keys().chain(self.said.keys());
        paths.any(|path| !is_said(path) && !files.is_unfinished(path))
    }

    /// Says what is wrong now and was not before, and the reverse.
    pub(super) fn say(&mut self, files: &Files, say: &mut Say<'_>) {
        let current = by_file(files);
        for (path, findings) in &current {
            let keys: Vec<String> = findings.iter().map(|one| key(one)).collect();
            if files.is_unfinished(path) || self.said.get(path) == Some(&keys) {
                continue;
            }
            let before = self.said.insert(path.clone(), keys).unwrap_or_default();
            let new: Vec<Finding> = findings
                .iter()
                .filter(|finding| !before.contains(&key(finding)))
                .map(|finding| (*finding).clone())
                .collect();
            if findings.iter().any(|finding| finding.is_error()) || self.invalid.contains(path) {
                self.invalid.insert(path.clone());
                say.event(&Event::File {
                    path: named(path),
                    findings,
                    is_gone: false,
                });
            }
            show(&new, say.ui);
        }
        let gone: Vec<String> = self
            .said
            .keys()
            .filter(|path| !current.contains_key(*path) && !files.is_unfinished(path))
            .cloned()
            .collect();
        for path in gone {
            self.said.remove(&path);
            if self.invalid.remove(&path) {
                say.event(&Event::File {
                    path: named(&path),
                    findings: &[],
                    is_gone: !path.is_empty() && !Path::new(&path).exists(),
                });
            } else {
                let path = named(&path).unwrap_or("manifests");
                say.ui
                    .notice(&format!("{path}: there is nothing to warn of any more"));
            }
        }
    }

    /// In how many files and folders something is wrong.
    pub(super) fn invalid(files: &Files) -> usize {
        let current = by_file(files);
        let invalid = |findings: &&Vec<&Finding>| findings.iter().any(|one| one.is_error());
        current.values().filter(invalid).count()
    }
}

impl Watch<'_> {
    /// Whether a manifest is gone of which that was not said yet.
    pub(super) fn has_gone(&self) -> bool {
        let (files, under_way) = (&self.files, &self.under_way);
        self.clients
            .any(|identity, known| is_gone(files, under_way, identity, known))
    }

    /// Says of clients whose manifests are gone that they stay, or are gone as well.
    pub(super) async fn say_gone(&mut self) {
        let (files, under_way) = (&self.files, &self.under_way);
        let gone = self
            .clients
            .forget(|identity, known| is_gone(files, under_way, identity, known));
        let there = self.ids_there(&gone).await;
        for known in gone {
            let id = known.id.as_ref();
            let stays = there.as_ref().is_none_or(|there| {
                // Nobody asked about one without an id.
                id.is_none_or(|id| there.contains(id))
            });
            let delete = id.and_then(|id| self.hydra.delete(id));
            let client = Client {
                id,
                name: known.name.as_deref(),
                place: Some(&known.place),
            };
            let news = match stays {
                true => News::Unmanaged {
                    delete: delete.as_deref(),
                },
                false => News::Gone,
            };
            self.say.event(&Event::Client(client, news));
        }
    }

    /// Which of these clients are in Hydra; `None` where that cannot be found out.
    async fn ids_there(&self, clients: &[Known]) -> Option<HashSet<ClientId>> {
        let ids = clients.iter().filter_map(|known| known.id.clone());
        let identities: Vec<Identity> = ids.map(Identity::Id).collect();
        if identities.is_empty() || self.hydra.is_down() {
            return None;
        }
        let connected = self.hydra.connect(None).await.ok()?;
        let (reader, wanted) = (&connected.session.reader, Wanted::new(&identities));
        let look_ups = self.args.connection.look_ups();
        let existing = fetch(reader, &wanted, false, look_ups).await.ok()?;
        Some(existing.iter().map(|client| client.id().clone()).collect())
    }
}

/// Whether a client's manifest is gone. What becomes of one that is being created is said first.
fn is_gone(files: &Files, under_way: &UnderWay, identity: &Identity, known: &Known) -> bool {
    files.lacks(identity, &known.place.path) && under_way.meant_by(identity).is_none()
}

/// The findings of each file; those about no file under an empty name.
fn by_file(files: &Files) -> BTreeMap<String, Vec<&Finding>> {
    let mut by_file: BTreeMap<String, Vec<&Finding>> = BTreeMap::new();
    for finding in &files.findings {
        let path = finding.place.as_ref().map_or("", |place| &place.path);
        by_file.entry(path.to_owned()).or_default().push(finding);
    }
    by_file
}

fn named(path: &str) -> Option<&str> {
    Some(path).filter(|path| !path.is_empty())
}

/// Tells one finding of a file from another.
fn key(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(ToString::to_string);
    format!(
        "{} {:?} {}",
        place.unwrap_or_default(),
        finding.severity,
        finding.message
    )
}
