//! What is encrypted can be opened, by each recipient alone.

use std::io::Read;

use pgp::armor::Dearmor;
use pgp::composed::{KeyType, Message, SignedKeyDetails, SignedSecretKey, SignedSecretSubKey};
use pgp::packet::{Packet, PacketParser, SecretSubkey};
use pgp::types::{KeyDetails, KeyVersion, Password};
use secrecy::SecretString;

use super::maker::{MADE, Owner, YEAR, certify, encrypt, now, says, subkey_of, user};
use super::verdict::taken;
use crate::recipients::{OpenPgpRecipients, Recipient};

/// Somebody who can open messages.
struct Reader {
    owner: Owner,
    subkey: SecretSubkey,
    packets: Vec<Packet>,
}

impl Reader {
    fn new(primary: KeyType, subkey: KeyType, version: KeyVersion) -> Self {
        let owner = Owner::with(primary, version, MADE);
        let subkey = subkey_of(subkey, version, MADE);
        let bound = owner.bound(&subkey, &says(MADE).flags(encrypt));
        let packets = [owner.head(), bound].concat();
        Self {
            owner,
            subkey,
            packets,
        }
    }

    fn v4() -> Self {
        Self::new(KeyType::Ed25519Legacy, KeyType::X25519, KeyVersion::V4)
    }

    fn v6() -> Self {
        Self::new(KeyType::Ed25519, KeyType::X25519, KeyVersion::V6)
    }

    fn is_v6(&self) -> bool {
        self.owner.public().version() == KeyVersion::V6
    }

    fn recipient(&self) -> Recipient {
        taken(&self.packets)
    }

    fn open(&self, message: &str) -> Option<String> {
        let Some(Packet::Signature(binding)) = self.packets.last() else {
            return None;
        };
        let subkey = SignedSecretSubKey::new(self.subkey.clone(), vec![binding.clone()]);
        let details = SignedKeyDetails::new(vec![], vec![], vec![], vec![]);
        let key = SignedSecretKey::new(self.owner.secret.clone(), details, vec![], vec![subkey]);
        let (message, _) = Message::from_armor(message.as_bytes()).unwrap();
        let mut opened = message.decrypt(&Password::empty(), &key).ok()?;
        opened.as_data_string().ok()
    }
}

/// The version of the packet that holds the plaintext.
fn version(message: &str) -> usize {
    let mut packets = Vec::new();
    Dearmor::new(message.as_bytes())
        .read_to_end(&mut packets)
        .unwrap();
    let packet = PacketParser::new(packets.as_slice())
        .last()
        .unwrap()
        .unwrap();
    let Packet::SymEncryptedProtectedData(data) = packet else {
        return 0;
    };
    data.version()
}

#[test]
fn each_recipient_opens_a_message_and_nobody_else() {
    let stranger = Reader::v4();
    for readers in [
        vec![Reader::v4()],
        vec![Reader::v6()],
        vec![Reader::v6(), Reader::v6()],
        vec![Reader::v4(), Reader::v6(), Reader::v4()],
    ] {
        let recipients = OpenPgpRecipients::new(readers.iter().map(Reader::recipient)).unwrap();
        let plaintext = "s3cret_\n\u{20ac}";
        let message = recipients.encrypt(&SecretString::from(plaintext)).unwrap();
        assert!(
            message.starts_with("-----BEGIN PGP MESSAGE-----\n\n"),
            "{message}"
        );
        assert!(
            message.ends_with("-----END PGP MESSAGE-----\n"),
            "{message}"
        );
        let only_new = readers.iter().all(|reader| reader.is_v6());
        assert_eq!(version(&message), if only_new { 2 } else { 1 });
        for reader in &readers {
            assert_eq!(reader.open(&message).as_deref(), Some(plaintext));
        }
        assert_eq!(stranger.open(&message), None);
    }
}

#[test]
fn the_same_secret_never_gives_the_same_message() {
    let recipients = OpenPgpRecipients::new([Reader::v4().recipient()]).unwrap();
    let secret = SecretString::from("again");
    assert_ne!(
        recipients.encrypt(&secret).unwrap(),
        recipients.encrypt(&secret).unwrap()
    );
}

#[test]
fn recipients_are_in_order_and_each_is_there_once() {
    assert!(OpenPgpRecipients::new([]).is_none());
    let readers = [Reader::v4(), Reader::v4(), Reader::v6()];
    let all = readers.iter().chain(&readers).map(Reader::recipient);
    let recipients = OpenPgpRecipients::new(all).unwrap();
    let mut expected: Vec<_> = readers
        .iter()
        .map(|reader| reader.owner.fingerprint())
        .collect();
    expected.sort();
    assert_eq!(recipients.fingerprints().collect::<Vec<_>>(), expected);
}

#[test]
fn of_two_copies_of_a_key_the_one_with_the_newer_subkey_counts() {
    let old = Reader::v4();
    let newer = subkey_of(KeyType::X25519, KeyVersion::V4, MADE + 1);
    let bound = old.owner.bound(&newer, &says(MADE + 1).flags(encrypt));
    let [stale, fresh] = [old.packets.clone(), [old.packets.clone(), bound].concat()];
    for order in [[&stale, &fresh], [&fresh, &stale]] {
        let recipients = OpenPgpRecipients::new(order.map(|packets| taken(packets))).unwrap();
        let kept: Vec<_> = recipients.iter().map(Recipient::encryption_key).collect();
        assert_eq!(kept, [taken(&fresh).encryption_key()]);
    }
}

#[test]
fn a_key_that_expires_later_is_noticed() {
    let owner = Owner::new();
    let subkey = subkey_of(KeyType::X25519, KeyVersion::V4, MADE);
    let until = says(MADE).flags(encrypt).expires_after(10 * YEAR);
    let brief = taken(&[owner.head(), owner.bound(&subkey, &until)].concat());
    let end = brief.expires_at().unwrap();
    let recipients = OpenPgpRecipients::new([Reader::v4().recipient(), brief]).unwrap();
    recipients.check_expiry(now()).unwrap();
    let error = recipients.check_expiry(end).unwrap_err();
    let expected = format!("key `{}` expired on 2029-12-29", owner.fingerprint());
    assert_eq!(error.to_string(), expected);
    assert_eq!(error.hints().len(), 1);
}

#[test]
fn a_name_cannot_play_tricks_on_a_terminal() {
    let owner = Owner::new();
    let id = user("Al\u{1b}[2Jice\n\u{202e}<`a`>");
    let kind = pgp::packet::SignatureType::CertPositive;
    let signature = owner.over_user(&owner, &id, kind, &says(MADE).flags(certify));
    let subkey = subkey_of(KeyType::X25519, KeyVersion::V4, MADE);
    let mut packets = vec![owner.public().clone().into(), id.into(), signature];
    packets.extend(owner.bound(&subkey, &says(MADE).flags(encrypt)));
    let recipient = taken(&packets);
    assert_eq!(
        recipient.user_id(),
        Some("Al\u{fffd}[2Jice\u{fffd}\u{fffd}<\u{fffd}a\u{fffd}>")
    );
}
