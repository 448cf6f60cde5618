//! Every form a key can be handed over in, and everything that is not a key.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use pgp::armor::{BlockType, write};
use pgp::packet::{Packet, SignatureType};

use super::maker::{MADE, Owner, binary, encrypt, now, says, subkey};
use crate::recipients::load;

/// A good key.
fn key() -> (String, Vec<u8>) {
    let owner = Owner::new();
    let subkey = owner.bound(&subkey(MADE), &says(MADE).flags(encrypt));
    (
        owner.fingerprint(),
        binary(&[owner.head(), subkey].concat()),
    )
}

fn armor(label: BlockType, bytes: &[u8]) -> String {
    let mut text = Vec::new();
    write(&Raw(bytes), label, &mut text, None, true).unwrap();
    String::from_utf8(text).unwrap()
}

/// Bytes as the library wants them.
struct Raw<'a>(&'a [u8]);

impl pgp::ser::Serialize for Raw<'_> {
    fn to_writer<W: std::io::Write>(&self, writer: &mut W) -> pgp::errors::Result<()> {
        Ok(writer.write_all(self.0)?)
    }

    fn write_len(&self) -> usize {
        self.0.len()
    }
}

#[track_caller]
fn gives(input: impl AsRef<[u8]>, fingerprints: &[&str]) {
    let loaded = load(input.as_ref(), "a test", now()).unwrap();
    let found: Vec<_> = loaded
        .iter()
        .map(|recipient| recipient.fingerprint())
        .collect();
    assert_eq!(found, fingerprints);
}

#[track_caller]
fn is_refused(input: impl AsRef<[u8]>, word: &str) {
    let error = load(input.as_ref(), "a test", now()).unwrap_err();
    let expected = format!("no OpenPGP public key can be read from `a test`: {word}");
    assert!(error.to_string().starts_with(&expected), "{error}");
    assert_eq!(error.hints().len(), 1);
}

#[test]
fn one_key_in_every_form() {
    let (fingerprint, bytes) = key();
    let is_given = |input: &[u8]| gives(input, &[&fingerprint]);
    let text = armor(BlockType::PublicKey, &bytes);
    is_given(&bytes);
    is_given(text.as_bytes());
    is_given(text.replace('\n', "\r\n").as_bytes());
    is_given(format!("\u{FEFF}{text}").as_bytes());
    is_given(format!("  Alice's key:\n\n{text}\n-- \nsee \u{e4} you").as_bytes());
    is_given(text.replace('\n', "  \n    ").as_bytes());
    is_given(text.trim_end().as_bytes());
    is_given(
        text.replacen('\n', "\nVersion: Any\nComment: a: b\n", 1)
            .as_bytes(),
    );
    is_given(
        b"caf\xe9\n"
            .iter()
            .chain(text.as_bytes())
            .copied()
            .collect::<Vec<_>>()
            .as_slice(),
    );
    for inner in [
        bytes.clone(),
        text.clone().into_bytes(),
        format!("\u{FEFF}{text}").into_bytes(),
    ] {
        for engine in [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE, &URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&inner);
            is_given(encoded.as_bytes());
            is_given(format!("\u{FEFF}\r\n {encoded}\n\n").as_bytes());
            let wrapped: Vec<_> = encoded.as_bytes().chunks(61).map(<[u8]>::to_vec).collect();
            is_given(&wrapped.join(&b"\r\n\t"[..]));
        }
    }
}

#[test]
fn several_keys_at_once_in_their_order() {
    let (first, one) = key();
    let (second, two) = key();
    let both = [one.clone(), two.clone()].concat();
    let texts = [&one, &two].map(|bytes| armor(BlockType::PublicKey, bytes));
    gives(&both, &[&first, &second]);
    gives(armor(BlockType::PublicKey, &both), &[&first, &second]);
    gives(texts.concat(), &[&first, &second]);
    gives(
        format!("one\n{}two\r\n\r\n{}end", texts[0], texts[1]),
        &[&first, &second],
    );
    gives(STANDARD.encode(texts.concat()), &[&first, &second]);
    gives(
        texts[0].trim_end().to_owned() + "\n" + &armor(BlockType::PublicKey, &both),
        &[&first, &first, &second],
    );
}

#[test]
fn no_key_of_several_is_left_out_in_silence() {
    let (first, one) = key();
    let (second, two) = key();
    let texts = [&one, &two].map(|bytes| armor(BlockType::PublicKey, bytes));
    // What `cat` makes of files without a last line break.
    let joined = texts[0].trim_end().to_owned() + texts[1].trim_end();
    gives(&joined, &[&first, &second]);
    gives(STANDARD.encode(&joined), &[&first, &second]);
    gives(format!("<pre>{}", texts[0]), &[&first]);
    let words = "it mixes armored text with binary";
    is_refused([texts[0].as_bytes(), &two].concat(), words);
    is_refused([&one, texts[1].as_bytes()].concat(), words);
    let broken = texts[1].replacen("-----\n", "---\n", 1);
    is_refused(texts[0].clone() + &broken, "it is damaged");
}

#[test]
fn what_is_not_a_key_is_named() {
    let (_, bytes) = key();
    let text = armor(BlockType::PublicKey, &bytes);
    is_refused("", "it is empty");
    is_refused("\u{FEFF} \r\n\t", "it is empty");
    is_refused(vec![b'\n'; (1 << 20) + 1], "it is larger than 1 MiB");
    is_refused(
        "not a key at all",
        "it is neither armored text nor binary nor base64",
    );
    is_refused(
        "bm90IGEga2V5",
        "it is neither armored text nor binary nor base64",
    );
    is_refused(
        "alice@example.org",
        "it is neither armored text nor binary nor base64",
    );
    is_refused("\n<!DOCTYPE html>", "it is a web page, not a key");
    is_refused("<p>-----BEGIN PGP", "it is a web page, not a key");
    is_refused(b"\xFF\xFE-\0-\0-\0", "it is text in UTF-16");
    is_refused(&bytes[..bytes.len() - 1], "it is cut off");
    is_refused([&bytes[..], b"\x99\x01"].concat(), "it is cut off");
    is_refused(text.lines().next().unwrap(), "it is cut off");
    is_refused(text.replace("-----END", "----END"), "it is cut off");
    is_refused(text.replacen("-----END", "-----BEGIN", 1), "it is cut off");
    let without_end = text.split("-----END").next().unwrap();
    is_refused(format!("{without_end}\n{text}"), "it is cut off");
    let body = text.lines().nth(3).unwrap();
    is_refused(text.replace(body, &body[1..]), "it is ");
    is_refused(
        text.replace(body, &format!("{}?!", &body[2..])),
        "it is damaged",
    );
    is_refused(
        "-----BEGIN PUBLIC KEY-----\nMCow\n-----END PUBLIC KEY-----",
        "it holds a `PUBLIC KEY`",
    );
    is_refused("-----BEGIN CERTIFICATE-----\n", "it holds a `CERTIFICATE`");
}

#[test]
fn a_private_key_is_refused_in_any_form_and_company() {
    let (_, good) = key();
    let owner = Owner::new();
    let secret = binary(&[Packet::from(owner.secret.clone())]);
    let word = "this is a private key; it should not be here";
    is_refused(&secret, word);
    is_refused(armor(BlockType::PrivateKey, &secret), word);
    is_refused(armor(BlockType::PublicKey, &secret), word);
    is_refused(STANDARD.encode(armor(BlockType::PrivateKey, &secret)), word);
    is_refused([good.clone(), secret.clone()].concat(), word);
    let subkey = binary(&[Packet::from(subkey(MADE))]);
    is_refused([good.clone(), subkey].concat(), word);
    let texts = armor(BlockType::PublicKey, &good) + &armor(BlockType::PrivateKey, &secret);
    is_refused(texts, word);
    is_refused("-----BEGIN OPENSSH PRIVATE KEY-----\n", word);
}

#[test]
fn a_message_and_a_signature_are_named() {
    let owner = Owner::new();
    let signature = |kind| binary(&[owner.over_key(kind, &says(MADE))]);
    let detached = signature(SignatureType::Key);
    is_refused(&detached, "this is a signature");
    is_refused(
        armor(BlockType::Signature, &detached),
        "this is a signature",
    );
    let revocation = signature(SignatureType::KeyRevocation);
    let text = armor(BlockType::PublicKey, &revocation);
    is_refused(text, "this is a revocation certificate");
    let message = armor(BlockType::Message, b"\xd2\x01\x01");
    is_refused(&message, "this is a message");
    is_refused(b"\xd2\x01\x01", "this is a message");
    is_refused(b"\xa3\x01", "this is a message");
    is_refused("-----BEGIN PGP SIGNED MESSAGE-----\n", "this is a message");
}

#[test]
fn one_refused_key_of_several_refuses_all_and_each_is_named() {
    let (_, good) = key();
    let [lonely, version] = [Owner::new(), Owner::new()];
    let mut old = binary(&version.head());
    old[2] = 5;
    let input = [binary(&lonely.head()), good, old].concat();
    let error = load(&input, "keys.asc", now()).unwrap_err();
    let name = lonely.fingerprint();
    assert_eq!(
        error.to_string(),
        format!(
            "2 keys from `keys.asc` cannot be used: key `{name}` (`Alice <alice@example.org>`) has \
             no subkey to encrypt to; the key of `Alice <alice@example.org>` is of version 5, \
             which only GnuPG reads"
        )
    );
    assert_eq!(error.hints().len(), 2);
    assert!(
        error.hints()[0]
            .text()
            .starts_with(&format!("key `{name}`")),
        "{:?}",
        error.hints()
    );
}
