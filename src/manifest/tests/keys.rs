//! Keys that would harm the server that stores them.

use super::{brief, load_text};

/// The findings about a set of keys, without their places.
fn of(set: &str) -> Vec<String> {
    let loaded = load_text(format!("{{\"client_id\": \"a\", \"jwks\": {set}}}"));
    let brief = brief(&loaded);
    brief
        .iter()
        .map(|one| one.split_once(' ').unwrap().1.to_owned())
        .collect()
}

fn key(members: &str) -> Vec<String> {
    of(&format!("{{\"keys\": [{{{members}}}]}}"))
}

#[test]
fn no_number_of_a_key_is_empty_or_zero() {
    let oct = |value: &str| key(&format!(r#""kty": "oct", "k": "{value}""#));
    let secret =
        "warning: a symmetric key is a secret, and everyone who can read this manifest can read it";
    assert_eq!(oct("c2VjcmV0"), [secret]);
    for empty in ["", "\\n", "\\r\\n", "="] {
        assert_eq!(
            oct(empty),
            [secret, "error: `k` of this key is empty"],
            "{empty}"
        );
    }
    let rsa = |value: &str| {
        key(&format!(
            r#""kty": "RSA", "use": "sig", "n": "u1SU", "e": "{value}""#
        ))
    };
    assert!(rsa("AQAB").is_empty());
    for zero in ["AA", "AAAA", "AP", "AA\\n"] {
        assert_eq!(rsa(zero), ["error: `e` of this key is zero"], "{zero}");
    }
    let cut = "error: `e` of this key is larger than 64 bits, and the last 64 bits are zero";
    assert_eq!(rsa("AQAAAAAAAAAA"), [cut]);
    assert!(rsa("AQAAAAAAAAAB").is_empty());
    for (members, name) in [
        (r#""kty": "RSA", "n": "", "e": "AQAB""#, "n"),
        (r#""kty": "EC", "crv": "P-256", "x": "", "y": "u1SU""#, "x"),
        (r#""kty": "EC", "crv": "P-256", "x": "u1SU", "y": """#, "y"),
        (r#""kty": "OKP", "crv": "Ed25519", "x": """#, "x"),
    ] {
        let wrong = format!("error: `{name}` of this key is empty");
        assert_eq!(key(members), [wrong], "{members}");
    }
    let private = key(r#""kty": "EC", "crv": "P-256", "x": "u1SU", "y": "u1SU", "d": "AAAA""#);
    assert!(
        private.contains(&"error: `d` of this key is zero".to_owned()),
        "{private:?}"
    );
}

#[test]
fn a_harmful_key_does_not_hide_behind_the_spelling_of_a_name() {
    let bad = r#"{"kty": "oct", "k": ""}"#;
    let good = r#"{"kty": "RSA", "use": "sig", "n": "u1SU", "e": "AQAB"}"#;
    for name in ["keys", "KEYS", "key\\u017f", "\\u212aeys"] {
        let found = of(&format!("{{\"{name}\": [{bad}]}}"));
        assert!(
            found.contains(&"error: `k` of this key is empty".to_owned()),
            "{name}: {found:?}"
        );
    }
    for set in [
        format!("{{\"keys\": [{good}], \"KEYS\": [{bad}]}}"),
        format!("{{\"KEYS\": [{bad}], \"keys\": [{good}]}}"),
        format!("{{\"keys\": [{good}, {bad}]}}"),
    ] {
        let found = of(&set);
        assert!(
            found.contains(&"error: `k` of this key is empty".to_owned()),
            "{set}: {found:?}"
        );
    }
    // Within a key the names count letter by letter: this `K` is nobody's.
    let found = key(r#""kty": "oct", "K": "AAAB", "k": """#);
    assert!(
        found.contains(&"error: `k` of this key is empty".to_owned()),
        "{found:?}"
    );
    assert_eq!(
        of(&format!("{{\"keys\": [{good}], \"Keys\": [{good}]}}")),
        ["error: `keys` is given twice, in different spellings"]
    );
}
