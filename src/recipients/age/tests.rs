#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::Read as _;
use std::str::FromStr as _;

use age::armor::ArmoredReader;
use secrecy::{ExposeSecret as _, SecretString};

use super::parse::judge;
use super::refusal::Refusal;
use super::{AgeRecipients, is_age_message, load_age, parse_age};

const ED25519: &str =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN";

fn identity() -> (age::x25519::Identity, String) {
    let identity = age::x25519::Identity::generate();
    let recipient = identity.to_public().to_string();
    (identity, recipient)
}

fn open(message: &str, identity: &age::x25519::Identity) -> Option<String> {
    let file = age::Decryptor::new(ArmoredReader::new(message.as_bytes())).unwrap();
    let mut reader = file.decrypt(std::iter::once(identity as _)).ok()?;
    let mut opened = String::new();
    reader.read_to_string(&mut opened).unwrap();
    Some(opened)
}

#[test]
fn each_recipient_opens_a_message_and_nobody_else() {
    let readers = [identity(), identity()];
    let stranger = identity();
    let recipients = readers
        .iter()
        .map(|(_, text)| parse_age(text, "a test").unwrap());
    let recipients = AgeRecipients::new(recipients).unwrap();
    let message = recipients
        .encrypt(&SecretString::from("s3cret_\n\u{20ac}"))
        .unwrap();
    assert!(
        message.starts_with("-----BEGIN AGE ENCRYPTED FILE-----\n"),
        "{message}"
    );
    assert!(is_age_message(&message));
    for (identity, _) in &readers {
        assert_eq!(
            open(&message, identity).as_deref(),
            Some("s3cret_\n\u{20ac}")
        );
    }
    assert_eq!(open(&message, &stranger.0), None);
}

#[test]
fn recipients_are_in_order_and_each_is_there_once() {
    assert!(AgeRecipients::new([]).is_none());
    let (_, one) = identity();
    let written = [
        one.clone(),
        format!("{ED25519} alice@host"),
        ED25519.to_owned(),
        format!("  {one}\n"),
    ];
    let all = written
        .iter()
        .map(|text| parse_age(text, "a test").unwrap());
    let all = AgeRecipients::new(all).unwrap();
    let names: Vec<_> = all.iter().map(|one| one.as_str()).collect();
    assert_eq!(names, [one.as_str(), ED25519]);
}

/// The bytes as an `age1…` recipient with a right checksum.
fn recipient_of(bytes: [u8; 32]) -> String {
    bech32::encode::<bech32::Bech32>(bech32::Hrp::parse("age").unwrap(), &bytes).unwrap()
}

#[test]
fn whatever_else_there_is_is_refused_by_name() {
    let (identity, good) = identity();
    let secret = identity.to_string();
    let mistyped = format!(
        "{}{}",
        &good[..20],
        good[20..].replacen(
            &good[20..21],
            if &good[20..21] == "q" { "p" } else { "q" },
            1
        )
    );
    let mut one = [0; 32];
    one[0] = 1;
    let checksum = |text: &str| {
        bech32::encode::<bech32::Bech32m>(bech32::Hrp::parse("age").unwrap(), text.as_bytes())
            .unwrap()
    };
    for (text, expected) in [
        (String::new(), Refusal::Empty),
        (secret.expose_secret().to_owned(), Refusal::PrivateIdentity),
        (
            secret.expose_secret().to_lowercase(),
            Refusal::PrivateIdentity,
        ),
        ("AGE-PLUGIN-YUBIKEY-1QQ".into(), Refusal::PrivateIdentity),
        (
            "-----BEGIN OPENSSH PRIVATE KEY-----".into(),
            Refusal::PrivateIdentity,
        ),
        (
            "-----BEGIN PGP PUBLIC KEY BLOCK-----".into(),
            Refusal::OpenPgp,
        ),
        (
            "age1yubikey1qwt50d05nh5vutpdzmlg5wn80xq5negm4uj9ghv0snvdd3yysf5yw3rhl3t".into(),
            Refusal::Plugin("yubikey".into()),
        ),
        ("age1pq1qqqq".into(), Refusal::PostQuantum),
        ("age1tag1qqqq".into(), Refusal::NewerKind("age1tag".into())),
        (good.to_uppercase(), Refusal::UpperCase),
        (mistyped, Refusal::Checksum),
        (good[..good.len() - 1].to_owned(), Refusal::Checksum),
        (checksum(&good[..32]), Refusal::Checksum),
        (recipient_of([0; 32]), Refusal::WeakPoint),
        (recipient_of(one), Refusal::WeakPoint),
        (
            "ecdsa-sha2-nistp256 AAAA".into(),
            Refusal::SshType("ecdsa-sha2-nistp256".into()),
        ),
        (
            "sk-ssh-ed25519@openssh.com AAAA".into(),
            Refusal::SecurityKey("sk-ssh-ed25519@openssh.com".into()),
        ),
        (
            "ssh-ed25519-cert-v01@openssh.com AAAA".into(),
            Refusal::SshCertificate,
        ),
        ("ssh-ed25519".into(), Refusal::DamagedSsh),
        (ED25519[..60].to_owned(), Refusal::DamagedSsh),
        (format!("{ED25519}AAAA"), Refusal::DamagedSsh),
        ("alice".into(), Refusal::Unknown),
    ] {
        assert_eq!(judge(&text).unwrap_err(), expected, "{text}");
        let said = format!("{:?}", parse_age(&text, "a test").unwrap_err());
        assert!(
            text.is_empty() || !said.contains(&text) || matches!(expected, Refusal::Unknown),
            "{said}"
        );
    }
    assert!(
        age::x25519::Recipient::from_str(&recipient_of([0; 32])).is_ok(),
        "the library does not judge"
    );
}

#[test]
fn a_file_names_each_line_that_is_wrong() {
    let (identity, good) = identity();
    let file = format!("\u{feff}# alice\r\n{good}\r\n\r\n  {ED25519} bob\r\n");
    assert_eq!(load_age(file.as_bytes(), "keys").unwrap().len(), 2);
    let said = |text: &str| format!("{:?}", load_age(text.as_bytes(), "keys").unwrap_err());
    let wrong = said(&format!("{good}\nage1x\nssh-dss AAAA\n"));
    assert!(
        wrong.contains("line 2: its checksum") && wrong.contains("line 3: age does not encrypt"),
        "{wrong}"
    );
    let secret = identity.to_string();
    let private = said(&format!("# created: now\n{}\n", secret.expose_secret()));
    assert!(
        private.contains("line 2: it is a private identity"),
        "{private}"
    );
    assert!(!private.contains(secret.expose_secret()), "{private}");
    for (text, words) in [
        ("", "it has none"),
        ("# nobody\n", "it has none"),
        ("-----BEGIN PGP PUBLIC KEY BLOCK-----\n", "OpenPGP"),
    ] {
        assert!(said(text).contains(words), "{}", said(text));
    }
    assert!(load_age(b"\xff\xfe", "keys").is_err());
    assert!(load_age(&vec![b'#'; (1 << 20) + 1], "keys").is_err());
}
