//! `create client` and `import client` beside Ory's v2.3.0: every flag, every form of its output.

use serde_json::{Value, json};

use crate::original::Test;
use crate::original::command_lines::CommandLines;
use crate::original::differences::Difference;
use crate::original::seen::Seen;

/// Words behind `create client`. `id=` and `secret=` before a word say that the case gives an id or a
/// secret, so that both have to show the same.
const CREATES: &[&[&str]] = &[
    &[],
    &["--id", "id=mine"],
    &["--id", ""],
    &["--name", "My app <&>"],
    &["--name=a=b"],
    &["--secret", "secret=correct-horse"],
    &[
        "--redirect-uri",
        "https://a.example/cb,com.example:/cb",
        "--redirect-uri",
        "https://b.example/",
    ],
    &["--grant-type", "client_credentials,refresh_token"],
    &[
        "--grant-type",
        "client_credentials",
        "--grant-type",
        "implicit",
    ],
    &[
        "--response-type",
        "code id_token",
        "--response-type",
        "token",
    ],
    &["--scope", "core,foobar"],
    &["--scope", "core foobar", "--scope", "openid"],
    &["--audience", "https://api.example,other"],
    &[
        "--allowed-cors-origin",
        "https://a.example,HTTP://B.example:8080/",
    ],
    &["--access-token-strategy", "jwt"],
    &["--access-token-strategy", "opaque"],
    &["--backchannel-logout-callback", "https://a.example/back"],
    &["--backchannel-logout-session-required"],
    &["--backchannel-logout-session-required=false"],
    &["--frontchannel-logout-callback", "https://a.example/front"],
    &["--frontchannel-logout-session-required=true"],
    &["--client-uri", "https://a.example/"],
    &["--contact", "a@a.example,b@a.example"],
    &["--jwks-uri", "https://a.example/keys"],
    &["--logo-uri", "https://a.example/logo"],
    &[
        "--metadata",
        r#"{"tier": 1, "nested": {"list": [true, null, "x"]}}"#,
    ],
    &["--owner", "me"],
    &["--policy-uri", "https://a.example/policy"],
    &[
        "--redirect-uri",
        "https://a.example/cb",
        "--post-logout-callback",
        "https://a.example/out",
    ],
    &["--request-object-signing-alg", "ES256"],
    &["--request-uri", "https://a.example/r"],
    &["--skip-consent"],
    &["--skip-consent=false"],
    &["--skip-logout-consent"],
    &["--subject-type", "public"],
    &["--token-endpoint-auth-method", "client_secret_post"],
    &["--token-endpoint-auth-method", "none"],
    &["--tos-uri", "https://a.example/tos"],
    &["-e", "ENDPOINT"],
    &["-e=ENDPOINT/"],
    &["--endpoint", "ENDPOINT"],
    &["-H", "Authorization: abc,X-Forwarded-Proto: https"],
    &[
        "--http-header",
        "Authorization: abc",
        "-H",
        "X-Forwarded-Proto: https",
    ],
    &["--skip-tls-verify"],
    &["-q"],
    &["--quiet", "--format", "json"],
    &[
        "--format",
        "table",
        "--id",
        "id=short",
        "--secret",
        "secret=correct-horse",
    ],
    &["--format", "default"],
    &["--format", "json"],
    &["--format", "json-pretty"],
    &["--format", "yaml"],
    &[
        "--format",
        "json",
        "--id",
        "id=all",
        "--secret",
        "secret=correct-horse",
        "--name",
        "A<b>&\"c\"",
        "--owner",
        "me",
        "--audience",
        "x",
        "--contact",
        "a@a.example",
        "--grant-type",
        "implicit",
        "--metadata",
        r#"{"b": [{"x": 1}], "a": "1"}"#,
        "--scope",
        "a",
        "--redirect-uri",
        "https://a.example/?a=1&b",
        "--allowed-cors-origin",
        "https://a.example",
        "--skip-consent",
        "--access-token-strategy",
        "jwt",
    ],
    &[
        "--format",
        "yaml",
        "--id",
        "id=all",
        "--secret",
        "secret=correct-horse",
        "--name",
        "yes: no",
        "--owner",
        "123",
        "--audience",
        "x",
        "--contact",
        "a@a.example",
        "--grant-type",
        "implicit",
        "--metadata",
        r#"{"b": [{"x": 1, "z": [1, 2]}, []], "a": "1", "n": "x y ", "h": "a #b", "e": {}}"#,
        "--scope",
        "a",
        "--redirect-uri",
        "https://a.example/?a=1&b",
    ],
];

/// Files, words behind `import client`, and the ids and secrets that the files give.
type Import = (
    fn() -> Vec<Value>,
    &'static [&'static str],
    &'static [&'static str],
);

const IMPORTS: &[Import] = &[
    (
        || vec![json!([{"client_id": "one", "client_secret": "correct-horse"}])],
        &[],
        &["one", "correct-horse"],
    ),
    (|| vec![json!([{"scope": "x"}])], &[], &[]),
    (
        || {
            vec![json!([
                {"client_id": "a", "token_endpoint_auth_method": "none"},
                {"client_id": "b", "token_endpoint_auth_method": "none"},
            ])]
        },
        &["--format", "yaml"],
        &["a", "b"],
    ),
    (two, &[], &["a", "b", "correct-horse"]),
    (two, &["--format", "json"], &["a", "b", "correct-horse"]),
    (
        two,
        &["--format", "json-pretty"],
        &["a", "b", "correct-horse"],
    ),
    (two, &["--format", "yaml"], &["a", "b", "correct-horse"]),
    (|| vec![json!([{"client_id": "one"}])], &["-q"], &["one"]),
    (
        || vec![json!([{"client_id": "one", "token_endpoint_auth_method": "none"}])],
        &["--format", "json"],
        &["one"],
    ),
];

fn two() -> Vec<Value> {
    vec![json!([
        {"client_id": "a", "client_secret": "correct-horse", "grant_types": ["implicit", "authorization_code"], "scope": "x y"},
        {"client_id": "b", "client_secret": "correct-horse", "audience": ["p", "q"], "metadata": {"a": [1]}},
    ])]
}

pub(crate) fn tests() -> Vec<(String, Test)> {
    let mut tests: Vec<(String, Test)> = Vec::new();
    for (number, words) in CREATES.iter().enumerate() {
        let test: Test = Box::new(move |both| create(both, words));
        let first = words.first().unwrap_or(&"no flag");
        tests.push((format!("v2: create {number}: {first}"), test));
    }
    for (number, (files, words, given)) in IMPORTS.iter().enumerate() {
        let test: Test = Box::new(move |both| import(both, &files(), words, given));
        tests.push((format!("v2: import {number}"), test));
    }
    let more: [Difference; 9] = [
        ("several files", several_files),
        ("every word for it", every_word),
        ("common flags before the word", flags_first),
        ("standard input", standard_input),
        ("a file of create", create_file),
        ("an id that is taken", taken),
        (
            "several ids alone, where theirs prints addresses in memory",
            several_ids,
        ),
        (
            "difference: one client without a list, and nothing at all",
            other_files,
        ),
        ("difference: a key that cannot encrypt", bad_key),
    ];
    for (name, test) in more {
        tests.push((format!("v2: {name}"), Box::new(test)));
    }
    tests
}

fn create(both: &CommandLines, words: &[&str]) {
    let mut given = Vec::new();
    let words = words.iter().map(|word| {
        let marked = word.strip_prefix("id=").or(word.strip_prefix("secret="));
        given.extend(marked);
        marked.unwrap_or(word)
    });
    let words: Vec<&str> = words.collect();
    let (theirs, ours) = both.run(&[&["create", "client"], &*words].concat());
    assert_eq!(theirs.code, Some(0), "{theirs:#?}");
    assert_same(&theirs, &ours, &given);
    assert_eq!(ours.stderr, "");
}

fn import(both: &CommandLines, files: &[Value], words: &[&str], given: &[&str]) {
    let mut all = vec!["import", "client"];
    all.extend(words);
    let names: Vec<String> = (0..files.len())
        .map(|number| format!("{number}.json"))
        .collect();
    for (name, file) in names.iter().zip(files) {
        both.folder.write(name, file.to_string());
        all.push(name);
    }
    let (theirs, ours) = both.run(&all);
    assert_eq!(theirs.code, Some(0), "{theirs:#?}");
    assert_same(&theirs, &ours, given);
    assert_eq!(ours.stderr, "");
}

fn every_word(both: &CommandLines) {
    for word in ["client", "oauth2-client"] {
        let (theirs, ours) =
            both.run(&["create", word, "--id", "mine", "--secret", "correct-horse"]);
        assert_same(&theirs, &ours, &["mine", "correct-horse"]);
        both.clear();
    }
    both.folder.write(
        "one.json",
        r#"[{"client_id": "one", "client_secret": "correct-horse"}]"#,
    );
    for word in ["client", "clients", "oauth2-client", "oauth2-clients"] {
        let (theirs, ours) = both.run(&["import", word, "one.json"]);
        assert_same(&theirs, &ours, &["one", "correct-horse"]);
        both.clear();
    }
}

fn flags_first(both: &CommandLines) {
    let words = [
        "create",
        "-e",
        "ENDPOINT",
        "-q",
        "--format=json",
        "client",
        "--id",
        "mine",
    ];
    let (theirs, ours) = both.run(&words);
    assert_same(&theirs, &ours, &["mine"]);
    assert_eq!(ours.stdout, "mine\n");
}

/// Theirs takes them in the order of chance.
fn several_files(both: &CommandLines) {
    for id in ["a", "b"] {
        let client = json!([{"client_id": id, "client_secret": "correct-horse"}]);
        both.folder.write(id, client.to_string());
    }
    let (theirs, ours) = both.run(&["import", "client", "a", "b"]);
    let mut sorted: Vec<&str> = theirs.stdout.lines().collect();
    sorted[1..].sort_unstable();
    assert_eq!(sorted, ours.stdout.lines().collect::<Vec<_>>());
}

fn standard_input(both: &CommandLines) {
    both.folder.write(
        "in.json",
        r#"[{"client_id": "in", "client_secret": "correct-horse"}]"#,
    );
    let (theirs, ours) = both.run_on("in.json", &["import", "client", "--format", "json"]);
    assert_same(&theirs, &ours, &["in", "correct-horse"]);
}

/// Its `client_id` counts for neither; ours says so where it is asked to say more.
fn create_file(both: &CommandLines) {
    both.folder.write(
        "f.json",
        r#"{"client_id": "lost", "scope": "q", "client_secret": "correct-horse"}"#,
    );
    let words = [
        "create", "client", "--file", "f.json", "--id", "mine", "--name", "x",
    ];
    let (theirs, ours) = both.run(&words);
    assert_same(&theirs, &ours, &["mine", "correct-horse"]);
    both.clear();
    let (theirs, ours) = both.run_on("f.json", &["create", "client", "--file", "-"]);
    assert_same(&theirs, &ours, &["correct-horse"]);
    both.clear();
    let (_, ours) = both.run(&[
        "create", "client", "--file", "f.json", "--name", "x", "--id", "mine", "-q",
    ]);
    assert_eq!((&*ours.stdout, &*ours.stderr), ("mine\n", ""));
}

fn taken(both: &CommandLines) {
    both.create(&json!({"client_id": "taken"}));
    both.folder.write(
        "taken.json",
        r#"[{"client_id": "taken"}, {"client_id": "new", "client_secret": "correct-horse"}]"#,
    );
    let (theirs, ours) = both.run(&["import", "client", "taken.json"]);
    assert_eq!((theirs.code, ours.code), (Some(1), Some(1)), "{ours:#?}");
    assert_eq!(theirs.stdout, ours.stdout);
    assert!(ours.stderr.contains("`taken` exists already"), "{ours:#?}");
    assert!(
        ours.stderr.contains("1 created, 0 skipped, 1 failed"),
        "{ours:#?}"
    );
    let (theirs, ours) = both.run(&["import", "client", "taken.json"]);
    assert_eq!(theirs.stdout, ours.stdout);
    both.folder
        .write("taken.json", r#"[{"client_id": "taken"}]"#);
    let (theirs, ours) = both.run(&["import", "client", "taken.json"]);
    assert_eq!(theirs.stdout, ours.stdout);
    let (theirs, ours) = both.run(&["create", "client", "--id", "taken"]);
    assert_eq!((theirs.code, ours.code), (Some(1), Some(1)), "{ours:#?}");
    assert_eq!(theirs.stdout, ours.stdout);
}

fn several_ids(both: &CommandLines) {
    both.folder
        .write("two.json", r#"[{"client_id": "a"}, {"client_id": "b"}]"#);
    let (theirs, ours) = both.run(&["import", "client", "-q", "two.json"]);
    assert!(theirs.stdout.starts_with("0x"), "{theirs:#?}");
    assert_eq!((&*ours.stdout, &*ours.stderr), ("a\nb\n", ""));
}

fn other_files(both: &CommandLines) {
    both.folder.write("one.json", r#"{"client_id": "one"}"#);
    let (theirs, ours) = both.run(&["import", "client", "one.json"]);
    assert_eq!((theirs.code, ours.code), (Some(1), Some(0)), "{ours:#?}");
    let (theirs, ours) = both.run(&["import", "client"]);
    assert_eq!((theirs.code, ours.code), (Some(0), Some(1)), "{ours:#?}");
    assert!(ours.stderr.contains("no client in this file"), "{ours:#?}");
    let (theirs, ours) = both.run(&["create", "client", "--format", "bogus"]);
    assert_eq!((theirs.code, ours.code), (Some(0), Some(64)), "{ours:#?}");
}

fn bad_key(both: &CommandLines) {
    let (theirs, ours) = both.run(&["create", "client", "--pgp-key", "bm8ga2V5"]);
    assert_eq!(ours.code, Some(6), "{ours:#?}");
    assert_eq!((theirs.posts.len(), ours.posts.len()), (0, 0));
}

/// Asserts that both printed, sent and stored the same, but for what is made by chance. A secret made
/// here is longer than theirs, so that a table has other tabs.
#[track_caller]
fn assert_same(theirs: &Seen, ours: &Seen, given: &[&str]) {
    let both = || format!("\ntheirs: {theirs:#?}\nours: {ours:#?}");
    assert_eq!((theirs.code, ours.code), (Some(0), Some(0)), "{}", both());
    let lines = |seen: &Seen| lines(seen, given);
    assert_eq!(lines(theirs), lines(ours), "{}", both());
    assert_eq!(
        theirs.comparable(given),
        ours.comparable(given),
        "{}",
        both()
    );
    assert_eq!(theirs.posts.len(), ours.posts.len(), "{}", both());
    for (theirs, ours) in theirs.posts.iter().zip(&ours.posts) {
        assert_eq!(theirs.headers(), ours.headers());
        // Theirs sends every field, empty ones too, which Hydra stores as if they had not been sent.
        let is_empty =
            |value: &Value| [json!(""), json!(false), json!({}), json!([])].contains(value);
        for (name, value) in theirs.body.as_object().unwrap() {
            if !is_empty(value) && !is_empty(&ours.body[name]) {
                assert_eq!(ours.body[name], *value, "{name}");
            }
        }
        for name in ours.body.as_object().unwrap().keys() {
            let is_chance = ["client_id", "client_secret"].contains(&&**name);
            assert!(is_chance || theirs.body.get(name).is_some(), "{name}");
        }
    }
}

/// The lines, with `…` for values made by chance.
fn lines(seen: &Seen, given: &[&str]) -> Vec<String> {
    let has_given = |what: &str| given.contains(&what);
    let secret = |line: &str| {
        let cells = line.split('\t').filter(|cell| !cell.is_empty());
        cells.collect::<Vec<_>>().join("|")
    };
    let ids = seen.ids();
    let made: Vec<&&str> = ids.iter().filter(|id| !given.contains(*id)).collect();
    let is_secret_given = seen
        .stdout
        .lines()
        .any(|line| line.contains("correct-horse"));
    let lines = seen.stdout.lines().map(|line| {
        let mut line = without_chance(line, has_given);
        for id in &made {
            line = line.replace(**id, "…");
        }
        match is_secret_given {
            true => line,
            false => without_cell(&secret(&line)),
        }
    });
    lines.collect()
}

/// A table's secret that nobody gave: the second cell below a header, or behind its name.
fn without_cell(line: &str) -> String {
    match line.strip_prefix("CLIENT SECRET|") {
        Some(secret) if !secret.contains('|') => "CLIENT SECRET|…".to_owned(),
        _ => line.to_owned(),
    }
}

/// JSON or YAML without what Hydra makes.
fn without_chance(line: &str, is_given: impl Fn(&str) -> bool) -> String {
    let mut line = line.to_owned();
    for name in [
        "client_id",
        "client_secret",
        "registration_access_token",
        "registration_client_uri",
        "created_at",
        "updated_at",
    ] {
        for (before, after) in [("\":\"", '"'), ("\": \"", '"'), (": ", '\n')] {
            let start = format!("{name}{before}");
            let mut from = 0;
            while let Some(at) = line[from..].find(&start).map(|at| from + at + start.len()) {
                let end = line[at..].find(after).map_or(line.len(), |end| at + end);
                if !is_given(&line[at..end]) || name.starts_with("registration") {
                    line.replace_range(at..end, "…");
                }
                from = at;
            }
        }
    }
    line
}
