//! What a revocation takes away, and whose counts.

use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{RevocationCode, SignatureType as Type, SubpacketData};
use pgp::types::{KeyDetails, RevocationKey, RevocationKeyClass};

use super::maker::{MADE, NAME, NOW, Owner, Says, YEAR, certify, encrypt, says, subkey, user};
use super::verdict::{refused, taken};

fn revocation(at: u32, code: RevocationCode) -> Says {
    let mut says = says(at);
    says.more
        .push(SubpacketData::RevocationReason(code, "".into()));
    says
}

#[test]
fn a_revoked_key_is_refused_whatever_the_reason_and_wherever_it_says_so() {
    let alice = Owner::new();
    let good = alice.bound(&subkey(MADE), &says(MADE).flags(encrypt));
    let plain = [alice.head(), good].concat();
    for (code, word) in [
        (RevocationCode::NoReason, "is revoked"),
        (
            RevocationCode::KeySuperseded,
            "is revoked (superseded by another key)",
        ),
        (RevocationCode::KeyCompromised, "is revoked (compromised)"),
        (RevocationCode::KeyRetired, "is revoked (no longer used)"),
    ] {
        // Even one over SHA-1, or dated before the newest statement, or in the future.
        for says in [
            revocation(MADE, code),
            revocation(NOW + YEAR, code),
            revocation(MADE, code).hash(HashAlgorithm::Sha1),
        ] {
            for place in 1..=plain.len() {
                let mut packets = plain.clone();
                packets.insert(place, alice.over_key(Type::KeyRevocation, &says));
                refused(&packets, word, "ask its owner for the new key");
            }
        }
    }
}

#[test]
fn a_revocation_by_a_stranger_means_nothing() {
    let alice = Owner::new();
    let mallory = Owner::new();
    let forged = mallory.over_key(Type::KeyRevocation, &says(MADE));
    let mut packets = alice.head();
    packets.insert(1, forged);
    packets.extend(alice.bound(&subkey(MADE), &says(MADE).flags(encrypt)));
    taken(&packets);
}

#[test]
fn a_revocation_by_a_named_revoker_is_a_doubt() {
    let alice = Owner::new();
    let revoker = Owner::new();
    let id = revoker.public().fingerprint();
    let class = RevocationKeyClass::Default;
    let mut names = says(MADE);
    let named = RevocationKey::new(class, revoker.public().algorithm(), id.as_bytes());
    names.more.push(SubpacketData::RevocationKey(named));
    let mut packets = alice.head();
    packets.insert(1, alice.over_key(Type::Key, &names));
    packets.extend(alice.bound(&subkey(MADE), &says(MADE).flags(encrypt)));
    taken(&packets);
    packets.insert(1, revoker.over_key(Type::KeyRevocation, &says(MADE)));
    refused(&packets, "a revocation by another key", "ask its owner");
}

#[test]
fn a_revoked_user_id_is_not_a_revoked_key() {
    let alice = Owner::new();
    let good = alice.bound(&subkey(MADE), &says(MADE).flags(encrypt));
    let old = user("Alice <alice@old.example>");
    let mut packets = alice.head();
    packets.extend([
        old.clone().into(),
        alice.over_user(
            &alice,
            &old,
            Type::CertPositive,
            &says(MADE + 1).flags(certify),
        ),
        alice.over_user(&alice, &old, Type::CertRevocation, &says(MADE + 2)),
    ]);
    let recipient = taken(&[packets.clone(), good.clone()].concat());
    assert_eq!(recipient.user_id(), Some(NAME));

    // Signed anew after that, it counts again.
    let mut again = packets.clone();
    again.push(alice.over_user(
        &alice,
        &old,
        Type::CertPositive,
        &says(MADE + 3).flags(certify),
    ));
    let recipient = taken(&[again, good.clone()].concat());
    assert_eq!(recipient.user_id(), Some("Alice <alice@old.example>"));

    packets.drain(1..3);
    refused(
        &[packets, good].concat(),
        "revoked all of its user ids",
        "ask its owner",
    );
}

#[test]
fn a_third_partys_signature_is_ignored() {
    let alice = Owner::new();
    let bob = Owner::new();
    let mut packets = alice.head();
    let expired = says(NOW - YEAR).flags(certify).expires_after(1);
    packets.push(bob.over_user(&alice, &user(NAME), Type::CertGeneric, &expired));
    packets.push(bob.over_user(&alice, &user(NAME), Type::CertRevocation, &says(NOW - YEAR)));
    packets.extend(alice.bound(&subkey(MADE), &says(MADE).flags(encrypt)));
    taken(&packets);
}
