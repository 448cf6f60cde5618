//! Every state of a subkey, and which one is chosen.

use pgp::composed::KeyType;
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{Packet, SecretSubkey, SignatureType as Type};
use pgp::types::KeyVersion;

use super::maker::{MADE, NOW, Owner, YEAR, certify, encrypt, says, subkey};
use super::verdict::{chosen, refused, taken};

#[test]
fn the_newest_subkey_that_is_fit_is_chosen() {
    let alice = Owner::new();
    let [old, new, revoked, expired, future, signing] =
        [MADE, MADE + 10, MADE + 20, MADE + 30, NOW + 1, MADE + 40].map(subkey);
    let fit = says(MADE + 50).flags(encrypt);
    let mut bad = alice.bound(&revoked, &fit);
    bad.push(alice.over_subkey(
        revoked.public_key(),
        Type::SubkeyRevocation,
        &says(MADE + 40),
    ));
    bad.extend(alice.bound(&expired, &fit.clone().expires_after(YEAR)));
    bad.extend(alice.bound(&future, &fit));
    bad.extend(alice.bound(&signing, &says(MADE + 50).flags(certify)));
    let good = |keys: &[&SecretSubkey]| -> Vec<Packet> {
        keys.iter().flat_map(|key| alice.bound(key, &fit)).collect()
    };
    for order in [[&old, &new], [&new, &old]] {
        chosen(
            &taken(&[alice.head(), good(&order), bad.clone()].concat()),
            &new,
        );
        chosen(
            &taken(&[alice.head(), bad.clone(), good(&order)].concat()),
            &new,
        );
    }
    chosen(
        &taken(&[alice.head(), good(&[&old]), bad.clone()].concat()),
        &old,
    );
    let all_bad = [alice.head(), bad].concat();
    let start = jiff::Timestamp::from_second(i64::from(NOW) + 1).unwrap();
    for word in [
        "is revoked",
        "expired on 2020-12-31",
        &format!("valid only from {start}"),
    ] {
        refused(&all_bad, word, "");
    }
}

#[test]
fn one_bad_subkey_alone_is_refused_with_its_reason() {
    let alice = Owner::new();
    let key = subkey(MADE);
    let fit = says(MADE).flags(encrypt);
    let expired = alice.bound(&key, &fit.clone().expires_after(YEAR));
    refused(
        &[alice.head(), expired].concat(),
        "expired on 2020-12-31",
        "--quick-set-expire",
    );
    let mut revoked = alice.bound(&key, &fit);
    revoked.push(alice.over_subkey(key.public_key(), Type::SubkeyRevocation, &says(MADE)));
    refused(
        &[alice.head(), revoked].concat(),
        "is revoked",
        "--quick-add-key",
    );
    let weak = alice.bound(&key, &fit.clone().hash(HashAlgorithm::Sha1));
    refused(
        &[alice.head(), weak].concat(),
        "signed over SHA1",
        "--cert-digest-algo SHA256",
    );
    let md5 = alice.bound(&key, &fit.clone().hash(HashAlgorithm::Md5));
    refused(
        &[alice.head(), md5].concat(),
        "signed over MD5",
        "--cert-digest-algo SHA256",
    );
    let signing = alice.bound(&key, &says(MADE).flags(certify));
    refused(
        &[alice.head(), signing].concat(),
        "no subkey to encrypt to",
        "--quick-add-key",
    );
    let silent = alice.bound(&key, &says(MADE));
    refused(
        &[alice.head(), silent].concat(),
        "no subkey to encrypt to",
        "--quick-add-key",
    );
    refused(&alice.head(), "no subkey to encrypt to", "--quick-add-key");
    let mallory = Owner::new().bound(&key, &fit);
    refused(
        &[alice.head(), mallory].concat(),
        "no valid signature",
        "--quick-add-key",
    );
    refused(
        &[alice.head(), vec![key.public_key().clone().into()]].concat(),
        "no valid",
        "",
    );
    let later = alice.bound(&key, &says(NOW + 1).flags(encrypt));
    refused(
        &[alice.head(), later].concat(),
        "valid only from 2024",
        "clock",
    );
}

#[test]
fn the_newest_binding_counts() {
    let alice = Owner::new();
    let key = subkey(MADE);
    let old = alice.bound(&key, &says(MADE).flags(encrypt));
    let newer = |says| alice.over_subkey(key.public_key(), Type::SubkeyBinding, &says);
    let again = |says| [alice.head(), old.clone(), vec![newer(says)]].concat();
    refused(
        &again(says(MADE + 1).flags(encrypt).expires_after(YEAR)),
        "expired on",
        "",
    );
    refused(
        &again(says(MADE + 1).flags(certify)),
        "no subkey to encrypt to",
        "",
    );
    refused(
        &again(says(MADE + 1).flags(encrypt).hash(HashAlgorithm::Sha1)),
        "SHA1",
        "",
    );
    // One from the future counts only when its time has come.
    taken(&again(says(NOW + 1).flags(certify)));
}

#[test]
fn a_primary_key_is_taken_only_if_it_is_meant_for_encryption() {
    let rsa = || Owner::with(KeyType::Rsa(2048), KeyVersion::V4, MADE);
    let alice = rsa();
    let both = says(MADE).flags(|flags| {
        certify(flags);
        encrypt(flags);
    });
    let recipient = taken(&alice.head_saying(&both));
    assert_eq!(recipient.encryption_key(), alice.fingerprint());
    refused(&alice.head(), "no subkey to encrypt to", "--quick-add-key");
    // A subkey goes before it, and an unfit one does not stand in its way.
    let key = subkey(MADE);
    let fit = alice.bound(&key, &says(MADE).flags(encrypt));
    chosen(&taken(&[alice.head_saying(&both), fit].concat()), &key);
    let unfit = alice.bound(&key, &says(MADE).flags(encrypt).expires_after(1));
    let recipient = taken(&[alice.head_saying(&both), unfit].concat());
    assert_eq!(recipient.encryption_key(), alice.fingerprint());
    // The flag alone does not make a signing algorithm encrypt.
    refused(
        &Owner::new().head_saying(&both),
        "no subkey to encrypt to",
        "",
    );
}
