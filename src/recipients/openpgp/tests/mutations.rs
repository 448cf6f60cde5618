//! Damaged keys: never a panic, and never an encryption key that the owner did not sign.

use std::sync::LazyLock;

use pgp::types::KeyDetails;
use proptest::prelude::*;

use super::maker::{MADE, Owner, binary, encrypt, now, says, subkey};
use crate::recipients::load;

struct Good {
    bytes: Vec<u8>,
    fingerprint: String,
    subkey: String,
}

static GOOD: LazyLock<Good> = LazyLock::new(|| {
    let owner = Owner::new();
    let key = subkey(MADE);
    let bound = owner.bound(&key, &says(MADE).flags(encrypt));
    Good {
        bytes: binary(&[owner.head(), bound].concat()),
        fingerprint: owner.fingerprint(),
        subkey: key.public_key().fingerprint().to_string().to_uppercase(),
    }
});

/// That whatever is taken of `input` is the key that was signed.
fn only_the_signed_key_is_taken(input: &[u8]) -> Result<(), TestCaseError> {
    let Ok(loaded) = load(input, "a test", now()) else {
        return Ok(());
    };
    for recipient in loaded {
        prop_assert_eq!(recipient.fingerprint(), &GOOD.fingerprint);
        prop_assert_eq!(recipient.encryption_key(), GOOD.subkey.as_str());
        prop_assert_eq!(recipient.expires_at(), None);
    }
    Ok(())
}

#[test]
fn no_flipped_bit_makes_another_key() {
    let good = &GOOD.bytes;
    let mut taken = 0;
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1 << (at % 8);
        only_the_signed_key_is_taken(&bytes).unwrap();
        taken += usize::from(load(&bytes, "a test", now()).is_ok());
    }
    // Little is not signed: how a packet's length is written, say.
    assert!(
        taken * 20 < good.len(),
        "{taken} of {} changes do not matter",
        good.len()
    );
}

#[test]
fn no_cut_makes_another_key() {
    for end in 0..GOOD.bytes.len() {
        only_the_signed_key_is_taken(&GOOD.bytes[..end]).unwrap();
        load(&GOOD.bytes[..end], "a test", now()).unwrap_err();
    }
}

/// One change to a key.
#[derive(Debug, Clone)]
enum Change {
    Set(prop::sample::Index, u8),
    Remove(prop::sample::Index, usize),
    Insert(prop::sample::Index, Vec<u8>),
    Repeat(prop::sample::Index, usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        if bytes.is_empty() {
            return;
        }
        let part = |at: &prop::sample::Index, length: usize| {
            let start = at.index(bytes.len());
            start..(start + length).min(bytes.len())
        };
        match self {
            Self::Set(at, value) => {
                let at = at.index(bytes.len());
                bytes[at] = *value;
            }
            Self::Remove(at, length) => {
                let part = part(at, *length);
                bytes.drain(part);
            }
            Self::Insert(at, more) => {
                let at = at.index(bytes.len());
                bytes.splice(at..at, more.iter().copied());
            }
            Self::Repeat(at, length) => {
                let copy = bytes[part(at, *length)].to_vec();
                bytes.extend(copy);
            }
        }
    }
}

fn change() -> impl Strategy<Value = Change> {
    let at = any::<prop::sample::Index>;
    prop_oneof![
        4 => (at(), any::<u8>()).prop_map(|(at, value)| Change::Set(at, value)),
        1 => (at(), 1..80_usize).prop_map(|(at, length)| Change::Remove(at, length)),
        1 => (at(), prop::collection::vec(any::<u8>(), 1..20)).prop_map(|(at, b)| Change::Insert(at, b)),
        1 => (at(), 1..400_usize).prop_map(|(at, length)| Change::Repeat(at, length)),
    ]
}

proptest! {
    // Nothing is written beside the sources; more cases with PROPTEST_CASES.
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_changes_make_another_key(changes in prop::collection::vec(change(), 1..6)) {
        let mut bytes = GOOD.bytes.clone();
        for change in &changes {
            change.apply(&mut bytes);
        }
        only_the_signed_key_is_taken(&bytes)?;
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let _ = load(&bytes, "a test", now());
        let _ = load(&[&[0x99][..], &bytes].concat(), "a test", now());
    }

    #[test]
    fn no_text_panics(text in "(-----BEGIN PGP PUBLIC KEY BLOCK-----|\n|[A-Za-z0-9+/=]{1,70}|-----END PGP|: |-){0,12}") {
        let _ = load(text.as_bytes(), "a test", now());
    }
}
