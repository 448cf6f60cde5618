//! Makes certificates packet by packet, so that each can be wrong in one way only.

use jiff::Timestamp;
use pgp::composed::KeyType;
use pgp::crypto::ecc_curve::ECCCurve;
use pgp::crypto::hash::HashAlgorithm;
use pgp::packet::{KeyFlags, Packet, PubKeyInner, PublicKey, PublicSubkey, SecretKey};
use pgp::packet::{SecretSubkey, Signature, SignatureConfig, SignatureType};
use pgp::packet::{Subpacket, SubpacketData, UserId};
use pgp::ser::Serialize;
use pgp::types::{Duration, KeyDetails, KeyVersion, Password, Tag};
use rand::rngs::OsRng;

/// When keys are made unless said otherwise: 2020-01-01T00:00:00Z.
pub(super) const MADE: u32 = 1_577_836_800;
pub(super) const YEAR: u32 = 365 * 86_400;
/// When they are judged: 2024-01-01.
pub(super) const NOW: u32 = MADE + 4 * YEAR + 86_400;
pub(super) const NAME: &str = "Alice <alice@example.org>";

/// Somebody with a primary key.
pub(super) struct Owner {
    pub(super) secret: SecretKey,
}

/// What a signature says beside what it is over.
#[derive(Clone)]
pub(super) struct Says {
    pub(super) at: u32,
    /// Claimed in place of the real one: the library does not sign over a weak hash.
    pub(super) hash: Option<HashAlgorithm>,
    pub(super) more: Vec<SubpacketData>,
}

impl Owner {
    pub(super) fn new() -> Self {
        Self::with(KeyType::Ed25519Legacy, KeyVersion::V4, MADE)
    }

    pub(super) fn with(kind: KeyType, version: KeyVersion, at: u32) -> Self {
        let (public, secret) = kind.generate(OsRng).unwrap();
        let inner = PubKeyInner::new(version, kind.to_alg(), moment(at), None, public).unwrap();
        let public = PublicKey::from_inner(inner).unwrap();
        let secret = SecretKey::new(public, secret).unwrap();
        Self { secret }
    }

    pub(super) fn public(&self) -> &PublicKey {
        self.secret.public_key()
    }

    pub(super) fn fingerprint(&self) -> String {
        self.public().fingerprint().to_string().to_uppercase()
    }

    /// A signature over the primary key: a statement, or its revocation.
    pub(super) fn over_key(&self, kind: SignatureType, says: &Says) -> Packet {
        let config = self.config(kind, says);
        let none = Password::empty();
        let signature = config.sign_key(&self.secret, &none, self.public());
        claim(signature.unwrap(), says.hash)
    }

    /// A signature over a user id of `of`.
    pub(super) fn over_user(
        &self,
        of: &Self,
        id: &UserId,
        kind: SignatureType,
        says: &Says,
    ) -> Packet {
        let config = self.config(kind, says);
        let (none, of) = (Password::empty(), of.public());
        let signature = config.sign_certification(&self.secret, of, &none, Tag::UserId, id);
        claim(signature.unwrap(), says.hash)
    }

    /// A signature that binds a subkey, or takes it back.
    pub(super) fn over_subkey(
        &self,
        key: &PublicSubkey,
        kind: SignatureType,
        says: &Says,
    ) -> Packet {
        let config = self.config(kind, says);
        let (none, public) = (Password::empty(), self.public());
        let signature = config.sign_subkey_binding(&self.secret, public, &none, key);
        claim(signature.unwrap(), says.hash)
    }

    fn config(&self, kind: SignatureType, says: &Says) -> SignatureConfig {
        let mut config = SignatureConfig::from_key(OsRng, &self.secret, kind).unwrap();
        let time = SubpacketData::SignatureCreationTime(moment(says.at));
        let issuer = SubpacketData::IssuerFingerprint(self.public().fingerprint());
        config.hashed_subpackets = [time, issuer]
            .into_iter()
            .chain(says.more.clone())
            .map(|data| Subpacket::regular(data).unwrap())
            .collect();
        if self.public().version() == KeyVersion::V4 {
            // GnuPG 2.2 knows the maker of a signature by this alone.
            let id = SubpacketData::IssuerKeyId(self.public().legacy_key_id());
            config.unhashed_subpackets = vec![Subpacket::regular(id).unwrap()];
        }
        config
    }

    /// The primary key and one user id, both as they should be for the key's version.
    pub(super) fn head(&self) -> Vec<Packet> {
        self.head_saying(&says(MADE).flags(certify))
    }

    pub(super) fn head_saying(&self, says: &Says) -> Vec<Packet> {
        let id = user(NAME);
        let signature = self.over_user(self, &id, SignatureType::CertPositive, says);
        let mut head = vec![self.public().clone().into()];
        if self.public().version() == KeyVersion::V6 {
            head.push(self.over_key(SignatureType::Key, says));
        }
        head.extend([id.into(), signature]);
        head
    }

    /// A subkey with its binding.
    pub(super) fn bound(&self, key: &SecretSubkey, says: &Says) -> Vec<Packet> {
        let key = key.public_key();
        vec![
            key.clone().into(),
            self.over_subkey(key, SignatureType::SubkeyBinding, says),
        ]
    }
}

impl Says {
    pub(super) fn flags(mut self, set: fn(&mut KeyFlags)) -> Self {
        let mut flags = KeyFlags::default();
        set(&mut flags);
        self.more.push(SubpacketData::KeyFlags(flags));
        self
    }

    /// Expiry so many seconds after the key was made.
    pub(super) fn expires_after(mut self, seconds: u32) -> Self {
        let duration = Duration::from_secs(seconds);
        self.more.push(SubpacketData::KeyExpirationTime(duration));
        self
    }

    pub(super) fn hash(mut self, hash: HashAlgorithm) -> Self {
        self.hash = Some(hash);
        self
    }
}

fn claim(signature: Signature, hash: Option<HashAlgorithm>) -> Packet {
    let Some(hash) = hash else {
        return signature.into();
    };
    let mut config = signature.config().unwrap().clone();
    config.hash_alg = hash;
    let bytes = signature.signature().unwrap().clone();
    Signature::from_config(config, [0, 0], bytes)
        .unwrap()
        .into()
}

pub(super) fn says(at: u32) -> Says {
    Says {
        at,
        hash: None,
        more: Vec::new(),
    }
}

pub(super) fn certify(flags: &mut KeyFlags) {
    flags.set_certify(true);
    flags.set_sign(true);
}

pub(super) fn encrypt(flags: &mut KeyFlags) {
    flags.set_encrypt_comms(true);
    flags.set_encrypt_storage(true);
}

pub(super) fn subkey(at: u32) -> SecretSubkey {
    subkey_of(
        KeyType::ECDH(ECCCurve::Curve25519Legacy),
        KeyVersion::V4,
        at,
    )
}

pub(super) fn subkey_of(kind: KeyType, version: KeyVersion, at: u32) -> SecretSubkey {
    let (public, secret) = kind.generate(OsRng).unwrap();
    let inner = PubKeyInner::new(version, kind.to_alg(), moment(at), None, public).unwrap();
    SecretSubkey::new(PublicSubkey::from_inner(inner).unwrap(), secret).unwrap()
}

pub(super) fn user(name: &str) -> UserId {
    UserId::from_str(pgp::types::PacketHeaderVersion::New, name).unwrap()
}

pub(super) fn binary(packets: &[Packet]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for packet in packets {
        packet.to_writer(&mut bytes).unwrap();
    }
    bytes
}

pub(super) fn now() -> Timestamp {
    Timestamp::from_second(NOW.into()).unwrap()
}

fn moment(second: u32) -> pgp::types::Timestamp {
    pgp::types::Timestamp::from_secs(second)
}
