//! Headers that cannot be given, and those that contradict another flag: exit 64, nothing sent.

use hydra_gitops::sandbox::Version;
use serde_json::json;

use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::way::Way;

pub(crate) const TESTS: Tests = &[
    ("headers_of_the_transport_are_refused", own),
    ("one_request_has_one_authorization", authorizations),
    ("the_public_api_is_sent_no_header_of_the_users", public),
    (
        "a_public_api_of_the_same_server_is_sent_headers",
        same_server,
    ),
];

fn setup() -> Setup {
    Setup::through(Way::Http, Target::sandbox(Version::default()), None)
}

fn own() -> Result<(), Missing> {
    let setup = setup();
    for (header, said) in [
        ("Host: hunter2", "`--header host`"),
        ("Content-Length: 0", "`--header content-length`"),
        ("Transfer-Encoding: chunked", "`--header transfer-encoding`"),
        ("Connection: close", "`--header connection`"),
        ("Proxy-Authorization: Basic hunter2", "HTTPS_PROXY"),
        ("X-Tenant hunter2", "has no colon"),
        ("X Tenant: hunter2", "not a valid header name"),
        ("X-Tenant: hunter2\r\nX: y", "not allowed in headers"),
    ] {
        let ended = setup.run_silent(
            setup.connecting(&["plan"], "").args(["--header", header]),
            &[],
        );
        ended.says(64, &[said]);
    }
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}

fn authorizations() -> Result<(), Missing> {
    let setup = setup();
    let own = ["--header", "authorization: Basic hunter2"];
    let mut with_flag = setup.connecting(&["plan"], "");
    with_flag
        .args(own)
        .args(["--access-token", "hunter2-token"]);
    let mut with_variable = setup.connecting(&["plan"], "");
    with_variable
        .args(own)
        .env("OAUTH2_ACCESS_TOKEN", "hunter2-token");
    let mut with_password = setup.connecting(&["plan"], "user:hunter2@");
    with_password.args(own);
    let mut with_another = setup.connecting(&["plan"], "");
    with_another.args(own).args(own);
    let mut with_fake = setup.connecting(&["plan"], "");
    with_fake.args([
        "--header",
        "X-Forwarded-Proto: http",
        "--fake-tls-termination",
    ]);
    for (mut program, said) in [
        (with_flag, "`--access-token`"),
        (with_variable, "`OAUTH2_ACCESS_TOKEN`"),
        (with_password, "user and password in the endpoint"),
        (with_another, "a second one"),
        (with_fake, "`--fake-tls-termination`"),
    ] {
        let ended = setup.run_silent(&mut program, &[]);
        ended.says(64, &["are both given", said, "leave one of them out"]);
    }
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}

/// Where a secret is proved.
const PROOF: &str = "/oauth2/revoke";

/// A secret that waits in a journal, in clear, is proved at that public API, or at the server of the
/// admin API. Returns the way to that.
fn prove(words: [&str; 2], public: Option<&Setup>) -> Setup {
    let sandbox = Target::sandbox(Version::default());
    let setup = Setup::through(Way::Http, sandbox, Some("Bearer admin-token"));
    let intent = json!({"intent": {
        "name": "i", "client_id": "a", "client_name": null, "owner": null,
        "method": "client_secret_post", "endpoint": setup.endpoint(""),
        "created_at": "2026-01-02T03:04:05Z", "recipients": [],
        "client_secret": "hunter2hunter2",
    }});
    let journal = format!("{{\"journal\":1}}\n{intent}\n");
    setup.folder.write("client-secrets.jsonl.journal", journal);
    setup.target.create(&json!({"client_id": "a"}));
    let mut program = setup.connecting(&["secrets", "recover"], "");
    program
        .args(words)
        .args(["--header", "X-Tenant: blue"])
        .env("HYDRA_PUBLIC_URL", public.unwrap_or(&setup).endpoint(""));
    setup
        .run_silent(&mut program, &["admin-token"])
        .says(0, &["1 unconfirmed"]);
    setup
}

const AUTHORIZED: [[&str; 2]; 2] = [
    ["--access-token", "admin-token"],
    ["--header", "Authorization: Bearer admin-token"],
];

/// Any header can be a key to the admin API.
fn public() -> Result<(), Missing> {
    for words in AUTHORIZED {
        let public = Setup::through(Way::Http, Target::sandbox(Version::default()), None);
        prove(words, Some(&public));
        let asked = public.proxy.requests();
        assert!(!asked.is_empty());
        for request in asked {
            assert_eq!(request.path, PROOF);
            assert_eq!(request.header("authorization"), None);
            assert_eq!(request.header("x-tenant"), None);
        }
    }
    Ok(())
}

fn same_server() -> Result<(), Missing> {
    for words in AUTHORIZED {
        let asked = prove(words, None).proxy.requests();
        let proof = asked.iter().find(|request| request.path == PROOF).unwrap();
        assert_eq!(proof.header("authorization"), None);
        assert_eq!(proof.header("x-tenant"), Some("blue"));
    }
    Ok(())
}
