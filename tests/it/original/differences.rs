//! Where ours differs on purpose: the faults that it is free of, each with what theirs does.
//!
//! What is chosen at random differs in every case; `seen` says so where it compares.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::original::command_lines::CommandLines;
use crate::original::{Test, import_differences};
use crate::support::target::NOWHERE;

/// A difference, with its reason, and both sides of it asserted.
pub(crate) type Difference = (&'static str, fn(&CommandLines));

const DIFFERENCES: &[Difference] = &[
    (
        "a public client is sent no secret: nobody would ever know it",
        public_has_no_secret,
    ),
    (
        "a client that signs is shown no secret: it has a key for that",
        signing_has_no_secret,
    ),
    (
        "a value that Hydra would refuse is refused before anything is sent, by its flag's name",
        refused_early,
    ),
    (
        "a word too many is no client's: `-c a b` would lose `b`, and `--flag false` mean true",
        word_too_many,
    ),
    (
        "a list's second line is not dropped without a word",
        second_line,
    ),
    (
        "blanks alone are no scope, and do not stand for Hydra's default",
        blank_scope,
    ),
    (
        "several blanks between scopes are one (RFC 6749, section 3.3)",
        blanks_between_scopes,
    ),
    (
        "--fail-after counts: theirs declares it and never reads it",
        fail_after,
    ),
    (
        "exit codes tell what went wrong; theirs is 1 for all but a wrong flag",
        exit_codes,
    ),
    (
        "newer fields have flags, by the names of Ory's v2",
        newer_flags,
    ),
];

pub(crate) fn tests() -> Vec<(String, Test)> {
    let test = |(name, test): &Difference| -> (String, Test) {
        (format!("difference: {name}"), Box::new(*test))
    };
    let all = DIFFERENCES.iter().chain(import_differences::DIFFERENCES);
    all.map(test).collect()
}

fn public_has_no_secret(both: &CommandLines) {
    let words = ["create", "--token-endpoint-auth-method", "none"];
    let (theirs, ours) = both.run(&words);
    assert!(theirs.posts[0].body["client_secret"].is_string());
    assert_eq!(ours.posts[0].body["client_secret"], Value::Null);
}

fn signing_has_no_secret(both: &CommandLines) {
    let (theirs, ours) = both.run(&[
        "create",
        "--token-endpoint-auth-method",
        "private_key_jwt",
        "--jwks-uri",
        "https://a.example/keys",
    ]);
    let last = ["OAuth 2.0 Client ID: ID", "OAuth 2.0 Client Secret: SECRET"];
    assert_eq!(theirs.lines(&[]), last);
    let last = [
        "OAuth 2.0 Client ID: ID",
        "This OAuth 2.0 Client has no secret",
    ];
    assert_eq!(ours.lines(&[]), last);
    assert_eq!(theirs.comparable(&[]), ours.comparable(&[]));
}

fn refused_early(both: &CommandLines) {
    let cases: [(&str, &[&str]); 7] = [
        ("--callbacks", &["-c", "https://a.example/#x"]),
        (
            "--callbacks",
            &["-c", "https://a.example/, https://b.example/"],
        ),
        ("--secret", &["--secret", "short"]),
        ("--subject-type", &["--subject-type", "privat"]),
        (
            "--token-endpoint-auth-method",
            &["--token-endpoint-auth-method", "private_key_jwt"],
        ),
        (
            "--allowed-cors-origins",
            &["--allowed-cors-origins", "https://a.example/x"],
        ),
        (
            "--post-logout-callbacks",
            &["--post-logout-callbacks", "https://a.example/"],
        ),
    ];
    for (flag, words) in cases {
        let (theirs, ours) = both.run(&[&["create"], words].concat());
        assert_eq!(
            (theirs.code, theirs.posts.len()),
            (Some(1), 1),
            "{theirs:#?}"
        );
        assert_eq!((ours.code, ours.posts.len()), (Some(64), 0), "{ours:#?}");
        assert!(ours.stderr.contains(&format!("`{flag}`")), "{ours:#?}");
        assert!(theirs.stored.is_empty() && ours.stored.is_empty());
    }
}

fn word_too_many(both: &CommandLines) {
    for words in [
        ["-c", "https://a.example/", "https://b.example/"],
        ["--backchannel-logout-session-required", "false", "-nx"],
    ] {
        let (theirs, ours) = both.run(&[&["create"][..], &words].concat());
        assert_eq!(
            (theirs.code, theirs.stored.len()),
            (Some(0), 1),
            "{theirs:#?}"
        );
        assert_eq!((ours.code, ours.posts.len()), (Some(64), 0), "{ours:#?}");
        assert!(
            ours.stderr.contains("describe the client by flags"),
            "{ours:#?}"
        );
        both.clear();
    }
}

fn second_line(both: &CommandLines) {
    let (theirs, ours) = both.run(&["create", "-c", "https://a.example/\nhttps://b.example/"]);
    let stored = &theirs.stored[0]["redirect_uris"];
    assert_eq!(*stored, json!(["https://a.example/"]));
    assert_eq!((ours.code, ours.posts.len()), (Some(64), 0), "{ours:#?}");
    assert!(ours.stderr.contains("--callbacks"), "{ours:#?}");
}

fn blank_scope(both: &CommandLines) {
    let (theirs, ours) = both.run(&["create", "-a", " "]);
    assert_eq!(theirs.stored[0]["scope"], " ");
    assert_eq!((ours.code, ours.posts.len()), (Some(64), 0), "{ours:#?}");
}

fn blanks_between_scopes(both: &CommandLines) {
    let (theirs, ours) = both.run(&["create", "-a", "a,,b"]);
    assert_eq!(theirs.stored[0]["scope"], "a  b");
    assert_eq!(ours.stored[0]["scope"], "a b");
}

fn fail_after(both: &CommandLines) {
    let url = format!("http://{NOWHERE}");
    let words = ["create", "--endpoint", &url, "--fail-after", "1500ms"];
    let took = |side: &crate::original::command_lines::CommandLine| {
        let start = Instant::now();
        let seen = side.run(both.folder.path(), &[], &words);
        assert_ne!(seen.code, Some(0));
        start.elapsed()
    };
    assert!(took(&both.theirs) < Duration::from_millis(1_000));
    assert!(took(&both.ours) >= Duration::from_millis(1_500));
}

fn exit_codes(both: &CommandLines) {
    let url = format!("http://{NOWHERE}");
    let cases: [(&[&str], i32, i32); 4] = [
        (
            &["create", "--endpoint", &url, "--fail-after", "100ms"],
            1,
            5,
        ),
        (&["create", "--endpoint", "not an address"], 1, 64),
        (&["create", "--no-such-flag"], 255, 64),
        (&["import"], 1, 64),
    ];
    for (words, theirs_code, ours_code) in cases {
        let (theirs, ours) = both.run(words);
        assert_eq!(theirs.code, Some(theirs_code), "{theirs:#?}");
        assert_eq!(ours.code, Some(ours_code), "{ours:#?}");
        assert!(ours.stdout.is_empty());
    }
}

fn newer_flags(both: &CommandLines) {
    let (theirs, ours) = both.run(&[
        "create",
        "--owner",
        "me",
        "--contact",
        "a@b.example,c@d.example",
        "--metadata",
        r#"{"tier": 1.50}"#,
        "--request-uri",
        "https://a.example/r",
        "--request-object-signing-alg",
        "RS256",
    ]);
    assert_eq!(theirs.code, Some(255), "{theirs:#?}");
    assert_eq!(ours.code, Some(0), "{ours:#?}");
    let stored = &ours.stored[0];
    assert_eq!(stored["owner"], "me");
    assert_eq!(stored["contacts"], json!(["a@b.example", "c@d.example"]));
    assert_eq!(stored["metadata"].to_string(), r#"{"tier":1.50}"#);
    assert_eq!(stored["request_uris"], json!(["https://a.example/r"]));
    assert_eq!(stored["request_object_signing_alg"], "RS256");
}
