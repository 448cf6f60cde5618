//! Page tokens as v25 and later have them: opaque to clients, and valid for an hour.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// Seconds for which a token can be used.
const LIFETIME: i64 = 3_600;

/// Makes and opens tokens. Only the sandbox that made a token can open it.
#[derive(Debug)]
pub(super) struct PageTokens {
    key: String,
}

/// Why a token does not open.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Unusable {
    Invalid,
    Expired,
}

impl PageTokens {
    pub(super) fn new(key: String) -> Self {
        Self { key }
    }

    /// A token for the page after the client `id`, made at `now` (seconds since 1970).
    pub(super) fn make(&self, id: &str, now: i64) -> String {
        let content = [&now.to_be_bytes()[..], id.as_bytes()].concat();
        URL_SAFE_NO_PAD.encode([&self.tag(&content), &content[..]].concat())
    }

    /// The id that a token stands for.
    pub(super) fn open(&self, token: &str, now: i64) -> Result<String, Unusable> {
        let bytes = URL_SAFE_NO_PAD.decode(token);
        let bytes = bytes.map_err(|_| Unusable::Invalid)?;
        let (tag, content) = bytes.split_first_chunk().ok_or(Unusable::Invalid)?;
        if self.tag(content) != *tag {
            return Err(Unusable::Invalid);
        }
        let (made, id) = content.split_first_chunk().ok_or(Unusable::Invalid)?;
        if now - i64::from_be_bytes(*made) > LIFETIME {
            return Err(Unusable::Expired);
        }
        String::from_utf8(id.to_vec()).map_err(|_| Unusable::Invalid)
    }

    fn tag(&self, content: &[u8]) -> [u8; 32] {
        Sha256::new()
            .chain_update(&self.key)
            .chain_update(content)
            .finalize()
            .into()
    }
}

#[cfg(test)]
mod tests {
    use super::{PageTokens, Unusable};

    #[test]
    fn a_token_opens_for_an_hour_and_for_its_maker_only() {
        let tokens = PageTokens::new("key".to_owned());
        let token = tokens.make("client", 1_000);
        assert!(!token.contains("client"));
        assert_eq!(tokens.open(&token, 4_600).as_deref(), Ok("client"));
        assert_eq!(tokens.open(&token, 4_601), Err(Unusable::Expired));
        let other = PageTokens::new("other".to_owned());
        assert_eq!(other.open(&token, 1_000), Err(Unusable::Invalid));
        for odd in ["", "zzz", "%", &token[1..]] {
            assert_eq!(tokens.open(odd, 1_000), Err(Unusable::Invalid));
        }
    }
}
