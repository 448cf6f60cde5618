//! Every state of a primary key.

use pgp::composed::KeyType;
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Packet, SignatureType as Type, SubpacketData};
use pgp::types::{Duration, KeyVersion};

use super::maker::{MADE, NAME, NOW, Owner, YEAR, certify, encrypt, says, subkey, user};
use super::verdict::{chosen, refused, taken};

#[test]
fn a_plain_key_is_taken() {
    let alice = Owner::new();
    let key = subkey(MADE);
    let plain = [alice.head(), alice.bound(&key, &says(MADE).flags(encrypt))].concat();
    let recipient = taken(&plain);
    assert_eq!(recipient.fingerprint(), alice.fingerprint());
    assert_eq!(recipient.user_id(), Some(NAME));
    assert_eq!(recipient.expires_at(), None);
    chosen(&recipient, &key);
}

#[test]
fn an_expired_key_is_refused() {
    let alice = Owner::new();
    let head = alice.head_saying(&says(MADE).flags(certify).expires_after(YEAR));
    let good = alice.bound(&subkey(MADE), &says(MADE).flags(encrypt));
    refused(
        &[head, good].concat(),
        "expired on 2020-12-31",
        "gpg --quick-set-expire",
    );
}

#[test]
fn a_key_ends_at_the_second_of_its_expiry() {
    let alice = Owner::new();
    let good = alice.bound(&subkey(MADE), &says(MADE).flags(encrypt));
    let until = |seconds| {
        let head = alice.head_saying(&says(MADE).flags(certify).expires_after(seconds));
        [head, good.clone()].concat()
    };
    refused(&until(NOW - MADE), "expired on 2024-01-01", "");
    let end = taken(&until(NOW - MADE + 1)).expires_at().unwrap();
    assert_eq!(end.as_second(), i64::from(NOW) + 1);
    // Zero is how some programs write "never".
    assert_eq!(taken(&until(0)).expires_at(), None);
}

#[test]
fn an_expiry_extended_later_counts() {
    let alice = Owner::new();
    let old = says(MADE).flags(certify).expires_after(YEAR);
    let new = says(MADE + YEAR / 2)
        .flags(certify)
        .expires_after(10 * YEAR);
    let good = alice.bound(&subkey(MADE), &says(MADE).flags(encrypt));
    let id = user(NAME);
    for order in [[&old, &new], [&new, &old]] {
        let mut packets = alice.head_saying(order[0]);
        packets.push(alice.over_user(&alice, &id, Type::CertPositive, order[1]));
        taken(&[packets, good.clone()].concat());
    }
    // And so does one that was shortened.
    let shortened = says(MADE + YEAR).flags(certify).expires_after(2 * YEAR);
    let mut packets = alice.head_saying(&new);
    packets.push(alice.over_user(&alice, &id, Type::CertPositive, &shortened));
    refused(&[packets, good].concat(), "expired on 2021-12-31", "");
}

#[test]
fn a_newer_statement_that_is_silent_about_expiry_does_not_lift_it() {
    let alice = Owner::new();
    let mut packets = alice.head_saying(&says(MADE).flags(certify).expires_after(YEAR));
    packets.insert(1, alice.over_key(Type::Key, &says(MADE + YEAR / 2)));
    packets.extend(alice.bound(&subkey(MADE), &says(MADE).flags(encrypt)));
    refused(&packets, "expired on 2020-12-31", "");
}

#[test]
fn a_statement_over_the_key_alone_is_enough() {
    let alice = Owner::new();
    let statement = alice.over_key(
        Type::Key,
        &says(MADE).flags(certify).expires_after(9 * YEAR),
    );
    let mut packets = vec![alice.public().clone().into(), statement];
    packets.extend(alice.bound(&subkey(MADE), &says(MADE).flags(encrypt)));
    let recipient = taken(&packets);
    assert_eq!(recipient.user_id(), None);
    assert!(recipient.expires_at().is_some());
}

#[test]
fn a_signature_that_expired_no_longer_counts() {
    let alice = Owner::new();
    let mut brief = says(MADE).flags(certify);
    brief
        .more
        .push(SubpacketData::SignatureExpirationTime(Duration::from_secs(
            YEAR,
        )));
    let good = alice.bound(&subkey(MADE), &says(MADE).flags(encrypt));
    refused(
        &[alice.head_saying(&brief), good].concat(),
        "expired on 2020-12-31",
        "",
    );
}

#[test]
fn a_key_without_a_sound_signature_of_its_own_is_refused() {
    let alice = Owner::new();
    let good = alice.bound(&subkey(MADE), &says(MADE).flags(encrypt));
    let bare: Vec<Packet> = vec![alice.public().clone().into()];
    refused(
        &[bare.clone(), good.clone()].concat(),
        "no valid signature by its owner",
        "",
    );
    let mallory = Owner::new();
    let id = user("Bob <bob@example.org>");
    let forged = mallory.over_user(&alice, &id, Type::CertPositive, &says(MADE).flags(certify));
    let stolen = [bare, vec![id.into(), forged], good.clone()].concat();
    refused(&stolen, "no valid signature by its owner", "gpg --export");
    let weak = alice.head_saying(&says(MADE).flags(certify).hash(HashAlgorithm::Sha1));
    refused(
        &[weak, good].concat(),
        "signed over SHA1",
        "--cert-digest-algo SHA256",
    );
}

#[test]
fn what_is_from_the_future_is_refused_with_a_word_about_the_clock() {
    let alice = Owner::with(KeyType::Ed25519Legacy, KeyVersion::V4, NOW + 60);
    let good = alice.bound(&subkey(NOW + 60), &says(NOW + 60).flags(encrypt));
    let head = alice.head_saying(&says(NOW + 60).flags(certify));
    refused(
        &[head, good].concat(),
        "valid only from 2024-01-01T00:01:00Z on",
        "clock",
    );
    // Signatures of today do not make it older.
    let good = alice.bound(&subkey(MADE), &says(MADE).flags(encrypt));
    refused(
        &[alice.head(), good].concat(),
        "valid only from 2024-01-01T00:01:00Z on",
        "clock",
    );
    let bob = Owner::new();
    let good = bob.bound(&subkey(MADE), &says(MADE).flags(encrypt));
    let head = bob.head_saying(&says(NOW + 1).flags(certify));
    refused(
        &[head, good].concat(),
        "valid only from 2024-01-01T00:00:01Z on",
        "clock",
    );
}
