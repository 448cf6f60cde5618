//! v2.0 and v2.1 choose ids themselves and refuse chosen ones.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::hydra::Release;
use crate::support::proxy::{Fault, Request, answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("ids_are_learnt_from_the_answer", learnt),
    ("after_a_lost_answer_they_are_found_by_name", found),
    ("after_a_kill_they_are_found_by_name", recovered),
    ("after_a_kill_resources_are_found_by_owner", resource),
    (
        "a_request_that_may_still_arrive_is_not_sent_again",
        may_arrive,
    ),
    ("a_request_that_may_have_arrived_is_sent_once", once),
    ("a_manifest_with_an_id_is_refused", refused),
    ("the_version_is_asked_for_again", flaky_version),
    ("one_that_hides_its_version_is_known_by_its_answers", hidden),
    (
        "a_new_one_that_hides_its_version_knows_its_fields",
        hidden_v25,
    ),
    ("a_plan_never_asks_who_chooses_ids", plan_asks_nobody),
];

const OLD: [Version; 2] = [Version::V2_0_2, Version::V2_1_2];

fn setup(version: Version, fault: fn(&Request) -> Fault) -> Setup {
    setup_before(Target::sandbox(version), fault)
}

fn setup_before(target: Target, fault: fn(&Request) -> Fault) -> Setup {
    let setup = Setup::before(target, fault);
    setup
        .folder
        .write("manifests/n.yaml", "client_name: n\nowner: o\n");
    setup
}

fn only_id(setup: &Setup) -> String {
    let clients = setup.target.clients();
    assert_eq!(clients.len(), 1);
    clients[0]["client_id"].as_str().unwrap().to_owned()
}

fn learnt() -> Result<(), Missing> {
    for version in OLD {
        let setup = setup(version, |_| Fault::Pass);
        setup.apply(&[]).says(0, &["1 created"]);
        let id = only_id(&setup);
        setup.has_secret(&id, true);
        setup.apply(&[]).says(0, &["1 unchanged"]);
        assert_eq!(only_id(&setup), id);
        setup.is_tidy();
    }
    Ok(())
}

fn lose_first(request: &Request) -> Fault {
    match request.creates() && request.number == 1 {
        true => Fault::Lose,
        false => Fault::Pass,
    }
}

fn found() -> Result<(), Missing> {
    for version in OLD {
        let setup = setup(version, lose_first);
        let ended = setup.apply(&[]);
        let id = only_id(&setup);
        ended.says(0, &["unconfirmed", &id, "1 created"]);
        setup.has_secret(&id, false);
        setup.is_tidy();
    }
    Ok(())
}

fn recovered() -> Result<(), Missing> {
    for version in OLD {
        let setup = setup(version, |_| Fault::Pass);
        let theirs = json!({"client_name": "n", "owner": "o", "client_secret": "journaled"});
        setup.target.create(&theirs);
        journal(&setup, 0, 60);
        let words = ["--public-url", &setup.target.public_url()];
        setup.apply(&words).says(0, &["recovered", "1 unchanged"]);
        setup.has_secret(&only_id(&setup), true);
        setup.is_tidy();
    }
    Ok(())
}

/// A resource without a name is journaled, looked for, and known again after a kill, by its owner alone.
fn resource() -> Result<(), Missing> {
    for version in OLD {
        let is_cut_off = Arc::new(AtomicBool::new(false));
        let line = Arc::clone(&is_cut_off);
        // The answer is lost, and so is everything after it.
        let setup = Setup::before(Target::sandbox(version), move |request| {
            let was_cut_off = line.fetch_or(request.creates(), Ordering::SeqCst);
            match (was_cut_off, request.creates()) {
                (true, _) => Fault::Drop,
                (false, true) => Fault::Lose,
                (false, false) => Fault::Pass,
            }
        });
        setup.folder.manifest(&json!({
            "apiVersion": "hydra.ory.sh/v1alpha1", "kind": "OAuth2Client",
            "metadata": {"name": "web", "namespace": "shop"}, "spec": {},
        }));
        setup.apply(&["--fail-after", "1s"]).says(1, &["web/shop"]);
        let journal = setup.folder.read(&format!("{SECRETS}.journal"));
        assert!(journal.contains(r#""is_resource":true"#), "{journal}");
        is_cut_off.store(false, Ordering::SeqCst);
        let id = only_id(&setup);
        setup.recover(&[]).says(0, &["recovered", "web/shop"]);
        setup.has_secret(&id, false);
        setup.apply(&[]).says(0, &["1 unchanged"]);
        setup.is_tidy();
    }
    Ok(())
}

/// What a run leaves that was killed around its request.
fn journal(setup: &Setup, age: i64, arrives_within: u32) {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(age);
    let intent = json!({"intent": {
        "name": "1", "client_id": null, "client_name": "n", "owner": "o",
        "method": "client_secret_basic", "endpoint": setup.url(), "created_at": at.to_string(),
        "arrives_within": arrives_within,
        "recipients": [], "client_secret": "journaled",
    }});
    setup.folder.write(
        &format!("{SECRETS}.journal"),
        format!("{{\"journal\":1}}\n{intent}\n"),
    );
}

fn may_arrive() -> Result<(), Missing> {
    // An hour is what the journal of a run with a long `--request-timeout` says.
    for (arrives_within, when) in [(60, "again in "), (3_600, "again in 59m")] {
        let setup = setup(Version::V2_1_2, |_| Fault::Pass);
        journal(&setup, 5, arrives_within);
        let ended = setup.apply(&[]);
        let why = "an earlier request that may still be creating it";
        ended.says(1, &["failed n", why, when]);
        assert!(setup.target.clients().is_empty());
        assert!(
            setup
                .folder
                .read(&format!("{SECRETS}.journal"))
                .contains("journaled")
        );
    }
    Ok(())
}

/// Nothing would keep a second one from making a second client.
fn once() -> Result<(), Missing> {
    for more in ["", "token_endpoint_auth_method: none\n"] {
        let setup = setup(Version::V2_0_2, |request| match request.creates() {
            true => Fault::Drop,
            false => Fault::Pass,
        });
        let text = format!("client_name: n\nowner: o\n{more}");
        setup.folder.write("manifests/n.yaml", text);
        setup.apply(&["--fail-after", "5s"]).says(1, &["1 failed"]);
        let sent = setup.proxy.requests();
        assert_eq!(sent.iter().filter(|request| request.creates()).count(), 1);
    }
    Ok(())
}

fn refused() -> Result<(), Missing> {
    for version in OLD {
        let setup = setup(version, |_| Fault::Pass);
        setup.folder.clients(&["a"]);
        let texts = [
            "failed a",
            "chooses client ids itself",
            "v2.2",
            "`client_name` and `owner`",
            "1 created",
            "1 failed",
        ];
        setup.apply(&[]).says(1, &texts);
        assert_eq!(setup.posts("a"), 0);
        setup.has_secret(&only_id(&setup), true);
        setup.is_tidy();
    }
    Ok(())
}

/// A gateway lets the clients through only.
fn hides_version(request: &Request) -> Fault {
    match request.path.ends_with("/version") {
        true => Fault::Answer(answer("404 Not Found", "", "")),
        false => Fault::Pass,
    }
}

/// Whether it is empty, or holds a client that tells.
fn hidden() -> Result<(), Missing> {
    let mut targets = vec![Target::real(Release::V2_1, None)?];
    targets.extend(OLD.map(Target::sandbox));
    for target in targets {
        let setup = Setup::before(target, hides_version);
        let name = |name: &str| format!("client_name: {name}\nowner: o\n");
        setup.folder.write("manifests/n.yaml", name("n"));
        setup.apply(&[]).says(0, &["1 created"]);
        setup.has_secret(&only_id(&setup), true);
        let asked = setup.proxy.requests().len();
        setup.folder.write("manifests/m.yaml", name("m"));
        setup.apply(&[]).says(0, &["1 created, 1 unchanged"]);
        let later = setup.proxy.requests().split_off(asked);
        let posts = later.iter().filter(|request| request.creates()).count();
        assert_eq!(posts, 1, "the client that is there tells who chooses ids");
        setup.folder.write("manifests/i.yaml", "client_id: i\n");
        setup
            .apply(&[])
            .says(1, &["failed i", "chooses client ids itself"]);
        setup.is_tidy();
    }
    // Its links skip clients, which is to be known as well.
    let target = Target::sandbox(Version::V2_0_2);
    for number in 0..2_050 {
        target.create(&json!({"client_name": format!("n{number}"), "owner": "o"}));
    }
    let setup = setup_before(target, hides_version);
    let plan = setup.run(
        setup
            .program(&["plan", "--unmanaged"])
            .env_remove("RUST_LOG"),
    );
    plan.says(0, &["1 to create, 0 unchanged, 0 drifted, 2050 unmanaged"]);
    Ok(())
}

fn hidden_v25() -> Result<(), Missing> {
    for version in [Version::V25_4_0, Version::V26_2_0] {
        let setup = setup(version, hides_version);
        let field = "device_authorization_grant_access_token_lifespan: 1h\n";
        let text = format!("client_id: a\n{field}");
        setup.folder.write("manifests/n.yaml", text);
        for outcome in ["1 created", "1 unchanged"] {
            let ended = setup.apply(&[]);
            ended.says(0, &[outcome]);
            assert!(!ended.stderr.contains("does not know"), "{ended}");
        }
    }
    Ok(())
}

fn plan_asks_nobody() -> Result<(), Missing> {
    for version in OLD {
        let setup = setup(version, hides_version);
        let plan = setup.run(&mut setup.program(&["plan"]));
        plan.says(0, &["1 to create"]);
        assert!(!setup.proxy.requests().iter().any(Request::creates));
    }
    Ok(())
}

/// An id chosen by mistake would be refused, and the list of v2.0.2 read wrongly.
fn flaky_version() -> Result<(), Missing> {
    let setup = setup(Version::V2_0_2, |request| {
        match request.path == "/version" && request.number < 4 {
            true => Fault::Answer(answer("503 Busy", "", "")),
            false => Fault::Pass,
        }
    });
    setup.apply(&[]).says(0, &["1 created"]);
    setup.has_secret(&only_id(&setup), true);
    Ok(())
}
