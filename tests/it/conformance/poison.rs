//! Clients that ruin a server which stores keys unseen: they need a server of their own.

use std::path::PathBuf;

use hydra_gitops::manifest::{Policy, load};
use hydra_gitops::sandbox::Version;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;
use rand::{Rng as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::conformance::Check;
use crate::conformance::generated::setting;
use crate::conformance::odd_fields;
use crate::support::target::Target;

pub(crate) const CHECKS: &[(&str, Check)] = &[
    ("keys that cannot be read back", unreadable_keys),
    ("what is valid harms nobody", valid_keys),
];

const N: &str = "u1SU1LfVLPHCozMxH2Mo";

/// Sets of one key that Hydra before v2.2 takes, stores without its number, and cannot read back.
fn poisons() -> Vec<String> {
    let key = |key: String| format!(r#"{{"keys":[{key}]}}"#);
    let rsa = |e: &str| key(format!(r#"{{"kty":"RSA","n":"{N}","e":"{e}"}}"#));
    let oct = |k: &str| key(format!(r#"{{"kty":"oct",{k}}}"#));
    let empty = r#"{"kty":"oct","k":""}"#;
    let good = format!(r#"{{"kty":"RSA","n":"{N}","e":"AQAB"}}"#);
    vec![
        rsa(""),
        rsa("AA"),
        rsa("AAAA"),
        rsa("AP"),
        rsa(r"\n"),
        rsa("AQAAAAAAAAAA"),
        rsa("_wAAAAAAAAAA"),
        oct(r#""k":"""#),
        oct(r#""K":"AAAB","k":"""#),
        format!(r#"{{"KEYS":[{empty}]}}"#),
        format!("{{\"key\u{17f}\":[{empty}]}}"),
        format!(r#"{{"keys":[{good}],"KEYS":[{empty}]}}"#),
        key(format!("{good},{empty}")),
    ]
}

/// Whether `validate` has nothing against a client, given as the JSON of an object.
fn is_valid_client(client: &str) -> bool {
    let manifest = match client.contains("\"client_id\"") {
        true => client.to_owned(),
        false => client.replacen('{', r#"{"client_id":"a","#, 1),
    };
    let loaded = load(
        &[PathBuf::from("-")],
        &mut manifest.as_bytes(),
        &Policy::default(),
    );
    !loaded.unwrap().has_errors()
}

/// Neither the client nor any list that holds it is to be had again, and no request deletes it.
fn unreadable_keys(target: &Target) {
    let healthy = target.made(&json!({}));
    for jwks in poisons() {
        let client = format!(r#"{{"jwks":{jwks}}}"#);
        assert!(!is_valid_client(&client), "{jwks} would be sent");
        let reply = target.post_raw(&client);
        if target.version >= Version::V2_2_0 {
            assert_eq!(reply.status, 400, "{jwks}: {}", reply.body);
            continue;
        }
        assert_eq!(reply.status, 201, "{jwks}: {}", reply.body);
        let id = reply.json()["client_id"].as_str().unwrap().to_owned();
        assert_eq!(target.get(&id).status, 500, "{jwks}");
        assert_eq!(target.list("").status, 500, "{jwks}");
        let gone = target.send("DELETE", &target.path_of(&id), "");
        assert_eq!(gone.status, 500, "{jwks}");
        assert_eq!(target.get(&healthy).status, 200);
    }
    let listed = if target.version >= Version::V2_2_0 {
        200
    } else {
        500
    };
    assert_eq!(target.list("").status, listed);
}

/// Whatever `validate` lets pass can be read, listed and deleted once it is stored.
/// `HYDRA_GITOPS_CASES` sets how many clients are tried.
fn valid_keys(target: &Target) {
    let mut random = StdRng::seed_from_u64(setting("HYDRA_GITOPS_SEED", 1));
    let odd = odd_fields::clients();
    let mut taken = 0;
    for case in 0..setting("HYDRA_GITOPS_CASES", 200) {
        let jwks = json!({"keys": [odd_key(&mut random)]}).to_string();
        let client = match case % 4 {
            0 => odd.choose(&mut random).unwrap().clone(),
            _ => format!(r#"{{"jwks":{jwks}}}"#),
        };
        let reply = if is_valid_client(&client) {
            target.post_raw(&client)
        } else {
            continue;
        };
        if reply.status != 201 {
            continue;
        }
        taken += 1;
        let id = reply.json()["client_id"].as_str().unwrap().to_owned();
        let path = target.path_of(&id);
        for (what, reply) in [
            ("GET", target.get(&id)),
            ("the list", target.list("")),
            ("DELETE", target.send("DELETE", &path, "")),
        ] {
            assert!(reply.status < 500, "{what} after {client}: {}", reply.body);
        }
    }
    assert!(taken > 0, "no client was taken");
}

/// A key of any type with up to two odd members.
fn odd_key(random: &mut StdRng) -> Value {
    let keys = [
        json!({"kty": "RSA", "n": N, "e": "AQAB"}),
        json!({"kty": "oct", "k": "AAAB"}),
        json!({"kty": "EC", "crv": "P-256", "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}),
        json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}),
    ];
    let mut key = keys.choose(random).unwrap().clone();
    for _ in 0..random.gen_range(0..3) {
        let name = *MEMBERS.choose(random).unwrap();
        key[name] = match random.gen_range(0..4) {
            0 => json!(zeros(random)),
            1 => json!(format!("{}{}", ODD.choose(random).unwrap(), zeros(random))),
            2 => json!(ODD.choose(random).unwrap()),
            _ => [
                json!(null),
                json!(0),
                json!([]),
                json!(["x"]),
                json!({}),
                json!(true),
            ]
            .choose(random)
            .unwrap()
            .clone(),
        };
    }
    key
}

fn zeros(random: &mut StdRng) -> String {
    "A".repeat(random.gen_range(0..24))
}

const MEMBERS: &[&str] = &[
    "n", "e", "k", "x", "y", "d", "p", "q", "E", "K", "KTY", "kid", "use", "alg", "key_ops", "x5c",
    "x5t", "x5t#S256", "x5u", "crv",
];
const ODD: &[&str] = &[
    "",
    "A",
    "AA",
    "AP",
    "AQ",
    "AQAB",
    "_w",
    "-",
    "=",
    "AA==",
    "\n",
    "AA\r\n",
    " ",
    "\u{0}",
    "é",
    "+w",
    "x",
    "https://a.example/",
    "a|b",
    "\\",
];
