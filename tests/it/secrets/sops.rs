//! SOPS files, with the real `sops` to read them.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::age::{self, Identity, generate};
use crate::support::gpg::Gpg;
use crate::support::hydra::Release;
use crate::support::program::run;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::sops::Sops;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("each_kind_is_read_by_sops", kinds),
    ("both_kinds_of_recipients_open_a_file", mixed),
    ("sops_edits_and_rekeys_a_file", edited),
    ("a_changed_value_is_noticed", changed),
    ("a_resource_names_its_secret", resources),
    ("names_are_fit_for_kubernetes_and_never_shared", names),
    ("a_secret_stands_in_no_file_in_clear", unseen),
    ("recorded_files_are_listed_checked_and_verified", listed),
];

/// A client that gets a secret.
pub(crate) fn client(id: &str) -> Value {
    json!({"client_id": id, "grant_types": ["client_credentials"]})
}

/// A real Hydra with a proxy, two clients, and an identity.
pub(crate) struct Scene {
    pub(crate) setup: Setup,
    pub(crate) identity: Identity,
    pub(crate) sops: Sops,
}

impl Scene {
    pub(crate) fn new(
        script: impl Fn(&crate::support::proxy::Request) -> Fault + Send + Sync + 'static,
    ) -> Result<Self, Missing> {
        Self::on(Release::V2, script)
    }

    pub(crate) fn on(
        release: Release,
        script: impl Fn(&crate::support::proxy::Request) -> Fault + Send + Sync + 'static,
    ) -> Result<Self, Missing> {
        age::require()?;
        let sops = Sops::new()?;
        let setup = Setup::before(Target::real(release, None)?, script).without_log();
        let clients = ["one", "two"].map(client);
        setup.folder.manifest(&json!(clients));
        let identity = generate(&setup.folder, "own.txt");
        Ok(Self {
            setup,
            identity,
            sops,
        })
    }

    /// Applies with these further words, as the owner of the identity.
    #[track_caller]
    pub(crate) fn apply(&self, code: i32, words: &[&str], said: &[&str]) {
        let recipient = ["--age-recipient", &self.identity.recipient];
        let mut applying = self.setup.applying(&[&recipient[..], words].concat());
        self.setup.run(&mut applying).says(code, said);
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.setup.folder.file(name)
    }

    /// The names of the files in a folder.
    pub(crate) fn files(&self, folder: &str) -> Vec<String> {
        let entries = self.file(folder).read_dir().unwrap();
        let mut names: Vec<_> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// What sops decrypts, as JSON.
    #[track_caller]
    pub(crate) fn decrypted(&self, name: &str) -> Value {
        let mut command = self
            .sops
            .command(&["decrypt", "--output-type", "json"], &self.file(name));
        command.env("SOPS_AGE_KEY_FILE", &self.identity.file);
        let output = command.output().unwrap();
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Asserts that a file holds the client's real secret, under these members.
    #[track_caller]
    pub(crate) fn holds(&self, name: &str, id: &str) {
        let document = self.decrypted(name);
        let values = document.get("stringData").unwrap_or(&document);
        assert_eq!(values["CLIENT_ID"], id);
        let secret = values["CLIENT_SECRET"].as_str().unwrap();
        assert!(self.setup.target.accepts(id, secret), "{name}");
    }
}

fn kinds() -> Result<(), Missing> {
    for (kind, extension) in [
        ("kubernetes", "sops.yaml"),
        ("yaml", "sops.yaml"),
        ("json", "sops.json"),
        ("dotenv", "sops.env"),
    ] {
        let scene = Scene::new(|_| Fault::Pass)?;
        let words = [
            "--secrets-out",
            "sops:out",
            "--sops-kind",
            kind,
            "--secret-namespace",
            "prod",
        ];
        scene.apply(0, &words, &["2 secrets recorded in `out`"]);
        let names = ["one", "two"].map(|id| format!("prod_{id}.{extension}"));
        assert_eq!(scene.files("out"), names);
        for (id, name) in ["one", "two"].iter().zip(&names) {
            scene.holds(&format!("out/{name}"), id);
        }
        // Nothing is left beside it, and no secrets file is made.
        assert_eq!(scene.setup.folder.files(), ["out", "own.txt"]);
        if kind == "kubernetes" {
            let document = scene.decrypted("out/prod_one.sops.yaml");
            assert_eq!(document["kind"], "Secret");
            assert_eq!(document["type"], "Opaque");
            assert_eq!(document["metadata"]["name"], "one");
            assert_eq!(document["metadata"]["namespace"], "prod");
            let annotations = &document["metadata"]["annotations"];
            assert_eq!(annotations["hydra-gitops/client-id"], "one");
            assert!(annotations.get("hydra-gitops/unconfirmed").is_none());
        }
    }
    Ok(())
}

fn mixed() -> Result<(), Missing> {
    if !Gpg::is_installed() {
        return Err(Missing("`gpg` is needed".to_owned()));
    }
    let scene = Scene::new(|_| Fault::Pass)?;
    let gpg = Gpg::new();
    gpg.generate(
        &[],
        [
            "Ann <ann@example.org>",
            "future-default",
            "default",
            "never",
        ],
    );
    scene
        .setup
        .folder
        .write("ann.asc", gpg.export("ann@example.org"));
    scene.apply(
        0,
        &[
            "--secrets-out",
            "sops:out",
            "--secrets-out",
            "jsonl:s.jsonl",
            "--pgp-key-file",
            "ann.asc",
        ],
        &["`s.jsonl` and `out`"],
    );
    scene.holds("out/one.sops.yaml", "one");
    let file = scene.file("out/one.sops.yaml");
    let mut by_gpg = scene.sops.command(
        &["decrypt", "--extract", r#"["stringData"]["CLIENT_SECRET"]"#],
        &file,
    );
    let output = by_gpg.env("GNUPGHOME", gpg.home()).output().unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let secret = String::from_utf8(output.stdout).unwrap();
    assert!(scene.setup.target.accepts("one", &secret));
    // The line of the secrets file holds the same secret.
    let line = scene.setup.folder.read("s.jsonl");
    let line: Value = serde_json::from_str(
        line.lines()
            .find(|line| line.contains(r#""client_id":"one""#))
            .unwrap(),
    )
    .unwrap();
    assert_eq!(
        scene
            .identity
            .open(line["age_encrypted_client_secret"].as_str().unwrap()),
        secret
    );
    Ok(())
}

fn edited() -> Result<(), Missing> {
    for (kind, name) in [
        ("kubernetes", "out/one.sops.yaml"),
        ("json", "out/one.sops.json"),
        ("dotenv", "out/one.sops.env"),
    ] {
        let scene = Scene::new(|_| Fault::Pass)?;
        scene.apply(0, &["--secrets-out", "sops:out", "--sops-kind", kind], &[]);
        let file = scene.file(name);
        let sops = |words: &[&str]| {
            let mut command = scene.sops.command(words, &file);
            command
                .env("SOPS_AGE_KEY_FILE", &scene.identity.file)
                .current_dir(scene.setup.folder.path());
            let output = command.output().unwrap();
            assert!(
                output.status.success(),
                "{words:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
        };
        // A person joins.
        let other = generate(&scene.setup.folder, "other.txt");
        let rules = format!(
            "creation_rules:\n  - age: {},{}\n",
            scene.identity.recipient, other.recipient
        );
        scene.setup.folder.write(".sops.yaml", rules);
        sops(&["updatekeys", "--yes"]);
        assert!(scene.sops.decrypt(&file, &other.file).status.success());
        scene.holds(name, "one");
        sops(&["rotate", "--in-place"]);
        scene.holds(name, "one");
        // It still is a file of ours.
        let listing = ["secrets", "list", "--secrets-out", "sops:out"];
        scene
            .setup
            .run(&mut scene.setup.program(&listing))
            .says(0, &["one", &other.recipient, "2 recorded"]);
    }
    Ok(())
}

/// One wrong letter in the encrypted secret, or in the code that authenticates it.
fn changed() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    scene.apply(0, &["--secrets-out", "sops:out"], &[]);
    let file = scene.file("out/one.sops.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    for before in [
        "CLIENT_SECRET: ENC[AES256_GCM,data:",
        "mac: ENC[AES256_GCM,data:",
    ] {
        let at = text.find(before).unwrap() + before.len();
        let other = if text[at..].starts_with('A') {
            "B"
        } else {
            "A"
        };
        let wrong = format!("{}{other}{}", &text[..at], &text[at + 1..]);
        std::fs::write(&file, wrong).unwrap();
        assert!(
            !scene
                .sops
                .decrypt(&file, &scene.identity.file)
                .status
                .success(),
            "{before}"
        );
    }
    std::fs::write(&file, text).unwrap();
    assert!(
        scene
            .sops
            .decrypt(&file, &scene.identity.file)
            .status
            .success()
    );
    Ok(())
}

/// A resource as hydra-maester has it.
fn resource(name: &str, secret: &str, method: &str) -> Value {
    json!({
        "apiVersion": "hydra.ory.sh/v1alpha1",
        "kind": "OAuth2Client",
        "metadata": {"name": name, "namespace": "shop"},
        "spec": {
            "grantTypes": ["authorization_code"],
            "responseTypes": ["code"],
            "redirectUris": ["https://shop.example/cb"],
            "scope": "openid",
            "tokenEndpointAuthMethod": method,
            "secretName": secret,
        },
    })
}

fn resources() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    let all = json!([
        resource("web", "web-login", "client_secret_basic"),
        resource("spa", "spa-login", "none"),
    ]);
    let list = json!({"apiVersion": "v1", "kind": "List", "items": all});
    scene.setup.folder.manifest(&list);
    scene.apply(
        0,
        &[
            "--secrets-out",
            "sops:out",
            "--secret-namespace",
            "other",
            "--secret-keys",
            "ID,KEY",
        ],
        &["1 secret recorded"],
    );
    assert_eq!(
        scene.files("out"),
        ["shop_spa-login.sops.yaml", "shop_web-login.sops.yaml"]
    );
    let web = scene.decrypted("out/shop_web-login.sops.yaml");
    assert_eq!(web["metadata"]["namespace"], "shop");
    assert_eq!(web["metadata"]["name"], "web-login");
    let id = web["stringData"]["ID"].as_str().unwrap();
    assert!(
        scene
            .setup
            .target
            .accepts(id, web["stringData"]["KEY"].as_str().unwrap())
    );
    let spa = scene.decrypted("out/shop_spa-login.sops.yaml");
    let id = spa["stringData"]["ID"].as_str().unwrap();
    assert_eq!(scene.setup.target.client(id)["owner"], "spa/shop");
    assert!(spa["stringData"].get("KEY").is_none());
    // Without a recipient, the file of a public client cannot be sealed either.
    scene.setup.target.delete(id);
    let ended = scene
        .setup
        .run(&mut scene.setup.applying(&["--secrets-out", "sops:out"]));
    ended.says(6, &["no recipient is given"]);
    Ok(())
}

fn names() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    let long = "x".repeat(250);
    let ids = [
        "A",
        "a",
        "a..b",
        "a.b",
        "UPPER_case",
        "..",
        "-",
        "☃",
        "CON",
        &long,
    ];
    scene.setup.folder.manifest(&json!(ids.map(client)));
    scene.apply(0, &["--secrets-out", "sops:out"], &["10 secrets recorded"]);
    let files = scene.files("out");
    assert_eq!(files.len(), ids.len(), "{files:?}");
    let mut seen = Vec::new();
    for file in &files {
        assert!(file.len() <= 255);
        let document = scene.decrypted(&format!("out/{file}"));
        let name = document["metadata"]["name"].as_str().unwrap().to_owned();
        let is_fit = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.".contains(c);
        assert!(name.chars().all(is_fit) && name.len() <= 253, "{name}");
        assert!(name.starts_with(char::is_alphanumeric) && name.ends_with(char::is_alphanumeric));
        assert!(
            name.split('.')
                .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-')),
            "{name}"
        );
        seen.push(
            document["stringData"]["CLIENT_ID"]
                .as_str()
                .unwrap()
                .to_owned(),
        );
    }
    seen.sort();
    let mut expected = ids.map(str::to_owned);
    expected.sort();
    assert_eq!(seen, expected);
    assert!(
        files.contains(&"a.sops.yaml".to_owned()) && files.contains(&"a.b.sops.yaml".to_owned())
    );
    Ok(())
}

/// Every byte of every file, while the program runs and after it.
fn unseen() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    scene.apply(
        0,
        &["--secrets-out", "sops:out", "--secrets-out", "s.jsonl"],
        &[],
    );
    let requests = scene.setup.proxy.requests();
    let secrets: Vec<_> = requests
        .iter()
        .filter_map(|one| one.member("client_secret"))
        .collect();
    assert_eq!(secrets.len(), 2);
    fn search(folder: &Path, secrets: &[String]) {
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                search(&path, secrets);
            } else {
                let bytes = std::fs::read(&path).unwrap();
                let text = String::from_utf8_lossy(&bytes);
                assert!(
                    secrets.iter().all(|secret| !text.contains(secret)),
                    "{}",
                    path.display()
                );
            }
        }
    }
    search(scene.setup.folder.path(), &secrets);
    Ok(())
}

fn listed() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass)?;
    scene.apply(0, &["--secrets-out", "sops:out"], &[]);
    scene.setup.folder.write("out/notes.sops.yaml", "a: b\n");
    scene.setup.folder.write("out/README.md", "ours\n");
    let program = |words: &[&str]| {
        let mut command = scene
            .setup
            .program(&[words, &["--secrets-out", "sops:out"]].concat());
        if let Some(folder) = scene.sops.folder() {
            let path = std::env::var("PATH").unwrap();
            command.env("PATH", format!("{}:{path}", folder.display()));
        }
        run(&mut command)
    };
    program(&["secrets", "list"]).says(0, &["one", "two", "2 recorded, 0 broken"]);
    let json = program(&["secrets", "list", "--output", "json"])
        .says(0, &[])
        .json();
    assert_eq!(
        json["secrets"][0]["recipients"][0],
        scene.identity.recipient
    );
    assert_eq!(json["secrets"][0]["encrypted"], true);
    program(&[
        "secrets",
        "check",
        "--age-recipient",
        &scene.identity.recipient,
    ])
    .says(0, &["0 problems"]);
    let public = scene.setup.target.public_url();
    let verify = ["secrets", "verify", "--public-url", &public];
    program(&[&verify[..], &["--identity", "own.txt"]].concat())
        .says(0, &["2 secrets, 2 accepted"]);
    generate(&scene.setup.folder, "stranger.txt");
    let stranger = [&verify[..], &["--identity", "stranger.txt"]].concat();
    program(&stranger).says(1, &["2 not tried", "`sops` says", "out/one.sops.yaml"]);
    Ok(())
}
