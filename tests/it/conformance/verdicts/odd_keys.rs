//! Keys with one oddity each, from good ones of every type.

use serde_json::{Value, json};

/// Good keys, their private parts, and certificates, made by OpenSSL.
const KEYS: &str = include_str!("keys.json");

/// Sets of one key, by what is odd about the key.
pub(super) fn sets() -> Vec<(&'static str, Value)> {
    let base: Value = serde_json::from_str(KEYS).unwrap();
    let mut keys = good(&base);
    keys.extend(elliptic(&base));
    keys.extend(rsa(&base));
    keys.extend(edwards(&base));
    keys.extend(members(&base));
    keys.extend(certificates(&base));
    let mut sets: Vec<_> = keys
        .into_iter()
        .map(|(name, key)| (name, json!({"keys": [key]})))
        .collect();
    let rsa = &base["rsa"];
    sets.extend([
        ("one bare key", rsa.clone()),
        ("a list of keys", json!([rsa])),
        ("KEYS", json!({"KEYS": [rsa]})),
        ("Keys", json!({"Keys": [rsa]})),
        ("a key that is a string", json!({"keys": ["x"]})),
        ("two keys of one kid", json!({"keys": [rsa, rsa]})),
        (
            "JSON in a string",
            json!(json!({"keys": [rsa]}).to_string()),
        ),
    ]);
    sets
}

/// A key with some members changed.
fn with(key: &Value, changes: Value) -> Value {
    let mut key = key.clone();
    for (name, value) in changes.as_object().unwrap() {
        key[name] = value.clone();
    }
    key
}

/// A key without one of its members.
fn without(key: &Value, name: &str) -> Value {
    let mut key = key.clone();
    key.as_object_mut().unwrap().remove(name);
    key
}

fn good(base: &Value) -> Vec<(&'static str, Value)> {
    [
        ("RSA", "rsa"),
        ("EC P-256", "ec_p256"),
        ("EC P-384", "ec_p384"),
        ("EC P-521", "ec_p521"),
        ("OKP", "okp"),
    ]
    .map(|(name, key)| (name, base[key].clone()))
    .to_vec()
}

fn elliptic(base: &Value) -> Vec<(&'static str, Value)> {
    let key = &base["ec_p256"];
    let x = key["x"].as_str().unwrap();
    let private = base["ec_p256_private"]["d"].clone();
    vec![
        (
            "EC off its curve",
            with(key, json!({"y": base["y_off_the_curve"]})),
        ),
        (
            "EC x of 31 bytes",
            with(key, json!({"x": base["x_of_31_bytes"]})),
        ),
        (
            "EC x of 33 bytes",
            with(key, json!({"x": base["x_of_33_bytes"]})),
        ),
        ("EC P-256 as P-384", with(key, json!({"crv": "P-384"}))),
        ("EC P-257", with(key, json!({"crv": "P-257"}))),
        ("EC secp256k1", with(key, json!({"crv": "secp256k1"}))),
        ("EC p-256", with(key, json!({"crv": "p-256"}))),
        ("EC crv a number", with(key, json!({"crv": 256}))),
        ("EC no crv", without(key, "crv")),
        ("EC no x", without(key, "x")),
        ("EC no y", without(key, "y")),
        ("EC x empty", with(key, json!({"x": ""}))),
        (
            "EC x with padding",
            with(key, json!({"x": format!("{x}=")})),
        ),
        (
            "EC x with +",
            with(key, json!({"x": format!("+{}", &x[1..])})),
        ),
        ("EC x no base64", with(key, json!({"x": "!!"}))),
        ("EC x a number", with(key, json!({"x": 5}))),
        ("EC d that fits", with(key, json!({"d": private}))),
        (
            "EC d of another key",
            with(key, json!({"d": "A".repeat(42) + "c"})),
        ),
        ("EC d of another length", with(key, json!({"d": "AQ"}))),
        ("EC d null", with(key, json!({"d": null}))),
    ]
}

fn rsa(base: &Value) -> Vec<(&'static str, Value)> {
    let key = &base["rsa"];
    let n = key["n"].as_str().unwrap();
    let private = base["rsa_private"].clone();
    let part = |name: &str| private[name].clone();
    let all = with(key, private.clone());
    let broken = format!("{}\n{}", &n[..64], &n[64..]);
    let blank = format!("{} {}", &n[..64], &n[64..]);
    let standard = n.replace('-', "+").replace('_', "/");
    vec![
        (
            "RSA n with padding",
            with(key, json!({"n": format!("{n}==")})),
        ),
        ("RSA n with + and /", with(key, json!({"n": standard}))),
        ("RSA n with a line break", with(key, json!({"n": broken}))),
        ("RSA n with a blank", with(key, json!({"n": blank}))),
        (
            "RSA n of 512 bits",
            with(key, json!({"n": format!("{}w", &n[..85])})),
        ),
        (
            "RSA n with a leading zero",
            with(key, json!({"n": base["n_with_leading_zero"]})),
        ),
        ("RSA n even", with(key, json!({"n": base["n_even"]}))),
        ("RSA no n", without(key, "n")),
        ("RSA no e", without(key, "e")),
        ("RSA e of 1", with(key, json!({"e": "AQ"}))),
        ("RSA e even", with(key, json!({"e": "AQAA"}))),
        ("RSA n a number", with(key, json!({"n": 5}))),
        ("RSA e a number", with(key, json!({"e": 65537}))),
        ("RSA all private parts", all.clone()),
        ("RSA d alone", with(key, json!({"d": part("d")}))),
        ("RSA d empty", with(key, json!({"d": ""}))),
        (
            "RSA d that does not fit",
            with(&all, json!({"d": part("p")})),
        ),
        (
            "RSA p of another number",
            with(&all, json!({"p": part("qi")})),
        ),
        (
            "RSA p and q exchanged",
            with(&all, json!({"p": part("q"), "q": part("p")})),
        ),
        ("RSA dp wrong", with(&all, json!({"dp": part("dq")}))),
        ("RSA dq wrong", with(&all, json!({"dq": part("dp")}))),
        ("RSA qi wrong", with(&all, json!({"qi": "AQ"}))),
        (
            "RSA qi wrong, no dp",
            with(&without(&all, "dp"), json!({"qi": "AQ"})),
        ),
        ("RSA no dp", without(&all, "dp")),
        ("RSA no q", without(&all, "q")),
    ]
}

fn edwards(base: &Value) -> Vec<(&'static str, Value)> {
    let key = &base["okp"];
    let x = key["x"].as_str().unwrap();
    vec![
        ("OKP x of 3 bytes", with(key, json!({"x": "AQAB"}))),
        ("OKP x of 41 digits", with(key, json!({"x": &x[..41]}))),
        ("OKP x of 31 bytes", with(key, json!({"x": &x[..42]}))),
        (
            "OKP x of 33 bytes",
            with(key, json!({"x": format!("{x}A")})),
        ),
        ("OKP X25519", with(key, json!({"crv": "X25519"}))),
        ("OKP Ed448", with(key, json!({"crv": "Ed448"}))),
        ("OKP no crv", without(key, "crv")),
        ("OKP d that fits", with(key, base["okp_private"].clone())),
        (
            "OKP d that does not fit",
            with(key, json!({"d": "A".repeat(42) + "B"})),
        ),
        ("OKP d short", with(key, json!({"d": "AQ"}))),
        (
            "oct",
            json!({"kty": "oct", "kid": "s", "k": "AAECAwQFBgcICQoLDA0ODw"}),
        ),
        (
            "oct of a byte",
            json!({"kty": "oct", "kid": "s", "k": "AQ"}),
        ),
        ("oct no k", json!({"kty": "oct", "kid": "s"})),
    ]
}

/// Members that every key may have.
fn members(base: &Value) -> Vec<(&'static str, Value)> {
    let key = &base["rsa"];
    let odd = |name, changes| (name, with(key, changes));
    vec![
        odd("kid a number", json!({"kid": 5})),
        odd("kid empty", json!({"kid": ""})),
        odd("kid null", json!({"kid": null})),
        odd("kid a list", json!({"kid": ["a"]})),
        odd("kid with U+0000", json!({"kid": "a\u{0}b"})),
        ("no kid", without(key, "kid")),
        odd("use a number", json!({"use": 5})),
        odd("use unknown", json!({"use": "foo"})),
        odd("use a list", json!({"use": ["sig"]})),
        odd("use empty", json!({"use": ""})),
        odd("use null", json!({"use": null})),
        ("no use", without(key, "use")),
        odd("alg a number", json!({"alg": 5})),
        odd("alg unknown", json!({"alg": "XX"})),
        odd("alg of another type", json!({"alg": "ES256"})),
        odd("alg a flag", json!({"alg": true})),
        odd("key_ops a string", json!({"key_ops": "verify"})),
        odd("unknown member", json!({"foo": 1})),
        odd("kty in lower case", json!({"kty": "rsa"})),
        odd("kty unknown", json!({"kty": "XX"})),
        ("no kty", without(key, "kty")),
        odd("kty a number", json!({"kty": 5})),
        odd("kty null", json!({"kty": null})),
    ]
}

fn certificates(base: &Value) -> Vec<(&'static str, Value)> {
    let key = &base["rsa"];
    let (own, other) = (
        base["certificate"].clone(),
        base["other_certificate"].clone(),
    );
    let odd = |name, changes| (name, with(key, changes));
    let zeros = |bytes: usize| "A".repeat((bytes * 4).div_ceil(3));
    vec![
        odd("x5c a string", json!({"x5c": "AAAA"})),
        odd("x5c no base64", json!({"x5c": ["!!"]})),
        odd("x5c no certificate", json!({"x5c": ["AAAA"]})),
        odd("x5c empty", json!({"x5c": []})),
        odd("x5c null", json!({"x5c": null})),
        odd("x5c of this key", json!({"x5c": [own]})),
        odd("x5c of another key", json!({"x5c": [other]})),
        odd("x5t of 3 bytes", json!({"x5t": zeros(3)})),
        odd("x5t of 20 bytes", json!({"x5t": zeros(20)})),
        odd("x5t of 40 bytes", json!({"x5t": zeros(40)})),
        odd(
            "x5t of another certificate",
            json!({"x5c": [own], "x5t": zeros(20)}),
        ),
        odd("x5t no base64", json!({"x5t": "!!"})),
        odd(
            "x5t of 40 digits",
            json!({"x5t": "YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYQ"}),
        ),
        odd(
            "x5t#S256 of another certificate",
            json!({"x5c": [own], "x5t#S256": zeros(32)}),
        ),
        odd("x5c of this key and another", json!({"x5c": [own, other]})),
        odd("x5c of another key and this", json!({"x5c": [other, own]})),
        odd("x5t empty", json!({"x5t": ""})),
        odd("x5t a number", json!({"x5t": 5})),
        odd("x5t#S256 of 3 bytes", json!({"x5t#S256": zeros(3)})),
        odd("x5t#S256 of 32 bytes", json!({"x5t#S256": zeros(32)})),
        odd("x5t#S256 of 64 bytes", json!({"x5t#S256": zeros(64)})),
        odd("x5u a path", json!({"x5u": "/x"})),
        odd("x5u a URL", json!({"x5u": "https://a.example/x"})),
        odd("x5u no URL", json!({"x5u": "http://a b"})),
        odd("x5u a number", json!({"x5u": 5})),
        odd("x5u null", json!({"x5u": null})),
        odd("x5u empty", json!({"x5u": ""})),
    ]
}
