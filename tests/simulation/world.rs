//! A Hydra that loses requests and answers, answers late, and has other users.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use hydra_gitops::client::{ClientId, Existing, Identity};
use hydra_gitops::hydra::{Body, Cause, Create, Created, Failure, Proof, Prove, Read, Reason};
use jiff::{SignedDuration, Timestamp};
use secrecy::{ExposeSecret as _, SecretString};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::chance::Chance;

/// What happened, so that it is known that the faults did happen.
#[derive(Debug, Default, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(crate) kills: u32,
    pub(crate) lost_answers: u32,
    pub(crate) late: u32,
    pub(crate) raced: u32,
    pub(crate) twice: u32,
    pub(crate) answered: u32,
    pub(crate) stale: u32,
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
        self.twice += other.twice;
        self.answered += other.answered;
        self.stale += other.stale;
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
    /// Whether it chooses ids itself, as v2.0 and v2.1 do.
    pub(crate) chooses_ids: bool,
    start: Rc<OnceCell<Instant>>,
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
            chooses_ids: chance.once_in(4),
            start: Rc::default(),
            proves: chance.once_in(2),
            rare: 2 + chance.below(8) as u32,
        }
    }

    fn fault(&self) -> bool {
        !*self.calm.borrow() && self.chance.once_in(self.rare)
    }

    /// When it was first asked for something.
    fn start(&self) -> Instant {
        *self.start.get_or_init(Instant::now)
    }

    /// Stores a client, unless its id is taken.
    fn store(&self, mut client: Value, by: &str) -> Result<Value, ()> {
        let mut clients = self.clients.borrow_mut();
        if self.chooses_ids {
            client["client_id"] = json!(format!("s{}", clients.len()));
        }
        let id = client["client_id"].as_str().unwrap().to_owned();
        if clients.contains_key(&id) {
            return Err(());
        }
        client["created_at"] = json!(time_of_day(self.start()).to_string());
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

    /// Somebody else makes the same client, with a secret of their own.
    pub(crate) fn intrude(&self, client: &Value) {
        let mut theirs = client.clone();
        theirs["client_secret"] = json!("theirs");
        if self.store(theirs, "them").is_ok() {
            self.seen.borrow_mut().raced += 1;
        }
    }
}

/// The right time of day, so long after the story began.
pub(crate) fn time_of_day(start: Instant) -> Timestamp {
    let passed = SignedDuration::try_from(start.elapsed()).unwrap();
    "2026-01-01T00:00:00Z".parse::<Timestamp>().unwrap() + passed
}

fn lost() -> Failure {
    Failure::new("POST clients", Cause::Lost("connection reset".to_owned()))
}

/// What stands before Hydra, and does with one request.
enum Gateway {
    /// Passes it on.
    Passes,
    /// Answers in Hydra's place, and delivers it after so many milliseconds.
    Answers(Cause, u64),
    /// Delivers it twice, and gives the second answer back.
    Twice,
}

impl World {
    /// A gateway's own answers, after which the request is under way all the same.
    fn gateway(&self) -> Gateway {
        if !self.fault() {
            return Gateway::Passes;
        }
        // Two requests make two clients where the server chooses ids: nobody can help that.
        if !self.chooses_ids && self.chance.once_in(3) {
            self.seen.borrow_mut().twice += 1;
            return Gateway::Twice;
        }
        self.seen.borrow_mut().answered += 1;
        let status = [302, 400, 401, 403, 404, 409, 429, 502, 503][self.chance.below(9)];
        let cause = match status {
            302 => Cause::Redirect("to a login".to_owned()),
            _ if self.chance.once_in(4) => Cause::Foreign("HTML".to_owned()),
            _ => Cause::Status {
                status,
                reason: Reason::default(),
                retry_after: None,
            },
        };
        let most = if self.chance.once_in(2) { 1 } else { 2_000 };
        Gateway::Answers(cause, self.chance.below(most) as u64)
    }

    /// What Hydra answers once the request has arrived.
    async fn deliver(&self, client: Value) -> Result<Created, Failure> {
        let stored = self.store(client, "us");
        self.chance.pause(3).await;
        if self.fault() {
            self.seen.borrow_mut().lost_answers += 1;
            return Err(lost());
        }
        let text = |client: &Value, member: &str| client[member].as_str().map(str::to_owned);
        match stored {
            Ok(client) => Ok(Created {
                id: ClientId::new(text(&client, "client_id").unwrap()).unwrap(),
                secret: text(&client, "client_secret").map(SecretString::from),
                json: client.to_string().into(),
            }),
            Err(()) => {
                let conflict = Cause::Status {
                    status: 409,
                    reason: Reason::default(),
                    retry_after: None,
                };
                let failure = Failure::new("POST clients", conflict).refused_by_hydra();
                Err(failure.at(Some(time_of_day(self.start()))))
            }
        }
    }
}

impl Create for World {
    async fn create(&self, body: &Body) -> Result<Created, Failure> {
        self.chance.pause(3).await;
        let client: Value = serde_json::from_slice(body.bytes()).unwrap();
        assert_eq!(client.get("client_id").is_none(), self.chooses_ids);
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
        // Everybody can make an id from a name, and choose any other.
        if !self.chooses_ids && self.fault() {
            self.intrude(&client);
        }
        match self.gateway() {
            Gateway::Passes => self.deliver(client).await,
            Gateway::Twice => {
                let _ = self.deliver(client.clone()).await;
                self.deliver(client).await
            }
            Gateway::Answers(cause, wait) => {
                self.arrive_late(client, wait);
                self.chance.pause(3).await;
                Err(Failure::new("POST clients", cause))
            }
        }
    }
}

impl Read for World {
    async fn find(&self, identity: &Identity) -> Result<Option<Existing>, Failure> {
        self.chance.pause(3).await;
        // A replica that lags behind. Where the server chooses ids, nothing could be made of that.
        if !self.chooses_ids && self.fault() && self.chance.once_in(3) {
            self.seen.borrow_mut().stale += 1;
            return Ok(None);
        }
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
