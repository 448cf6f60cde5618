//! Why an input or a key is refused, and what to do about it.

use std::fmt;

use jiff::Timestamp;
use jiff::tz::Offset;
use pgp::crypto::hash::HashAlgorithm;

/// Why an input holds no keys at all.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unreadable {
    Empty,
    TooLarge,
    Garbage,
    Utf16,
    CutOff,
    Damaged,
    WebPage,
    Mixed,
    PrivateKey,
    Message,
    Signature,
    RevocationCertificate,
    /// Another kind of PEM block, by its label.
    OtherBlock(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "it is empty",
            Self::TooLarge => "it is larger than 1 MiB",
            Self::Garbage => "it is neither armored text nor binary nor base64 of one of them",
            Self::Utf16 => "it is text in UTF-16",
            Self::CutOff => "it is cut off before its end",
            Self::Damaged => "it is damaged",
            Self::Mixed => "it mixes armored text with binary",
            Self::WebPage => "it is a web page, not a key",
            Self::PrivateKey => "this is a private key; it should not be here",
            Self::Message => "this is a message, not a key",
            Self::Signature => "this is a signature, not a key",
            Self::RevocationCertificate => "this is a revocation certificate, not a key",
            Self::OtherBlock(label) => {
                return write!(
                    f,
                    "it holds a `{label}`, which is not an OpenPGP public key"
                );
            }
        })
    }
}

impl Unreadable {
    /// What to do next.
    pub(super) fn advice(&self) -> &'static str {
        match self {
            Self::PrivateKey => {
                "remove it, because anybody who can read it can open every secret, and export the \
                 public key instead: `gpg --export --armor KEY`"
            }
            Self::Utf16 => {
                "write it as UTF-8 or ASCII; PowerShell's `>` makes UTF-16, \
                 `gpg --output FILE --export --armor KEY` does not"
            }
            Self::Mixed => "give each of its keys separately, or all of them armored",
            Self::WebPage => {
                "give the key itself: follow the page's link to the key or to its raw text"
            }
            Self::RevocationCertificate => {
                "the key it belongs to is revoked: ask its owner for the new one"
            }
            _ => "export the public key with `gpg --export --armor KEY` and give all of its output",
        }
    }
}

/// Why a key is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Reason {
    /// Its owner revoked it, and perhaps said why.
    Revoked(&'static str),
    /// It contains a revocation by a revoker that its owner named, which cannot be verified here.
    PerhapsRevoked,
    Expired(Timestamp),
    NotYetValid(Timestamp),
    Unsigned,
    UserIdsRevoked,
    Weak(HashAlgorithm),
    Algorithm(String),
    Version(u8),
    Unreadable,
    NotForEncryption,
    /// The primary key is fine, but there is nothing to encrypt to: the fingerprint of each subkey,
    /// if it can be read, and why it is refused.
    NothingToEncryptTo(Vec<(Option<String>, Reason)>),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Revoked(why) => write!(f, "is revoked{why}"),
            Self::PerhapsRevoked => f.write_str(
                "contains a revocation by another key that its owner allowed to revoke it, which \
                 cannot be verified here",
            ),
            Self::Expired(end) => write!(f, "expired on {}", day(*end)),
            Self::NotYetValid(start) => write!(f, "is valid only from {start} on"),
            Self::Unsigned => f.write_str("has no valid signature by its owner"),
            Self::UserIdsRevoked => f.write_str("has revoked all of its user ids"),
            Self::Weak(hash) => write!(f, "is signed over {hash}, which can be forged"),
            Self::Algorithm(name) => write!(f, "uses {name}"),
            Self::Version(5) => f.write_str("is of version 5, which only GnuPG reads"),
            Self::Version(number) => write!(f, "is of version {number}"),
            Self::Unreadable => f.write_str("is damaged, or of a kind unknown here"),
            Self::NotForEncryption => f.write_str("is not meant for encryption"),
            Self::NothingToEncryptTo(subkeys) => {
                f.write_str("has no subkey to encrypt to")?;
                for (index, (fingerprint, reason)) in subkeys.iter().enumerate() {
                    f.write_str(if index == 0 { ": " } else { ", " })?;
                    match fingerprint {
                        Some(fingerprint) => write!(f, "`{fingerprint}` {reason}")?,
                        None => write!(f, "one {reason}")?,
                    }
                }
                Ok(())
            }
        }
    }
}

impl Reason {
    /// What to do next; `key` is the fingerprint to name in commands.
    pub(super) fn advice(&self, key: &str) -> String {
        let export = format!("export it again (`gpg --export --armor {key}`)");
        match self {
            Self::Revoked(_) | Self::UserIdsRevoked => {
                "ask its owner for the new key, and remove this one".into()
            }
            Self::PerhapsRevoked => "ask its owner whether the key is still in use".into(),
            Self::Expired(_) => format!(
                "ask its owner to extend it (`gpg --quick-set-expire {key} 2y`) and to {export}"
            ),
            Self::NotYetValid(_) => "check the clock of this machine".into(),
            Self::Weak(_) => format!(
                "ask its owner to sign it again (`gpg --cert-digest-algo SHA256 \
                 --quick-set-expire {key} 2y`) and to {export}"
            ),
            Self::Algorithm(_) | Self::Version(_) => {
                "ask its owner for a key with Curve25519, NIST P-256, P-384 or P-521, or RSA of \
                 2048 bits or more (`gpg --quick-generate-key`)"
                    .into()
            }
            Self::Unsigned => format!(
                "ask its owner to {export}; a key server may have left out the user ids, and with \
                 them the signatures"
            ),
            Self::Unreadable => format!("ask its owner to {export}"),
            Self::NotForEncryption => format!(
                "ask its owner to add a subkey for encryption (`gpg --quick-add-key {key} cv25519 \
                 encr`) and to {export}"
            ),
            Self::NothingToEncryptTo(subkeys) => advice_for_subkeys(key, subkeys),
        }
    }
}

/// The advice for the subkey that is nearest to being usable, or the last of several.
fn advice_for_subkeys(key: &str, subkeys: &[(Option<String>, Reason)]) -> String {
    let last = |wanted: fn(&Reason) -> bool| subkeys.iter().rfind(|(_, reason)| wanted(reason));
    if let Some((_, reason)) = last(|reason| matches!(reason, Reason::NotYetValid(_))) {
        return reason.advice(key);
    }
    let expired = last(|reason| matches!(reason, Reason::Expired(_)));
    let weak = last(|reason| matches!(reason, Reason::Weak(_)));
    let (what, command, subkey) = match (expired, weak) {
        (Some((Some(subkey), _)), _) => ("extend", "gpg", subkey),
        (None, Some((Some(subkey), _))) => ("sign again", "gpg --cert-digest-algo SHA256", subkey),
        _ => return Reason::NotForEncryption.advice(key),
    };
    format!(
        "ask its owner to {what} the subkey (`{command} --quick-set-expire {key} 2y {subkey}`) and \
         to export the key again (`gpg --export --armor {key}`)"
    )
}

/// The day in UTC, as `2025-01-31`.
fn day(moment: Timestamp) -> jiff::civil::Date {
    Offset::UTC.to_datetime(moment).date()
}
