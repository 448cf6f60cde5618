//! `secrets verify` with a GnuPG of its own: which recorded secrets Hydra accepts.

use std::process::Command;

use serde_json::{Value, json};

use crate::support::gpg::Gpg;
use crate::support::program::{Ended, program, run};
use crate::support::setup::Setup;
use crate::support::target::fresh;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    ("recorded secrets are opened and accepted", accepted),
    (
        "of several unconfirmed secrets the right one is found and recorded",
        several,
    ),
    ("a wrong secret after the right one is settled", after),
    ("no secret is wrong where none was accepted", refused),
    ("what cannot be tried is named with the reason", not_tried),
    ("a passphrase that nobody can type is asked for", passphrase),
];

const FILE: &str = "client-secrets.jsonl";

/// A setup with a GnuPG that holds the recipient's secret key.
struct Keeper<'s> {
    setup: &'s Setup,
    gpg: Gpg,
}

impl<'s> Keeper<'s> {
    /// None where there is no GnuPG: the suite of recipients lists what needs it as ignored.
    fn new(setup: &'s Setup) -> Option<Self> {
        if !Gpg::is_installed() && std::env::var("CI").as_deref() != Ok("true") {
            return None;
        }
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
        let key = String::from_utf8(gpg.export("ann@example.org")).unwrap();
        setup.folder.write("ann.asc", key);
        Some(Self { setup, gpg })
    }

    /// Creates clients with the tool, and gives their records.
    fn apply(&self) -> Vec<Value> {
        self.setup
            .folder
            .manifest(&crate::reconcile::secrets::clients(self.setup));
        let run = self
            .setup
            .run_direct(&["apply", "--pgp-key-file", "ann.asc"]);
        assert_eq!(run.code, Some(0), "{run:?}");
        self.records()
    }

    fn records(&self) -> Vec<Value> {
        let text = std::fs::read_to_string(self.setup.folder.file(FILE)).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect()
    }

    fn write(&self, records: &[Value]) {
        let lines = records.iter().map(|record| format!("{record}\n"));
        self.setup.folder.write(FILE, lines.collect::<String>());
    }

    /// The record with another secret that is sealed for the same key.
    fn with_other_secret(&self, record: &Value) -> Value {
        let words = [
            "--armor",
            "--trust-model",
            "always",
            "-r",
            "ann@example.org",
        ];
        let message = self.gpg.run(
            words.into_iter().chain(["--encrypt"]),
            b"not-the-secret-at-all",
        );
        let mut record = record.clone();
        record["encrypted_client_secret"] = json!(String::from_utf8(message).unwrap());
        record
    }

    fn verify(&self, words: &[&str]) -> Ended {
        let home = self.gpg.home().to_str().unwrap();
        let env = [
            ("GNUPGHOME", home.to_owned()),
            ("HYDRA_ADMIN_URL", self.setup.target.url()),
            ("HYDRA_PUBLIC_URL", self.setup.target.public_url()),
        ];
        let words = [&["secrets", "verify"], words].concat();
        let run = run(program(self.setup.folder.path()).args(words).envs(env));
        for record in self.records() {
            let message = record["encrypted_client_secret"].as_str().unwrap_or("");
            if let Ok(secret) = self.gpg.decrypt(message) {
                let secret = String::from_utf8(secret).unwrap();
                assert!(!run.stdout.contains(&secret) && !run.stderr.contains(&secret));
            }
        }
        run
    }
}

fn id(record: &Value) -> &str {
    record["client_id"].as_str().unwrap()
}

fn unconfirmed(record: &Value) -> Value {
    let mut record = record.clone();
    record["unconfirmed"] = json!(true);
    record
}

fn says(run: &Ended, code: i32, texts: &[String]) {
    assert_eq!(run.code, Some(code), "{run:?}");
    for text in texts {
        let said = run.stdout.contains(text.as_str()) || run.stderr.contains(text.as_str());
        assert!(said, "`{text}` is not in {run:?}");
    }
}

fn accepted(setup: &Setup) {
    let Some(keeper) = Keeper::new(setup) else {
        return;
    };
    let records = keeper.apply();
    let run = keeper.verify(&[]);
    let totals =
        "verify: 3 secrets, 3 accepted, 0 newly confirmed, 0 refused, 0 wrong, 0 not tried";
    says(
        &run,
        0,
        &[totals.to_owned(), format!("accepted {}", id(&records[0]))],
    );
    // A sandbox has both of its APIs at one address, which is warned of.
    if setup.target.url() != setup.target.public_url() {
        assert_eq!(run.stderr, "");
    }
    assert_eq!(keeper.records(), records);
    let quiet = keeper.verify(&["--quiet", id(&records[1])]);
    assert_eq!(
        quiet.stdout,
        totals.replace('3', "1").replace("1 secrets", "1 secret") + "\n"
    );
    let none = keeper.verify(&["nobody"]);
    says(&none, 1, &["contains no secret of `nobody`".to_owned()]);
}

/// Of two unconfirmed lines the first is the right one.
fn several(setup: &Setup) {
    let Some(keeper) = Keeper::new(setup) else {
        return;
    };
    let records = keeper.apply();
    let right = unconfirmed(&records[0]);
    let wrong = unconfirmed(&keeper.with_other_secret(&records[0]));
    let before = [right.clone(), records[1].clone(), wrong];
    keeper.write(&before);
    let run = keeper.verify(&[]);
    let name = id(&right);
    says(
        &run,
        1,
        &[
            "2 accepted, 1 newly confirmed, 0 refused, 1 wrong".to_owned(),
            format!("accepted {name}"),
            format!("wrong {name}"),
            format!("{FILE}:3"),
        ],
    );
    let order: Vec<_> = (1..=3)
        .map(|line| run.stdout.find(&format!("{FILE}:{line}")))
        .collect();
    assert!(order.is_sorted() && order[0].is_some(), "{run:?}");
    let after = keeper.records();
    assert_eq!(after[..3], before);
    assert_eq!(after[3..], [records[0].clone()]);
    // Nothing is left to be tried.
    says(&keeper.verify(&[]), 0, &["2 accepted, 0 newly".to_owned()]);
    assert_eq!(keeper.records(), after);
}

/// Somebody tried to create the client again, and lost.
fn after(setup: &Setup) {
    let Some(keeper) = Keeper::new(setup) else {
        return;
    };
    let records = keeper.apply();
    let wrong = unconfirmed(&keeper.with_other_secret(&records[0]));
    keeper.write(&[records[0].clone(), wrong]);
    says(
        &keeper.verify(&[]),
        1,
        &["1 accepted, 1 newly confirmed, 0 refused, 1 wrong".to_owned()],
    );
    assert_eq!(keeper.records()[2], records[0]);
    says(&keeper.verify(&[]), 0, &["1 accepted, 0 newly".to_owned()]);
}

fn refused(setup: &Setup) {
    let Some(keeper) = Keeper::new(setup) else {
        return;
    };
    let records = keeper.apply();
    let wrong = keeper.with_other_secret(&records[0]);
    let lines = [unconfirmed(&wrong), wrong];
    for (index, line) in lines.iter().enumerate() {
        keeper.write(std::slice::from_ref(line));
        let run = keeper.verify(&[]);
        says(
            &run,
            1,
            &[
                format!("refused {}", id(line)),
                "1 refused, 0 wrong".to_owned(),
                "may belong to another Hydra".to_owned(),
            ],
        );
        assert_eq!(keeper.records().len(), 1, "{index}");
    }
}

fn not_tried(setup: &Setup) {
    let Some(keeper) = Keeper::new(setup) else {
        return;
    };
    let mut records = keeper.apply();
    let owner = fresh("owner");
    let public = setup
        .target
        .create(&json!({"client_name": "public", "owner": owner,
        "token_endpoint_auth_method": "none"}));
    let signs = setup.target.create(&json!({"client_name": "signs", "owner": owner,
        "token_endpoint_auth_method": "private_key_jwt", "jwks": {"keys": [crate::reconcile::clients::ec_key()]}}));
    let gone = fresh("gone");
    for id in [&public["client_id"], &signs["client_id"], &json!(gone)] {
        let mut record = records[0].clone();
        record["client_id"] = id.clone();
        records.push(record);
    }
    // A message for somebody else.
    let bob = Gpg::new();
    bob.generate(
        &[],
        [
            "Bob <bob@example.org>",
            "future-default",
            "default",
            "never",
        ],
    );
    let words = [
        "--armor",
        "--trust-model",
        "always",
        "-r",
        "bob@example.org",
        "--encrypt",
    ];
    let message = String::from_utf8(bob.run(words, b"secret")).unwrap();
    records[1]["encrypted_client_secret"] = json!(message);
    records[2]["encrypted_client_secret"] = json!("-----BEGIN PGP MESSAGE-----\n");
    keeper.write(&records);
    let run = keeper.verify(&[]);
    says(
        &run,
        1,
        &[
            "1 accepted, 0 newly confirmed, 0 refused, 0 wrong, 5 not tried".to_owned(),
            "its client authenticates with `none`".to_owned(),
            "its client authenticates with `private_key_jwt`".to_owned(),
            format!("not tried {gone} "),
            format!("its client is not in `{}`", setup.target.url()),
            "no secret key here opens it".to_owned(),
            "it is not an encrypted OpenPGP message".to_owned(),
        ],
    );
    assert_eq!(keeper.records(), records);
}

/// Without a terminal, and with an agent that does not remember it.
fn passphrase(setup: &Setup) {
    let Some(keeper) = Keeper::new(setup) else {
        return;
    };
    let name = "Eve <eve@example.org>";
    let words = [name, "future-default", "default", "never"];
    keeper.gpg.generate(&["--passphrase", "hunter2"], words);
    let key = String::from_utf8(keeper.gpg.export("eve@example.org")).unwrap();
    setup.folder.write("ann.asc", key);
    let forgets = Command::new("gpgconf")
        .env("GNUPGHOME", keeper.gpg.home())
        .args(["--kill", "gpg-agent"])
        .status();
    assert!(forgets.unwrap().success());
    let records = keeper.apply();
    let run = keeper.verify(&[id(&records[0])]);
    let texts = [
        "not tried",
        "its key is here but cannot be used",
        "passphrase",
    ];
    says(&run, 1, &texts.map(str::to_owned));
}
