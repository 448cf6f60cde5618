//! From packets to certificates: a primary key, and what belongs to it.
//!
//! The library's own grouping skips what it cannot read, which would silently drop a damaged key
//! from a file of two. Here, a key that cannot be read is kept as a refusal.

use std::io::ErrorKind;

use pgp::crypto::ecc_curve::{ECCCurve, ecc_curve_from_oid};
use pgp::packet::{
    Packet, PacketHeader, PublicKey, PublicSubkey, Signature, SignatureType, UserId,
};
use pgp::types::{KeyDetails, PacketLength, Tag};

use super::algorithm::curve_name;
use super::refusal::{Reason, Unreadable};

/// Longer user ids are ignored, as in GnuPG, because hashing them repeatedly would take long.
const LONGEST_USER_ID: usize = 2048;

/// The most characters of a user id that are shown.
const SHOWN_USER_ID: usize = 100;

/// An unchecked OpenPGP certificate ("transferable public key", RFC 9580 section 10.1).
pub(super) struct Certificate {
    /// The key that signs the rest, or why it cannot be read.
    pub(super) primary: Result<PublicKey, Reason>,
    pub(super) signatures: Vec<Signature>,
    pub(super) users: Vec<Bound<UserId>>,
    pub(super) subkeys: Vec<Bound<Result<PublicSubkey, Reason>>>,
}

/// A part of a certificate, and the signatures that follow it.
pub(super) struct Bound<T> {
    pub(super) part: T,
    pub(super) signatures: Vec<Signature>,
}

impl Certificate {
    /// Every signature, wherever it is.
    pub(super) fn all_signatures(&self) -> impl Iterator<Item = &Signature> {
        let users = self.users.iter().flat_map(|user| &user.signatures);
        let subkeys = self.subkeys.iter().flat_map(|subkey| &subkey.signatures);
        self.signatures.iter().chain(users).chain(subkeys)
    }
}

/// The fingerprint of a key, in upper-case hexadecimal, as GnuPG writes it.
pub(super) fn fingerprint(key: &(impl KeyDetails + ?Sized)) -> String {
    key.fingerprint().to_string().to_uppercase()
}

/// The certificates in a block of packets, at least one.
pub(super) fn certificates(mut block: &[u8]) -> Result<Vec<Certificate>, Unreadable> {
    let mut found: Vec<Certificate> = Vec::new();
    // What the next signature belongs to; nothing after a part that is ignored.
    let mut place = Place::Primary;
    while !block.is_empty() {
        let (header, body) = next_packet(&mut block)?;
        let packet = Packet::from_reader(header, body);
        match header.tag() {
            Tag::PublicKey => {
                found.push(Certificate {
                    primary: key(packet, body),
                    signatures: Vec::new(),
                    users: Vec::new(),
                    subkeys: Vec::new(),
                });
                place = Place::Primary;
            }
            Tag::Marker | Tag::Padding | Tag::Trust | Tag::UnassignedNonCritical(_) => {}
            tag => match found.last_mut() {
                Some(certificate) => place = certificate.add(tag, packet, body, place)?,
                None => return Err(without_a_key(tag, packet.ok())),
            },
        }
    }
    if found.is_empty() {
        return Err(Unreadable::Damaged);
    }
    Ok(found)
}

#[derive(Clone, Copy)]
enum Place {
    Primary,
    User,
    Subkey,
    Nowhere,
}

impl Certificate {
    fn add(
        &mut self,
        tag: Tag,
        packet: pgp::errors::Result<Packet>,
        body: &[u8],
        place: Place,
    ) -> Result<Place, Unreadable> {
        match (tag, packet) {
            (Tag::PublicSubkey, packet) => {
                self.subkeys.push(Bound::new(key(packet, body)));
                Ok(Place::Subkey)
            }
            (Tag::UserId, Ok(Packet::UserId(id))) if body.len() <= LONGEST_USER_ID => {
                self.users.push(Bound::new(id));
                Ok(Place::User)
            }
            (Tag::UserId | Tag::UserAttribute, _) => Ok(Place::Nowhere),
            (Tag::Signature, Ok(Packet::Signature(signature))) => {
                let signatures = match place {
                    Place::Primary => Some(&mut self.signatures),
                    Place::User => self.users.last_mut().map(|user| &mut user.signatures),
                    Place::Subkey => self.subkeys.last_mut().map(|key| &mut key.signatures),
                    Place::Nowhere => None,
                };
                signatures
                    .into_iter()
                    .for_each(|all| all.push(signature.clone()));
                Ok(place)
            }
            // Others made these signatures in unknown ways, which is no reason to refuse the key.
            (Tag::Signature, _) => Ok(place),
            (other, _) => Err(foreign(other)),
        }
    }
}

impl<T> Bound<T> {
    fn new(part: T) -> Self {
        Self {
            part,
            signatures: Vec::new(),
        }
    }
}

/// Removes the first packet. Keys never come in packets of unknown length.
fn next_packet<'a>(block: &mut &'a [u8]) -> Result<(PacketHeader, &'a [u8]), Unreadable> {
    let header =
        PacketHeader::try_from_reader(&mut *block).map_err(|error| match error.kind() {
            ErrorKind::UnexpectedEof => Unreadable::CutOff,
            _ => Unreadable::Garbage,
        })?;
    let PacketLength::Fixed(length) = header.packet_length() else {
        return Err(foreign(header.tag()));
    };
    let length = usize::try_from(length).map_err(|_| Unreadable::CutOff)?;
    let (body, rest) = block.split_at_checked(length).ok_or(Unreadable::CutOff)?;
    *block = rest;
    Ok((header, body))
}

/// The key in a packet of version 4 or 6: others cannot be encrypted to.
fn key<K: TryFrom<Packet>>(packet: pgp::errors::Result<Packet>, body: &[u8]) -> Result<K, Reason> {
    match body.first() {
        Some(4 | 6) => {}
        Some(version) => return Err(Reason::Version(*version)),
        None => return Err(Reason::Unreadable),
    }
    let key = packet.ok().and_then(|packet| K::try_from(packet).ok());
    key.ok_or_else(|| match unknown_curve(body) {
        Some(curve) => Reason::Algorithm(curve_name(&curve)),
        None => Reason::Unreadable,
    })
}

/// The curve of a version 4 ECDH key that the library cannot parse.
fn unknown_curve(body: &[u8]) -> Option<ECCCurve> {
    // Version, four octets of time, the algorithm, the length of the curve's name, and the name.
    let [4, _, _, _, _, 18, length, rest @ ..] = body else {
        return None;
    };
    ecc_curve_from_oid(rest.get(..usize::from(*length))?)
        .filter(|curve| matches!(curve, ECCCurve::Secp256k1 | ECCCurve::Unknown(_)))
}

/// What was found where a key should begin.
fn without_a_key(tag: Tag, packet: Option<Packet>) -> Unreadable {
    match (tag, packet) {
        (Tag::Signature, Some(Packet::Signature(signature)))
            if signature.typ() == Some(SignatureType::KeyRevocation) =>
        {
            Unreadable::RevocationCertificate
        }
        (Tag::Signature, _) => Unreadable::Signature,
        (other, _) => foreign(other),
    }
}

/// What contains a packet that does not belong in a public key.
fn foreign(tag: Tag) -> Unreadable {
    match tag {
        Tag::SecretKey | Tag::SecretSubkey => Unreadable::PrivateKey,
        Tag::PublicKeyEncryptedSessionKey
        | Tag::SymKeyEncryptedSessionKey
        | Tag::OnePassSignature
        | Tag::CompressedData
        | Tag::SymEncryptedData
        | Tag::LiteralData
        | Tag::SymEncryptedProtectedData
        | Tag::ModDetectionCode
        | Tag::GnupgAeadData => Unreadable::Message,
        _ => Unreadable::Garbage,
    }
}

/// The text of a user id, usually `Name <mail@address>`, truncated and safe to print on a terminal:
/// anybody can write anything into one.
pub(super) fn shown(id: &UserId) -> String {
    let text = String::from_utf8_lossy(id.id());
    text.chars()
        .take(SHOWN_USER_ID)
        .map(|char| match is_hidden(char) {
            true => char::REPLACEMENT_CHARACTER,
            false => char,
        })
        .collect()
}

/// Whether a character moves the cursor, changes the writing direction, or is invisible.
fn is_hidden(c: char) -> bool {
    let invisible = matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    c.is_control() || c == '`' || invisible
}
