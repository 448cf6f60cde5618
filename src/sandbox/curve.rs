//! The elliptic curves that a client's keys may be on (RFC 7518, section 6.2.1.1).

/// A curve.
#[derive(Debug, Clone, Copy)]
pub(super) enum Curve {
    P256,
    P384,
    P521,
}

impl Curve {
    pub(super) fn named(name: &str) -> Option<Self> {
        match name {
            "P-256" => Some(Self::P256),
            "P-384" => Some(Self::P384),
            "P-521" => Some(Self::P521),
            _ => None,
        }
    }

    /// Bytes of a coordinate.
    pub(super) fn size(self) -> usize {
        match self {
            Self::P256 => 32,
            Self::P384 => 48,
            Self::P521 => 66,
        }
    }

    /// Whether the point is on the curve. Both coordinates must have their full size.
    pub(super) fn holds(self, x: &[u8], y: &[u8]) -> bool {
        // SEC 1, section 2.3.4: an uncompressed point.
        let point = [&[4], x, y].concat();
        match self {
            Self::P256 => p256::PublicKey::from_sec1_bytes(&point).is_ok(),
            Self::P384 => p384::PublicKey::from_sec1_bytes(&point).is_ok(),
            Self::P521 => p521::PublicKey::from_sec1_bytes(&point).is_ok(),
        }
    }
}
