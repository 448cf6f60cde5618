//! One client that cannot be created does not stop the others, unless that is asked for.

use crate::support::proxy::{Fault, Request, json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("the_others_go_on", others_go_on),
    ("fail_fast_stops", fail_fast),
    ("a_report_in_json_says_so_too", in_json),
];

fn refuse_b(request: &Request) -> Fault {
    let body = r#"{"error":"invalid_client_metadata","error_description":"b is not to our taste"}"#;
    match request.creates() && request.member("client_id").as_deref() == Some("b") {
        true => Fault::Answer(json("400 Bad Request", body)),
        false => Fault::Pass,
    }
}

fn others_go_on() -> Result<(), Missing> {
    let setup = Setup::new(refuse_b);
    setup.folder.clients(&["a", "b", "c", "d"]);
    let said = "`POST http";
    let ended = setup.apply(&["--parallelism", "1"]);
    ended.says(
        1,
        &[
            "failed b",
            said,
            "HTTP 400: b is not to our taste",
            "clients.yaml:3",
            "3 created",
            "1 failed",
        ],
    );
    setup.has_clients(&["a", "c", "d"]);
    for id in ["a", "c", "d"] {
        setup.has_secret(id, true);
    }
    assert!(setup.folder.record("b").is_none());
    setup.is_tidy();
    Ok(())
}

fn fail_fast() -> Result<(), Missing> {
    let setup = Setup::new(refuse_b);
    setup.folder.clients(&["a", "b", "c", "d"]);
    let ended = setup.apply(&["--parallelism", "1", "--fail-fast"]);
    ended.says(
        1,
        &["failed b", "failed c", "not tried", "1 created", "3 failed"],
    );
    setup.has_clients(&["a"]);
    assert_eq!((setup.posts("c"), setup.posts("d")), (0, 0));
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}

fn in_json() -> Result<(), Missing> {
    let setup = Setup::new(refuse_b);
    setup.folder.clients(&["a", "b"]);
    let ended = setup.apply(&["--output", "json"]);
    ended.says(1, &[]);
    let report = ended.json();
    assert_eq!(report["summary"]["failed"], 1);
    assert_eq!(report["outcomes"][1]["outcome"], "failed");
    let error = report["outcomes"][1]["error"].to_string();
    assert!(error.contains("not to our taste"), "{error}");
    Ok(())
}
