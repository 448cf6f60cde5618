//! Reads a JSON Web Key (RFC 7517, RFC 7518) and rewrites it, as the library inside Hydra does:
//! only members that it knows survive, in its order and its spelling.
//!
//! Of a certificate no more is read than that it may be one, and holds the key.

use base64::engine::general_purpose::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine as _};
use rsa::{BigUint, RsaPrivateKey};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::decode::{Fault, Object, wrong_field_type, wrong_type};
use super::field::folded;
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

/// Longer numbers are not computed with.
const LONGEST_MODULUS: usize = 2_048;

/// A client's set of keys (RFC 7517, section 5) with every key rewritten. Members other
/// than `keys` are dropped.
pub(super) fn decode_set(set: &Object, version: Version) -> Result<Value, Fault> {
    let keys = set.iter().filter(|(name, _)| folded(name) == "keys");
    match keys.map(|(_, keys)| keys).next_back() {
        None => Ok(json!({})),
        Some(Value::Null) => Ok(json!({"keys": null})),
        Some(Value::Array(keys)) => {
            let keys = keys.iter().map(|key| rewrite(key, version));
            let keys = keys.collect::<Result<Value, _>>();
            Ok(json!({"keys": keys.map_err(Fault::Value)?}))
        }
        Some(other) => {
            let place = "JoseJSONWebKeySet.jwks.JSONWebKeySet.keys";
            let reason = wrong_field_type(other, place, "[]jose.JSONWebKey");
            Err(Fault::Type(reason))
        }
    }
}

/// Whether Hydra from v2.2 on takes every key of a rewritten set: no symmetric ones, and none that
/// cannot be used.
pub(super) fn is_valid(set: &Value) -> bool {
    keys(set).all(|key| key["kty"] != "oct" && is_readable(key))
}

/// Whether Hydra before v2.2 can read the set back. It takes an RSA key whose exponent is zero and
/// stores it without one, takes a symmetric key that is empty, and then fails at every request that
/// touches the client.
pub(super) fn can_be_read_back(set: &Value) -> bool {
    keys(set).all(is_readable)
}

fn is_readable(key: &Value) -> bool {
    match key["kty"].as_str() {
        Some("RSA") => key.get("e").is_some(),
        Some("oct") => key["k"] != "",
        _ => true,
    }
}

fn keys(set: &Value) -> impl Iterator<Item = &Value> {
    set["keys"].as_array().into_iter().flatten()
}

/// The key as Hydra stores it, or why it is invalid.
fn rewrite(key: &Value, version: Version) -> Result<Value, String> {
    let empty = Object::new();
    let members = match key {
        Value::Null => &empty,
        Value::Object(members) => members,
        other => return Err(wrong_type(other, "jose.rawJSONWebKey")),
    };
    let key = Key { members, version };
    let leaf = key.leaf()?;
    let mut out = Writer(Object::new());
    for name in ["use", "kty", "kid"] {
        out.text(name, key.text(name)?);
    }
    let (kty, crv, alg) = (key.text("kty")?, key.text("crv")?, key.text("alg")?);
    if ["EC", "OKP"].contains(&kty) {
        out.text("crv", crv);
    }
    out.text("alg", alg);
    match kty {
        "EC" => key.elliptic(crv, &mut out)?,
        "OKP" => key.edwards(crv, &mut out)?,
        "RSA" => key.rsa(&mut out)?,
        "oct" => {
            let Some(secret) = key.bytes("k")? else {
                return jose("invalid OCT (symmetric) key, missing k value");
            };
            out.bytes("k", &secret);
        }
        other => return jose(&format!("unknown json web key type '{other}'")),
    }
    if leaf.as_ref().is_some_and(|leaf| !out.is_certified_by(leaf)) {
        return jose("invalid JWK, public keys in key and x5c fields do not match");
    }
    key.certificates(leaf.as_deref(), &mut out)?;
    Ok(Value::Object(out.0))
}

/// Go's words for it; where an end is missing, it tells the begin of the last group.
pub(super) fn illegal_base64(error: DecodeError) -> String {
    let place = match error {
        DecodeError::InvalidByte(place, _) | DecodeError::InvalidLastSymbol(place, _) => place,
        DecodeError::InvalidLength(length) => length - length % 4,
        DecodeError::InvalidPadding => 0,
    };
    format!("illegal base64 data at input byte {place}")
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
            Some(other) => Err(wrong_type(other, "string")),
        }
    }

    /// The bytes of a member; `None` when it is absent or null.
    fn bytes(&self, name: &str) -> Result<Option<Vec<u8>>, String> {
        match self.members.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(_) => self.decode(self.text(name)?).map(Some),
        }
    }

    fn decode(&self, text: &str) -> Result<Vec<u8>, String> {
        let mut text = text.replace(['\r', '\n'], "");
        if self.version.checks_bodies() {
            text.truncate(text.trim_end_matches('=').len());
        }
        BASE64.decode(text).map_err(illegal_base64)
    }

    fn elliptic(&self, crv: &str, out: &mut Writer) -> Result<(), String> {
        // The bytes of a coordinate (RFC 7518, section 6.2.1.1), and whether a point is on the curve.
        let (size, has_point): (usize, fn(&[u8]) -> bool) = match crv {
            "P-256" => (32, |point| p256::PublicKey::from_sec1_bytes(point).is_ok()),
            "P-384" => (48, |point| p384::PublicKey::from_sec1_bytes(point).is_ok()),
            "P-521" => (66, |point| p521::PublicKey::from_sec1_bytes(point).is_ok()),
            _ => return jose(&format!("unsupported elliptic curve '{crv}'")),
        };
        let private = self.bytes("d")?;
        let (kind, missing) = match private {
            Some(_) => ("private", "invalid EC private key, missing x/y/d values"),
            None => ("public", "invalid EC key, missing x/y values"),
        };
        let (Some(x), Some(y)) = (self.bytes("x")?, self.bytes("y")?) else {
            return jose(missing);
        };
        let parts = [("x", Some(&x)), ("y", Some(&y)), ("d", private.as_ref())];
        for (name, bytes) in parts {
            if bytes.is_some_and(|bytes| bytes.len() != size) {
                return jose(&format!("invalid EC {kind} key, wrong length for {name}"));
            }
        }
        // SEC 1, section 2.3.4: an uncompressed point.
        if !has_point(&[&[4], &x[..], &y].concat()) {
            return jose("invalid EC key, X/Y are not on declared curve");
        }
        let parts = parts
            .into_iter()
            .filter_map(|(name, bytes)| Some((name, bytes?)));
        parts.for_each(|(name, bytes)| out.bytes(name, bytes));
        Ok(())
    }

    fn edwards(&self, crv: &str, out: &mut Writer) -> Result<(), String> {
        let (true, Some(x)) = (crv == "Ed25519", self.bytes("x")?) else {
            return jose(&format!("unknown curve {crv}'"));
        };
        for (name, bytes) in [("x", Some(x)), ("d", self.bytes("d")?)] {
            if let Some(mut bytes) = bytes {
                // Keys are cut or filled with zeros to their size.
                bytes.resize(32, 0);
                out.bytes(name, &bytes);
            }
        }
        Ok(())
    }

    fn rsa(&self, out: &mut Writer) -> Result<(), String> {
        let private = self.bytes("d")?;
        let (modulus, exponent) = (self.bytes("n")?, self.bytes("e")?);
        let (p, q) = (self.bytes("p")?, self.bytes("q")?);
        let parts = [("N", &modulus), ("E", &exponent), ("P", &p), ("Q", &q)];
        let missing = parts.iter().find(|(_, part)| part.is_none());
        if let (Some(_), Some((name, _))) = (&private, missing) {
            return jose(&format!("invalid RSA private key, missing {name} value(s)"));
        }
        let (Some(modulus), Some(exponent)) = (&modulus, &exponent) else {
            return jose("invalid RSA key, missing n/e values");
        };
        out.number("n", modulus);
        // Go keeps the exponent in 64 bits, and leaves it out when it is zero.
        let exponent = &exponent[exponent.len().saturating_sub(8)..];
        if exponent.iter().any(|byte| *byte != 0) {
            out.number("e", exponent);
        }
        match (&private, &p, &q) {
            (Some(d), Some(p), Some(q)) => self.private_rsa([modulus, exponent, d, p, q], out),
            _ => Ok(()),
        }
    }

    /// The parts of a private key have to fit together. Go has more reasons why they do not.
    fn private_rsa(&self, parts: [&[u8]; 5], out: &mut Writer) -> Result<(), String> {
        let [n, e, d, p, q] = parts.map(BigUint::from_bytes_be);
        let is_computed = parts.iter().all(|part| part.len() <= LONGEST_MODULUS);
        if is_computed {
            let primes = vec![p.clone(), q.clone()];
            let key = RsaPrivateKey::from_components(n, e, d.clone(), primes);
            key.map_err(|_| "crypto/rsa: invalid private key")?;
        }
        for (name, part) in ["d", "p", "q"].into_iter().zip(&parts[2..]) {
            out.number(name, part);
        }
        let one = BigUint::from(1_u8);
        for name in ["dp", "dq", "qi"] {
            let Some(part) = self.bytes(name)? else {
                continue;
            };
            let number = BigUint::from_bytes_be(&part);
            let fits = match name {
                _ if !is_computed => true,
                "dp" => number == &d % (&p - &one),
                "dq" => number == &d % (&q - &one),
                _ => number * &q % &p == one,
            };
            if !fits {
                return Err("crypto/rsa: d does not match dP".to_owned());
            }
            out.number(name, &part);
        }
        Ok(())
    }

    /// The first certificate of `x5c`, in DER. Of the certificates no more is read than that they
    /// can be some.
    fn leaf(&self) -> Result<Option<Vec<u8>>, String> {
        let chain = match self.members.get("x5c") {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(chain)) => chain,
            Some(other) => return Err(wrong_type(other, "[]string")),
        };
        let failed = |why: &str| jose(&format!("failed to unmarshal x5c field: {why}"));
        let mut leaf = None;
        for item in chain {
            let text = item.as_str().ok_or_else(|| wrong_type(item, "string"))?;
            match STANDARD.decode(text.replace(['\r', '\n'], "")) {
                Err(error) => return failed(&illegal_base64(error)),
                // X.690: a sequence whose length has two bytes.
                Ok(der)
                    if matches!(*der, [0x30, 0x82, high, low, ref rest @ ..]
                    if rest.len() == usize::from(u16::from_be_bytes([high, low]))) =>
                {
                    leaf.get_or_insert(der);
                }
                Ok(_) => return failed("x509: malformed certificate"),
            }
        }
        Ok(leaf)
    }

    fn certificates(&self, leaf: Option<&[u8]>, out: &mut Writer) -> Result<(), String> {
        if let Some(Value::Array(chain)) = self.members.get("x5c")
            && !chain.is_empty()
        {
            out.0.insert("x5c".to_owned(), chain.clone().into());
        }
        let address = self.text("x5u")?;
        match Url::parse(address) {
            _ if address.is_empty() => {}
            Ok(_) if self.version.checks_bodies() => {}
            Ok(_) => return jose("invalid JWK, x5u header is invalid URL"),
            Err(error) => return jose(&format!("invalid JWK, x5u header is invalid URL: {error}")),
        }
        out.text("x5u", address);
        for (name, size) in [("x5t", 20), ("x5t#S256", 32)] {
            let print = self.thumbprint(name, size)?;
            match leaf {
                _ if print.is_empty() => {}
                Some(leaf) if size == 32 && *Sha256::digest(leaf) != *print => {
                    let why = format!("invalid JWK, x5c thumbprint does not match {name} value");
                    return jose(&why);
                }
                _ => out.bytes(name, &print),
            }
        }
        Ok(())
    }

    /// The hash of a certificate, in bytes or hexadecimal digits; empty when there is none.
    fn thumbprint(&self, name: &str, size: usize) -> Result<Vec<u8>, String> {
        let Ok(print) = self.decode(self.text(name)?) else {
            return jose(&format!("invalid JWK, {name} header has invalid encoding"));
        };
        match print.len() {
            length if length == 2 * size => hexadecimal(&print)
                .or_else(|why| jose(&format!("invalid JWK, unable to hex decode {name}: {why}"))),
            length if length == 0 || length == size => Ok(print),
            _ => jose(&format!("invalid JWK, {name} header is of incorrect size")),
        }
    }
}

/// The bytes that hexadecimal digits stand for, or Go's words for why they are none.
fn hexadecimal(digits: &[u8]) -> Result<Vec<u8>, String> {
    let values = digits.iter().map(|digit| {
        let char = char::from(*digit);
        let value = char.to_digit(16).and_then(|value| u8::try_from(value).ok());
        let place = u32::from(char);
        value.ok_or_else(|| format!("encoding/hex: invalid byte: U+{place:04X} '{char}'"))
    });
    let values = values.collect::<Result<Vec<_>, _>>()?;
    let pairs = values
        .chunks(2)
        .map(|pair| pair.iter().fold(0, |byte, value| byte << 4 | value));
    Ok(pairs.collect())
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

    /// Whether the certificate holds the public key that was written.
    fn is_certified_by(&self, certificate: &[u8]) -> bool {
        let name = if self.0["kty"] == "RSA" { "n" } else { "x" };
        let number = self.0.get(name).and_then(Value::as_str);
        let number = BASE64
            .decode(number.unwrap_or_default())
            .unwrap_or_default();
        let mut places = certificate.windows(number.len().max(1));
        number.is_empty() || places.any(|place| place == number)
    }

    /// A number, which has no zeros before it.
    fn number(&mut self, name: &str, bytes: &[u8]) {
        let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
        self.bytes(name, &bytes[zeros..]);
    }
}

fn jose<T>(reason: &str) -> Result<T, String> {
    Err(format!("go-jose/go-jose: {reason}"))
}
