//! `secrets show`, `check` and `list`, at a real Hydra.

use std::process::Command;

use serde_json::{Value, json};

use super::sops::{Scene, client};
use crate::support::age::generate;
use crate::support::program::{Ended, feed, run};
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("one_secret_is_shown", shown),
    ("what_cannot_be_shown_is_explained", not_shown),
    ("lines_are_checked_without_a_hydra", offline),
    ("clients_without_a_record_are_named", unrecorded),
    ("a_list_is_filtered", listed),
];

pub(super) fn scene() -> Result<Scene, Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    scene.apply(0, &[], &[]);
    // In the order of their ids.
    let text = scene.setup.folder.read("client-secrets.jsonl");
    let mut lines: Vec<_> = text.lines().map(|line| format!("{line}\n")).collect();
    lines.sort();
    scene
        .setup
        .folder
        .write("client-secrets.jsonl", lines.concat());
    Ok(scene)
}

impl Scene {
    /// Runs a command on secrets, with sops in `PATH`.
    pub(super) fn secrets(&self, words: &[&str]) -> Ended {
        run(&mut self.command(words))
    }

    pub(super) fn command(&self, words: &[&str]) -> Command {
        let mut command = self.setup.program(&[&["secrets"], words].concat());
        if let Some(folder) = self.sops.folder() {
            let path = std::env::var("PATH").unwrap();
            command.env("PATH", format!("{}:{path}", folder.display()));
        }
        command
    }

    /// Gives `secret` to `secrets add ID`, and returns its exit code and what it said.
    pub(super) fn add(&self, id: &str, secret: &[u8], more: &[&str]) -> (Option<i32>, String) {
        let recipient = ["--age-recipient", &self.identity.recipient];
        let mut command = self.command(&[&["add", id], &recipient[..], more].concat());
        let output = feed(&mut command, secret);
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    pub(super) fn lines(&self) -> Vec<Value> {
        let text = self.setup.folder.read("client-secrets.jsonl");
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

pub(super) const OWN: [&str; 2] = ["--identity", "own.txt"];

fn shown() -> Result<(), Missing> {
    let scene = scene()?;
    let shown = scene.secrets(&[&["show", "one"], &OWN[..]].concat());
    shown.says(0, &[]);
    assert!(scene.setup.target.accepts("one", &shown.stdout), "{shown}");
    assert_eq!(shown.stderr, "");
    scene.setup.target.delete("two");
    scene.apply(0, &["--secrets-out", "sops:out"], &["1 secret recorded"]);
    let shown = scene.secrets(&[&["show", "two", "--secrets-out", "sops:out"], &OWN[..]].concat());
    assert!(scene.setup.target.accepts("two", &shown.stdout), "{shown}");
    Ok(())
}

fn not_shown() -> Result<(), Missing> {
    let scene = scene()?;
    generate(&scene.setup.folder, "stranger.txt");
    let show = |words: &[&str]| scene.secrets(&[&["show"], words].concat());
    show(&["three", "--identity", "own.txt"]).says(1, &["contains no secret of `three`"]);
    show(&["one"]).says(1, &["--identity FILE"]);
    let stranger = show(&["one", "--identity", "stranger.txt"]);
    stranger.says(
        1,
        &[
            "none of the given identities opens it",
            "one of its recipients can open it",
            &scene.identity.recipient,
        ],
    );
    assert_eq!(stranger.stdout, "");
    show(&[
        "one",
        "--identity",
        "own.txt",
        "--endpoint",
        "http://other:4445",
    ])
    .says(
        1,
        &[
            "no secret of `one` in `http://other:4445`",
            "name one with `--endpoint`",
        ],
    );
    show(&["one", "--secrets-out", "missing.jsonl"]).says(6, &["there is no secrets file"]);
    scene.setup.folder.write("missing.jsonl.journal", "");
    show(&["one", "--secrets-out", "missing.jsonl"]).says(
        6,
        &["`hydra-gitops secrets recover --secrets-out missing.jsonl`"],
    );
    // It is found as the vault finds it: behind a slash, and where a run ended while it was made.
    scene.setup.folder.write("missing.journal.new", "");
    for folder in ["sops:missing", "sops:missing/"] {
        show(&["one", "--secrets-out", folder]).says(
            6,
            &[&format!(
                "`hydra-gitops secrets recover --secrets-out {folder}`"
            )],
        );
    }
    show(&["one", "--secrets-out", "a", "--secrets-out", "b"]).says(64, &["given more than once"]);
    // Of another Hydra as well, and unconfirmed.
    let mut other = scene.lines().remove(0);
    assert_eq!(other["client_id"], "one");
    other["endpoint"] = json!("http://other:4445");
    let mut lines: Vec<_> = scene.lines().iter().map(Value::to_string).collect();
    lines.push(other.to_string());
    scene
        .setup
        .folder
        .write("both.jsonl", lines.join("\n") + "\n");
    let mut several = scene.command(&[
        "show",
        "one",
        "--identity",
        "own.txt",
        "--secrets-out",
        "both.jsonl",
    ]);
    run(several.env_remove("HYDRA_ADMIN_URL"))
        .says(64, &["secrets in several Hydras", "`http://other:4445`"]);
    show(&[
        "one",
        "--identity",
        "own.txt",
        "--secrets-out",
        "both.jsonl",
    ])
    .says(0, &[]);
    other["unconfirmed"] = json!(true);
    scene
        .setup
        .folder
        .write("doubt.jsonl", format!("{other}\n"));
    let doubt = show(&[
        "one",
        "--identity",
        "own.txt",
        "--secrets-out",
        "doubt.jsonl",
    ]);
    doubt.says(
        1,
        &[
            "nothing proves which secret of `one` is right",
            "secrets verify",
        ],
    );
    assert_eq!(doubt.stdout, "");
    Ok(())
}

fn offline() -> Result<(), Missing> {
    let scene = scene()?;
    scene.setup.stop();
    let other = generate(&scene.setup.folder, "other.txt");
    let own = ["--age-recipient", &scene.identity.recipient];
    let check = |words: &[&str]| scene.secrets(&[&["check", "--offline"], words].concat());
    check(&own).says(
        0,
        &[
            "check: 2 lines, 0 problems",
            &format!("{} opens 2 of 2 lines", scene.identity.recipient),
        ],
    );
    check(&["--age-recipient", &other.recipient]).says(
        1,
        &[
            "none of the given keys opens the secret of `one`",
            "(not given)",
            "2 lines are also open to keys that are not given",
        ],
    );
    let good = scene.setup.folder.read("client-secrets.jsonl");
    let long = "x".repeat(5 << 20);
    let bad = good
        .lines()
        .next()
        .unwrap()
        .replace("BEGIN AGE", "BEGIN OLD");
    scene.setup.folder.write(
        "client-secrets.jsonl",
        format!("{good}{{}}\n{long}\n{bad}\n\n{good}"),
    );
    check(&own).says(
        1,
        &[
            "client-secrets.jsonl:3: ",
            "client-secrets.jsonl:4: it is longer than 4 MiB",
            "client-secrets.jsonl:5: the secret of `one` is not an encrypted message",
            "check: 7 lines, 3 problems",
        ],
    );
    scene.setup.folder.write("empty.jsonl", "");
    check(&["--secrets-out", "empty.jsonl"]).says(1, &["contains no secret"]);
    check(&["--secrets-out", "missing.jsonl"]).says(6, &["there is no secrets file"]);
    check(&["manifests"]).says(64, &[]);
    Ok(())
}

fn unrecorded() -> Result<(), Missing> {
    let scene = scene()?;
    scene.setup.target.create(&client("three"));
    let mut public = client("four");
    public["token_endpoint_auth_method"] = json!("none");
    public["grant_types"] = json!(["authorization_code"]);
    public["redirect_uris"] = json!(["https://a.example/cb"]);
    scene.setup.target.create(&public);
    scene.setup.folder.manifest(&json!([
        client("one"),
        client("two"),
        client("three"),
        public
    ]));
    let said = "1 client has a secret and no record in `client-secrets.jsonl`: `three`";
    scene
        .secrets(&["check", "manifests"])
        .says(0, &[said, "secrets add ID"]);
    let run = |words: &[&str]| scene.setup.run(&mut scene.setup.program(words));
    run(&["plan"]).says(0, &[said]);
    // They may be in a journal.
    scene.setup.folder.write("client-secrets.jsonl.journal", "");
    let first = "run `hydra-gitops secrets recover --secrets-out client-secrets.jsonl` first";
    run(&["plan"]).says(0, &[said, first]);
    scene
        .secrets(&["check", "manifests"])
        .says(0, &[said, first]);
    std::fs::remove_file(scene.file("client-secrets.jsonl.journal")).unwrap();
    run(&["plan", "--secrets-out", "jsonl:client-secrets.jsonl"]).says(0, &[said]);
    run(&["plan", "--secrets-out", "sops:out"])
        .says(0, &["3 clients have a secret and no record in `out`"]);
    run(&["doctor", "manifests"]).says(0, &["1 client in Hydra with a secret and no record"]);
    std::fs::remove_file(scene.file("client-secrets.jsonl")).unwrap();
    let quiet = run(&["plan"]);
    assert!(!quiet.stderr.contains("no record"), "{quiet}");
    Ok(())
}

fn listed() -> Result<(), Missing> {
    let scene = scene()?;
    scene.setup.target.delete("one");
    scene.apply(0, &[], &[]);
    let list = |words: &[&str]| scene.secrets(&[&["list"], words].concat());
    list(&[]).says(0, &["3 recorded, 0 broken"]);
    list(&["--latest"]).says(0, &["2 listed of 3 recorded"]);
    list(&["two"]).says(0, &["1 listed of 3 recorded"]);
    list(&["--endpoint", "http://other:4445"]).says(0, &["0 listed of 3"]);
    list(&["--older-than", "90d"]).says(0, &["0 listed of 3"]);
    let old = scene
        .setup
        .folder
        .read("client-secrets.jsonl")
        .replace("\"created_at\":\"2", "\"created_at\":\"1");
    scene.setup.folder.write("client-secrets.jsonl", old);
    list(&["--older-than", "90d"]).says(1, &["2 listed of 3"]);
    let json = list(&["--older-than", "90d", "--output", "json"])
        .says(1, &[])
        .json();
    assert_eq!(json["secrets"].as_array().unwrap().len(), 2);
    list(&["--older-than", "soon"]).says(64, &["write it as `90d` or `36h`"]);
    Ok(())
}
