//! Reads a JSON Web Key (RFC 7517, RFC 7518) and rewrites it, as the library inside Hydra does:
//! only members that it knows survive, in its order and its spelling.
//!
//! Not checked, unlike there: that a certificate belongs to its key, and that the parts of a
//! private RSA key belong together.

use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use serde_json::Value;

use super::decode::{Object, go_name};
use super::version::Version;
use crate::golang::url::Url;

/// Base64 for URLs without padding; bits to spare at the end are ignored.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::URL_SAFE,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

type Bytes = Vec<u8>;

/// The key as Hydra stores it, or why it is invalid.
pub(super) fn rewrite(key: &Value, version: Version) -> Result<Value, String> {
    let empty = Object::new();
    let members = match key {
        Value::Null => &empty,
        Value::Object(members) => members,
        other => {
            let kind = go_name(other);
            return Err(format!(
                "json: cannot unmarshal {kind} into Go value of type jose.rawJSONWebKey"
            ));
        }
    };
    let key = Key { members, version };
    let mut out = Writer(Object::new());
    out.text("use", key.text("use")?);
    out.text("kty", key.text("kty")?);
    out.text("kid", key.text("kid")?);
    let crv = key.text("crv")?;
    let alg = key.text("alg")?;
    match key.text("kty")? {
        "EC" => {
            out.text("crv", crv);
            out.text("alg", alg);
            key.elliptic(crv, &mut out)?;
        }
        "OKP" => {
            out.text("crv", crv);
            out.text("alg", alg);
            key.edwards(crv, &mut out)?;
        }
        "RSA" => {
            out.text("alg", alg);
            key.rsa(&mut out)?;
        }
        "oct" => {
            out.text("alg", alg);
            let secret = key.bytes("k")?;
            let missing = "invalid OCT (symmetric) key, missing k value";
            out.bytes("k", &secret.ok_or_else(|| jose(missing))?);
        }
        other => return Err(jose(&format!("unknown json web key type '{other}'"))),
    }
    key.certificates(&mut out)?;
    Ok(Value::Object(out.0))
}

struct Key<'a> {
    members: &'a Object,
    version: Version,
}

impl Key<'_> {
    fn text(&self, name: &str) -> Result<&str, String> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(""),
            Some(Value::String(text)) => Ok(text),
            Some(other) => Err(format!(
                "json: cannot unmarshal {} into Go value of type string",
                go_name(other)
            )),
        }
    }

    /// The bytes of a member; `None` when it is absent or null.
    fn bytes(&self, name: &str) -> Result<Option<Bytes>, String> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.decode(self.text(name)?).map(Some),
        }
    }

    fn decode(&self, text: &str) -> Result<Bytes, String> {
        let mut text = text.replace(['\r', '\n'], "");
        if self.version.checks_keys() {
            text.truncate(text.trim_end_matches('=').len());
        }
        BASE64.decode(text).map_err(|error| {
            let place = match error {
                base64::DecodeError::InvalidByte(place, _)
                | base64::DecodeError::InvalidLastSymbol(place, _)
                | base64::DecodeError::InvalidLength(place) => place,
                base64::DecodeError::InvalidPadding => 0,
            };
            format!("illegal base64 data at input byte {place}")
        })
    }

    fn elliptic(&self, crv: &str, out: &mut Writer) -> Result<(), String> {
        let unsupported = || jose(&format!("unsupported elliptic curve '{crv}'"));
        let (size, has_point) = curve(crv).ok_or_else(unsupported)?;
        let private = self.bytes("d")?;
        let (kind, missing) = match private {
            Some(_) => ("private", "invalid EC private key, missing x/y/d values"),
            None => ("public", "invalid EC key, missing x/y values"),
        };
        let (Some(x), Some(y)) = (self.bytes("x")?, self.bytes("y")?) else {
            return Err(jose(missing));
        };
        for (name, bytes) in [("x", Some(&x)), ("y", Some(&y)), ("d", private.as_ref())] {
            if bytes.is_some_and(|bytes| bytes.len() != size) {
                let reason = format!("invalid EC {kind} key, wrong length for {name}");
                return Err(jose(&reason));
            }
        }
        // SEC 1, section 2.3.4: an uncompressed point.
        if !has_point(&[&[4], &x[..], &y].concat()) {
            return Err(jose("invalid EC key, X/Y are not on declared curve"));
        }
        out.bytes("x", &x);
        out.bytes("y", &y);
        if let Some(private) = private {
            out.bytes("d", &private);
        }
        Ok(())
    }

    fn edwards(&self, crv: &str, out: &mut Writer) -> Result<(), String> {
        let (true, Some(x)) = (crv == "Ed25519", self.bytes("x")?) else {
            return Err(jose(&format!("unknown curve {crv}'")));
        };
        out.bytes("x", &resized(x));
        if let Some(private) = self.bytes("d")? {
            out.bytes("d", &resized(private));
        }
        Ok(())
    }

    fn rsa(&self, out: &mut Writer) -> Result<(), String> {
        let private = self.bytes("d")?;
        let (modulus, exponent) = (self.bytes("n")?, self.bytes("e")?);
        let primes = (self.bytes("p")?, self.bytes("q")?);
        if private.is_some() {
            let parts = [&modulus, &exponent, &primes.0, &primes.1];
            let missing = parts
                .iter()
                .zip(["N", "E", "P", "Q"])
                .find(|(part, _)| part.is_none());
            if let Some((_, name)) = missing {
                let reason = format!("invalid RSA private key, missing {name} value(s)");
                return Err(jose(&reason));
            }
        }
        let (Some(modulus), Some(exponent)) = (modulus, exponent) else {
            return Err(jose("invalid RSA key, missing n/e values"));
        };
        out.number("n", &modulus);
        // Go keeps the exponent in 64 bits, and leaves it out when it is zero.
        let exponent = &exponent[exponent.len().saturating_sub(8)..];
        if exponent.iter().any(|byte| *byte != 0) {
            out.number("e", exponent);
        }
        if let Some(private) = private {
            out.number("d", &private);
            for name in ["p", "q", "dp", "dq", "qi"] {
                if let Some(bytes) = self.bytes(name)? {
                    out.number(name, &bytes);
                }
            }
        }
        Ok(())
    }

    fn certificates(&self, out: &mut Writer) -> Result<(), String> {
        if let Some(Value::Array(chain)) = self.members.get("x5c")
            && !chain.is_empty()
        {
            out.0.insert("x5c".to_owned(), chain.clone().into());
        }
        let address = self.text("x5u")?;
        if !address.is_empty() && (!self.version.checks_keys() || Url::parse(address).is_err()) {
            return Err(jose("invalid JWK, x5u header is invalid URL"));
        }
        out.text("x5u", address);
        for (name, size) in [("x5t", 20), ("x5t#S256", 32)] {
            let print = self.decode(self.text(name)?)?;
            if !print.is_empty() && print.len() != size {
                let reason = format!("invalid JWK, {name} header is of incorrect size");
                return Err(jose(&reason));
            }
            if !print.is_empty() {
                out.bytes(name, &print);
            }
        }
        Ok(())
    }
}

/// Writes members in the order of the calls.
struct Writer(Object);

impl Writer {
    fn text(&mut self, name: &str, text: &str) {
        if !text.is_empty() {
            self.0.insert(name.to_owned(), text.into());
        }
    }

    fn bytes(&mut self, name: &str, bytes: &[u8]) {
        self.0.insert(name.to_owned(), BASE64.encode(bytes).into());
    }

    /// A number, which has no zeros before it.
    fn number(&mut self, name: &str, bytes: &[u8]) {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        self.bytes(name, &bytes[zeros..]);
    }
}

/// The bytes of a coordinate (RFC 7518, section 6.2.1.1), and whether a point is on the curve.
type Curve = (usize, fn(&[u8]) -> bool);

fn curve(name: &str) -> Option<Curve> {
    match name {
        "P-256" => Some((32, |point| p256::PublicKey::from_sec1_bytes(point).is_ok())),
        "P-384" => Some((48, |point| p384::PublicKey::from_sec1_bytes(point).is_ok())),
        "P-521" => Some((66, |point| p521::PublicKey::from_sec1_bytes(point).is_ok())),
        _ => None,
    }
}

/// Ed25519 keys are cut or filled with zeros to their size.
fn resized(mut bytes: Bytes) -> Bytes {
    bytes.resize(32, 0);
    bytes
}

fn jose(reason: &str) -> String {
    format!("go-jose/go-jose: {reason}")
}
