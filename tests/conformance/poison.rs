//! A client that ruins a v1 server: it needs a server of its own.

use serde_json::json;

use crate::Check;
use crate::target::Target;

pub(crate) const CHECKS: &[(&str, Check)] = &[("an rsa key without an exponent", no_exponent)];

/// v1 takes the key, stores it without its exponent, and cannot read it back: neither the client
/// nor any list that holds it, and it cannot delete it either.
fn no_exponent(target: &Target) {
    let healthy = target.made(&json!({}));
    let key = json!({"kty": "RSA", "n": "u1SU1LfVLPHCozMxH2Mo", "e": "AA"});
    let reply = target.create(&json!({"jwks": {"keys": [key]}}));
    if !target.is_v1() {
        assert_eq!(reply.status, 400);
        assert!(reply.body.contains("Invalid JSON web key in set."));
        return;
    }
    assert_eq!(reply.status, 201);
    let id = reply.json()["client_id"].as_str().unwrap().to_owned();
    assert_eq!(target.get(&id).status, 500);
    assert_eq!(target.list("").status, 500);
    assert_eq!(target.send("DELETE", &target.path_of(&id), "").status, 500);
    assert_eq!(target.get(&healthy).status, 200);
}
