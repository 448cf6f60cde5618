//! Sets of JSON Web Keys that tell servers apart.

use serde_json::{Value, json};

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
    vec![
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
    ]
}
