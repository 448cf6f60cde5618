//! Answers that are cut off, no JSON, or without end: an error with its request, bounded memory,
//! and nothing lost.

use crate::support::proxy::{Fault, Request, answer, json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("a_look_up_is_cut_off", look_up_cut_off),
    ("a_page_is_not_json", page_not_json),
    ("a_look_up_has_no_end", look_up_without_end),
    ("a_create_has_no_end", create_without_end),
    ("a_create_is_answered_by_another_product", create_elsewhere),
    ("a_create_is_answered_with_another_client", another_client),
    ("the_server_makes_a_secret_of_its_own", own_secret),
    (
        "a_masked_secret_in_the_answer_is_not_taken",
        own_secret_disproved,
    ),
];

fn is_page(request: &Request) -> bool {
    request.path.contains("/clients?")
}

/// It is tried again until patience ends.
fn look_up_cut_off() -> Result<(), Missing> {
    let setup = Setup::new(|request| match request.path.ends_with("/clients/b") {
        true => Fault::Cut(150),
        false => Fault::Pass,
    });
    setup.folder.clients(&["a", "b"]);
    let ended = setup.apply(&["--fail-after", "1s"]);
    ended.says(5, &["/clients/b` failed", "(tried ", "--request-timeout"]);
    setup.is_untouched();
    Ok(())
}

fn page_not_json() -> Result<(), Missing> {
    for body in [
        "<html>",
        "{}",
        "[{\"client_id\":1}]",
        "[{\"client_id\":\"x\"}",
        "null",
    ] {
        let setup = Setup::new(move |request| match is_page(request) {
            true => Fault::Answer(json("200 OK", body)),
            false => Fault::Pass,
        });
        setup
            .folder
            .write("manifests/a.yaml", "client_name: n\nowner: o\n");
        setup
            .apply(&[])
            .says(5, &["`GET http", "/clients", " failed: ", "`--endpoint`"]);
        setup.is_untouched();
    }
    Ok(())
}

/// In 400 MB of address space, which has to do for the program itself as well.
fn look_up_without_end() -> Result<(), Missing> {
    for length in [
        "",
        "Content-Length: 104857600\r\n",
        "Transfer-Encoding: chunked\r\n",
    ] {
        let setup = Setup::new(move |_| {
            let chunk = if length.contains("chunked") {
                "10000000\r\n"
            } else {
                ""
            };
            let head = format!(
                "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{length}\r\n{chunk}["
            );
            Fault::Endless(head.into_bytes())
        });
        setup.folder.clients(&["a"]);
        let words = ["apply", "--allow-plaintext-secrets", "--fail-after", "2s"];
        let ended = setup.run(&mut setup.program_after("ulimit -v 400000", &words));
        ended.says(
            5,
            &["`GET http", "/clients", "the answer is longer than 64 MiB"],
        );
        setup.is_untouched();
    }
    Ok(())
}

/// The client is in Hydra or not: in either case the next run knows what to do.
fn create_without_end() -> Result<(), Missing> {
    let head = "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n\r\n";
    let setup = Setup::new(
        move |request| match request.creates() && request.number == 1 {
            true => Fault::Endless(head.into()),
            false => Fault::Pass,
        },
    );
    setup.folder.clients(&["a"]);
    let words = ["apply", "--allow-plaintext-secrets"];
    let ended = setup.run(&mut setup.program_after("ulimit -v 400000", &words));
    ended.says(
        1,
        &[
            "failed a",
            "longer than 64 MiB",
            "waits in `client-secrets.jsonl.journal`",
        ],
    );
    setup.has_clients(&[]);
    setup.apply(&[]).says(0, &["1 created"]);
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}

fn create_elsewhere() -> Result<(), Missing> {
    let html = "Content-Type: text/html\r\n";
    for body in [
        answer("200 OK", html, "<h1>Sign in</h1>"),
        json("200 OK", "{}"),
        json("204 No Content", ""),
        answer("404 Not Found", html, "<h1>404</h1>"),
        answer("405 Method Not Allowed", "Allow: GET\r\n", ""),
    ] {
        let setup = Setup::new(
            move |request| match request.creates() && request.number == 1 {
                true => Fault::Answer(body.clone()),
                false => Fault::Pass,
            },
        );
        setup.folder.clients(&["a"]);
        setup
            .apply(&[])
            .says(1, &["failed a", "`POST http", "1 failed"]);
        setup.has_clients(&[]);
        setup.apply(&[]).says(0, &["1 created"]);
        setup.has_secret("a", true);
        setup.is_tidy();
    }
    Ok(())
}

/// Something between rewrites what is created: it must not go unnoticed.
fn another_client() -> Result<(), Missing> {
    let setup = Setup::new(|request| match request.creates() && request.number == 1 {
        true => Fault::Instead(json("201 Created", r#"{"client_id":"other"}"#)),
        false => Fault::Pass,
    });
    setup.folder.clients(&["a"]);
    setup.apply(&[]).says(0, &["unconfirmed a", "1 created"]);
    setup.has_clients(&["a"]);
    setup.has_secret("a", false);
    assert_eq!(setup.folder.records().len(), 1);
    setup.is_tidy();
    Ok(())
}

/// A server that made one of its own says so, and so does a gateway that masks secrets: both are
/// kept, and the public endpoint tells which one the client has.
fn own_secret() -> Result<(), Missing> {
    let setup = Setup::new(|request| match request.creates() && request.number == 1 {
        true => {
            let theirs = r#"{"client_id":"a","client_secret":"made-by-the-server"}"#;
            Fault::Instead(json("201 Created", theirs))
        }
        false => Fault::Pass,
    });
    setup.folder.clients(&["a"]);
    let ended = setup.apply(&[]);
    ended.says(0, &["unconfirmed a", "1 created"]);
    setup.is_unsaid(&ended, "made-by-the-server");
    let records = setup.folder.records();
    assert!(records.iter().all(|record| record["unconfirmed"] == true));
    let secrets: Vec<_> = records
        .iter()
        .map(|record| record["client_secret"].as_str().unwrap())
        .collect();
    assert!(setup.target.accepts("a", secrets[0]));
    assert_eq!(secrets[1..], ["made-by-the-server"]);
    setup.is_tidy();
    Ok(())
}

fn own_secret_disproved() -> Result<(), Missing> {
    let setup = Setup::new(|request| match request.creates() {
        true => {
            let masked = r#"{"client_id":"a","client_secret":"********"}"#;
            Fault::Instead(json("201 Created", masked))
        }
        false => Fault::Pass,
    });
    setup.folder.clients(&["a"]);
    setup
        .apply(&["--public-url", &setup.target.public_url()])
        .says(0, &["created a", "1 created"]);
    assert_eq!(setup.folder.records().len(), 1);
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}
