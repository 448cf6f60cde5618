//! Clients whose stored form is not what was sent.

use hydra_gitops::sandbox::Version;
use serde_json::{Value, json};

use crate::reconcile::settles::knows_v2_1;

/// Clients that servers rewrite in every way that is known.
pub(crate) fn awkward(version: Version) -> Vec<Value> {
    let mut clients = vec![
        json!({"scope": ""}),
        json!({"scope": "b a  b"}),
        json!({"scope": ["openid", "offline"]}),
        json!({"grant_types": [], "response_types": [], "redirect_uris": [], "contacts": []}),
        json!({"grant_types": null, "audience": null, "allowed_cors_origins": null, "metadata": null}),
        json!({"grant_types": ["refresh_token", "authorization_code"], "response_types": ["id_token", "code"]}),
        json!({"redirect_uris": ["https://b.example/cb", "https://a.example/cb", "https://b.example/cb"]}),
        json!({"redirect_uris": ["com.example.app:/callback", "http://127.0.0.1:3000/cb?a=b|c"]}),
        json!({"audience": ["a|b", "c\\d", "e\\|f", "\u{fc}"], "contacts": ["", "x@example.org"]}),
        json!({"allowed_cors_origins": ["HTTPS://App.example/", "https://b.example//", "http://localhost:3000"]}),
        json!({"metadata": {}}),
        json!({"metadata": {"b": [1.0, 1e2, 12345678901234567890u64, -0.5], "a": {"n": null, "s": "<&>\u{2028}"}}}),
        json!({"metadata": {"large": 1234567890123456789012345678901234567890.0, "empty": ""}}),
        json!({"subject_type": "", "token_endpoint_auth_method": "", "userinfo_signed_response_alg": ""}),
        json!({"subject_type": "public", "token_endpoint_auth_method": "client_secret_post"}),
        json!({"token_endpoint_auth_method": "none", "grant_types": ["authorization_code"]}),
        json!({"userinfo_signed_response_alg": "RS256", "request_object_signing_alg": "RS256"}),
        json!({"jwks": {}}),
        json!({"jwks": {"keys": []}}),
        json!({"jwks": {"keys": [ec_key()]}, "token_endpoint_auth_method": "private_key_jwt"}),
        json!({"jwks": {"keys": [rsa_key(), ec_key()]}}),
        json!({"jwks_uri": "https://app.example/jwks.json", "token_endpoint_auth_method": "private_key_jwt",
            "token_endpoint_auth_signing_alg": "ES256"}),
        json!({"client_secret": "given-by-the-manifest", "client_secret_expires_at": 0}),
        json!({"frontchannel_logout_uri": "https://app.example/out", "frontchannel_logout_session_required": true}),
        json!({"backchannel_logout_uri": "https://app.example/out", "backchannel_logout_session_required": false}),
        json!({"redirect_uris": ["https://app.example/cb"], "post_logout_redirect_uris": ["https://app.example/"]}),
        json!({"request_uris": ["https://app.example/r#hash"]}),
        json!({"policy_uri": "https://app.example/p", "tos_uri": "", "client_uri": "https://\u{fc}.example/", "logo_uri": null}),
        json!({"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z",
            "registration_client_uri": "http://x/"}),
    ];
    clients.extend(lifespans());
    if knows_v2_1(version) {
        clients.push(json!({"access_token_strategy": "jwt", "skip_consent": true}));
    }
    clients.push(
        json!({"access_token_strategy": "", "skip_consent": false, "skip_logout_consent": true}),
    );
    clients.push(json!({"skip_logout_consent": false}));
    // A field that a server does not know is dropped, which is said and is no drift.
    clients.push(json!({"device_authorization_grant_access_token_lifespan": "5m",
        "password_grant_access_token_lifespan": "5m", "skip_consent": true, "access_token_strategy": "opaque"}));
    clients
}

/// Durations are rewritten in Go's way.
fn lifespans() -> Vec<Value> {
    let spellings = [
        "1h",
        "90m",
        "1.5h",
        "0",
        "100ms",
        "1500us",
        "1\u{b5}s",
        "1\u{3bc}s",
        ".5s",
        "1.s",
        "+5s",
        "1m60s",
        "0.0000000001s",
    ];
    let client = |text: &&str| {
        json!({"authorization_code_grant_access_token_lifespan": text,
        "refresh_token_grant_id_token_lifespan": text, "implicit_grant_access_token_lifespan": null})
    };
    spellings.iter().map(client).collect()
}

/// A P-256 key with members that Hydra drops.
pub(crate) fn ec_key() -> Value {
    json!({"kty": "EC", "crv": "P-256", "kid": "ec", "use": "sig", "alg": "ES256", "key_ops": ["verify"],
        "x": "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "y": "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM",
        "x5c": [], "exp": 1})
}

/// An RSA key whose exponent is written with a leading zero byte (the modulus of RFC 7515, A.2).
fn rsa_key() -> Value {
    json!({"kty": "RSA", "kid": "rsa", "alg": "", "e": "AAEAAQ",
        "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ"})
}
