//! `secrets show`, `rekey`, `add`, `export`, `check` and `list`, at a real Hydra.

use std::process::Command;

use serde_json::{Value, json};

use super::sops::{Scene, client};
use crate::support::age::{Identity, generate};
use crate::support::program::{Ended, feed, run};
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("one_secret_is_shown", shown),
    ("what_cannot_be_shown_is_explained", not_shown),
    ("secrets_are_encrypted_again_to_others", rekeyed),
    (
        "nothing_is_written_where_one_secret_cannot_be_opened",
        not_rekeyed,
    ),
    ("a_secret_made_elsewhere_is_recorded", added),
    ("what_is_no_secret_is_not_recorded", not_added),
    ("secrets_go_to_other_tools", exported),
    ("lines_are_checked_without_a_hydra", offline),
    ("clients_without_a_record_are_named", unrecorded),
    ("a_list_is_filtered", listed),
];

fn scene() -> Result<Scene, Missing> {
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
    fn secrets(&self, words: &[&str]) -> Ended {
        run(&mut self.command(words))
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = self.setup.program(&[&["secrets"], words].concat());
        if let Some(folder) = self.sops.folder() {
            let path = std::env::var("PATH").unwrap();
            command.env("PATH", format!("{}:{path}", folder.display()));
        }
        command
    }

    /// Gives `secret` to `secrets add ID`, and returns its exit code and what it said.
    fn add(&self, id: &str, secret: &[u8], more: &[&str]) -> (Option<i32>, String) {
        let recipient = ["--age-recipient", &self.identity.recipient];
        let mut command = self.command(&[&["add", id], &recipient[..], more].concat());
        let output = feed(&mut command, secret);
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    }

    fn lines(&self) -> Vec<Value> {
        let text = self.setup.folder.read("client-secrets.jsonl");
        text.lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

const OWN: [&str; 2] = ["--identity", "own.txt"];

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

fn rekeyed() -> Result<(), Missing> {
    let scene = scene()?;
    let other = generate(&scene.setup.folder, "other.txt");
    let opens = |identity: &Identity, line: &Value| {
        let message = line["age_encrypted_client_secret"].as_str().unwrap();
        scene
            .setup
            .target
            .accepts(line["client_id"].as_str().unwrap(), &identity.open(message))
    };
    let rekey = |more: &[&str]| {
        let words = [
            &["rekey", "--age-recipient", &other.recipient],
            &OWN[..],
            &["--identity", "other.txt"],
            more,
        ];
        scene.secrets(&words.concat())
    };
    rekey(&[]).says(
        0,
        &[
            "2 secrets encrypted again",
            "0 lines removed",
            "create the clients anew",
        ],
    );
    let lines = scene.lines();
    assert_eq!(lines.len(), 4);
    assert!(
        lines[2..]
            .iter()
            .all(|line| opens(&other, line) && line["recipients"] == json!([other.recipient]))
    );
    assert_eq!(lines[0]["created_at"], lines[2]["created_at"]);
    rekey(&[]).says(
        0,
        &["0 secrets encrypted again, 2 already for these recipients"],
    );
    rekey(&["--prune"]).says(0, &["2 already", "2 lines removed"]);
    let lines = scene.lines();
    assert_eq!(lines.len(), 2);
    assert!(lines.iter().all(|line| opens(&other, line)));
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(scene.file("client-secrets.jsonl"))
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        scene.setup.folder.files(),
        ["client-secrets.jsonl", "other.txt", "own.txt"]
    );
    // What is unconfirmed stays so, after the confirmed one.
    let mut doubtful = lines[0].clone();
    doubtful["unconfirmed"] = json!(true);
    let text = lines
        .iter()
        .chain([&doubtful])
        .map(|line| format!("{line}\n"));
    scene
        .setup
        .folder
        .write("client-secrets.jsonl", text.collect::<String>());
    let back = [
        "rekey",
        "--prune",
        "--age-recipient",
        &scene.identity.recipient,
        "--identity",
        "other.txt",
    ];
    scene.secrets(&back).says(0, &["3 secrets encrypted again"]);
    let lines = scene.lines();
    assert_eq!(lines.len(), 3);
    assert_eq!(lines[2]["unconfirmed"], true);
    assert!(lines.iter().all(|line| opens(&scene.identity, line)));
    Ok(())
}

fn not_rekeyed() -> Result<(), Missing> {
    let scene = scene()?;
    let other = generate(&scene.setup.folder, "other.txt");
    let before = scene.setup.folder.read("client-secrets.jsonl");
    let rekey = |words: &[&str]| scene.secrets(&[&["rekey"], words].concat());
    rekey(&[
        "--age-recipient",
        &other.recipient,
        "--identity",
        "other.txt",
    ])
    .says(1, &["cannot open the secret of `one`"]);
    rekey(&OWN).says(6, &["no recipient is given"]);
    rekey(&[
        "--age-recipient",
        &other.recipient,
        "--secrets-out",
        "sops:.",
    ])
    .says(64, &["sops updatekeys"]);
    assert_eq!(scene.setup.folder.read("client-secrets.jsonl"), before);
    scene.setup.folder.write(
        "client-secrets.jsonl",
        format!("{before}{{\"format\":3}}\n"),
    );
    let prune = [&["--prune", "--age-recipient", &other.recipient], &OWN[..]].concat();
    rekey(&prune).says(
        6,
        &["line 3 of `client-secrets.jsonl` cannot be read, and would be lost"],
    );
    scene.setup.folder.write("client-secrets.jsonl", &before);
    scene
        .setup
        .folder
        .write("client-secrets.jsonl.journal", "{\"journal\":3}\n");
    rekey(&prune).says(
        6,
        &[
            "secrets of an interrupted run wait in `client-secrets.jsonl.journal`",
            "secrets recover",
        ],
    );
    assert_eq!(scene.setup.folder.read("client-secrets.jsonl"), before);
    Ok(())
}

fn added() -> Result<(), Missing> {
    let scene = scene()?;
    let public = scene.setup.target.public_url();
    // Somebody rotates the secret by hand.
    let mut changed = scene.setup.target.client("one");
    changed["client_secret"] = json!("rotated-by-hand-0123456789");
    scene.setup.target.replace("one", &changed);
    let (code, said) = scene.add(
        "one",
        b"rotated-by-hand-0123456789\n",
        &["--public-url", &public],
    );
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("recorded the secret of `one`") && !said.contains("rotated"),
        "{said}"
    );
    let last = scene.lines().pop().unwrap();
    assert_eq!(
        (&last["client_id"], last.get("unconfirmed")),
        (&json!("one"), None)
    );
    let shown = scene.secrets(&[&["show", "one"], &OWN[..]].concat());
    assert_eq!(shown.stdout, "rotated-by-hand-0123456789");
    // Without a public endpoint nothing is proved; a folder of SOPS files is as good.
    let (code, said) = scene.add(
        "one",
        b"rotated-by-hand-0123456789",
        &["--secrets-out", "sops:out"],
    );
    assert_eq!(code, Some(0), "{said}");
    assert!(
        said.contains("unconfirmed") && said.contains("secrets verify"),
        "{said}"
    );
    let verify = [
        "verify",
        "--secrets-out",
        "sops:out",
        "--public-url",
        &public,
    ];
    scene
        .secrets(&[&verify[..], &OWN].concat())
        .says(0, &["1 newly confirmed"]);
    scene.holds("out/one.sops.yaml", "one");
    Ok(())
}

fn not_added() -> Result<(), Missing> {
    let scene = scene()?;
    let public = scene.setup.target.public_url();
    let before = scene.setup.folder.read("client-secrets.jsonl");
    let long = vec![b'x'; 1 << 20];
    for (id, secret, expected, words) in [
        (
            "one",
            &b"wrong-secret-0123456789"[..],
            1,
            "Hydra refuses this secret of `one`",
        ),
        ("three", b"some-secret-0123456789", 1, "`three` is not in `"),
        ("one", b"", 64, "is empty"),
        ("one", b"\n", 64, "is empty"),
        ("one", b"two\nlines", 64, "has a line break"),
        ("one", b"\xff\xfe", 64, "is not text"),
        ("one", &long, 64, "is longer than 64 KiB"),
    ] {
        let (code, said) = scene.add(id, secret, &["--public-url", &public]);
        assert_eq!(code, Some(expected), "{said}");
        assert!(said.contains(words), "{said}");
        assert!(!said.contains("0123456789"), "{said}");
    }
    let mut without = scene.command(&["add", "one"]);
    assert_eq!(feed(&mut without, b"some-secret").status.code(), Some(6));
    assert_eq!(scene.setup.folder.read("client-secrets.jsonl"), before);
    Ok(())
}

fn exported() -> Result<(), Missing> {
    let scene = scene()?;
    let export = |words: &[&str]| scene.secrets(&[&["export"], &OWN[..], words].concat());
    let list = export(&["--format", "json"]).says(0, &[]).stdout.clone();
    let list: Value = serde_json::from_str(&list).unwrap();
    for one in list.as_array().unwrap() {
        let (id, secret) = (one["client_id"].as_str(), one["client_secret"].as_str());
        assert!(scene.setup.target.accepts(id.unwrap(), secret.unwrap()));
    }
    let secret = list[0]["client_secret"].as_str().unwrap();
    // A shell reads it.
    let dotenv = export(&["one", "--format", "dotenv"])
        .says(0, &[])
        .stdout
        .clone();
    scene.setup.folder.write("one.env", dotenv);
    let mut shell = Command::new("sh");
    shell
        .current_dir(scene.setup.folder.path())
        .args(["-c", ". ./one.env; printf %s \"$CLIENT_ID:$CLIENT_SECRET\""]);
    assert_eq!(
        String::from_utf8(shell.output().unwrap().stdout).unwrap(),
        format!("one:{secret}")
    );
    let both = export(&["--format", "dotenv"]).stdout;
    assert!(
        both.contains("ONE_CLIENT_ID=one\n") && both.contains("TWO_CLIENT_SECRET="),
        "{both}"
    );
    let kubernetes = export(&[
        "one",
        "--format",
        "kubernetes",
        "--secret-namespace",
        "prod",
        "--secret-name",
        "{client_id}-oauth",
    ])
    .says(0, &[])
    .stdout
    .clone();
    let document: Value = serde_saphyr::from_str(kubernetes.trim_start_matches("---\n")).unwrap();
    assert_eq!(
        document["metadata"],
        json!({"name": "one-oauth", "namespace": "prod"})
    );
    assert_eq!(
        document["stringData"],
        json!({"CLIENT_ID": "one", "CLIENT_SECRET": secret})
    );
    let sealed = export(&[
        "one",
        "--format",
        "sops",
        "--age-recipient",
        &scene.identity.recipient,
    ])
    .says(0, &[])
    .stdout
    .clone();
    assert!(!sealed.contains(secret));
    scene.setup.folder.write("one.sops.yaml", sealed);
    scene.holds("one.sops.yaml", "one");
    export(&[
        "--format",
        "sops",
        "--age-recipient",
        &scene.identity.recipient,
    ])
    .says(64, &["name one client"]);
    export(&["one", "--format", "sops"]).says(6, &["no recipient is given"]);
    export(&["three", "--format", "json"]).says(1, &["contains no secret of `three`"]);
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
