//! Requests that never arrive, answers that never come back: never two clients, never a lost
//! secret.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::hydra::Release;
use crate::support::proxy::{Fault, Proxy, Request, answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("a_request_that_never_arrives_is_sent_again", never_arrives),
    ("a_lost_answer_makes_no_second_client", in_sandbox),
    ("a_lost_answer_of_a_real_v1_makes_no_second_client", on_v1),
    ("a_lost_answer_of_a_real_v2_makes_no_second_client", on_v2),
    ("an_answer_cut_off_anywhere_loses_nothing", cut_off),
    ("a_proof_confirms_the_secret_of_a_lost_answer", proved),
    (
        "a_proof_is_tried_again_where_the_server_is_busy",
        busy_proof,
    ),
    ("a_proof_tells_somebody_elses_client", raced_after_loss),
    (
        "a_gateway_error_after_the_create_loses_nothing",
        bad_gateway,
    ),
    ("an_id_made_from_a_name_proves_nothing", own_id),
    ("no_second_look_is_possible", blind),
    (
        "a_late_request_for_a_client_without_a_secret_meets_the_next",
        late_without_secret,
    ),
    (
        "a_given_secret_after_a_late_request_with_another_makes_no_second_client",
        given_after_generated,
    ),
];

/// Breaks the first attempt to create each client.
fn first(request: &Request, fault: Fault) -> Fault {
    if request.creates() && request.number == 1 {
        fault
    } else {
        Fault::Pass
    }
}

fn never_arrives() -> Result<(), Missing> {
    let setup = Setup::new(|request| first(request, Fault::Drop));
    setup.folder.clients(&["a"]);
    setup.apply(&[]).says(0, &["1 created"]);
    assert_eq!(setup.posts("a"), 2);
    setup.has_clients(&["a"]);
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}

fn in_sandbox() -> Result<(), Missing> {
    for version in [Version::V1_11_10, Version::V2_3_0, Version::V26_2_0] {
        lost_on(Target::sandbox(version));
    }
    Ok(())
}

fn on_v1() -> Result<(), Missing> {
    Target::real(Release::V1, None).map(lost_on)
}

fn on_v2() -> Result<(), Missing> {
    Target::real(Release::V2, None).map(lost_on)
}

/// Without a public endpoint nothing proves the secret.
fn lost_on(target: Target) {
    let setup = Setup::before(target, |request| first(request, Fault::Lose));
    setup.folder.clients(&["a"]);
    let ended = setup.apply(&[]);
    ended.says(0, &["unconfirmed a", "could not verify", "1 created"]);
    assert_eq!(setup.posts("a"), 1);
    setup.has_clients(&["a"]);
    setup.has_secret("a", false);
    setup.is_tidy();
}

fn cut_off() -> Result<(), Missing> {
    for length in [0, 1, 12, 20, 200, 500, 900] {
        let setup = Setup::new(move |request| first(request, Fault::Cut(length)));
        setup.folder.clients(&["a"]);
        setup.apply(&[]).says(0, &["1 created"]);
        assert_eq!(setup.posts("a"), 1, "{length}");
        setup.has_clients(&["a"]);
        // A 201 without Hydra's own words behind it may be anybody's.
        setup.has_secret("a", false);
        setup.is_tidy();
    }
    Ok(())
}

fn proved() -> Result<(), Missing> {
    for method in ["client_secret_basic", "client_secret_post"] {
        let setup = Setup::new(|request| first(request, Fault::Lose));
        let manifest = json!({"client_id": "a", "token_endpoint_auth_method": method});
        setup.folder.write("manifests/a.json", manifest.to_string());
        let ended = setup.apply(&["--public-url", &setup.target.public_url()]);
        ended.says(0, &["created a"]);
        let record = setup.folder.record("a").unwrap();
        assert!(record.get("unconfirmed").is_none(), "{method} {record}");
        setup.is_tidy();
    }
    Ok(())
}

fn busy_proof() -> Result<(), Missing> {
    let setup = Setup::new(|request| first(request, Fault::Lose));
    let busy = answer("503 Service Unavailable", "", "");
    let public = Proxy::start(
        &setup.target.public_url(),
        Box::new(move |request| match request.number {
            1 => Fault::Answer(busy.clone()),
            _ => Fault::Pass,
        }),
    );
    setup.folder.clients(&["a"]);
    let url = format!("http://{}", public.address());
    setup.apply(&["--public-url", &url]).says(0, &["created a"]);
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}

fn raced_after_loss() -> Result<(), Missing> {
    let target = Target::sandbox(Version::default());
    let url = target.clients_url();
    // The request is lost, and somebody else creates the client meanwhile.
    let setup = Setup::before(target, move |request| {
        if request.creates() && request.number == 1 {
            let theirs = json!({"client_id": "a", "client_secret": "somebody-elses"});
            crate::support::ask::create(&url, &theirs);
            return Fault::Drop;
        }
        Fault::Pass
    });
    setup.folder.clients(&["a"]);
    let ended = setup.apply(&["--public-url", &setup.target.public_url()]);
    // The public endpoint may be another Hydra's: what it refuses is kept, and marked.
    ended.says(0, &["unconfirmed a", "1 created"]);
    setup.is_tidy();
    assert!(setup.target.accepts("a", "somebody-elses"));
    Ok(())
}

fn bad_gateway() -> Result<(), Missing> {
    for status in [
        "502 Bad Gateway",
        "503 Service Unavailable",
        "504 Gateway Timeout",
        "500 Oops",
        "408 Request Timeout",
    ] {
        let setup = Setup::new(move |request| {
            first(
                request,
                Fault::Instead(answer(status, "Content-Type: text/html\r\n", "<h1>sorry")),
            )
        });
        setup.folder.clients(&["a"]);
        setup.apply(&[]).says(0, &["unconfirmed a", "1 created"]);
        assert_eq!(setup.posts("a"), 1, "{status}");
        setup.has_clients(&["a"]);
        setup.has_secret("a", false);
        setup.is_tidy();
    }
    Ok(())
}

/// Everybody can make an id from a name.
fn own_id() -> Result<(), Missing> {
    for is_proved in [false, true] {
        let setup = Setup::new(|request| first(request, Fault::Lose));
        setup
            .folder
            .write("manifests/a.yaml", "client_name: n\nowner: o\n");
        let public_url = setup.target.public_url();
        let proof = ["--public-url", &public_url];
        let ended = setup.apply(if is_proved { &proof } else { &[] });
        ended.says(0, &["created", "1 created"]);
        let clients = setup.target.clients();
        assert_eq!(clients.len(), 1);
        setup.has_secret(clients[0]["client_id"].as_str().unwrap(), is_proved);
        setup.apply(&[]).says(0, &["0 created, 1 unchanged"]);
        setup.is_tidy();
    }
    Ok(())
}

/// After the lost answer nothing answers any more: the secret waits in the journal.
fn blind() -> Result<(), Missing> {
    let gone = Arc::new(AtomicBool::new(false));
    let is_gone = Arc::clone(&gone);
    let setup = Setup::new(move |request| {
        if request.creates() {
            is_gone.store(true, SeqCst);
            return Fault::Lose;
        }
        match is_gone.load(SeqCst) {
            true => Fault::Answer(answer("503 Busy", "Retry-After: 1\r\n", "")),
            false => Fault::Pass,
        }
    });
    setup.folder.clients(&["a"]);
    let ended = setup.apply(&["--fail-after", "500ms"]);
    ended.says(
        1,
        &[
            "failed a",
            "could not determine whether",
            "journal",
            "secrets recover",
        ],
    );
    assert_eq!(setup.posts("a"), 1);
    assert!(
        setup
            .folder
            .read("client-secrets.jsonl.journal")
            .contains("\"a\"")
    );
    setup.recover(&["--fail-after", "300ms"]);
    gone.store(false, SeqCst);
    setup.recover(&["--public-url", &setup.target.public_url()]);
    setup.has_clients(&["a"]);
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}

/// Nothing is journaled for clients whose secret is not made here, so that no journal knows the id
/// that the first request had.
fn late_without_secret() -> Result<(), Missing> {
    let named = "client_name: n\nowner: o\n";
    for more in [
        "token_endpoint_auth_method: none\n",
        "client_secret: given-secret\n",
    ] {
        let setup = Setup::new(|request| first(request, Fault::Drop));
        let text = format!("{named}{more}");
        setup.folder.write("manifests/a.yaml", text);
        setup.apply(&["--fail-after", "1ms"]).says(1, &["1 failed"]);
        setup.apply(&[]).says(0, &["1 created"]);
        let sent = setup.proxy.requests();
        let sent = sent.iter().filter(|request| request.creates());
        let ids: Vec<_> = sent
            .filter_map(|request| request.member("client_id"))
            .collect();
        assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
        setup.apply(&[]).says(0, &["1 unchanged"]);
    }
    Ok(())
}

/// Both requests have the same id, so that the late one makes no second client.
fn given_after_generated() -> Result<(), Missing> {
    let setup = Setup::new(|request| first(request, Fault::Drop));
    let text = "client_name: n\nowner: o\n";
    setup.folder.write("manifests/a.yaml", text);
    setup.apply(&["--fail-after", "1ms"]).says(1, &["1 failed"]);
    let text = format!("{text}client_secret: given-secret\n");
    setup.folder.write("manifests/a.yaml", text);
    setup.apply(&[]).says(0, &["1 created"]);
    let sent = setup.proxy.requests();
    let sent = sent.iter().filter(|request| request.creates());
    let ids: Vec<_> = sent
        .filter_map(|request| request.member("client_id"))
        .collect();
    assert!(ids.len() == 2 && ids[0] == ids[1], "{ids:?}");
    assert!(setup.folder.records().is_empty());
    setup.apply(&[]).says(0, &["1 unchanged"]);
    Ok(())
}
