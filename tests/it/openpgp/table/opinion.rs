//! What others think of a certificate: which of its keys they would encrypt to.

use pgp::composed::{Esk, Message};
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::PacketHeader;
use pgp::types::{KeyDetails, Tag};
use rpgpie::certificate::{Certificate, Checked};
use rpgpie::key::ComponentKeyPub;

use crate::openpgp::owner::ALICE;
use crate::support::gpg::Gpg;

/// The fingerprints of the primary key and of its subkeys, in their order, whether the library can
/// read them or not (RFC 9580 section 5.5.4).
pub(crate) fn key_fingerprints(mut certificate: &[u8]) -> Vec<String> {
    let mut fingerprints = Vec::new();
    while let Ok(header) = PacketHeader::try_from_reader(&mut certificate) {
        let length = header.packet_length().maybe_len().unwrap();
        let (body, rest) = certificate.split_at(length.try_into().unwrap());
        certificate = rest;
        let is_key = matches!(header.tag(), Tag::PublicKey | Tag::PublicSubkey);
        let digest = match body[0] {
            4 if is_key => {
                let length = u16::try_from(length).unwrap().to_be_bytes();
                HashAlgorithm::Sha1.digest(&[&[0x99][..], &length, body].concat())
            }
            6 if is_key => {
                let length = length.to_be_bytes();
                HashAlgorithm::Sha256.digest(&[&[0x9B][..], &length, body].concat())
            }
            _ => continue,
        };
        let bytes = digest.unwrap();
        fingerprints.push(bytes.iter().map(|byte| format!("{byte:02X}")).collect());
    }
    fingerprints
}

/// The newest of the subkeys that `rpgpie` would encrypt to, else the primary key if it would.
pub(crate) fn rpgpie(certificate: &[u8], keys: &[String]) -> Option<String> {
    let loaded = Certificate::load(&mut &*certificate).ok()?;
    let [certificate] = <[Certificate; 1]>::try_from(loaded).ok()?;
    let usable = Checked::new(certificate).valid_encryption_capable_component_keys();
    let newest = usable.into_iter().max_by_key(|key| {
        let is_subkey = matches!(key, ComponentKeyPub::Subkey(_));
        (is_subkey, key.created_at().as_secs())
    });
    let fingerprint = newest?.fingerprint().to_string().to_uppercase();
    keys.contains(&fingerprint).then_some(fingerprint)
}

/// The key that GnuPG encrypts to, if it encrypts.
pub(crate) fn gnupg(certificate: &[u8], keys: &[String]) -> Option<String> {
    let gpg = Gpg::new();
    gpg.try_run(["--import"], certificate).ok()?;
    let to = ["--trust-model", "always", "--recipient", ALICE];
    let to = to.iter().chain(&["--armor", "--encrypt"]);
    let message = gpg.try_run(to, b"a").ok()?;
    let (message, _) = Message::from_armor(message.as_slice()).unwrap();
    let Message::Encrypted { esk, .. } = message else {
        panic!("GnuPG did not encrypt");
    };
    let [Esk::PublicKeyEncryptedSessionKey(session_key)] = esk.as_slice() else {
        panic!("GnuPG encrypted to {} keys", esk.len());
    };
    let id = session_key.id().unwrap().to_string().to_uppercase();
    keys.iter().find(|key| key.ends_with(&id)).cloned()
}
