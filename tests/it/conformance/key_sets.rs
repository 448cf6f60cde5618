//! Sets of JSON Web Keys that tell servers apart.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, KeyPair};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// Sets of keys, good and bad.
pub(crate) fn key_sets() -> Vec<Value> {
    const N: &str = "u1SU1LfVLPHCozMxH2Mo4lgOEePzNm0tRgeLezV6ffAt0gunVTLw7onLRnrq0_IzW7yWR7QkrmBL7jTKEn5u-qKhbwKfBstIs-bMY2Zkp18gnTxKLxoS2tFczGkPLPgizskuemMghRniWaoLcyehkd3qqGElvW_VDL5AaWTg0nLVkjRo9z-40RQzuVaE8AkAFmxZzow3x-VJYKdjykkJ0iT9wCS0DRTXu269V264Vf_3jvredZiKRkgwlL9xNAwxXFg0x_XFw005UWVRIkdgcKWTjpBP2dPwVZ4WWC-9aGVd-Gyn1o0CLelf4rEjGoXbAAEgAqeGUxrcIlbjXfbcmw";
    let rsa = json!({"kty": "RSA", "n": N, "e": "AQAB", "kid": "k1"});
    let ec = json!({"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"});
    let ed =
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    let with = |key: &Value, changes: Value| {
        let mut key = key.clone();
        for (name, value) in changes.as_object().unwrap() {
            key[name] = value.clone();
        }
        json!({"keys": [key]})
    };
    let mut sets = vec![
        json!(null),
        json!({}),
        json!({"x": 1}),
        json!({"keys": null}),
        json!({"keys": []}),
        json!([]),
        json!("x"),
        json!({"keys": {}}),
        json!({"keys": [null]}),
        json!({"keys": [1]}),
        json!({"keys": [{}]}),
        json!({"keys": [{"kty": "x"}]}),
        json!({"KEYS": [ed]}),
        json!({"keys": [rsa, ec, ed, rsa], "x": 1}),
        with(
            &rsa,
            json!({"alg": "RS256", "use": "sig", "key_ops": ["verify"], "x-y": 1}),
        ),
        with(&rsa, json!({"kid": ""})),
        with(&rsa, json!({"kid": 1})),
        with(&rsa, json!({"KTY": "EC"})),
        with(&rsa, json!({"e": "AAEAAQ"})),
        with(&rsa, json!({"n": format!("{N}==")})),
        with(&rsa, json!({"n": "!!"})),
        with(&rsa, json!({"n": null})),
        with(&rsa, json!({"x5c": []})),
        with(&rsa, json!({"x5t": "AA"})),
        with(&rsa, json!({"x5t#S256": "AA"})),
        with(&rsa, json!({"x5t": "AAAAAAAAAAAAAAAAAAAAAAAAAAA"})),
        with(&rsa, json!({"x5u": "https://a.example/x"})),
        with(&rsa, json!({"d": "AQAB"})),
        with(
            &ec,
            json!({"d": "870MB6gfuTJ4HtUnUvYMyJpr5eUZNP4Bk43bVdj3eAE"}),
        ),
        with(&ec, json!({"d": "AAAA"})),
        with(
            &ec,
            json!({"y": "AAtl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}),
        ),
        with(&ec, json!({"x": "AAAA"})),
        with(&ec, json!({"x": null})),
        with(&ec, json!({"crv": "P-384"})),
        with(&ec, json!({"crv": "secp256k1"})),
        with(&ed, json!({"x": "AAAA"})),
        with(&ed, json!({"crv": "X25519"})),
        with(
            &ed,
            json!({"d": "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A"}),
        ),
        json!({"keys": [{"kty": "oct", "k": "AAAA"}]}),
        json!({"keys": [{"kty": "oct"}]}),
    ];
    sets.extend(certified(&rsa, &ec));
    sets.extend(private());
    sets
}

/// Keys with certificates, or what one could take for them.
fn certified(rsa: &Value, ec: &Value) -> Vec<Value> {
    let with = |key: &Value, name: &str, value: Value| {
        let mut key = key.clone();
        key[name] = value;
        key
    };
    let pair = KeyPair::generate().unwrap();
    let (x, y) = pair.public_key_raw()[1..].split_at(32);
    let mut own = ec.clone();
    own["x"] = json!(URL_SAFE_NO_PAD.encode(x));
    own["y"] = json!(URL_SAFE_NO_PAD.encode(y));
    let certificate = CertificateParams::default().self_signed(&pair).unwrap();
    let chain = json!([STANDARD.encode(certificate.der())]);
    let certified = with(&own, "x5c", chain.clone());
    let sha256 = URL_SAFE_NO_PAD.encode(Sha256::digest(certificate.der()));
    let print = |bytes: &[u8]| json!(URL_SAFE_NO_PAD.encode(bytes));
    let keys = [
        certified.clone(),
        with(ec, "x5c", chain.clone()),
        with(rsa, "x5c", chain),
        with(rsa, "x5c", json!("AAAA")),
        with(rsa, "x5c", json!([1])),
        with(rsa, "x5c", json!(["!!"])),
        with(rsa, "x5c", json!(["AAAA"])),
        with(&certified, "x5t#S256", json!(sha256)),
        with(&certified, "x5t#S256", print(&[0; 32])),
        with(rsa, "x5t#S256", print(&[b'a'; 64])),
        with(rsa, "x5t", print(&[b'a'; 40])),
        with(rsa, "x5t", print(&[b'x'; 40])),
        with(rsa, "x5t", json!("!!")),
        with(rsa, "x5u", json!("http://a b")),
        with(rsa, "x5u", json!("/x")),
    ];
    keys.into_iter().map(|key| json!({"keys": [key]})).collect()
}

/// A private RSA key, and one whose parts do not fit together.
fn private() -> Vec<Value> {
    let key: Value = serde_json::from_str(include_str!("private_key.json")).unwrap();
    let without = |names: &[&str]| {
        let mut key = key.clone();
        names
            .iter()
            .for_each(|name| drop(key.as_object_mut().unwrap().remove(*name)));
        key
    };
    let with = |name: &str, other: &str| {
        let mut key = key.clone();
        key[name] = key[other].clone();
        key
    };
    let keys = [
        key.clone(),
        without(&["dp", "dq", "qi"]),
        without(&["p"]),
        with("d", "n"),
        with("dp", "dq"),
        with("qi", "dq"),
        with("p", "q"),
    ];
    keys.into_iter().map(|key| json!({"keys": [key]})).collect()
}
