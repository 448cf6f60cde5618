//! Requests that Hydra does not answer.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use hydra_gitops::sandbox::Version;

use crate::support::proxy::{Fault, Gate, answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::watching::{Watching, until};

pub(crate) const TESTS: Tests = &[
    (
        "a_create_without_an_answer_does_not_hold_up_others_each_time",
        hangs,
    ),
    ("a_secret_that_waits_is_pending", waits),
    ("a_create_that_failed_is_tried_again_later", again),
    (
        "a_failure_is_said_once_however_often_it_was_tried",
        said_once,
    ),
    ("a_silent_hydra_is_down_within_seconds", silent),
    ("reasons_that_take_turns_are_said_once_each", turns),
    ("a_change_is_tried_at_once", changed),
];

/// A sandbox where the creates of `slow` end as `fault` says.
fn setup(fault: impl Fn() -> Fault + Send + Sync + 'static) -> Setup {
    Setup::to_watch_with(Version::default(), move |request| {
        match request.member("client_id").as_deref() {
            Some("slow") if request.creates() => fault(),
            _ => Fault::Pass,
        }
    })
}

fn tries(setup: &Setup) -> usize {
    let requests = setup.proxy.requests();
    let slow = requests
        .iter()
        .filter(|request| request.member("client_id").is_some_and(|id| id == "slow"));
    slow.count()
}

fn save(setup: &Setup, id: &str) {
    let text = format!("client_id: {id}\n");
    setup.folder.write(&format!("manifests/{id}.yaml"), text);
}

/// Sent again with each save, it would stop all others for as long as it hangs.
fn hangs() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let setup = setup(move || Fault::Hold(held.clone()));
    let words = ["--request-timeout", "1s", "--interval", "1s"];
    let mut watching = setup.watch(&words);
    save(&setup, "slow");
    watching.next_of("failed", "slow");
    let before = tries(&setup);
    for id in ["a", "b", "c"] {
        save(&setup, id);
        watching.next_of("created", id);
    }
    let looks = setup.requests();
    until("looks", || setup.requests() > looks + 9);
    assert_eq!(tries(&setup), before);
    gate.open();
    let ended = watching.end();
    ended.says(143, &[]);
    // What it did itself is no interrupted run's.
    assert!(!ended.stderr.contains("interrupted run"), "{ended}");
    Ok(())
}

/// Nobody asks for the client any more, and it may be made all the same.
fn waits() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let setup = setup(move || Fault::Hold(held.clone()));
    save(&setup, "a");
    let words = ["--request-timeout", "1s", "--interval", "1s"];
    let mut watching = setup.watch(&words);
    save(&setup, "slow");
    watching.next_of("failed", "slow");
    std::fs::remove_file(setup.folder.file("manifests/slow.yaml")).unwrap();
    // So many looks that the folder was calm meanwhile, and the client is forgotten.
    let before = setup.requests();
    until("looks", || setup.requests() > before + 20);
    save(&setup, "b");
    watching.next_of("created", "b");
    assert_eq!(watching.next("idle")["summary"]["failed"], 0);
    let ended = watching.end();
    gate.open();
    ended.says(143, &["1 secret waits in"]);
    Ok(())
}

fn again() -> Result<(), Missing> {
    let refused = AtomicBool::new(false);
    let setup = setup(move || match refused.swap(true, Ordering::Relaxed) {
        true => Fault::Pass,
        false => Fault::Answer(answer("400 Bad Request", "", "")),
    });
    let mut watching = setup.watch(&["--interval", "0"]);
    save(&setup, "slow");
    watching.next_of("failed", "slow");
    // Nobody saves, and nobody looks.
    watching.next_of("created", "slow");
    watching.next("idle");
    assert!(setup.is_recorded("slow"));
    watching.end().says(0, &[]);
    Ok(())
}

/// How often was tried within a few seconds is another number each time, and no news.
fn said_once() -> Result<(), Missing> {
    let is_slower = Arc::new(AtomicBool::new(false));
    let slower = Arc::clone(&is_slower);
    let setup = setup(move || {
        let pause = match slower.load(Ordering::Relaxed) {
            true => "Retry-After: 1\r\n",
            false => "",
        };
        Fault::Answer(answer("503 Service Unavailable", pause, ""))
    });
    let mut watching = setup.watch(&["--interval", "0"]);
    save(&setup, "slow");
    let failed = watching.next_of("failed", "slow");
    assert!(
        failed["error"].as_str().unwrap().contains("tried "),
        "{failed}"
    );
    is_slower.store(true, Ordering::Relaxed);
    let before = tries(&setup);
    until("another try", || tries(&setup) > before);
    // Hydra was asked for others since, and so the second failure is over.
    save(&setup, "a");
    watching.next_of("created", "a");
    let events = watching.events();
    let failed = events.iter().filter(|event| event["event"] == "failed");
    assert_eq!(failed.count(), 1, "{events:#?}");
    watching.end().says(143, &[]);
    Ok(())
}

fn silent() -> Result<(), Missing> {
    let gate = Gate::default();
    let (held, is_silent) = (gate.clone(), Arc::new(AtomicBool::new(false)));
    let falls_silent = Arc::clone(&is_silent);
    let setup = Setup::to_watch_with(Version::default(), move |_| {
        match is_silent.load(Ordering::Relaxed) {
            true => Fault::Hold(held.clone()),
            false => Fault::Pass,
        }
    });
    save(&setup, "a");
    let mut watching = setup.watch(&["--interval", "1s"]);
    falls_silent.store(true, Ordering::Relaxed);
    let since = std::time::Instant::now();
    watching.next("hydra-down");
    let took = since.elapsed().as_secs();
    assert!(took < 15, "{took} s");
    gate.open();
    watching.next("hydra-up");
    watching.end().says(0, &[]);
    Ok(())
}

fn turns() -> Result<(), Missing> {
    let count = AtomicUsize::new(0);
    let setup = Setup::to_watch_with(Version::default(), move |_| {
        let status = match count.fetch_add(1, Ordering::Relaxed) / 2 % 2 {
            0 => "401 Unauthorized",
            _ => "403 Forbidden",
        };
        Fault::Answer(answer(status, "", ""))
    });
    save(&setup, "a");
    let mut watching = Watching::start(&mut setup.watching(&[]));
    watching.next("hydra-down");
    until("many questions", || setup.requests() > 20);
    let downs = watching.events().len();
    assert!(downs <= 2, "{:#?}", watching.events());
    watching.end().says(143, &[]);
    Ok(())
}

fn changed() -> Result<(), Missing> {
    let setup = setup(|| Fault::Answer(answer("400 Bad Request", "", "")));
    let mut watching = setup.watch(&["--interval", "0"]);
    for name in ["one", "two", "three"] {
        let text = format!("client_id: slow\nclient_name: {name}\n");
        setup.folder.write("manifests/slow.yaml", text);
        let failed = watching.next_of("failed", "slow");
        assert_eq!(failed["client_name"], name);
    }
    assert_eq!(tries(&setup), 3);
    watching.end().says(143, &[]);
    Ok(())
}
