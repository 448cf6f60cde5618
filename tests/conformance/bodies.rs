//! Bodies that tell servers apart.

use serde_json::{Value, json};

/// Bodies that are malformed, or not as one would write them.
pub(crate) const MALFORMED: &[&str] = &[
    "",
    " ",
    "{",
    "[]",
    "null",
    "\"x\"",
    "1",
    "true",
    "{\"client_name\":\"x\"",
    "{} trailing",
    "{\"client_name\":\"x\"}{\"a\":1}",
    "{\"client_name\":1}",
    "{\"client_name\":{\"a\":1}}",
    "{\"redirect_uris\":\"x\"}",
    "{\"redirect_uris\":[1]}",
    "{\"redirect_uris\":[null]}",
    "{\"client_name\":\"x\",\"CLIENT_NAME\":\"y\"}",
    "{\"CLIENT_NAME\":\"x\",\"client_name\":\"y\"}",
    "{\"client_name\":\"x\",\"client_name\":null}",
    "{\"\u{17f}cope\":\"x\"}",
    "{\"to\u{212a}en_endpoint_auth_method\":\"none\"}",
    "{\"clientname\":\"x\",\"id\":\"y\",\"-\":1}",
    "{\"redirect_uris\":[\"https://a\"],\"redirect_uris\":null}",
    "{\"metadata\":{\"a\":1,\"a\":2}}",
    "{\"client_id\":\"dup1\",\"client_id\":\"dup2\"}",
    "{\"created_at\":\"x\"}",
    "{\"created_at\":\"\"}",
    "{\"created_at\":1}",
    "{\"created_at\":\"2020-01-01T00:00:00Z\"}",
];

/// Changes of a client that exists, one after the other.
pub(crate) const CHANGES: &[(&str, &str)] = &[
    ("PUT", r#"{"client_name":"z"}"#),
    ("PUT", r#"{"client_secret":"ghijkl","client_id":"other"}"#),
    ("PUT", r#"{"client_secret":"x"}"#),
    ("PUT", "{"),
    ("PUT", r#"{"client_name":1}"#),
    (
        "PATCH",
        r#"[{"op":"replace","path":"/client_name","value":"q"}]"#,
    ),
    ("PATCH", "[]"),
    ("PATCH", "null"),
    ("PATCH", r#"[{"op":"add","path":"/metadata/a","value":1}]"#),
    (
        "PATCH",
        r#"[{"op":"add","path":"/redirect_uris/-","value":"https://b.example/"}]"#,
    ),
    ("PATCH", r#"[{"op":"remove","path":"/redirect_uris/0"}]"#),
    ("PATCH", r#"[{"op":"remove","path":"/client_name"}]"#),
    (
        "PATCH",
        r#"[{"op":"replace","path":"/client_id","value":"w"}]"#,
    ),
    ("PATCH", r#"[{"op":"replace","path":"/id","value":"w"}]"#),
    ("PATCH", r#"[{"op":"replace","path":"/nope","value":"w"}]"#),
    ("PATCH", r#"[{"op":"remove","path":"/nope"}]"#),
    (
        "PATCH",
        r#"[{"op":"replace","path":"/client_secret","value":"newsecret"}]"#,
    ),
    (
        "PATCH",
        r#"[{"op":"replace","path":"/client_secret","value":"a"}]"#,
    ),
    (
        "PATCH",
        r#"[{"op":"replace","path":"/subject_type","value":"a"}]"#,
    ),
    (
        "PATCH",
        r#"[{"op":"test","path":"/client_name","value":"zz"}]"#,
    ),
    ("PATCH", r#"[{"op":"zz"}]"#),
    ("PATCH", "{"),
    ("PATCH", "{}"),
];

pub(crate) const TEXTS: &[&str] = &[
    "client_name",
    "owner",
    "scope",
    "policy_uri",
    "tos_uri",
    "client_uri",
    "logo_uri",
    "jwks_uri",
    "subject_type",
    "token_endpoint_auth_method",
    "token_endpoint_auth_signing_alg",
    "request_object_signing_alg",
    "userinfo_signed_response_alg",
    "frontchannel_logout_uri",
    "backchannel_logout_uri",
    "access_token_strategy",
    "client_secret",
];
pub(crate) const LISTS: &[&str] = &[
    "redirect_uris",
    "grant_types",
    "response_types",
    "audience",
    "contacts",
    "request_uris",
    "post_logout_redirect_uris",
    "allowed_cors_origins",
];
pub(crate) const FLAGS: &[&str] = &[
    "skip_consent",
    "skip_logout_consent",
    "frontchannel_logout_session_required",
    "backchannel_logout_session_required",
];
pub(crate) const LIFESPANS: &[&str] = &[
    "authorization_code_grant_access_token_lifespan",
    "implicit_grant_id_token_lifespan",
    "refresh_token_grant_refresh_token_lifespan",
    "password_grant_access_token_lifespan",
    "device_authorization_grant_id_token_lifespan",
];

/// Texts that are read in more than one way.
pub(crate) const ODD_TEXTS: &[&str] = &[
    "",
    " ",
    "x",
    "a b  a",
    "none",
    "JWT",
    "opaque",
    "RS256",
    "ES512",
    "HS256",
    "public",
    "pairwise",
    "private_key_jwt",
    "client_secret_post",
    "12345",
    "123456",
    "\u{e9}1\u{e9}",
    "https://a.example",
    "\u{fc}\u{1f600}\u{0}",
    "<&>\"'\\/",
];
/// Addresses, and what one could take for them.
pub(crate) const ADDRESSES: &[&str] = &[
    "",
    "a",
    "/cb",
    "//a/b",
    "*",
    "#",
    "?x",
    "http:",
    "http://",
    "http:///x",
    "http:/x",
    "http:x",
    "https://a.example",
    "https://a.example/",
    "https://a.example//",
    "https://a.example/cb?x=1 2",
    "https://a.example/#",
    "https://a.example#f",
    "https://a.example/?",
    "https://a.example:443/",
    "HTTPS://A.example/",
    "https://a.example:b/",
    "https://a.example:/",
    "https://:80/",
    "https://u:p@a.example/",
    "https://@a.example",
    "https://a@b@c/",
    "https://u p@h",
    "https://a b",
    "https://a/ b",
    "https://%41/",
    "https://%zz/",
    "https://a%25b",
    "https://\u{fc}",
    "https://%C3%BC",
    "https://h/%zz",
    "https://h/%41",
    "https://h/?%zz",
    "https://[::1]",
    "https://[::1]:80/",
    "https://[::1",
    "https://[a]b/",
    "https://[fe80::1%25en0]/",
    "https://a|b",
    "https://a<b\"c",
    "https://{a}",
    "https://a/%2F",
    " https://a",
    "https://a ",
    "https://a\n",
    "1a:b",
    ":x",
    "+a:b",
    "a+b-c.d:x",
    "my app:x",
    "urn:x:y",
    "myapp://cb",
    "myapp:/cb",
    "mailto:a@b",
    "javascript:alert(1)",
    "ftp://a",
    "null",
    "a|b",
    "c\\",
    "d\\|e",
    "https://a/\u{7f}",
    "https://a.example:99999",
];
/// Lengths of time, and what one could take for them.
pub(crate) const SPANS: &[&str] = &[
    "",
    "0",
    "0s",
    "1h",
    "90m",
    "1.5h",
    "-1h",
    "+5s",
    "1h0m0s",
    "100ms",
    "1500us",
    "1us",
    "1\u{b5}s",
    "1\u{3bc}s",
    ".5s",
    "1.s",
    ".s",
    "1d",
    "1",
    "1h 1m",
    " 1h",
    "1H",
    "1e3s",
    "1m60s",
    "1s500ms",
    "0.0000000001s",
    "0.333333333333333333h",
    "9223372036854775807ns",
    "9223372036854775808ns",
    "-9223372036854775808ns",
    "2562048h",
    "1ns",
];

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

/// Any JSON, for metadata and for places where it does not belong.
pub(crate) fn any() -> Vec<Value> {
    let texts = [
        "null",
        "true",
        "1",
        "1.0",
        "-0",
        "12345678901234567890123",
        "\"x\"",
        "\"\"",
        "[]",
        "[1,\"a\",null]",
        "{}",
        r#"{"z":1.50,"a":{"y":null,"x":[{}]}}"#,
    ];
    texts
        .iter()
        .map(|text| serde_json::from_str(text).unwrap())
        .collect()
}

/// A client with one odd field, for every field and oddity.
pub(crate) fn single_fields() -> Vec<String> {
    let mut clients = Vec::new();
    let mut add = |name: &str, value: Value| clients.push(json!({ name: value }).to_string());
    for name in TEXTS {
        ODD_TEXTS.iter().for_each(|text| add(name, json!(text)));
    }
    for name in LISTS {
        ADDRESSES
            .iter()
            .for_each(|address| add(name, json!([address])));
        for list in [
            json!([]),
            json!([null]),
            json!(["b", "a", "b"]),
            json!(["a|b", "c\\", "d\\|e"]),
        ] {
            add(name, list);
        }
    }
    for name in LIFESPANS {
        SPANS.iter().for_each(|span| add(name, json!(span)));
    }
    key_sets().into_iter().for_each(|set| add("jwks", set));
    for name in [
        TEXTS,
        LISTS,
        FLAGS,
        LIFESPANS,
        &[
            "metadata",
            "client_secret_expires_at",
            "sector_identifier_uri",
        ],
    ]
    .concat()
    {
        any().into_iter().for_each(|value| add(name, value));
    }
    for (redirect, logout) in [
        ("https://a/", "https://a/x"),
        ("https://A/", "https://a/x"),
        ("https://a:443/", "https://a/x"),
        ("https://a/", "http://a/x"),
        ("https://a", "https://u@a"),
        ("/cb", "/x"),
        ("app:x", "APP:y"),
        ("https://a", "https://a:"),
        ("https://[::1]:80", "https://[::1]"),
        ("https://a", "https://a#x"),
    ] {
        let client =
            json!({"redirect_uris": ["x:y", redirect], "post_logout_redirect_uris": [logout]});
        clients.push(client.to_string());
    }
    for set in key_sets() {
        let method = json!({"token_endpoint_auth_method": "private_key_jwt", "jwks": set});
        clients.push(method.to_string());
        clients.push(json!({"jwks_uri": "https://a.example/jwks", "jwks": set}).to_string());
    }
    clients
}
