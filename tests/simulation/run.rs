//! The life of a few manifests: runs, kills, recoveries, and what must hold at the end.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hydra_gitops::hydra::RetryPolicy;
use hydra_gitops::manifest::{Policy, load};
use hydra_gitops::plan::{IgnoredDrift, Plan, diff};
use hydra_gitops::reconcile::recover;
use hydra_gitops::reconcile::{Control, CreateContext, Limit, Limiter, Run, Stop, apply};
use hydra_gitops::vault::{Boot, Clock, Content, Seal, Sealed, Vault, replay};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde_json::{Value, json};
use tokio::task::LocalSet;

use crate::chance::Chance;
use crate::disk::Disk;
use crate::world::{Seen, World, time_of_day};

/// The clocks of a machine: their time since it started is right, their time of day may not be.
#[derive(Clone)]
struct VirtualClock {
    start: tokio::time::Instant,
    machine: u8,
    wrong_by: SignedDuration,
}

impl VirtualClock {
    fn new() -> Self {
        Self {
            start: tokio::time::Instant::now(),
            machine: 0,
            wrong_by: SignedDuration::ZERO,
        }
    }

    /// That of the machine on which the next run is, whose clock of the day is wrong by up to an
    /// hour.
    fn of_next_machine(&self, chance: &Chance) -> Self {
        let minutes = i64::try_from(chance.below(120)).unwrap() - 60;
        Self {
            start: self.start,
            machine: u8::try_from(chance.below(3)).unwrap(),
            wrong_by: SignedDuration::from_mins(minutes),
        }
    }
}

impl Clock for VirtualClock {
    fn now(&self) -> Timestamp {
        time_of_day(self.start) + self.wrong_by
    }

    fn boot(&self) -> Option<Boot> {
        let hours = 3_600_000 * u64::from(self.machine);
        Some(Boot {
            id: format!("start of machine {}", self.machine),
            milliseconds: u64::try_from(self.start.elapsed().as_millis()).unwrap() + hours,
        })
    }
}

/// The files and the Hydra that outlive a run.
#[derive(Clone)]
struct Life {
    world: World,
    journal: Disk,
    store: Disk,
    manifests: Value,
}

/// A request that hangs for longer than requests are given to arrive, and arrives after that.
pub(crate) fn hang(chance: &Chance) {
    let life = Life::new(chance, json!([{"client_id": "c1"}]));
    *life.world.calm.borrow_mut() = true;
    life.world.hang.set(Some(Duration::from_secs(100)));
    in_virtual_time(async {
        let clock = VirtualClock::new();
        run_once(&life, &clock).await;
        // As a program does that goes on.
        let vault = open(&life, &clock);
        recover(&vault, &life.world, &life.world).await.unwrap();
        drop(vault);
        tokio::time::sleep(Duration::from_secs(6)).await;
        run_once(&life, &clock).await;
    });
    judge(&life, chance.1);
}

/// Runs a story. Requests whose run was killed go on beside it.
fn in_virtual_time(story: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(LocalSet::new().run_until(story));
}

impl Life {
    fn new(chance: &Chance, manifests: Value) -> Self {
        Self {
            world: World::new(chance),
            journal: Disk::new(chance),
            store: Disk::new(chance),
            manifests,
        }
    }
}

/// One life from one seed.
pub(crate) fn live(chance: &Chance) -> Seen {
    let mut life = Life::new(chance, Value::Null);
    life.manifests = manifests(chance, life.world.chooses_ids);
    in_virtual_time(async {
        let mut clock = VirtualClock::new();
        for _ in 0..chance.below(6) {
            life.world.seen.borrow_mut().kills += u32::from(!killed_run(&life, &clock).await);
            if chance.once_in(3) {
                clock = clock.of_next_machine(chance);
            }
        }
        // Late requests arrive; then everything is calm, and two runs settle what is left.
        tokio::time::sleep(Duration::from_secs(3)).await;
        *life.world.calm.borrow_mut() = true;
        run_once(&life, &clock).await;
        tokio::time::sleep(Duration::from_secs(61)).await;
        run_once(&life, &clock).await;
    });
    judge(&life, chance.1)
}

/// Clients with ids, and with names only; where the server chooses ids, some have no secret.
fn manifests(chance: &Chance, chooses_ids: bool) -> Value {
    let named = |number: usize| json!({"client_name": format!("n{number}"), "owner": "o"});
    let client = |number: usize| match number % 3 {
        0 => named(number),
        1 if chooses_ids => {
            let mut public = named(number);
            public["token_endpoint_auth_method"] = json!("none");
            public
        }
        _ if chooses_ids => named(number),
        _ => json!({"client_id": format!("c{number}")}),
    };
    (0..1 + chance.below(6)).map(client).collect()
}

/// A run that is killed after a while. Returns whether it ended before.
async fn killed_run(life: &Life, clock: &VirtualClock) -> bool {
    // Some runs are killed among their first requests, others live through retries.
    let most = if life.world.chance.once_in(2) {
        60
    } else {
        3_000
    };
    let lifetime = Duration::from_millis(life.world.chance.below(most) as u64);
    // Dropping the run is the kill.
    tokio::time::timeout(lifetime, run_once(life, clock))
        .await
        .is_ok()
}

/// What the files hold after a kill.
fn open(life: &Life, clock: &VirtualClock) -> Vault<Disk, VirtualClock> {
    let (journal, torn_journal) = life.journal.whole_lines();
    let (store, torn_store) = life.store.whole_lines();
    life.world.seen.borrow_mut().torn += u32::from(torn_journal) + u32::from(torn_store);
    let content = Content::parse(&store);
    assert!(
        content.broken.is_empty(),
        "seed {}: {:?}",
        life.world.chance.1,
        content.broken
    );
    let open = content.missing(replay(&journal, Path::new("journal")).unwrap());
    let (seal, files) = (
        Some(Seal::InClear),
        (life.journal.clone(), Some(life.store.clone())),
    );
    Vault::new(files, clock.clone(), seal, "sim".to_owned(), open)
}

/// What `apply` does: recovers, plans, creates.
async fn run_once(life: &Life, clock: &VirtualClock) {
    let vault = open(life, clock);
    recover(&vault, &life.world, &life.world).await.unwrap();
    let retry_policy = RetryPolicy::new(Some(Duration::from_secs(20)), Arc::new(|_: &str| {}));
    let retry_policy = retry_policy.with_jitter(|| 0.5);
    let stop = Stop::default();
    let creating = CreateContext {
        hydra: &life.world,
        vault: Some(&vault),
        retry_policy: &retry_policy,
        server_chooses_ids: life.world.chooses_ids,
        stop: &stop,
        control: Control::default(),
    };
    let run = Run {
        limiter: &Limiter::new(Limit::fixed(3)),
        fail_fast: false,
        begins: &|_| true,
    };
    let report = apply(plan(life), &creating, run, |_| {}).await;
    assert!(report.broken.is_none(), "{:?}", report.broken);
}

fn plan(life: &Life) -> Plan {
    let text = life.manifests.to_string();
    let loaded = load(&["-".into()], &mut text.as_bytes(), &Policy::default()).unwrap();
    diff(
        loaded.manifests,
        &life.world.existing(),
        &HashMap::new(),
        &|_| true,
        &IgnoredDrift::default(),
        false,
    )
    .unwrap()
}

/// What must hold at the end of every life.
fn judge(life: &Life, seed: u64) -> Seen {
    let clients = life.world.clients.borrow();
    let wanted = life.manifests.as_array().unwrap().len();
    assert_eq!(clients.len(), wanted, "seed {seed}: {clients:#?}");
    let (store, torn) = life.store.whole_lines();
    assert!(!torn, "seed {seed}");
    let content = Content::parse(&store);
    let open = replay(&life.journal.whole_lines().0, Path::new("journal")).unwrap();
    let open = content.missing(open);
    assert!(open.is_empty(), "seed {seed}: {open:#?}");
    let mut seen = life.world.seen.borrow().clone();
    for (id, client) in clients.iter() {
        let records: Vec<_> = content
            .records
            .iter()
            .map(|(_, record)| record)
            .filter(|record| record.client_id == *id)
            .collect();
        let secret = |sealed: &Sealed| sealed.clear().unwrap().expose_secret().to_owned();
        let is_right = |sealed: &Sealed| client["client_secret"] == *secret(sealed);
        let is_public = client["token_endpoint_auth_method"] == "none";
        if client["by"] == "us" && !is_public {
            assert!(
                records.iter().any(|record| is_right(&record.secret)),
                "seed {seed}: lost {client} {records:#?}"
            );
        }
        // What is not marked as unconfirmed is certain.
        for record in records.iter().filter(|record| !record.unconfirmed) {
            assert!(
                is_right(&record.secret),
                "seed {seed}: wrong {client} {record:#?}"
            );
        }
        // A client's last line counts: nothing doubtful comes after a line that is certain.
        if records.iter().any(|record| !record.unconfirmed) {
            let last = records.last().unwrap();
            assert!(
                is_right(&last.secret),
                "seed {seed}: last {client} {records:#?}"
            );
        }
        seen.created += u32::from(client["by"] == "us");
        seen.unconfirmed += records.iter().filter(|record| record.unconfirmed).count() as u32;
    }
    seen
}
