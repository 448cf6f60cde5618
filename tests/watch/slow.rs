//! Requests that Hydra does not answer.

use crate::Tests;
use crate::proxy::{Fault, Gate, answer};
use crate::requirement::Missing;
use crate::stage::{Stage, until};

pub(crate) const TESTS: Tests = &[
    (
        "a_create_without_an_answer_does_not_hold_up_others_each_time",
        hangs,
    ),
    ("a_create_that_failed_is_tried_again_later", again),
    ("a_change_is_tried_at_once", changed),
];

/// A sandbox where the creates of `slow` end as `fault` says.
fn stage(fault: impl Fn() -> Fault + Send + Sync + 'static) -> Stage {
    Stage::with(
        hydra_gitops::sandbox::Version::default(),
        move |request| match request.member("client_id").as_deref() {
            Some("slow") if request.creates() => fault(),
            _ => Fault::Pass,
        },
    )
}

fn tries(stage: &Stage) -> usize {
    let requests = stage.proxy.requests();
    let slow = requests
        .iter()
        .filter(|request| request.member("client_id").is_some_and(|id| id == "slow"));
    slow.count()
}

fn save(stage: &Stage, id: &str) {
    let text = format!("client_id: {id}\n");
    stage.folder.write(&format!("manifests/{id}.yaml"), text);
}

/// Sent again with each save, it would stop all others for as long as it hangs.
fn hangs() -> Result<(), Missing> {
    let gate = Gate::default();
    let held = gate.clone();
    let stage = stage(move || Fault::Hold(held.clone()));
    let words = ["--request-timeout", "1s", "--interval", "1s"];
    let mut watching = stage.watch(&words);
    save(&stage, "slow");
    watching.next_of("failed", "slow");
    let before = tries(&stage);
    for id in ["a", "b", "c"] {
        save(&stage, id);
        watching.next_of("created", id);
    }
    let looks = stage.requests();
    until("looks", || stage.requests() > looks + 9);
    assert_eq!(tries(&stage), before);
    gate.open();
    watching.end().says(143, &[]);
    Ok(())
}

fn again() -> Result<(), Missing> {
    let refused = std::sync::atomic::AtomicBool::new(false);
    let stage = stage(
        move || match refused.swap(true, std::sync::atomic::Ordering::Relaxed) {
            true => Fault::Pass,
            false => Fault::Answer(answer("400 Bad Request", "", "")),
        },
    );
    let mut watching = stage.watch(&["--interval", "0"]);
    save(&stage, "slow");
    watching.next_of("failed", "slow");
    // Nobody saves, and nobody looks.
    watching.next_of("created", "slow");
    watching.next("idle");
    assert!(stage.has_secret("slow"));
    watching.end().says(0, &[]);
    Ok(())
}

fn changed() -> Result<(), Missing> {
    let stage = stage(|| Fault::Answer(answer("400 Bad Request", "", "")));
    let mut watching = stage.watch(&["--interval", "0"]);
    for name in ["one", "two", "three"] {
        let text = format!("client_id: slow\nclient_name: {name}\n");
        stage.folder.write("manifests/slow.yaml", text);
        let failed = watching.next_of("failed", "slow");
        assert_eq!(failed["client_name"], name);
    }
    assert_eq!(tries(&stage), 3);
    watching.end().says(143, &[]);
    Ok(())
}
