//! Hydra's rules, and those across manifests.

use super::{brief, load_text};

/// The findings about a client with the fields given, each without its place.
fn of(fields: &str) -> Vec<String> {
    let loaded = load_text(format!("{{client_id: a, {fields}}}"));
    let brief = brief(&loaded);
    brief
        .iter()
        .map(|brief| {
            brief
                .split_once(' ')
                .map_or(brief.clone(), |(_, said)| said.to_owned())
        })
        .collect()
}

const NONE: [&str; 0] = [];

#[test]
fn a_client_must_be_known_again() {
    let unknown = "1:1 error: this client has no identity, so the next run would create it again";
    assert_eq!(brief(&load_text("{client_name: a}")), [unknown]);
    assert_eq!(brief(&load_text("{owner: a, client_id: ''}")), [unknown]);
    assert_eq!(brief(&load_text("{client_name: a, owner: b}")), NONE);
    let wrong = "1:13 error: `client_id` must be a string, not a number";
    assert_eq!(
        brief(&load_text("{client_id: 1}")),
        [wrong],
        "one fault, one finding"
    );
}

#[test]
fn two_manifests_of_one_client_are_an_error() {
    assert_eq!(
        brief(&load_text(
            "- client_id: a\n- client_id: b\n- client_id: a\n- client_id: a\n"
        )),
        [
            "3:14 error: the client `a` is described twice, first at <stdin>:1:14",
            "4:14 error: the client `a` is described twice, first at <stdin>:1:14",
        ]
    );
    let named = "client_name: n, owner: o";
    assert_eq!(
        brief(&load_text(format!(
            "- {{{named}}}\n- {{{named}}}\n- {{client_id: a, {named}}}\n- {{client_name: n, owner: p}}\n"
        ))),
        [
            "2:17 error: the client named `n` of `o` is described twice, first at <stdin>:1:17",
            "3:31 error: the name `n` of `o` is also that of the client without a `client_id` at <stdin>:1:17",
        ]
    );
    let same_name = format!("- {{client_id: a, {named}}}\n- {{client_id: b, {named}}}\n");
    assert_eq!(brief(&load_text(same_name)), NONE, "ids tell them apart");
}

#[test]
fn words_are_checked() {
    assert_eq!(
        of("subject_type: Public"),
        ["error: unknown `subject_type`: `Public`; Hydra refuses it"]
    );
    assert_eq!(
        of("subject_type: pairwise, access_token_strategy: JWT"),
        ["warning: `subject_type: pairwise` and `access_token_strategy: jwt` cannot be combined"]
    );
    assert_eq!(of("userinfo_signed_response_alg: ES256").len(), 1);
    assert_eq!(
        of("access_token_strategy: x"),
        ["warning: unknown `access_token_strategy`: `x`; Hydra v2.1 and later refuse it"]
    );
    assert_eq!(
        of("token_endpoint_auth_signing_alg: HS256"),
        NONE,
        "the rule is about private_key_jwt"
    );
    assert_eq!(
        of("token_endpoint_auth_method: None"),
        [
            "warning: unknown `token_endpoint_auth_method`: `None`; Hydra stores it, but the client can never authenticate"
        ]
    );
    assert_eq!(of("grant_types: [client_credential]").len(), 1);
    let both =
        "response_types: [code, id_token token], grant_types: [authorization_code, implicit]";
    let unknown = |found: &String| found.contains("unknown");
    assert!(!of(both).iter().any(unknown), "{:?}", of(both));
    assert_eq!(of("client_secret_expires_at: 5").len(), 1);
}

#[test]
fn secrets_are_judged() {
    let in_git = "warning: everyone who can read this manifest can read the secret in it";
    assert_eq!(
        of("client_secret: abcde"),
        [
            in_git,
            "error: the secret is shorter than 6 bytes, which Hydra refuses"
        ]
    );
    assert_eq!(of("client_secret: äöü"), [in_git], "Hydra counts bytes");
    assert_eq!(of("client_secret: ''"), NONE, "an empty one is none");
    assert_eq!(of(&format!("client_secret: {}", "x".repeat(72))), [in_git]);
    assert_eq!(
        of(&format!("client_secret: {}", "x".repeat(73))),
        [in_git, "warning: the secret is longer than 72 bytes"]
    );
    assert_eq!(
        of("client_secret: abcdef, token_endpoint_auth_method: none").len(),
        2
    );
}

#[test]
fn keys_are_checked() {
    // RFC 7515, appendix A.3.1.
    let ec = "use: sig, kty: EC, crv: P-256, x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU, y: x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
    let okp = "use: sig, kty: OKP, crv: Ed25519, x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
    let jwks = |keys: &str| of(&format!("jwks: {{keys: [{keys}]}}"));
    assert_eq!(jwks(&format!("{{{ec}}}")), NONE);
    assert_eq!(
        jwks(&format!("{{{okp}}}, {{kty: RSA, n: qxSw, e: AQAB}}")),
        NONE
    );
    assert_eq!(
        jwks("{kty: RSA, n: qxSw}"),
        ["error: a key of type `RSA` needs `e`"]
    );
    assert_eq!(
        jwks("{kty: ec}"),
        ["error: `ec` is not a key type that Hydra knows"]
    );
    assert_eq!(jwks("{kid: a}"), ["error: a key needs its type, `kty`"]);
    assert_eq!(jwks("x"), ["error: a key must be an object with `kty`"]);
    assert_eq!(
        jwks(&format!(
            "{{{ec}, d: jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI}}"
        ))
        .len(),
        1
    );
    assert_eq!(jwks("{kty: oct, k: c2VjcmV0}").len(), 1);
    assert_eq!(
        of("jwks: {keys: {}}"),
        ["error: `keys` must be a list of keys"]
    );
    assert_eq!(
        of(&format!(
            "jwks: {{keys: [{{{ec}}}]}}, jwks_uri: 'https://a.example'"
        )),
        ["error: `jwks` and `jwks_uri` cannot be combined"]
    );
    // As Hydra answers it.
    for empty in ["{}", "{keys: []}", "{keys: null}"] {
        let text = format!(
            "token_endpoint_auth_method: private_key_jwt, jwks: {empty}, jwks_uri: 'https://a.example'"
        );
        assert_eq!(of(&text), NONE);
    }
    let signs = "token_endpoint_auth_method: private_key_jwt";
    assert_eq!(
        of(signs),
        ["error: `private_key_jwt` needs the client's public key"]
    );
    assert_eq!(
        of(&format!("{signs}, jwks_uri: ''")),
        ["error: `private_key_jwt` needs the client's public key"]
    );
    assert_eq!(
        of(&format!("{signs}, jwks: {{}}")),
        ["warning: `jwks` contains no key, so the client can never authenticate"]
    );
    assert_eq!(of(&format!("{signs}, jwks_uri: 'https://a.example'")), NONE);
}

#[test]
fn addresses_are_checked() {
    assert_eq!(
        of("redirect_uris: ['com.example.app:/cb', 'http://127.0.0.1/cb']"),
        NONE
    );
    assert_eq!(
        of("redirect_uris: ['https://a.example/#x']"),
        ["error: the redirect URI `https://a.example/#x` has a fragment"]
    );
    assert_eq!(
        of("redirect_uris: [a.example/cb]"),
        ["error: the redirect URI `a.example/cb` is not valid: it has no scheme, such as `https:`"]
    );
    assert_eq!(
        of("redirect_uris: [/cb]"),
        ["warning: the redirect URI `/cb` has no scheme"]
    );
    let logout = |redirect: &str, logout: &str| {
        of(&format!(
            "redirect_uris: ['{redirect}'], post_logout_redirect_uris: ['{logout}']"
        ))
    };
    assert_eq!(
        logout("https://a.example/cb", "https://a.example/bye#x"),
        NONE
    );
    assert_eq!(
        logout("https://a.example/cb", "https://a.example:443/bye"),
        [
            "error: none of the `redirect_uris` has the scheme, host and port of `https://a.example:443/bye`"
        ]
    );
    assert_eq!(
        logout("HTTPS://a.example/cb", "https://a.example/bye"),
        NONE
    );
    assert_eq!(
        of("post_logout_redirect_uris: ['https://a.example/bye']").len(),
        1
    );
    assert_eq!(
        of(
            "allowed_cors_origins: ['https://a.example/', 'http://localhost:3000', 'https://*.b.example']"
        ),
        NONE
    );
    assert_eq!(of("allowed_cors_origins: ['*', 'https://a.example/x', 'https://u@a.example', 'https://a.example?x']").len(), 4);
    assert_eq!(
        of("sector_identifier_uri: http://a.example"),
        ["error: `http://a.example` is not an https URL"]
    );
    assert_eq!(
        of("logo_uri: logo.png"),
        ["warning: `logo.png` is not an http or https URL"]
    );
    assert_eq!(of("jwks_uri: /keys, request_uris: [x]").len(), 2);
}

#[test]
fn a_host_with_two_ports_is_refused_from_v26_2() {
    let uri = "'https://a:80:81/'";
    let fields = format!("redirect_uris: [{uri}], allowed_cors_origins: [{uri}], tos_uri: {uri}");
    let said = of(&fields).join("\n");
    assert_eq!(said.matches("warning: ").count(), 3, "{said}");
    assert_eq!(said.matches("`https://a:80:81/` has two ports").count(), 2);
    let policy = |major, minor| {
        super::super::Policy::new(
            &[],
            &[],
            Some(crate::client::HydraVersion::new(major, minor)),
        )
    };
    let has_errors = |major, minor| {
        let text = format!("{{client_id: a, {fields}}}");
        let paths = [std::path::PathBuf::from("-")];
        let policy = policy(major, minor).unwrap();
        let loaded = super::super::load(&paths, &mut text.as_bytes(), &policy).unwrap();
        loaded.has_errors()
    };
    assert!(has_errors(26, 2) && !has_errors(2, 3));
    assert_eq!(of("redirect_uris: ['http://[::1]:80/']"), NONE);
}

#[test]
fn whitespace_before_a_url_is_named() {
    let said = of("redirect_uris: [' https://a.example/cb'], tos_uri: ' https://a.example'");
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said.iter()
            .all(|said| said.ends_with("there is whitespace around it")),
        "{said:?}"
    );
}

#[test]
fn lifespans_are_checked() {
    let of = |time: &str| of(&format!("implicit_grant_id_token_lifespan: '{time}'"));
    assert_eq!(of("1h30m"), NONE);
    assert_eq!(of("1d"), ["error: `1d` is not a duration"]);
    assert_eq!(of(""), ["error: `` is not a duration"]);
    assert_eq!(of("-1h"), ["warning: `-1h` is negative"]);
}

#[test]
fn a_hybrid_client_uses_the_lifespan_of_implicit_id_tokens() {
    let unused = |types: &str, field: &str| {
        let rest = "scope: openid, redirect_uris: ['https://a.example/cb']";
        let of = of(&format!(
            "grant_types: [authorization_code], response_types: [{types}], {rest}, {field}: 30m"
        ));
        of.iter().any(|said| said.contains("has no effect"))
    };
    assert!(!unused("code id_token", "implicit_grant_id_token_lifespan"));
    assert!(unused("code", "implicit_grant_id_token_lifespan"));
    assert!(unused(
        "code id_token",
        "implicit_grant_access_token_lifespan"
    ));
}

#[test]
fn references_never_reach_hydra() {
    let refused = |name| {
        [format!(
            "error: the environment variable `{name}` may not be used"
        )]
    };
    assert_eq!(of("client_secret: '${env:SECRET}'"), refused("SECRET"));
    assert_eq!(of("scope: 'a ${env:B}'"), refused("B"));
    assert_eq!(of("metadata: {a: [{b: 'x${env:C}'}]}"), refused("C"));
    assert_eq!(
        of("contacts: ['${file:/etc/passwd}']"),
        ["error: cannot use the file `/etc/passwd`: it is in no folder that `--allow-file` names"]
    );
    let placeholder = "this looks like a placeholder that was not replaced";
    assert_eq!(
        of("client_name: '${other}'"),
        [format!("error: {placeholder}")]
    );
    assert_eq!(
        of("metadata: {a: '${other}'}"),
        [format!("warning: {placeholder}")]
    );
    assert_eq!(of("client_name: '$${other}'"), NONE);
}

#[test]
fn server_made_fields_are_read_and_not_sent() {
    let text = "created_at: 2020-01-01T00:00:00Z, updated_at: ~, registration_access_token: x";
    assert_eq!(
        of(text),
        [
            "warning: `created_at` is set by Hydra and not sent",
            "warning: `registration_access_token` is set by Hydra and not sent",
        ]
    );
}
