//! What a killed run left in its journal: put where it belongs, never guessed, never lost.

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::workspace::SECRETS;

pub(crate) const TESTS: Tests = &[
    ("a_torn_last_line_was_never_sent", torn),
    ("a_broken_line_stops_the_run", broken),
    ("one_of_a_newer_version_stops_the_run", newer),
    ("one_of_another_hydra_is_kept_and_named", elsewhere),
    ("two_secrets_for_one_id_are_told_apart_by_proof", two_proved),
    ("two_secrets_for_one_id_are_not_guessed", two_unproved),
    (
        "a_crash_between_their_records_changes_nothing",
        two_half_recorded,
    ),
    ("a_late_discard_does_not_hide_the_right_secret", superseded),
    ("a_client_made_anew_gets_its_new_secret", made_anew),
    (
        "one_whose_request_arrives_late_gets_its_record",
        arrives_late,
    ),
    ("a_young_entry_without_a_client_waits", waits),
    ("an_old_entry_without_a_client_goes", goes),
    ("a_proof_by_a_stranger_proves_nothing", gateway),
];

const JOURNAL: &str = "client-secrets.jsonl.journal";

fn setup() -> Setup {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    setup
}

/// A journal's entry.
fn intent(setup: &Setup, id: &str, secret: &str, age: i64) -> Value {
    let at = jiff::Timestamp::now() - jiff::SignedDuration::from_secs(age);
    json!({"intent": {
        "name": secret, "client_id": id, "own_id": false, "client_name": null, "owner": null,
        "method": "client_secret_basic", "endpoint": setup.url(), "created_at": at.to_string(),
        "recipients": [], "client_secret": secret,
    }})
}

fn own(mut intent: Value) -> Value {
    intent["intent"]["own_id"] = true.into();
    intent
}

/// The record of an entry.
fn record(intent: &Value, unconfirmed: bool) -> String {
    let mut record = intent["intent"].clone();
    record["format"] = 1.into();
    for member in ["name", "own_id", "owner", "method"] {
        record.as_object_mut().unwrap().remove(member);
    }
    if unconfirmed {
        record["unconfirmed"] = true.into();
    }
    format!("{record}\n")
}

fn write(setup: &Setup, entries: &[&Value]) {
    let head = json!({"journal": 1}).to_string();
    let lines = entries.iter().map(ToString::to_string);
    let lines: Vec<String> = [head].into_iter().chain(lines).collect();
    setup.folder.write(JOURNAL, lines.join("\n") + "\n");
}

fn exists(setup: &Setup, id: &str, secret: &str) {
    setup
        .target
        .create(&json!({"client_id": id, "client_secret": secret}));
}

fn torn() -> Result<(), Missing> {
    let setup = setup();
    exists(&setup, "old", "the-old-secret");
    write(&setup, &[&intent(&setup, "old", "the-old-secret", 0)]);
    let whole = setup.folder.read(JOURNAL);
    let next = intent(&setup, "a", "never-sent", 0).to_string();
    for end in (0..next.len()).step_by(37) {
        setup
            .folder
            .write(JOURNAL, format!("{whole}{}", &next[..end]));
        let words = ["--public-url", &setup.target.public_url()];
        setup
            .recover(&words)
            .says(0, &["1 recorded", "0 dropped, 0 waiting"]);
        setup.has_secret("old", true);
        setup.is_tidy();
        std::fs::remove_file(setup.folder.file(SECRETS)).unwrap();
    }
    Ok(())
}

fn broken() -> Result<(), Missing> {
    let setup = setup();
    write(&setup, &[&intent(&setup, "x", "secret-of-x", 0)]);
    let text = setup.folder.read(JOURNAL).replace("\"intent\"", "\"intent");
    setup.folder.write(JOURNAL, format!("{text}{{}}\n"));
    let before = setup.folder.read(JOURNAL);
    for ended in [setup.apply(&[]), setup.recover(&[])] {
        ended.says(6, &["line 2 of the journal", JOURNAL, "keep a copy"]);
        setup.is_unsaid(&ended, "secret-of-x");
    }
    assert_eq!(setup.posts("a"), 0);
    assert_eq!(setup.folder.read(JOURNAL), before);
    Ok(())
}

fn newer() -> Result<(), Missing> {
    let setup = setup();
    setup.folder.write(JOURNAL, "{\"journal\":5}\n");
    setup.apply(&[]).says(6, &["has format 5", "newer version"]);
    assert_eq!(setup.posts("a"), 0);
    assert_eq!(setup.folder.read(JOURNAL), "{\"journal\":5}\n");
    Ok(())
}

fn elsewhere() -> Result<(), Missing> {
    let setup = setup();
    let mut other = intent(&setup, "a", "secret-for-another", 0);
    other["intent"]["endpoint"] = "https://other.example:4445".into();
    write(&setup, &[&other]);
    let texts = [
        "1 created",
        "another Hydra",
        JOURNAL,
        "--endpoint https://other.example:4445",
    ];
    let ended = setup.apply(&[]);
    ended.says(0, &texts);
    setup.is_unsaid(&ended, "secret-for-another");
    setup.has_secret("a", true);
    assert!(setup.folder.read(JOURNAL).contains("secret-for-another"));
    assert_eq!(setup.folder.files(), [SECRETS, JOURNAL]);
    Ok(())
}

fn two_proved() -> Result<(), Missing> {
    for right in ["secret-1", "secret-2"] {
        let setup = setup();
        exists(&setup, "a", right);
        let both = [1, 2].map(|n| own(intent(&setup, "a", &format!("secret-{n}"), 9 - n)));
        write(&setup, &[&both[0], &both[1]]);
        let words = ["--public-url", &setup.target.public_url()];
        setup
            .recover(&words)
            .says(0, &["1 recorded, 0 unconfirmed, 1 dropped"]);
        assert_eq!(setup.folder.records().len(), 1);
        setup.has_secret("a", true);
        setup.is_tidy();
    }
    Ok(())
}

fn two_unproved() -> Result<(), Missing> {
    let setup = setup();
    exists(&setup, "a", "secret-2");
    let both = [1, 2].map(|n| own(intent(&setup, "a", &format!("secret-{n}"), 0)));
    write(&setup, &[&both[0], &both[1]]);
    setup
        .recover(&[])
        .says(0, &["0 recorded, 2 unconfirmed", "could not verify"]);
    setup.has_secret("a", false);
    assert_eq!(setup.folder.records()[0]["client_secret"], "secret-1");
    Ok(())
}

/// The first was recorded before the crash; that leaves the second no more certain.
fn two_half_recorded() -> Result<(), Missing> {
    let setup = setup();
    exists(&setup, "a", "secret-1");
    let both = [1, 2].map(|n| own(intent(&setup, "a", &format!("secret-{n}"), 0)));
    write(&setup, &[&both[0], &both[1]]);
    setup.folder.write(SECRETS, record(&both[0], true));
    setup.recover(&[]).says(0, &["0 recorded, 1 unconfirmed"]);
    let last = setup.folder.record("a").unwrap();
    assert_eq!(last["unconfirmed"], true);
    Ok(())
}

/// The second was created and recorded; the crash came before the first was discarded.
fn superseded() -> Result<(), Missing> {
    for is_own in [false, true] {
        let setup = setup();
        exists(&setup, "a", "secret-2");
        let mut both = [1, 2].map(|n| intent(&setup, "a", &format!("secret-{n}"), 0));
        both.iter_mut()
            .for_each(|intent| intent["intent"]["own_id"] = is_own.into());
        write(&setup, &[&both[0], &both[1]]);
        setup.folder.write(SECRETS, record(&both[1], false));
        setup.apply(&[]).says(0, &["1 unchanged"]);
        assert_eq!(setup.folder.records().len(), 1);
        setup.has_secret("a", true);
        setup.is_tidy();
    }
    Ok(())
}

/// It was deleted by hand, and created again within the same second.
fn made_anew() -> Result<(), Missing> {
    let setup = setup();
    exists(&setup, "a", "secret-2");
    let both = [1, 2].map(|n| intent(&setup, "a", &format!("secret-{n}"), 0));
    write(&setup, &[&both[0], &both[1]]);
    setup.folder.write(SECRETS, record(&both[0], false));
    setup
        .apply(&["--public-url", &setup.target.public_url()])
        .says(0, &["1 unchanged"]);
    assert_eq!(setup.folder.records().len(), 2);
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}

/// It arrives just before this run's own request, which then meets a conflict.
fn arrives_late() -> Result<(), Missing> {
    for is_proved in [false, true] {
        let target = Target::sandbox(Version::default());
        let url = target.clients_url();
        let setup = Setup::before(target, move |request| {
            if request.creates() && request.number == 1 {
                let late = json!({"client_id": "a", "client_secret": "journaled"});
                crate::support::ask::create(&url, &late);
            }
            Fault::Pass
        });
        setup.folder.clients(&["a"]);
        write(&setup, &[&intent(&setup, "a", "journaled", 5)]);
        let public_url = setup.target.public_url();
        let proof = ["--public-url", &public_url];
        let ended = setup.apply(if is_proved { &proof } else { &[] });
        ended.says(0, &["1 created", "0 raced"]);
        let records = setup.folder.records();
        assert_eq!(records[0]["client_secret"], "journaled");
        assert_eq!(records[0].get("unconfirmed").is_none(), is_proved);
        // Without a proof, each of the two may be the client's.
        let records = setup.folder.records();
        assert_eq!(records.len(), if is_proved { 1 } else { 2 });
        setup.is_tidy();
    }
    Ok(())
}

fn waits() -> Result<(), Missing> {
    let setup = setup();
    let mut young = intent(&setup, "gone", "secret-of-gone", 5);
    // As a run with a long `--request-timeout` leaves it.
    young["intent"]["arrives_within"] = 3_600.into();
    write(&setup, &[&young]);
    let kept = "its secret is kept for 59m";
    let told = ["`gone`", "not in Hydra", kept, "1 waiting", ", or in 59m"];
    setup.recover(&[]).says(1, &told);
    write(&setup, &[&intent(&setup, "gone", "secret-of-gone", 5)]);
    setup
        .recover(&[])
        .says(1, &["`gone`", "not in Hydra", "1 waiting", ", or in "]);
    assert!(setup.folder.read(JOURNAL).contains("secret-of-gone"));
    setup.apply(&[]).says(0, &["1 created"]);
    exists(&setup, "gone", "secret-of-gone");
    setup
        .recover(&["--public-url", &setup.target.public_url()])
        .says(0, &["1 recorded"]);
    setup.has_secret("gone", true);
    setup.is_tidy();
    Ok(())
}

fn goes() -> Result<(), Missing> {
    let setup = setup();
    write(&setup, &[&intent(&setup, "gone", "secret-of-gone", 90)]);
    setup.recover(&[]).says(0, &["1 dropped", "`gone`"]);
    assert_eq!(setup.folder.files(), [""; 0]);
    Ok(())
}

/// A gateway before the public endpoint refuses everybody: the secret may be right all the same.
fn gateway() -> Result<(), Missing> {
    for (status, body) in [
        ("401 Unauthorized", "<h1>Sign in</h1>"),
        ("401 No", r#"{"error":"request_unauthorized"}"#),
        ("404 No", ""),
        ("200 OK", ""),
        ("200 OK", "<h1>Welcome"),
        ("302 Found", ""),
    ] {
        let setup = setup();
        let answer = crate::support::proxy::answer(status, "Content-Type: text/html\r\n", body);
        let gate = Setup::new(move |_| Fault::Answer(answer.clone()));
        exists(&setup, "a", "the-right-one");
        write(&setup, &[&intent(&setup, "a", "the-right-one", 5)]);
        setup
            .recover(&["--public-url", &gate.url()])
            .says(0, &["1 unconfirmed"]);
        setup.has_secret("a", false);
    }
    Ok(())
}
