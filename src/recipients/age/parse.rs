//! From text to an accepted recipient.

use age::ssh::ParseRecipientKeyError;
use curve25519_dalek::MontgomeryPoint;
use curve25519_dalek::scalar::Scalar;
use curve25519_dalek::traits::IsIdentity as _;

use super::encrypt::{AgeRecipient, Key};
use super::refusal::Refusal;
use crate::error::{Error, Result};

/// The longest recipient that is read, in bytes: an RSA key of 4096 bits has about 720.
const MAX_LENGTH: usize = 2048;

/// The most characters of a foreign text that are shown.
const MAX_SHOWN: usize = 40;

/// Reads one recipient: `age1…`, `ssh-ed25519 …` or `ssh-rsa …`, the latter two with a comment or
/// without one. `origin` is the flag, variable or line that messages name as its source.
///
/// # Errors
/// When it is something else, or a key that is not safe to encrypt to (exit 6). The text itself is
/// not shown: it may be a private identity.
pub fn parse_age(text: &str, origin: &str) -> Result<AgeRecipient> {
    judge(text.trim()).map_err(|why| {
        let what = format!("no age recipient can be read from `{origin}`: {why}");
        Error::secret(what).hint(why.advice())
    })
}

pub(super) fn judge(text: &str) -> Result<AgeRecipient, Refusal> {
    if text.is_empty() {
        return Err(Refusal::Empty);
    }
    let upper = text.to_ascii_uppercase();
    if upper.contains("AGE-SECRET-KEY-")
        || upper.contains("PRIVATE KEY")
        || upper.starts_with("AGE-PLUGIN-")
    {
        return Err(Refusal::PrivateIdentity);
    }
    if upper.contains("BEGIN PGP") {
        return Err(Refusal::OpenPgp);
    }
    if text.len() > MAX_LENGTH {
        return Err(Refusal::Unknown);
    }
    match upper.starts_with("AGE1") {
        true => x25519(text),
        false => ssh(text),
    }
}

fn x25519(text: &str) -> Result<AgeRecipient, Refusal> {
    if text.chars().any(|c| c.is_ascii_uppercase()) {
        return Err(Refusal::UpperCase);
    }
    // A plugin's recipient is `age1NAME1…`; the data itself has no `1` (BIP 173).
    if let Some((prefix, _)) = text.rsplit_once('1')
        && let Some(name) = prefix.strip_prefix("age1").filter(|name| !name.is_empty())
    {
        let name: String = name.chars().take(MAX_SHOWN).collect();
        return Err(match name.as_str() {
            "pq" | "tagpq" => Refusal::PostQuantum,
            "tag" => Refusal::NewerKind("age1tag".to_owned()),
            _ => Refusal::Plugin(name),
        });
    }
    let key: age::x25519::Recipient = text.parse().map_err(|_| Refusal::Checksum)?;
    let (_, bytes) = bech32::decode(text).map_err(|_| Refusal::Checksum)?;
    let bytes: [u8; 32] = bytes.try_into().map_err(|_| Refusal::Checksum)?;
    // Multiplied by the cofactor, a point of small order is the identity (RFC 7748, section 6.1).
    if (MontgomeryPoint(bytes) * Scalar::from(8_u8)).is_identity() {
        return Err(Refusal::WeakPoint);
    }
    Ok(AgeRecipient::new(Key::X25519(key)))
}

fn ssh(text: &str) -> Result<AgeRecipient, Refusal> {
    let mut words = text.split_ascii_whitespace();
    let (kind, data) = (words.next().unwrap_or_default(), words.next());
    let is_ssh = kind.starts_with("ssh-") || kind.starts_with("ecdsa-") || kind.starts_with("sk-");
    if !is_ssh {
        return Err(Refusal::Unknown);
    }
    let shown: String = kind.chars().take(MAX_SHOWN).collect();
    match kind {
        "ssh-ed25519" | "ssh-rsa" => {}
        _ if kind.contains("-cert-") => return Err(Refusal::SshCertificate),
        _ if kind.starts_with("sk-") => return Err(Refusal::SecurityKey(shown)),
        _ => return Err(Refusal::SshType(shown)),
    }
    // The comment is left out, because the library ignores whatever follows a key.
    let data = data.ok_or(Refusal::DamagedSsh)?;
    let canonical = format!("{kind} {data}");
    let key: age::ssh::Recipient = canonical.parse().map_err(|error| match error {
        ParseRecipientKeyError::RsaModulusTooSmall => Refusal::WeakRsa,
        ParseRecipientKeyError::RsaModulusTooLarge => Refusal::LongRsa,
        _ => Refusal::DamagedSsh,
    })?;
    // The library reads a part of what stands there; the key has to be all of it.
    if key.to_string().trim_end_matches('=') != canonical.trim_end_matches('=') {
        return Err(Refusal::DamagedSsh);
    }
    if let age::ssh::Recipient::SshEd25519(_, point) = &key
        && (point.is_small_order() || !point.is_torsion_free())
    {
        return Err(Refusal::WeakPoint);
    }
    Ok(AgeRecipient::new(Key::Ssh(key)))
}
