//! What can be told of an encrypted message without opening it.

use pgp::composed::{Esk, Message};

/// Whether an armored text is a message that is encrypted to public keys: session keys, followed by
/// encrypted data (RFC 9580, section 10.3). Whose the keys are is not asked.
pub fn is_encrypted_message(armored: &str) -> bool {
    let is_for_key = |esk: &Esk| matches!(esk, Esk::PublicKeyEncryptedSessionKey(_));
    match Message::from_string(armored) {
        Ok((Message::Encrypted { esk, .. }, _)) => esk.iter().any(is_for_key),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::is_encrypted_message;

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "garbage\n",
            "-----BEGIN PGP MESSAGE-----\n\nAAAA\n-----END PGP MESSAGE-----\n",
        ] {
            assert!(!is_encrypted_message(text), "{text}");
        }
    }
}
