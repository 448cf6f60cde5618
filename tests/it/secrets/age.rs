//! age recipients, with the real `age` to open what is encrypted to them.

use crate::support::age::{self, generate, generate_ssh};
use crate::support::hydra::Release;
use crate::support::key::Key;
use crate::support::program::run;
use crate::support::proxy::Fault;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("each_recipient_opens_each_secret", opened),
    ("beside_an_openpgp_key_a_line_has_both_messages", mixed),
    (
        "what_is_no_recipient_is_refused_before_anything_is_sent",
        refused,
    ),
    ("recorded_secrets_are_accepted_by_a_real_hydra", verified),
    ("what_opens_nothing_is_named", not_opened),
    ("create_prints_the_message", printed),
];

fn setup() -> Setup {
    let setup = Setup::new(|_| Fault::Pass).without_log();
    setup.folder.clients(&["one", "two"]);
    setup
}

fn opened() -> Result<(), Missing> {
    age::require()?;
    let setup = setup();
    let own = generate(&setup.folder, "own.txt");
    let ssh = ["ed25519", "rsa"].map(|kind| generate_ssh(&setup.folder, kind, kind));
    let file = format!("# the team\n{}\n\n{}\n", ssh[0].recipient, ssh[1].recipient);
    setup.folder.write("team.txt", file);
    let recipients = [
        "--age-recipient",
        &own.recipient,
        "--age-recipients-file",
        "team.txt",
    ];
    setup.run(&mut setup.applying(&recipients)).says(0, &[]);
    for id in ["one", "two"] {
        let record = setup.folder.record(id).unwrap();
        assert_eq!(record["format"], 2, "{record}");
        assert!(record.get("encrypted_client_secret").is_none(), "{record}");
        let named = record["recipients"].as_array().unwrap();
        assert_eq!(named.len(), 3);
        let ssh_names: Vec<_> = ssh
            .iter()
            .map(|key| key.recipient.replace(" ann@example.org", ""))
            .collect();
        assert!(
            ssh_names
                .iter()
                .all(|name| named.contains(&name.as_str().into())),
            "{named:?}"
        );
        let message = record["age_encrypted_client_secret"].as_str().unwrap();
        for identity in [&own, &ssh[0], &ssh[1]] {
            assert!(setup.target.accepts(id, &identity.open(message)));
        }
    }
    let listed = setup.run(&mut setup.program(&["secrets", "list"]));
    listed.says(0, &[&own.recipient, "2 recorded"]);
    let checked = ["secrets", "check", "--age-recipient", &own.recipient];
    setup
        .run(&mut setup.program(&checked))
        .says(0, &["0 problems"]);
    let stranger = generate(&setup.folder, "stranger.txt");
    let checked = ["secrets", "check", "--age-recipient", &stranger.recipient];
    setup
        .run(&mut setup.program(&checked))
        .says(1, &["none of the given keys opens"]);
    Ok(())
}

fn mixed() -> Result<(), Missing> {
    age::require()?;
    let setup = setup();
    let (own, key) = (generate(&setup.folder, "own.txt"), Key::new());
    setup.folder.write("key.asc", key.public());
    let recipients = ["--pgp-key-file", "key.asc"];
    let mut applying = setup.applying(&recipients);
    applying.env("HYDRA_GITOPS_AGE_RECIPIENT", &own.recipient);
    setup.run(&mut applying).says(0, &[]);
    let record = setup.folder.record("one").unwrap();
    assert_eq!(record["format"], 2, "{record}");
    assert_eq!(record["recipients"].as_array().unwrap().len(), 2);
    let by_age = own.open(record["age_encrypted_client_secret"].as_str().unwrap());
    let by_key = key.open(record["encrypted_client_secret"].as_str().unwrap());
    assert_eq!(by_age, by_key);
    assert!(setup.target.accepts("one", &by_age));
    Ok(())
}

fn refused() -> Result<(), Missing> {
    age::require()?;
    let setup = setup();
    let own = generate(&setup.folder, "own.txt");
    let identity = setup.folder.read("own.txt");
    let secret = identity.lines().last().unwrap().to_owned();
    let typo = format!("{}x", &own.recipient[..own.recipient.len() - 1]);
    for (words, said) in [
        (["--age-recipient", &*secret], "it is a private identity"),
        (["--age-recipient", &typo], "its checksum is wrong"),
        (["--age-recipient", ""], "it is empty"),
        (["--age-recipient", "age1yubikey1qqqq"], "plugin `yubikey`"),
        (
            ["--age-recipients-file", "own.txt"],
            "line 3: it is a private identity",
        ),
        (
            ["--age-recipients-file", "missing.txt"],
            "cannot read the key file `missing.txt`",
        ),
        (
            ["--age-recipients-file", "."],
            "cannot read the key file `.`",
        ),
    ] {
        let ended = setup.run(&mut setup.applying(&words));
        ended.says(6, &[said]);
        setup.is_unsaid(&ended, &secret);
        assert_eq!(setup.requests(), 0);
    }
    let plain = [
        "--age-recipient",
        &own.recipient,
        "--allow-plaintext-secrets",
    ];
    setup
        .run(&mut setup.applying(&plain))
        .says(64, &["are both given"]);
    Ok(())
}

fn verified() -> Result<(), Missing> {
    age::require()?;
    let hydra = Target::real(Release::V2, None)?;
    let setup = Setup::before(hydra, |_| Fault::Pass).without_log();
    setup.folder.clients(&["one", "two"]);
    let own = generate(&setup.folder, "own.txt");
    setup
        .run(&mut setup.applying(&["--age-recipient", &own.recipient]))
        .says(0, &[]);
    let public = setup.target.public_url();
    let words = [
        "secrets",
        "verify",
        "--public-url",
        &public,
        "--identity",
        "own.txt",
    ];
    setup
        .run(&mut setup.program(&words))
        .says(0, &["2 secrets, 2 accepted"]);
    Ok(())
}

fn not_opened() -> Result<(), Missing> {
    age::require()?;
    let setup = setup();
    let own = generate(&setup.folder, "own.txt");
    generate(&setup.folder, "stranger.txt");
    setup
        .run(&mut setup.applying(&["--age-recipient", &own.recipient]))
        .says(0, &[]);
    let verify = |more: &[&str]| {
        let public = setup.target.public_url();
        let mut words = vec!["secrets", "verify", "--public-url", &public];
        words.extend(more);
        run(&mut setup.program(&words))
    };
    verify(&[]).says(1, &["2 not tried", "`--identity FILE`"]);
    verify(&["--identity", "stranger.txt"])
        .says(1, &["2 not tried", "none of the given identities opens it"]);
    verify(&["--identity", "gone.txt"]).says(1, &["2 not tried", "gone.txt"]);
    let mut without = setup.program(&[
        "secrets",
        "verify",
        "--identity",
        "own.txt",
        "--public-url",
        &setup.target.public_url(),
    ]);
    run(without.env("PATH", "/nowhere")).says(1, &["cannot run `age`", "install age"]);
    Ok(())
}

fn printed() -> Result<(), Missing> {
    age::require()?;
    let setup = setup();
    let own = generate(&setup.folder, "own.txt");
    let words = [
        "create",
        "--id",
        "three",
        "--grant-types",
        "client_credentials",
        "--age-recipient",
        &own.recipient,
    ];
    let ended = setup.run(&mut setup.program(&[&words[..], &["--format", "json"]].concat()));
    let made = ended.says(0, &[]).json();
    let message = made["age_encrypted_client_secret"].as_str().unwrap();
    assert!(setup.target.accepts("three", &own.open(message)));
    assert!(made["encrypted_client_secret"].is_null());
    let words = [
        "create",
        "--id",
        "four",
        "--grant-types",
        "client_credentials",
        "--age-recipient",
        &own.recipient,
    ];
    setup
        .run(&mut setup.program(&words))
        .says(0, &["age-Encrypted Client Secret: "]);
    Ok(())
}
