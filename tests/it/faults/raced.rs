//! Somebody else creates a client after it was looked for.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::hydra::Release;
use crate::support::program::Running;
use crate::support::proxy::{Fault, Gate, Request};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("a_client_created_meanwhile_stands", raced_in_sandbox),
    (
        "a_client_created_meanwhile_in_a_real_v1_stands",
        raced_on_v1,
    ),
    (
        "a_client_created_meanwhile_in_a_real_v2_stands",
        raced_on_v2,
    ),
    (
        "a_proof_tells_that_a_client_is_somebody_elses",
        raced_proved,
    ),
];

fn raced_in_sandbox() -> Result<(), Missing> {
    raced(Target::sandbox(Version::default()));
    Ok(())
}

fn raced_on_v1() -> Result<(), Missing> {
    Target::real(Release::V1, None).map(raced)
}

fn raced_on_v2() -> Result<(), Missing> {
    Target::real(Release::V2, None).map(raced)
}

/// Somebody creates `b` between the plan and the request. Without a proof it may be an echo of our own
/// request, so that the secret is kept.
fn raced(target: Target) {
    raced_with(target, false);
}

fn raced_proved() -> Result<(), Missing> {
    raced_with(Target::sandbox(Version::default()), true);
    Target::real(Release::V2, None).map(|target| raced_with(target, true))
}

fn raced_with(target: Target, is_proved: bool) {
    let gate = Gate::default();
    let held = gate.clone();
    let is_b = |request: &Request| request.member("client_id").as_deref() == Some("b");
    let setup = Setup::before(target, move |request| {
        match request.creates() && is_b(request) {
            true => Fault::Hold(held.clone()),
            false => Fault::Pass,
        }
    });
    setup.folder.clients(&["a", "b"]);
    let public_url = setup.target.public_url();
    let proof = ["--public-url", &public_url];
    let mut command = setup.applying(if is_proved { &proof } else { &[] });
    command.args(["--parallelism", "2", "--allow-plaintext-secrets"]);
    let running = Running::start(&mut command);
    setup.proxy.wait_for(|seen| {
        seen.iter()
            .any(|request| request.creates() && is_b(request))
    });
    // That the endpoint takes the secret of `a` tells that its word counts.
    running.wait_until(|| setup.folder.record("a").is_some());
    let theirs = json!({"client_id": "b", "client_secret": "somebody-elses"});
    setup.target.create(&theirs);
    gate.open();
    let ended = running.wait();
    setup.check(&ended);
    ended.says(
        0,
        &[
            "raced b",
            match is_proved {
                true => "it was left unchanged",
                false => "could not verify whose secret it has",
            },
            "1 created",
            "1 raced, 0 failed",
        ],
    );
    assert!(setup.target.accepts("b", "somebody-elses"));
    let record = setup.folder.record("b");
    assert_eq!(record.is_none(), is_proved);
    assert!(record.is_none_or(|record| record["unconfirmed"] == true));
    setup.has_clients(&["a", "b"]);
    setup.has_secret("a", true);
    setup.is_tidy();
}
