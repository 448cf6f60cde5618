//! A secret, sealed for a SOPS file before its client exists.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::consts::U32;
use aes_gcm::{AesGcm, Nonce};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha512};
use zeroize::Zeroizing;

use super::name::{fit, is_name, stem};
use super::output::{ID, SecretKeys, SopsKind, SopsOutput};
use crate::error::{Error, Result};
use crate::recipients::Recipients;
use crate::vault::journal::IntentDetails;

/// AES-256-GCM with the 32 bytes of nonce that sops uses.
type Cipher = AesGcm<Aes256, U32>;

/// What sops hashes first where only encrypted values are authenticated: the SHA-256 of `sops`.
const ONLY_ENCRYPTED: [u8; 32] = [
    0x8a, 0x3f, 0xd2, 0xad, 0x54, 0xce, 0x66, 0x52, 0x7b, 0x10, 0x34, 0xf3, 0xd1, 0x47, 0xbe, 0x0b,
    0x0b, 0x97, 0x5b, 0x3b, 0xf4, 0x4f, 0x72, 0xc6, 0xfd, 0xad, 0xec, 0x81, 0x76, 0xf2, 0x7d, 0x69,
];

/// A SOPS file to be: everything that needs the secret or the keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SopsForm {
    /// The folder as it was given, which tells one output from another.
    pub(super) folder: String,
    pub(super) kind: SopsKind,
    /// The name of the Secret, with `{client_id}` where the id belongs.
    name: String,
    /// Whether the name is not to be changed, because a resource determines it.
    is_given: bool,
    pub(super) namespace: Option<String>,
    pub(super) keys: SecretKeys,
    /// `ENC[…]`; `None` for a client without a secret.
    pub(super) secret: Option<String>,
    pub(super) lastmodified: String,
    pub(super) mac: String,
    pub(super) pgp: Vec<PgpKey>,
    pub(super) age: Vec<AgeKey>,
}

/// The data key, encrypted to an OpenPGP key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct PgpKey {
    pub(super) created_at: String,
    pub(super) enc: String,
    pub(super) fp: String,
}

/// The data key, encrypted to an age recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AgeKey {
    pub(super) recipient: String,
    pub(super) enc: String,
}

impl SopsForm {
    /// Seals a secret, or the place of one, for a file of that output.
    ///
    /// # Errors
    /// When the system gives no random bytes, or a recipient cannot be encrypted to (exit 6).
    pub(in crate::vault) fn seal(
        output: &SopsOutput,
        about: &IntentDetails<'_>,
        secret: Option<&SecretString>,
        recipients: &Recipients,
        now: Timestamp,
    ) -> Result<Self> {
        let key = DataKey::new()?;
        let lastmodified = format!("{now:.0}");
        let mut mac = Sha512::new_with_prefix(ONLY_ENCRYPTED);
        let mut sealed = None;
        if let Some(secret) = secret {
            let text = secret.expose_secret();
            mac.update(text.as_bytes());
            let path = match output.kind {
                SopsKind::Kubernetes => format!("stringData:{}:", output.keys.secret),
                _ => format!("{}:", output.keys.secret),
            };
            sealed = Some(key.encrypt(text, &path)?);
        }
        let digest: String = mac
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02X}"))
            .collect();
        let (name, is_given) = named(output, about);
        let pgp = recipients.openpgp().map(|recipient| {
            Ok(PgpKey {
                created_at: lastmodified.clone(),
                enc: recipient.encrypt_alone(&key.0[..])?,
                fp: recipient.fingerprint().to_owned(),
            })
        });
        let age = recipients.age().map(|recipient| {
            Ok(AgeKey {
                recipient: recipient.as_str().to_owned(),
                enc: recipient.encrypt_alone(&key.0[..])?,
            })
        });
        Ok(Self {
            folder: output.folder.display().to_string(),
            kind: output.kind,
            name,
            is_given,
            namespace: namespace(output, about),
            keys: output.keys.clone(),
            secret: sealed,
            mac: key.encrypt(&digest, &lastmodified)?,
            pgp: pgp.collect::<Result<_>>()?,
            age: age.collect::<Result<_>>()?,
            lastmodified,
        })
    }

    /// The encrypted secret, which tells one file from another.
    pub(in crate::vault) fn secret(&self) -> Option<&str> {
        self.secret.as_deref()
    }

    /// The authentication code, which no other file has.
    pub(in crate::vault) fn mac(&self) -> &str {
        &self.mac
    }

    /// The folder as it was given.
    pub(in crate::vault) fn folder(&self) -> &str {
        &self.folder
    }

    /// The name of the Secret.
    pub(super) fn secret_name(&self, client_id: &str) -> String {
        secret_name(&self.name, self.is_given, client_id)
    }

    /// The name of the file, without its extension.
    pub(super) fn stem(&self, client_id: &str) -> String {
        stem(self.namespace.as_deref(), &self.secret_name(client_id))
    }
}

/// The name of the file of a client with that id, before anything is sealed.
pub(super) fn stem_of(output: &SopsOutput, about: &IntentDetails<'_>, client_id: &str) -> String {
    let (name, is_given) = named(output, about);
    let namespace = namespace(output, about);
    stem(
        namespace.as_deref(),
        &secret_name(&name, is_given, client_id),
    )
}

/// The name of the Secret of a client with that id.
pub(super) fn name_of(output: &SopsOutput, about: &IntentDetails<'_>, client_id: &str) -> String {
    let (name, is_given) = named(output, about);
    secret_name(&name, is_given, client_id)
}

/// Whether the name of a client's file depends on its id.
pub(super) fn needs_id(output: &SopsOutput, about: &IntentDetails<'_>) -> bool {
    let (name, is_given) = named(output, about);
    !is_given && (name.contains(ID) || fit(&name, "") != name)
}

fn secret_name(name: &str, is_given: bool, client_id: &str) -> String {
    match is_given {
        true => name.to_owned(),
        false => fit(&name.replace(ID, client_id), client_id),
    }
}

/// The name of the Secret, and whether its resource determines it.
fn named(output: &SopsOutput, about: &IntentDetails<'_>) -> (String, bool) {
    match about.secret_name.filter(|name| is_name(name)) {
        Some(name) => (name.to_owned(), true),
        None => (output.name.of(about.client_name, about.owner), false),
    }
}

/// The namespace of the resource, or else the one of the output.
fn namespace(output: &SopsOutput, about: &IntentDetails<'_>) -> Option<String> {
    let of_resource = about.owner.filter(|_| about.is_resource);
    let of_resource = of_resource.and_then(|owner| owner.split_once('/'));
    let given = output.namespace.as_ref().map(|one| one.as_str().to_owned());
    of_resource
        .map(|(_, namespace)| namespace.to_owned())
        .or(given)
}

/// The key that a file's values are encrypted with. It is wiped.
struct DataKey(Zeroizing<[u8; 32]>);

impl DataKey {
    fn new() -> Result<Self> {
        let mut key = Zeroizing::new([0; 32]);
        fill(key.as_mut())?;
        Ok(Self(key))
    }

    /// A value as sops writes it, bound to its place.
    fn encrypt(&self, text: &str, place: &str) -> Result<String> {
        let mut nonce = [0; 32];
        fill(&mut nonce)?;
        let payload = Payload {
            msg: text.as_bytes(),
            aad: place.as_bytes(),
        };
        let cipher = Cipher::new(aes_gcm::Key::<Cipher>::from_slice(&self.0[..]));
        let sealed = cipher.encrypt(Nonce::from_slice(&nonce), payload);
        let sealed = sealed.map_err(|_| Error::secret("cannot encrypt a client secret"))?;
        let (data, tag) = sealed.split_at(text.len());
        let [data, iv, tag] = [data, &nonce, tag].map(|bytes| STANDARD.encode(bytes));
        Ok(format!(
            "ENC[AES256_GCM,data:{data},iv:{iv},tag:{tag},type:str]"
        ))
    }
}

fn fill(bytes: &mut [u8]) -> Result<()> {
    getrandom::fill(bytes).map_err(|error| {
        let what = "the operating system gave no random bytes to encrypt a client secret";
        Error::secret(what).because(error.to_string())
    })
}
