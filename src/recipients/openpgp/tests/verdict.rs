//! What is expected of a verdict.

use pgp::packet::{Packet, SecretSubkey};
use pgp::types::KeyDetails;

use super::maker::{binary, now};
use crate::error::Kind;
use crate::recipients::{Recipient, load};

/// The one recipient that the packets give.
#[track_caller]
pub(super) fn taken(packets: &[Packet]) -> Recipient {
    let mut recipients = load(&binary(packets), "a test", now()).unwrap();
    assert_eq!(recipients.len(), 1);
    recipients.remove(0)
}

/// That the packets are refused, with these words in the message and in the hint.
#[track_caller]
pub(super) fn refused(packets: &[Packet], message: &str, hint: &str) {
    let error = load(&binary(packets), "a test", now()).unwrap_err();
    assert_eq!(error.kind(), Kind::Secret);
    assert!(error.to_string().contains(message), "{error}");
    assert!(
        error.hints().iter().any(|one| one.text().contains(hint)),
        "{error:?}"
    );
}

/// That the encryption key is this subkey.
#[track_caller]
pub(super) fn chosen(recipient: &Recipient, key: &SecretSubkey) {
    let expected = key.public_key().fingerprint().to_string();
    assert_eq!(recipient.encryption_key().to_lowercase(), expected);
}
