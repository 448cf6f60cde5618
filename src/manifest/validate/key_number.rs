//! The numbers of a key, as Hydra's library decodes them from base64url (RFC 4648, section 5).

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

/// Trailing bits are ignored, as Go does.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);
/// Bytes of the integer in which Go stores an exponent. Leading bytes that do not fit are dropped.
const EXPONENT: usize = 8;

/// Why a key with such a number cannot work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unusable {
    Empty,
    Zero,
    /// An exponent of which Hydra keeps only zeros.
    CutToZero,
}

impl Unusable {
    /// What is wrong, to follow the member's name.
    pub(super) fn what(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::Zero => "is zero",
            Self::CutToZero => "is larger than 64 bits, and the last 64 bits are zero",
        }
    }
}

/// What is wrong with a number. Every Hydra refuses text that is not base64.
pub(super) fn number(text: &str) -> Option<Unusable> {
    match decode(text)? {
        bytes if bytes.is_empty() => Some(Unusable::Empty),
        bytes => is_zero(&bytes).then_some(Unusable::Zero),
    }
}

/// What is wrong with the exponent of an RSA key.
pub(super) fn exponent(text: &str) -> Option<Unusable> {
    number(text).or_else(|| {
        let bytes = decode(text)?;
        let kept = &bytes[bytes.len().saturating_sub(EXPONENT)..];
        is_zero(kept).then_some(Unusable::CutToZero)
    })
}

fn is_zero(bytes: &[u8]) -> bool {
    bytes.iter().all(|byte| *byte == 0)
}

/// The bytes, or `None` if every Hydra refuses the text. Line breaks are ignored, as Go does, and
/// so is padding, which some versions refuse.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let text = text.replace(['\r', '\n'], "");
    BASE64.decode(text.trim_end_matches('=')).ok()
}

#[cfg(test)]
mod tests {
    use super::{Unusable, decode, exponent, number};

    #[test]
    fn base64_is_read_as_go_reads_it() {
        for (text, bytes) in [
            ("", Some(vec![])),
            ("AQAB", Some(vec![1, 0, 1])),
            ("AQ\r\nAB\n", Some(vec![1, 0, 1])),
            ("AR", Some(vec![1])),
            ("_-8=", Some(vec![255, 239])),
            ("A", None),
            ("AQABA", None),
            ("+w", None),
            ("A Q", None),
            ("A=Q", None),
        ] {
            assert_eq!(decode(text), bytes, "{text:?}");
        }
    }

    #[test]
    fn no_number_is_empty_or_zero() {
        for (text, fault) in [
            ("AQAB", None),
            ("", Some(Unusable::Empty)),
            ("\n", Some(Unusable::Empty)),
            ("=", Some(Unusable::Empty)),
            ("AA", Some(Unusable::Zero)),
            ("AP", Some(Unusable::Zero)),
            ("AAAAAAAAAAAAAAAA", Some(Unusable::Zero)),
            ("é", None),
        ] {
            assert_eq!(number(text), fault, "{text:?}");
            assert_eq!(exponent(text), fault, "{text:?}");
        }
        // One, and behind it eight bytes of zeros.
        assert_eq!(number("AQAAAAAAAAAA"), None);
        assert_eq!(exponent("AQAAAAAAAAAA"), Some(Unusable::CutToZero));
        assert_eq!(exponent("AQAAAAAAAAAB"), None);
    }
}
