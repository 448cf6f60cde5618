//! Encrypted secrets: theirs nobody can open, ours gpg opens and Hydra's token endpoint takes.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::original::command_lines::CommandLines;
use crate::original::trial;
use crate::support::gpg::Gpg;
use crate::support::http::{self, FORM};
use crate::support::requirement::Missing;
use crate::support::shared::Shared;

/// A test of both command lines with a GnuPG key, which is also given as their `--pgp-key`.
type Test = fn(&CommandLines, &Keys);

const TESTS: &[(&str, Test)] = &[
    ("create: a secret for a recipient", created),
    ("import: secrets for a recipient", imported),
    (
        "a key that cannot encrypt gives no secret away",
        cannot_encrypt,
    ),
];

/// GnuPG and its keys, as the flag `--pgp-key` takes them.
struct Keys {
    gpg: Gpg,
    ann: String,
    signer: String,
}

impl Keys {
    fn new() -> Self {
        let gpg = Gpg::new();
        let ann = gpg.generate(
            &[],
            ["Ann <ann@a.example>", "rsa2048", "sign,encrypt", "never"],
        );
        let signer = gpg.generate(&[], ["Sid <sid@a.example>", "rsa2048", "sign", "never"]);
        let flag = |key: &str| STANDARD.encode(gpg.export(key));
        Self {
            ann: flag(&ann),
            signer: flag(&signer),
            gpg,
        }
    }

    /// What gpg makes of a line's base64.
    fn open(&self, base64: &str) -> Result<String, String> {
        let message = STANDARD.decode(base64).unwrap();
        let opened = self.gpg.try_run(["--decrypt"], &message)?;
        Ok(String::from_utf8(opened).unwrap())
    }
}

pub(crate) fn trials(shared: &Shared<CommandLines>) -> Vec<Trial> {
    let trial = |(name, test): &(&str, Test)| {
        let test = *test;
        trial(&format!("secrets: {name}"), shared, move || {
            if !Gpg::is_installed() {
                return Err(Missing("`gpg` is needed to open secrets".to_owned()));
            }
            Ok(move |both: &CommandLines| test(both, &Keys::new()))
        })
    };
    TESTS.iter().map(trial).collect()
}

/// A public key on P-256 (RFC 7517, appendix A.1).
pub(crate) fn ec_key() -> Value {
    json!({"kty": "EC", "use": "sig", "kid": "1", "crv": "P-256", "alg": "ES256",
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"})
}

const ENCRYPTED: &str = "OAuth 2.0 Encrypted Client Secret: ";

fn encrypted(stdout: &str) -> Vec<&str> {
    let lines = stdout.lines();
    lines
        .filter_map(|line| line.strip_prefix(ENCRYPTED))
        .collect()
}

/// Whether Hydra gives the client a token for its secret.
fn gets_token(both: &CommandLines, id: &str, secret: &str) -> bool {
    let authorization = http::basic(id, secret);
    let headers = [FORM, ("authorization", &authorization)];
    let url = format!("{}/oauth2/token", both.ours.setup.target.public_url());
    let answer = http::send("POST", &url, &headers, "grant_type=client_credentials");
    assert!(matches!(answer.status, 200 | 401), "{}", answer.body);
    answer.status == 200
}

fn created(both: &CommandLines, keys: &Keys) {
    let words = [
        "create",
        "--id",
        "sealed",
        "-g",
        "client_credentials",
        "--pgp-key",
        &keys.ann,
    ];
    let (theirs, ours) = both.run(&words);
    assert_eq!((theirs.code, ours.code), (Some(0), Some(0)), "{ours:#?}");
    let shape = |stdout: &str| {
        let lines = stdout
            .lines()
            .map(|line| line.replace(char::is_alphanumeric, "x"));
        lines
            .map(|line| line.chars().take(40).collect::<String>())
            .collect::<Vec<_>>()
    };
    let line = ENCRYPTED.replace(char::is_alphanumeric, "x");
    assert_eq!(shape(&ours.stdout)[0], shape(&theirs.stdout)[0]);
    assert!(
        shape(&ours.stdout)[1].starts_with(&line) && shape(&theirs.stdout)[1].starts_with(&line)
    );
    // Theirs is a key without a message.
    assert!(keys.open(encrypted(&theirs.stdout)[0]).is_err());
    let secret = keys.open(encrypted(&ours.stdout)[0]).unwrap();
    assert!(gets_token(both, "sealed", &secret) && !gets_token(both, "sealed", "other"));
    assert!(!ours.stdout.contains(&secret) && !ours.stderr.contains(&secret));
    // It is recorded as well.
    let file = both.folder.file("client-secrets.jsonl");
    let record: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    let message = record["encrypted_client_secret"].as_str().unwrap();
    assert_eq!(keys.gpg.decrypt(message).unwrap(), secret.as_bytes());
    std::fs::remove_file(file).unwrap();
}

fn imported(both: &CommandLines, keys: &Keys) {
    both.folder.write(
        "a.json",
        r#"{"client_id": "a", "grant_types": ["client_credentials"]}"#,
    );
    both.folder.write(
        "b.json",
        r#"{"client_id": "b", "token_endpoint_auth_method": "none"}"#,
    );
    both.folder.write(
        "c.json",
        r#"{"client_id": "c", "grant_types": ["client_credentials"]}"#,
    );
    let words = [
        "import",
        "a.json",
        "b.json",
        "c.json",
        "--pgp-key",
        &keys.ann,
    ];
    let (theirs, ours) = both.run(&words);
    assert_eq!((theirs.code, ours.code), (Some(0), Some(0)), "{ours:#?}");
    // Of the public client theirs encrypts the secret that it does not have.
    assert_eq!(encrypted(&theirs.stdout).len(), 3);
    let without = |stdout: &str| {
        let lines = stdout.lines().filter(|line| !line.starts_with(ENCRYPTED));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let [mut expected, lines] = [&theirs, &ours].map(|seen| without(&seen.stdout));
    expected.remove(3);
    assert_eq!(lines, expected, "{ours:#?}");
    for (id, base64) in ["a", "c"].iter().zip(encrypted(&ours.stdout)) {
        assert!(gets_token(both, id, &keys.open(base64).unwrap()));
    }
    std::fs::remove_file(both.folder.file("client-secrets.jsonl")).unwrap();
}

/// Theirs creates the client, cannot encrypt, and prints the secret in clear.
fn cannot_encrypt(both: &CommandLines, keys: &Keys) {
    let (theirs, ours) = both.run(&["create", "--id", "open", "--pgp-key", &keys.signer]);
    assert!(
        theirs.stdout.contains("OAuth 2.0 Client Secret: "),
        "{theirs:#?}"
    );
    assert_eq!((ours.code, ours.posts.len()), (Some(6), 0), "{ours:#?}");
    assert_eq!(ours.stdout, "");
}
