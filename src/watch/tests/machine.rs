//! A state machine beside a make-believe Hydra, with a clock that only the test moves.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::client::{ClientId, Field, Identity};
use crate::error::{Error, Kind};
use crate::manifest::{Digest, Loaded, Manifest, Policy, Snapshot, load};
use crate::plan::{self, Change, Creation, Difference, Drift, Patch, Plan};
use crate::reconcile::{Outcome, OutcomeKind};
use crate::watch::batch::Batch;
use crate::watch::event::{Action, BatchEnded, Comparison, CreateEnded, Event, Planned};
use crate::watch::news::{ClientNews, News, Subject};
use crate::watch::queue::Which;
use crate::watch::reading::Reading;
use crate::watch::state::{Config, State};

pub(super) const SECOND: Duration = Duration::from_secs(1);
pub(super) const INTERVAL: Duration = Duration::from_secs(20);

pub(super) struct Machine {
    pub(super) state: State,
    pub(super) now: Instant,
    /// The files, by path.
    files: Vec<(String, String)>,
    /// The clients, by id, each with the scope that differs, if one does.
    pub(super) hydra: BTreeMap<String, Option<&'static str>>,
    /// Clients that Hydra cannot read, though it answers for others.
    pub(super) unreadable: BTreeSet<String>,
    pub(super) version: &'static str,
    pub(super) chooses_ids: bool,
    pub(super) no_recipient: Option<Error>,
    pub(super) unfinished: BTreeSet<String>,
    pub(super) gone: BTreeSet<String>,
    /// What the last comparison was asked to do.
    asked: Option<Comparison>,
    /// The batch of each create.
    batches: BTreeMap<String, usize>,
    /// The last news, in full.
    pub(super) news: Vec<News>,
}

impl Machine {
    /// Nothing happened yet.
    pub(super) fn new() -> Self {
        Self::with(Some(INTERVAL), None)
    }

    pub(super) fn with(interval: Option<Duration>, poll: Option<Duration>) -> Self {
        let now = Instant::now();
        let config = Config {
            endpoint: "http://h".to_owned(),
            interval,
            poll,
            only: None,
            in_transit: Duration::from_secs(60),
        };
        Self {
            state: State::new(config, now),
            now,
            files: Vec::new(),
            hydra: BTreeMap::new(),
            unreadable: BTreeSet::new(),
            version: "v2.3.0",
            chooses_ids: false,
            no_recipient: None,
            unfinished: BTreeSet::new(),
            gone: BTreeSet::new(),
            asked: None,
            batches: BTreeMap::new(),
            news: Vec::new(),
        }
    }

    /// It started, and these clients were created, each in a file of its own.
    pub(super) fn running(ids: &[&str]) -> Self {
        let mut machine = Self::new();
        machine
            .hydra
            .extend(ids.iter().map(|id| ((*id).to_owned(), None)));
        for id in ids {
            machine.write(id, "");
        }
        machine.send(Event::Start);
        machine.read();
        machine.answer();
        machine.close();
        machine.settle();
        machine
    }

    pub(super) fn pass(&mut self, time: Duration) {
        self.now += time;
    }

    /// Writes the manifest of a client, into a file of its name.
    pub(super) fn write(&mut self, id: &str, more: &str) {
        self.write_file(id, &format!("client_id: {id}\n{more}"));
    }

    pub(super) fn write_file(&mut self, name: &str, text: &str) {
        self.remove(name);
        self.files.push((path(name), text.to_owned()));
        self.files.sort();
    }

    pub(super) fn remove(&mut self, name: &str) {
        self.files.retain(|(file, _)| *file != path(name));
    }

    /// An event, and what is to be done because of it, in a few words each.
    pub(super) fn send(&mut self, event: Event) -> Vec<String> {
        let actions = self.state.on_event(event, self.now);
        let brief = actions.iter().map(brief).collect();
        for action in actions {
            match action {
                Action::Reconcile(comparison) => self.asked = Some(comparison),
                Action::Create { batch, changes } => {
                    let ids = changes.iter().map(|(identity, _)| identity.to_string());
                    self.batches.extend(ids.map(|id| (id, batch)));
                }
                Action::Tell(news) => self.news.push(news),
                _ => {}
            }
        }
        brief
    }

    /// The system reported a change.
    pub(super) fn hint(&mut self) -> Vec<String> {
        self.hint_as(false)
    }

    pub(super) fn hint_as(&mut self, is_lossy: bool) -> Vec<String> {
        let batch = Batch {
            since: Duration::ZERO,
            unfinished: BTreeSet::new(),
            is_lossy,
        };
        let since = self.now;
        self.send(Event::Hinted { batch, since })
    }

    /// The files were read.
    pub(super) fn read(&mut self) -> Vec<String> {
        let reading = self.reading();
        self.send(Event::Read(Ok(reading)))
    }

    /// A change was reported and read.
    pub(super) fn save(&mut self) -> Vec<String> {
        assert_eq!(self.hint(), ["read"]);
        self.read()
    }

    pub(super) fn reading(&self) -> Reading {
        let digest = digest(&self.files);
        let is_same = self.state.files.digest == Some(digest);
        Reading {
            digest,
            files: self.files.len(),
            loaded: (!is_same).then(|| loaded(&self.files)),
            has_new_folder: false,
            is_listening: true,
            unfinished: self.unfinished.clone(),
            gone: self.gone.clone(),
        }
    }

    /// The next timer, after which time passed until then.
    pub(super) fn wait(&mut self) -> Vec<String> {
        self.now = self.now.max(self.state.next_timer());
        self.send(Event::Timer { has_hints: false })
    }

    /// How long it is until the next timer.
    pub(super) fn waits(&self) -> Duration {
        self.state.next_timer() - self.now
    }

    /// Whether Hydra has to be asked though an earlier run left nothing.
    pub(super) fn has_to_ask(&self) -> bool {
        self.asked.as_ref().unwrap().is_needed
    }

    /// Hydra answered, and was compared with the manifests.
    pub(super) fn answer(&mut self) -> Vec<String> {
        let asked = self.asked.take().unwrap();
        let changes = asked.manifests.iter().map(|one| self.change(one)).collect();
        let plan = Plan { changes };
        let refusal = self.no_recipient.clone();
        let planned = Planned {
            comparison: asked,
            version: Some(self.version.to_owned()),
            chooses_ids: self.chooses_ids,
            shortfalls: Vec::new(),
            refusal: refusal.filter(|_| plan.secrets_to_generate() > 0),
            no_recipient: self.no_recipient.clone(),
            plan,
        };
        self.send(Event::Planned(planned))
    }

    fn change(&self, manifest: &Manifest) -> Change {
        let client = &manifest.client;
        let identity = client.identity();
        let id = identity.as_ref().map(ToString::to_string).unwrap();
        let action = match self.hydra.get(&id) {
            _ if self.unreadable.contains(&id) => plan::Action::Failed(Error::unexpected("500")),
            None => plan::Action::Create(Box::new(Creation {
                client: client.clone(),
                identity,
                secret: client.secret_source(),
                dropped: Vec::new(),
            })),
            Some(None) => plan::Action::Unchanged,
            Some(Some(scope)) => plan::Action::Drifted(Drift {
                differences: vec![Difference {
                    field: Field::Scope,
                    manifest: "a".into(),
                    hydra: (*scope).into(),
                }],
                patch: Patch::default(),
            }),
        };
        Change {
            client_id: client.client_id(),
            client_name: None,
            resource: None,
            place: Some(manifest.location.clone()),
            secret: client.secret_source(),
            action,
            ignored: 0,
        }
    }

    /// Hydra could not be asked.
    pub(super) fn fail(&mut self, error: Error) -> Vec<String> {
        self.send(Event::Failed {
            error,
            compared: None,
            batch: None,
        })
    }

    pub(super) fn is_down(&mut self) -> Vec<String> {
        self.fail(Error::hydra("down").hint("start it"))
    }

    /// The turn of a create comes. Returns whether it is sent.
    pub(super) fn sends(&mut self, id: &str) -> bool {
        let batch = self.batches[id];
        self.state.queue.sends(&identity(id), batch, self.now)
    }

    pub(super) fn creates(&mut self, id: &str) -> Vec<String> {
        self.hydra.insert(id.to_owned(), None);
        self.ends(id, OutcomeKind::Created { unconfirmed: false }, false)
    }

    pub(super) fn refuses(&mut self, id: &str, kind: Kind, why: &str) -> Vec<String> {
        self.ends(id, OutcomeKind::Failed(Error::new(kind, why)), false)
    }

    /// The answer to a create was lost.
    pub(super) fn loses(&mut self, id: &str) -> Vec<String> {
        self.ends(id, OutcomeKind::Failed(Error::unexpected("lost")), true)
    }

    pub(super) fn ends(&mut self, id: &str, kind: OutcomeKind, may_exist: bool) -> Vec<String> {
        self.ends_in(self.batches[id], id, kind, may_exist)
    }

    /// A create of that batch ended.
    pub(super) fn ends_in(
        &mut self,
        batch: usize,
        id: &str,
        kind: OutcomeKind,
        may_exist: bool,
    ) -> Vec<String> {
        let outcome = Outcome {
            client_id: ClientId::new(id),
            client_name: None,
            resource: None,
            place: None,
            kind,
        };
        self.send(Event::CreateEnded(CreateEnded {
            identity: identity(id),
            batch,
            outcome,
            may_exist,
        }))
    }

    /// The batch of a create ended.
    pub(super) fn end_batch(&mut self, id: &str) -> Vec<String> {
        self.end_batch_as(id, BatchEnded::default())
    }

    pub(super) fn end_batch_as(&mut self, id: &str, ended: BatchEnded) -> Vec<String> {
        let batch = Some(self.batches[id]);
        self.send(Event::BatchEnded(BatchEnded { batch, ..ended }))
    }

    /// There was nothing to create, and the files are closed.
    pub(super) fn close(&mut self) -> Vec<String> {
        self.send(Event::BatchEnded(BatchEnded::default()))
    }

    pub(super) fn settle(&mut self) -> Vec<String> {
        self.send(Event::Settled { has_hints: false })
    }
}

fn path(name: &str) -> String {
    format!("m/{name}.yaml")
}

fn identity(id: &str) -> Identity {
    Identity::Id(ClientId::new(id).unwrap())
}

/// One that is told from others by the name of a path that leads nowhere.
fn digest(files: &[(String, String)]) -> Digest {
    let nowhere = PathBuf::from(format!("/nowhere/{files:?}"));
    Snapshot::read(&[nowhere]).unwrap().digest()
}

fn loaded(files: &[(String, String)]) -> Loaded {
    let mut all = load(&[PathBuf::from("-")], &mut &b""[..], &Policy::default()).unwrap();
    all.findings.clear();
    for (path, text) in files {
        let mut one = load(
            &[PathBuf::from("-")],
            &mut text.as_bytes(),
            &Policy::default(),
        )
        .unwrap();
        let manifests = one.manifests.iter_mut().map(|one| &mut one.location);
        let findings = one.findings.iter_mut();
        let places = manifests.chain(findings.filter_map(|one| one.location.as_mut()));
        places.for_each(|place| place.path = path.as_str().into());
        all.manifests.append(&mut one.manifests);
        all.findings.append(&mut one.findings);
    }
    all
}

fn brief(action: &Action) -> String {
    let names = |all: &mut dyn Iterator<Item = String>| {
        all.fold(String::new(), |text, name| format!("{text} {name}"))
    };
    match action {
        Action::Tell(news) => told(news),
        Action::Read => "read".to_owned(),
        Action::ReadAgain => "read again".to_owned(),
        Action::Reconcile(Comparison {
            which, manifests, ..
        }) => {
            let which = match which {
                Which::All => "all",
                Which::Due => "due",
                Which::Retry(_) => "retry",
            };
            let identities = manifests.iter().filter_map(|one| one.client.identity());
            format!(
                "compare {which}:{}",
                names(&mut identities.map(|one| one.to_string()))
            )
        }
        Action::Create { changes, .. } if changes.is_empty() => "close".to_owned(),
        Action::Create { changes, .. } => {
            let identities = changes.iter().map(|(identity, _)| identity.to_string());
            format!("create{}", names(&mut identities.into_iter()))
        }
        Action::StopCreates => "stop creates".to_owned(),
        Action::LookUpGone { clients, ask } => {
            let ids = clients.iter().filter_map(|client| client.id.as_ref());
            let ask = if *ask { "look up" } else { "do not ask for" };
            format!("{ask}{}", names(&mut ids.map(ToString::to_string)))
        }
        Action::End(error) => format!("end: {error}"),
    }
}

fn told(news: &News) -> String {
    let of_client = |client: &Subject, news: &ClientNews| {
        let what = match news {
            ClientNews::Created { .. } => "created",
            ClientNews::Raced { .. } => "raced",
            ClientNews::Failed { .. } => "failed",
            ClientNews::Drifted(_) => "drifted",
            ClientNews::Unchanged(_) => "unchanged",
            ClientNews::Gone => "gone",
            ClientNews::Unmanaged { .. } => "unmanaged",
        };
        format!(
            "{what} {}",
            client.id.as_ref().map_or("?", ClientId::as_str)
        )
    };
    match news {
        News::Client(client, news) => of_client(client, news),
        News::Clients(all) => {
            let all = all.iter().map(|(client, news)| of_client(client, news));
            all.collect::<Vec<_>>().join(", ")
        }
        News::File { path, state, .. } => {
            format!("{} is {state:?}", path.as_deref().unwrap_or("?"))
        }
        News::HydraDown { .. } => "hydra is down".to_owned(),
        News::HydraUp { after: None, .. } => "hydra is another one".to_owned(),
        News::HydraUp { .. } => "hydra is up".to_owned(),
        News::Idle(_) => "idle".to_owned(),
        News::Notice(notice) => {
            let text = format!("{notice:?}");
            let end = text.find(|c: char| !c.is_alphanumeric());
            format!("notice {}", &text[..end.unwrap_or(text.len())])
        }
    }
}
