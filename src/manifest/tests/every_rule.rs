//! Every rule of the table has a text or a file here that violates it.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use super::super::{Finding, FlagValue, Policy, Rule, Snapshot, from_flags, load, load_separately};
use super::{load_text, make_pipe};
use crate::client::Field;

/// Texts that violate a rule.
pub(super) const TEXTS: &[(Rule, &str)] = &[
    (Rule::NotUtf8, "\u{feff}"),
    (Rule::NoClient, "# nothing\n"),
    (Rule::InvalidSyntax, "client_id: [a\n"),
    (Rule::DuplicateKey, "client_id: a\nclient_id: b\n"),
    (Rule::InvalidKey, "client_id: a\n? [x]\n: y\n"),
    (Rule::UnknownAnchor, "client_id: *a\n"),
    (Rule::RecursiveAlias, "client_id: a\nmetadata: &a {b: *a}\n"),
    (Rule::InvalidMerge, "client_id: a\n<<: x\n"),
    (Rule::YamlTag, "client_id: !x a\n"),
    (Rule::AmbiguousValue, "client_id: a\nmetadata: {a: no}\n"),
    (
        Rule::UnusedAllow,
        "client_id: a # hydra-gitops: allow server-made-field\n",
    ),
    (Rule::NotAClient, "just text"),
    (Rule::UnknownField, "client_id: a\nfoo: b\n"),
    (Rule::ServerMadeField, "client_id: a\ncreated_at: b\n"),
    (Rule::WrongType, "client_id: 1\n"),
    (Rule::InvalidScope, "client_id: a\nscope: ' '\n"),
    (
        Rule::UnresolvedReference,
        "client_id: a\nclient_name: '${var:A}'\n",
    ),
    (
        Rule::MalformedReference,
        "client_id: a\nclient_name: '${var:}'\n",
    ),
    (Rule::UnresolvedPlaceholder, "client_id: $A\n"),
    (Rule::SkippedResource, "apiVersion: v1\nkind: Secret\n"),
    (
        Rule::IncompleteResource,
        "apiVersion: hydra.ory.sh/v1alpha1\nkind: OAuth2Client\n",
    ),
    (
        Rule::IgnoredField,
        "apiVersion: hydra.ory.sh/v1alpha1\nkind: OAuth2Client\nspec: {secretName: a}\n",
    ),
    (Rule::NoIdentity, "client_name: a\n"),
    (Rule::DuplicateClient, "- client_id: a\n- client_id: a\n"),
    (
        Rule::AmbiguousName,
        "- {client_name: a, owner: b}\n- {client_id: c, client_name: a, owner: b}\n",
    ),
    (Rule::AwkwardClientId, "client_id: a/b\n"),
    (Rule::ShortSecret, "client_id: a\nclient_secret: short\n"),
    (
        Rule::LongSecret,
        "client_id: a\nclient_secret: x0123456789012345678901234567890123456789012345678901234567890123456789012\n",
    ),
    (
        Rule::UnusedSecret,
        "client_id: a\nclient_secret: long-enough\ntoken_endpoint_auth_method: none\n",
    ),
    (
        Rule::SecretInManifest,
        "client_id: a\nclient_secret: long-enough\n",
    ),
    (
        Rule::SecretExpiry,
        "client_id: a\nclient_secret_expires_at: 1\n",
    ),
    (
        Rule::UnknownAuthMethod,
        "client_id: a\ntoken_endpoint_auth_method: x\n",
    ),
    (
        Rule::UnknownAuthSigningAlg,
        "{client_id: a, token_endpoint_auth_method: private_key_jwt, token_endpoint_auth_signing_alg: x, jwks_uri: 'https://a.example'}",
    ),
    (
        Rule::UnknownRequestSigningAlg,
        "client_id: a\nrequest_object_signing_alg: x\n",
    ),
    (
        Rule::UnknownUserinfoSigningAlg,
        "client_id: a\nuserinfo_signed_response_alg: x\n",
    ),
    (Rule::UnknownSubjectType, "client_id: a\nsubject_type: x\n"),
    (
        Rule::UnknownTokenStrategy,
        "client_id: a\naccess_token_strategy: x\n",
    ),
    (Rule::UnknownGrantType, "client_id: a\ngrant_types: [x]\n"),
    (
        Rule::UnknownResponseType,
        "client_id: a\nresponse_types: [x]\n",
    ),
    (
        Rule::InvalidLifespan,
        "client_id: a\nimplicit_grant_id_token_lifespan: 1d\n",
    ),
    (
        Rule::NegativeLifespan,
        "client_id: a\nimplicit_grant_id_token_lifespan: '-1h'\n",
    ),
    (
        Rule::ConflictingKeys,
        "{client_id: a, jwks_uri: 'https://a.example', jwks: {keys: [{kty: OKP, use: sig, crv: Ed25519, x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU}]}}",
    ),
    (
        Rule::MissingKeys,
        "client_id: a\ntoken_endpoint_auth_method: private_key_jwt\n",
    ),
    (
        Rule::EmptyKeySet,
        "client_id: a\ntoken_endpoint_auth_method: private_key_jwt\njwks: {}\n",
    ),
    (Rule::InvalidKeySet, "client_id: a\njwks: {keys: x}\n"),
    (Rule::InvalidJwk, "client_id: a\njwks: {keys: [{kty: x}]}\n"),
    (
        Rule::HarmfulJwk,
        "client_id: a\njwks: {keys: [{kty: RSA, n: u1SU, e: AAAA}]}\n",
    ),
    (
        Rule::PrivateKey,
        "client_id: a\njwks: {keys: [{kty: OKP, crv: Ed25519, x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU, d: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU}]}\n",
    ),
    (
        Rule::SymmetricKey,
        "client_id: a\njwks: {keys: [{kty: oct, k: c2VjcmV0}]}\n",
    ),
    (
        Rule::InvalidRedirectUri,
        "client_id: a\nredirect_uris: [a]\n",
    ),
    (
        Rule::UnreachableRedirectUri,
        "client_id: a\nredirect_uris: [/cb]\n",
    ),
    (
        Rule::InvalidLogoutRedirectUri,
        "client_id: a\npost_logout_redirect_uris: [a]\n",
    ),
    (
        Rule::ForeignLogoutRedirectUri,
        "client_id: a\npost_logout_redirect_uris: ['https://a.example']\n",
    ),
    (
        Rule::InvalidOrigin,
        "client_id: a\nallowed_cors_origins: [a]\n",
    ),
    (
        Rule::OriginWithoutHost,
        "client_id: a\nallowed_cors_origins: ['https://']\n",
    ),
    (
        Rule::InsecureSectorIdentifier,
        "client_id: a\nsector_identifier_uri: http://a.example\n",
    ),
    (Rule::InvalidPageUrl, "client_id: a\nlogo_uri: a.png\n"),
    (Rule::UnfetchableUrl, "client_id: a\njwks_uri: /keys\n"),
    (
        Rule::MissingRedirectUri,
        "client_id: a\ngrant_types: [authorization_code]\n",
    ),
    (
        Rule::PublicClientCredentials,
        "{client_id: a, grant_types: [client_credentials], token_endpoint_auth_method: none}",
    ),
    (
        Rule::GrantWithoutResponseType,
        "{client_id: a, grant_types: [authorization_code], response_types: [token]}",
    ),
    (
        Rule::ResponseTypeWithoutGrant,
        "client_id: a\nresponse_types: [token]\n",
    ),
    (
        Rule::UnreachableRefreshToken,
        "client_id: a\ngrant_types: [refresh_token]\n",
    ),
    (
        Rule::MissingOfflineScope,
        "{client_id: a, grant_types: [refresh_token], scope: openid}",
    ),
    (
        Rule::UnusedOfflineScope,
        "{client_id: a, grant_types: [client_credentials], scope: offline}",
    ),
    (
        Rule::MissingOpenidScope,
        "{client_id: a, response_types: [code id_token], scope: a}",
    ),
    (
        Rule::ImplicitGrant,
        "client_id: a\ngrant_types: [implicit]\n",
    ),
    (
        Rule::UnavailableGrant,
        "client_id: a\ngrant_types: [password]\n",
    ),
    (Rule::CommaInScope, "client_id: a\nscope: a,b\n"),
    (
        Rule::PairwiseJwt,
        "{client_id: a, subject_type: pairwise, access_token_strategy: jwt}",
    ),
    (
        Rule::UnusedLifespan,
        "{client_id: a, grant_types: [x], implicit_grant_id_token_lifespan: 1h}",
    ),
    (
        Rule::HashAsSecret,
        "client_id: a\nclient_secret: $2a$10$abcdefgh\n",
    ),
    (
        Rule::BlankAroundUrl,
        "client_id: a\nredirect_uris: ['https://a.example/cb ']\n",
    ),
    (
        Rule::WildcardRedirectUri,
        "client_id: a\nredirect_uris: ['https://*.a.example/cb']\n",
    ),
    (
        Rule::MisspeltScheme,
        "client_id: a\nredirect_uris: ['htps://a.example/cb']\n",
    ),
    (
        Rule::UnsafeScheme,
        "client_id: a\nredirect_uris: ['javascript:alert(1)']\n",
    ),
    (
        Rule::InsecureRedirectUri,
        "client_id: a\nredirect_uris: ['http://a.example/cb']\n",
    ),
    (
        Rule::InsecureUrl,
        "client_id: a\njwks_uri: http://a.example/keys\n",
    ),
    (
        Rule::PrivateAddress,
        "client_id: a\njwks_uri: https://10.0.0.1/keys\n",
    ),
    (
        Rule::UnmatchableOrigin,
        "client_id: a\nallowed_cors_origins: ['https://a.example:443']\n",
    ),
    (
        Rule::WildcardOrigin,
        "client_id: a\nallowed_cors_origins: ['https://*']\n",
    ),
    (
        Rule::KeysWithoutUse,
        "client_id: a\njwks: {keys: [{kty: RSA, n: qxSw, e: AQAB}]}\n",
    ),
    (
        Rule::UnusableKeys,
        "client_id: a\ntoken_endpoint_auth_method: private_key_jwt\njwks: {keys: [{use: sig, kty: OKP, crv: Ed25519, x: f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU}]}\n",
    ),
    (
        Rule::NewerJwkSyntax,
        "client_id: a\njwks: {keys: [{use: sig, kty: RSA, n: qxSw, e: AQAB, x5u: 'https://a.example'}]}\n",
    ),
    (
        Rule::PairwiseWithoutSector,
        "client_id: a\nsubject_type: pairwise\nredirect_uris: ['https://a.example/1', 'https://a.example/2']\n",
    ),
    (
        Rule::HarmfulLogoutUrl,
        "client_id: a\nfrontchannel_logout_uri: https://a.example:port/\n",
    ),
    (
        Rule::DuplicateRedirectUri,
        "client_id: a\nredirect_uris: ['https://a.example/1', 'https://a.example/1']\n",
    ),
    (
        Rule::InvalidAudience,
        "client_id: a\naudience: ['127.0.0.1:3000']\n",
    ),
    (
        Rule::OpaqueAudience,
        "client_id: a\naudience: ['urn:api:orders']\n",
    ),
    (Rule::WildcardInScope, "client_id: a\nscope: users:*\n"),
    (
        Rule::RequestObjectsWithoutKeys,
        "client_id: a\nrequest_object_signing_alg: RS256\n",
    ),
    (
        Rule::UnstorableValue,
        "{client_id: a, client_name: \"\\0\"}",
    ),
];

fn rules(findings: &[Finding]) -> impl Iterator<Item = Rule> {
    findings.iter().map(|finding| finding.rule)
}

/// The rules that texts violate; each text violates its own.
fn of_texts() -> BTreeSet<Rule> {
    let violates = |(rule, text): &(Rule, &str)| {
        let loaded = match rule {
            Rule::NotUtf8 => load_text(b"\xff"),
            _ => load_text(text),
        };
        let found: BTreeSet<Rule> = rules(&loaded.findings).collect();
        assert!(found.contains(rule), "{text}: {found:?}");
        *rule
    };
    TEXTS.iter().map(violates).collect()
}

/// The rules that large texts violate.
fn of_large_texts() -> BTreeSet<Rule> {
    let warnings: String = (0..20_001)
        .map(|number| format!("- client_id: c{number}\n  created_at: x\n"))
        .collect();
    let texts = [
        format!("metadata: {}", "[".repeat(200)),
        "- x\n".repeat(1_001),
        warnings,
    ];
    let found = texts.iter().map(|text| load_text(text).findings);
    found
        .flat_map(|found| rules(&found).collect::<Vec<_>>())
        .collect()
}

/// The rules that the files of a folder violate.
fn of_files() -> BTreeSet<Rule> {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let empty = at("empty");
    fs::create_dir(&empty).unwrap();
    fs::create_dir(at("sub")).unwrap();
    fs::create_dir(at("sub/.hydra-gitops-ignore")).unwrap();
    fs::write(at(".hydra-gitops-ignore"), "x{y\n").unwrap();
    fs::write(at("loose.json"), "{\"client_id\": \"a\",}").unwrap();
    make_pipe(&at("pipe.yaml"));
    symlink("sub", at("link")).unwrap();
    symlink("gone", at("gone.yaml")).unwrap();
    symlink("/etc/passwd", at("out.yaml")).unwrap();
    let loaded = |path: &Path| {
        load(
            &[path.to_owned()],
            &mut std::io::empty(),
            &Policy::default(),
        )
        .unwrap()
        .findings
    };
    let mut found = loaded(folder.path());
    found.extend(loaded(&empty));
    let gone = [at("gone"), at("pipe.yaml")];
    found.extend(
        Snapshot::read(&gone)
            .unwrap()
            .parse(&Policy::default())
            .unwrap()
            .findings,
    );
    rules(&found).collect()
}

/// The rules that only `import` and `create` check.
fn of_one_offs() -> BTreeSet<Rule> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("empty.json");
    fs::write(&file, "").unwrap();
    let described = folder.path().join("described.json");
    fs::write(&described, "{\"client_id\": \"a\", \"description\": \"b\"}").unwrap();
    let paths: [PathBuf; 4] = [file.clone(), file, folder.path().to_owned(), described];
    let files = load_separately(&paths, &mut std::io::empty(), &Policy::default()).unwrap();
    let mut found: Vec<Finding> = files.into_iter().flat_map(|file| file.findings).collect();
    let json = FlagValue::Json("{".to_owned());
    found.extend(from_flags(&[(Field::Metadata, json)], |field| field.name().to_owned()).1);
    rules(&found).collect()
}

#[test]
fn every_rule_is_violated_by_a_test() {
    let mut found = of_texts();
    found.extend(of_large_texts());
    found.extend(of_files());
    found.extend(of_one_offs());
    // Only where a version is asked for; the example on its page does.
    found.insert(Rule::DroppedField);
    // Only where the environment may be used; the example on its page does.
    found.insert(Rule::SecretInIdentity);
    // Only `validate --output json` reports it, where there is nothing to find; its own test does.
    found.insert(Rule::UnreadableManifests);
    let missing: Vec<_> = Rule::ALL
        .iter()
        .filter(|rule| !found.contains(rule))
        .map(|rule| rule.name())
        .collect();
    assert_eq!(missing, [""; 0], "add a violation of each rule here");
}
