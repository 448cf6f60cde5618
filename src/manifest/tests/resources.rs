//! Kubernetes resources.

use crate::client::{Field, Identity};

use super::super::{Loaded, Policy, load};
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
        [
            "22:3 warning: the Secret `web-credentials` is not read: an id and a secret in it do not count"
        ]
    );
    let client = &loaded.manifests[0].client;
    let Some(Identity::Resource(resource)) = client.identity() else {
        unreachable!("{client:?}")
    };
    assert_eq!(resource.as_str(), "web/shop");
    assert_eq!(client.text(Field::ClientName), Some("Web"));
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
        .replace("secretName: web-credentials", "hydraAdmin: {url: x}")
        .replace("deletionPolicy: orphan", "requireExistingSecret: true");
    let loaded = load_text(text);
    assert_eq!(
        brief(&loaded),
        [
            "3:1 error: an `OAuth2Client` needs `metadata.namespace`",
            "12:3 error: unknown field `redirectUri` in `spec`",
            "13:28 error: none of the `redirectUris` has the scheme, host and port of `https://web.example.com/bye`",
            "15:3 error: unknown field `clientSecret` in `spec`",
            "19:53 error: `1d` is not a duration",
            "21:3 warning: `hydraAdmin` is ignored",
            "22:3 warning: `requireExistingSecret` is ignored",
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

/// The owners by which clients are recognized.
fn owners(loaded: &Loaded) -> Vec<String> {
    let manifests = loaded.manifests.iter();
    let identities = manifests.filter_map(|manifest| manifest.client.identity());
    identities.map(|identity| identity.to_string()).collect()
}

fn in_namespace(text: &str, namespace: &str) -> Loaded {
    let policy = Policy::default().in_namespace(Some(namespace.parse().unwrap()));
    load(&["-".into()], &mut text.as_bytes(), &policy).unwrap()
}

#[test]
fn what_hydra_maester_takes_is_read() {
    for (text, owner, clients) in [
        (
            include_str!("resources/simple.yaml"),
            "storefront/retail",
            1,
        ),
        (
            include_str!("resources/own_credentials.yaml"),
            "warehouse/retail",
            1,
        ),
        (include_str!("resources/network.yaml"), "portal/retail", 1),
        (
            include_str!("resources/kubectl.yaml"),
            "storefront/retail",
            2,
        ),
    ] {
        let loaded = load_text(text);
        assert!(!loaded.has_errors(), "{}", shown(&loaded));
        assert_eq!(loaded.manifests.len(), clients);
        assert_eq!(owners(&loaded)[0], owner);
    }
    let listed = load_text(include_str!("resources/kubectl.yaml"));
    assert_eq!(owners(&listed)[1], "storefront/wholesale");
}

#[test]
fn what_helm_renders_is_read_in_the_namespace_of_its_release() {
    let text = include_str!("resources/helm.yaml");
    let loaded = load_text(text);
    let help = shown(&loaded);
    assert_eq!(loaded.totals().0, 1, "{help}");
    assert!(help.contains("or give `--namespace`"), "{help}");
    let loaded = in_namespace(text, "shop");
    assert!(!loaded.has_errors(), "{}", shown(&loaded));
    assert_eq!(
        owners(&loaded),
        ["release-name-web/shop", "release-name-jobs/batch"]
    );
}

#[test]
fn an_ignored_secret_is_named_and_equal_warnings_are_counted() {
    let one = |number: usize| {
        let text = RESOURCE.replace("name: web\n", &format!("name: web{number}\n"));
        text.replace("web-credentials", &format!("secret{number}"))
    };
    let loaded = load_text((0..9).map(one).collect::<Vec<_>>().join("---\n"));
    let shown = shown(&loaded);
    assert!(
        shown.contains("the Secret `secret2` is not read"),
        "{shown}"
    );
    assert_eq!(shown.matches("is not read: an id").count(), 4, "{shown}");
    assert!(shown.contains("6 more like this"), "{shown}");
}

#[test]
fn the_name_and_namespace_alone_tell_resources_apart() {
    let plain = "client_name: Web\nowner: web/shop\n";
    let cases = [
        (
            RESOURCE.to_owned(),
            "the resource `web/shop` is described twice, first at <stdin>:4:9",
        ),
        (
            RESOURCE.replace("clientName: Web", "clientName: Other"),
            "the resource `web/shop` is described twice, first at <stdin>:4:9",
        ),
        (
            plain.to_owned(),
            "the owner `web/shop` is also that of the client of the resource at <stdin>:4:9",
        ),
        (
            format!("client_id: a\n{plain}"),
            "the owner `web/shop` is also that of the client of the resource at <stdin>:4:9",
        ),
    ];
    for (second, message) in cases {
        let loaded = load_text(format!("{RESOURCE}---\n{second}"));
        let errors: Vec<_> = loaded
            .findings
            .iter()
            .filter(|one| one.is_error())
            .collect();
        assert_eq!(errors.len(), 1, "{}", shown(&loaded));
        assert_eq!(errors[0].message, message);
    }
    let apart = RESOURCE.replace("namespace: shop", "namespace: other");
    assert!(!load_text(format!("{RESOURCE}---\n{apart}")).has_errors());
    // Without a resource, an owner is free text.
    let two = format!("{plain}---\n{}", plain.replace("Web", "Other"));
    assert!(!load_text(two).has_errors());
}

#[test]
fn a_name_is_not_empty_and_has_no_slash() {
    for (from, to) in [
        ("name: web\n", "name: ''\n"),
        ("name: web\n", "name: a/b\n"),
        ("namespace: shop", "namespace: a/b"),
    ] {
        let loaded = load_text(RESOURCE.replacen(from, to, 1));
        assert_eq!(loaded.totals().0, 1, "{}", shown(&loaded));
    }
    for wrong in ["", "Shop", "-a", "a-", "a/b", "a.b", &"a".repeat(64)] {
        assert!(
            wrong.parse::<crate::client::Namespace>().is_err(),
            "{wrong}"
        );
    }
}
