//! A Hydra that loses requests and answers, answers late, and has other users.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use hydra_gitops::client::{ClientId, Existing, Identity};
use hydra_gitops::hydra::{Body, Cause, Create, Created, Failure, Proof, Prove, Read, Reason};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::chance::Chance;

/// What happened, so that it is known that the faults did happen.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) kills: u32,
    pub(crate) lost_answers: u32,
    pub(crate) late: u32,
    pub(crate) raced: u32,
    pub(crate) torn: u32,
    pub(crate) unconfirmed: u32,
    pub(crate) created: u32,
}

impl Seen {
    pub(crate) fn add(&mut self, other: Self) {
        self.kills += other.kills;
        self.lost_answers += other.lost_answers;
        self.late += other.late;
        self.raced += other.raced;
        self.torn += other.torn;
        self.unconfirmed += other.unconfirmed;
        self.created += other.created;
    }
}

/// The Hydra. It outlives the runs.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) clients: Rc<RefCell<BTreeMap<String, Value>>>,
    pub(crate) seen: Rc<RefCell<Seen>>,
    /// Nothing goes wrong any more.
    pub(crate) calm: Rc<RefCell<bool>>,
    pub(crate) chance: Chance,
    /// How long the next request hangs before its answer is lost; it arrives after that.
    pub(crate) hang: Rc<Cell<Option<Duration>>>,
    /// Whether the public endpoint can be asked.
    proves: bool,
    /// How rare faults are.
    rare: u32,
}

impl World {
    pub(crate) fn new(chance: &Chance) -> Self {
        Self {
            clients: Rc::default(),
            seen: Rc::default(),
            calm: Rc::default(),
            hang: Rc::default(),
            chance: chance.clone(),
            proves: chance.once_in(2),
            rare: 2 + chance.below(8) as u32,
        }
    }

    fn fault(&self) -> bool {
        !*self.calm.borrow() && self.chance.once_in(self.rare)
    }

    /// Stores a client, unless its id is taken.
    fn store(&self, mut client: Value, by: &str) -> Result<Value, ()> {
        let id = client["client_id"].as_str().unwrap().to_owned();
        let mut clients = self.clients.borrow_mut();
        if clients.contains_key(&id) {
            return Err(());
        }
        client["by"] = json!(by);
        clients.insert(id, client.clone());
        Ok(client)
    }

    /// A request arrives after so many milliseconds, whoever waits for it.
    fn arrive_late(&self, client: Value, wait: u64) {
        let world = self.clone();
        tokio::task::spawn_local(async move {
            tokio::time::sleep(Duration::from_millis(wait)).await;
            let _ = world.store(client, "us");
        });
    }

    /// Somebody else makes the client of that id.
    pub(crate) fn intrude(&self, id: &str) {
        let theirs = json!({"client_id": id, "client_secret": "theirs"});
        if self.store(theirs, "them").is_ok() {
            self.seen.borrow_mut().raced += 1;
        }
    }
}

fn lost() -> Failure {
    Failure::new("POST clients", Cause::Lost("connection reset".to_owned()))
}

impl Create for World {
    async fn create(&self, body: &Body) -> Result<Created, Failure> {
        self.chance.pause(3).await;
        let client: Value = serde_json::from_slice(body.bytes()).unwrap();
        let id = client["client_id"].as_str().unwrap().to_owned();
        if let Some(hang) = self.hang.take() {
            tokio::time::sleep(hang).await;
            self.arrive_late(client, 5_000);
            return Err(lost());
        }
        if self.fault() {
            let refused = Cause::NoConnection("connection refused".to_owned());
            return Err(Failure::new("POST clients", refused));
        }
        if self.fault() {
            // The request goes on though nobody waits for its answer, not even a living process.
            let most = if self.chance.once_in(2) { 30 } else { 2_000 };
            let wait = self.chance.below(most);
            self.seen.borrow_mut().late += 1;
            self.arrive_late(client, wait as u64);
            return Err(lost());
        }
        // Nobody else can come upon an id made by chance.
        if id.starts_with('c') && id.len() < 4 && self.fault() {
            self.intrude(&id);
        }
        let stored = self.store(client, "us");
        self.chance.pause(3).await;
        if self.fault() {
            self.seen.borrow_mut().lost_answers += 1;
            return Err(lost());
        }
        let secret = |client: Value| SecretString::from(client["client_secret"].as_str().unwrap());
        match stored {
            Ok(client) => Ok(Created {
                id: ClientId::new(id).unwrap(),
                secret: Some(secret(client)),
            }),
            Err(()) => {
                let conflict = Cause::Status {
                    status: 409,
                    reason: Reason::default(),
                    retry_after: None,
                };
                Err(Failure::new("POST clients", conflict))
            }
        }
    }
}

impl Read for World {
    async fn find(&self, identity: &Identity) -> Result<Option<Existing>, Failure> {
        self.chance.pause(3).await;
        let clients = self.existing();
        Ok(clients.into_iter().find(|client| client.is(identity)))
    }
}

impl World {
    pub(crate) fn existing(&self) -> Vec<Existing> {
        let parse = |client: &Value| {
            let raw = RawValue::from_string(client.to_string()).unwrap();
            Existing::from_json(raw).unwrap()
        };
        self.clients.borrow().values().map(parse).collect()
    }
}

impl Prove for World {
    async fn prove(&self, id: &ClientId, secret: &SecretString, _method: &str) -> Proof {
        self.chance.pause(3).await;
        let clients = self.clients.borrow();
        match clients.get(id.as_str()) {
            Some(client) if self.proves => {
                if client["client_secret"] == secret.expose_secret() {
                    Proof::Right
                } else {
                    Proof::Wrong
                }
            }
            _ => Proof::Unknown,
        }
    }
}
