//! Accepted age recipients, and files encrypted to them.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};

use age::Encryptor;
use age::armor::{ArmoredReader, ArmoredWriter, Format};
use secrecy::{ExposeSecret as _, SecretString};

use crate::error::{Error, Result};

/// How an armored file begins. The library also reads files without armor.
const BEGIN: &str = "-----BEGIN AGE ENCRYPTED FILE-----";

/// Somebody who can open what is encrypted here.
#[derive(Clone)]
pub struct AgeRecipient {
    /// As it is written, without a comment.
    text: String,
    key: Key,
}

/// What a file is encrypted to.
#[derive(Clone)]
pub(super) enum Key {
    X25519(age::x25519::Recipient),
    Ssh(age::ssh::Recipient),
}

impl AgeRecipient {
    pub(super) fn new(key: Key) -> Self {
        let text = match &key {
            Key::X25519(key) => key.to_string(),
            Key::Ssh(key) => key.to_string(),
        };
        Self { text, key }
    }

    /// The recipient as it is written in the secrets file: `age1…`, `ssh-ed25519 …` or `ssh-rsa …`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// An ASCII-armored age file of these bytes, such as the data key of a SOPS file, that this
    /// recipient alone can open.
    pub fn encrypt_alone(&self, plaintext: &[u8]) -> Result<String> {
        AgeRecipients(vec![self.clone()]).encrypt_bytes(plaintext)
    }

    fn key(&self) -> &dyn age::Recipient {
        match &self.key {
            Key::X25519(key) => key,
            Key::Ssh(key) => key,
        }
    }
}

impl std::fmt::Debug for AgeRecipient {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AgeRecipient({})", self.text)
    }
}

/// age recipients, at least one, each of whom can open every secret.
#[derive(Debug, Clone)]
pub struct AgeRecipients(Vec<AgeRecipient>);

impl AgeRecipients {
    /// The recipients in alphabetical order, without duplicates; `None` if there are none.
    pub fn new(all: impl IntoIterator<Item = AgeRecipient>) -> Option<Self> {
        let all = all.into_iter().map(|one| (one.text.clone(), one));
        let unique: BTreeMap<String, AgeRecipient> = all.collect();
        (!unique.is_empty()).then(|| Self(unique.into_values().collect()))
    }

    /// The recipients in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = &AgeRecipient> {
        self.0.iter()
    }

    /// An ASCII-armored age file that each recipient can open alone. No accepted recipient is known
    /// to make this fail.
    pub fn encrypt(&self, plaintext: &SecretString) -> Result<String> {
        self.encrypt_bytes(plaintext.expose_secret().as_bytes())
    }

    fn encrypt_bytes(&self, plaintext: &[u8]) -> Result<String> {
        let keys = self.0.iter().map(AgeRecipient::key);
        let written = Encryptor::with_recipients(keys)
            .map_err(io::Error::other)
            .and_then(|encryptor| armored(encryptor, plaintext));
        // The library's own message is about its internals.
        written.map_err(|_| {
            let keys: Vec<_> = self.iter().map(AgeRecipient::as_str).collect();
            let keys = keys.join(", ");
            Error::secret(format!("cannot encrypt a client secret to {keys}"))
        })
    }
}

fn armored(encryptor: Encryptor, plaintext: &[u8]) -> io::Result<String> {
    let armor = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor)?;
    let mut writer = encryptor.wrap_output(armor)?;
    writer.write_all(plaintext)?;
    let file = writer.finish()?.finish()?;
    String::from_utf8(file).map_err(io::Error::other)
}

/// Whether an armored text is an age file that is encrypted to recipients, not to a passphrase. It
/// does not matter who they are.
pub fn is_age_message(armored: &str) -> bool {
    let (armored, mut file) = (armored.trim_ascii(), Vec::new());
    // All of it: the end may be damaged.
    let read = ArmoredReader::new(armored.as_bytes()).read_to_end(&mut file);
    let is_for_recipients = |file: age::Decryptor<_>| !file.is_scrypt();
    read.is_ok()
        && armored.starts_with(BEGIN)
        && age::Decryptor::new(&*file).is_ok_and(is_for_recipients)
}
