//! Kubernetes resources.

use crate::client::{Field, Identity};

use super::{brief, load_text, shown};

const RESOURCE: &str = "\
apiVersion: hydra.ory.sh/v1alpha1
kind: OAuth2Client
metadata:
  name: web
  namespace: shop
  labels: {app: web}
spec:
  clientName: Web
  grantTypes: [authorization_code, refresh_token]
  responseTypes: [code, code id_token]
  scope: openid
  scopeArray: [offline_access]
  redirectUris: [https://web.example.com/cb]
  postLogoutRedirectUris: [https://web.example.com/bye]
  tokenEndpointAuthMethod: client_secret_post
  skipConsent: true
  frontChannelLogoutSessionRequired: false
  backChannelLogoutURI: https://web.example.com/logout
  tokenLifespans:
    authorization_code_grant_access_token_lifespan: 15m
  metadata: {a: 1.0}
  secretName: web-credentials
  deletionPolicy: orphan
status: {}
";

#[test]
fn a_resource_is_the_client_that_hydra_maester_makes() {
    let loaded = load_text(RESOURCE);
    assert_eq!(
        brief(&loaded),
        ["22:3 warning: no Kubernetes Secret is written"]
    );
    let client = &loaded.manifests[0].client;
    let Some(Identity::Name(name)) = client.identity() else {
        unreachable!("{client:?}")
    };
    assert_eq!(
        (name.client_name.as_str(), name.owner.as_str()),
        ("Web", "web/shop")
    );
    assert_eq!(client.list(Field::Scope), ["openid", "offline_access"]);
    assert_eq!(
        client.text(Field::BackchannelLogoutUri),
        Some("https://web.example.com/logout")
    );
    assert_eq!(
        client.text(Field::AuthorizationCodeGrantAccessTokenLifespan),
        Some("15m")
    );
    assert_eq!(client.values().count(), 13);
    assert_eq!(
        loaded.manifests[0].field_location(Field::Owner).to_string(),
        "<stdin>:4:9"
    );
}

#[test]
fn faults_of_a_resource_are_those_of_a_client() {
    let text = RESOURCE
        .replace("redirectUris", "redirectUri")
        .replace("skipConsent: true", "clientSecret: hunter2-hunter2")
        .replace("  namespace: shop\n", "")
        .replace("15m", "1d")
        .replace("secretName: web-credentials", "hydraAdmin: {url: x}");
    let loaded = load_text(text);
    assert_eq!(
        brief(&loaded),
        [
            "3:1 error: an `OAuth2Client` needs `metadata.name` and `metadata.namespace`",
            "12:3 error: unknown field `redirectUri` in `spec`",
            "13:28 error: none of the `redirectUris` has the scheme, host and port of `https://web.example.com/bye`",
            "15:3 error: unknown field `clientSecret` in `spec`",
            "19:53 error: `1d` is not a duration",
            "21:3 warning: `hydraAdmin` is ignored",
        ]
    );
    let shown = shown(&loaded);
    assert!(shown.contains("did you mean `redirectUris`?"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

#[test]
fn lists_and_other_kinds() {
    let item = RESOURCE.replace('\n', "\n    ");
    let text = format!(
        "apiVersion: v1\nkind: List\nitems:\n  - {item}\n---\napiVersion: apps/v1\nkind: Deployment\nspec: {{a: b}}\n"
    );
    let loaded = load_text(text);
    assert_eq!(loaded.manifests.len(), 1);
    assert_eq!(loaded.findings.len(), 2);
    assert_eq!(
        loaded.findings[1].message,
        "a resource of kind `Deployment` is skipped"
    );
}
