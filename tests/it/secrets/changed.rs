//! `secrets rekey`, `add` and `export`, at a real Hydra.

use std::process::Command;

use serde_json::{Value, json};

use super::over_time::{OWN, scene};
use crate::support::age::{Identity, generate};
use crate::support::program::{feed, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("secrets_are_encrypted_again_to_others", rekeyed),
    (
        "nothing_is_written_where_one_secret_cannot_be_opened",
        not_rekeyed,
    ),
    ("a_secret_made_elsewhere_is_recorded", added),
    ("what_is_no_secret_is_not_recorded", not_added),
    ("secrets_go_to_other_tools", exported),
];

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
    let kept = "whoever could open a secret may have kept it: to lock somebody out";
    rekey(&["--prune"]).says(0, &["2 already", "2 lines removed", kept]);
    let nothing = rekey(&["--prune"]);
    nothing.says(0, &["2 already", "0 lines removed"]);
    assert!(!nothing.stderr.contains(kept), "{}", nothing.stderr);
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
    // A Secret that applications read already keeps its name.
    let named = [
        "--secrets-out",
        "sops:out",
        "--secret-name",
        "web-login",
        "--secret-namespace",
        "shop",
        "--public-url",
        &public,
    ];
    let (code, said) = scene.add("one", b"rotated-by-hand-0123456789", &named);
    assert_eq!(code, Some(0), "{said}");
    scene.holds("out/shop_web-login.sops.yaml", "one");
    // A name that Kubernetes would not take is nobody's.
    let (code, said) = scene.add("one", b"x", &["--secret-name", "Web_Login"]);
    assert_eq!(code, Some(64), "{said}");
    assert!(said.contains("lower-case letters"), "{said}");
    // It is not taken from another client.
    let secret = scene.secrets(&[&["show", "two"], &OWN[..]].concat()).stdout;
    let (code, said) = scene.add("two", secret.as_bytes(), &named);
    assert_eq!(code, Some(6), "{said}");
    assert!(said.contains("it holds the secret of `one`"), "{said}");
    scene.holds("out/shop_web-login.sops.yaml", "one");
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
    // What is required may come from a variable.
    let mut by_variable = scene.command(&[&["export", "one"], &OWN[..]].concat());
    let by_variable = run(by_variable.env("HYDRA_GITOPS_FORMAT", "json"));
    assert_eq!(by_variable.json()[0]["client_secret"], secret);
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
