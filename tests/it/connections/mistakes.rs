//! Addresses that are typical mistakes: exit 5 at once, with what to write instead.

use std::time::Duration;

use hydra_gitops::sandbox::Version;

use crate::support::forward::{Forward, Manner};
use crate::support::hydra::Release;
use crate::support::program::{self, Ended, run};
use crate::support::proxy::{Fault, Proxy, answer};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::way::Way;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("https_at_a_port_of_http", https_to_http),
    ("http_at_a_port_of_https", http_to_https),
    ("http_is_sent_on_to_https", redirect),
    ("a_real_v1_at_the_wrong_address", real_v1),
    ("a_real_v2_at_the_wrong_address", real_v2),
    ("a_prefix_may_be_called_clients", prefix),
    ("words_of_other_tools_get_an_answer", other_words),
];

/// Plans, and asserts that nobody waited.
#[track_caller]
fn plan(endpoint: &str, more: &[&str]) -> Ended {
    let folder = Workspace::new();
    folder.clients(&["a"]);
    let mut program = program::program(folder.path());
    program
        .args(["plan", "--endpoint", endpoint, "--fail-after", "30s"])
        .args(more);
    let ended = run(&mut program);
    assert!(ended.took < Duration::from_secs(5), "{ended}");
    ended
}

fn https_to_http() -> Result<(), Missing> {
    let sandbox = Target::sandbox(Version::default());
    let endpoint = sandbox
        .url()
        .replace("http://127.0.0.1", "https://localhost");
    for more in [&["--skip-tls-verify"][..], &[]] {
        plan(&endpoint, more).says(
            5,
            &["does not speak TLS", "`http://` instead of `https://`"],
        );
    }
    Ok(())
}

fn http_to_https() -> Result<(), Missing> {
    let advice = "`https://` instead of `http://`";
    let setup = Setup::through(Way::Tls, Target::sandbox(Version::default()), None);
    let endpoint = setup.endpoint("").replace("https://", "http://");
    plan(&endpoint, &[]).says(5, &["is not HTTP", advice]);
    // What Go's, nginx's and Apache's servers say.
    for said in [
        "Client sent an HTTP request to an HTTPS server.\n",
        "<title>400 The plain HTTP request was sent to HTTPS port</title>",
        "Reason: You're speaking plain HTTP to an SSL-enabled server port.<br />",
    ] {
        let refusal = answer("400 Bad Request", "Content-Type: text/html\r\n", said);
        let proxy = Proxy::start("", Box::new(move |_| Fault::Answer(refusal.clone())));
        let endpoint = format!("http://{}", proxy.address());
        plan(&endpoint, &[]).says(5, &["speaks TLS", advice]);
    }
    Ok(())
}

fn redirect() -> Result<(), Missing> {
    for (to, advised) in [
        ("https://127.0.0.1/admin/clients", true),
        ("https://elsewhere/", false),
    ] {
        let location = format!("Location: {to}\r\n");
        let redirect = answer("308 Permanent Redirect", &location, "");
        let proxy = Proxy::start("", Box::new(move |_| Fault::Answer(redirect.clone())));
        let ended = plan(&format!("http://{}", proxy.address()), &[]);
        ended.says(5, &["is a redirect (HTTP 308)", "not followed"]);
        assert_eq!(
            ended.stderr.contains("the server requires TLS"),
            advised,
            "{ended}"
        );
    }
    Ok(())
}

fn real_v1() -> Result<(), Missing> {
    real(Release::V1)
}

fn real_v2() -> Result<(), Missing> {
    real(Release::V2)
}

/// With and without a client of an id to ask for: the first question is another one then.
fn real(release: Release) -> Result<(), Missing> {
    let target = Target::real(release, None)?;
    for manifest in ["client_id: a", "client_name: a\nowner: b"] {
        let plan = |endpoint: &str, code, texts: &[&str]| {
            let folder = Workspace::new();
            folder.write("manifests/client.yaml", manifest);
            let mut program = program::program(folder.path());
            program.args(["plan", "--endpoint", endpoint, "--fail-after", "30s"]);
            let ended = run(&mut program);
            ended.says(code, texts);
            assert!(ended.took < Duration::from_secs(5), "{ended}");
        };
        let (admin, public) = (target.url(), target.public_url());
        let https = admin.replace("http://", "https://");
        plan(&https, 5, &["does not speak TLS", "`http://` instead of"]);
        for endpoint in [format!("{public}/admin"), public] {
            plan(&endpoint, 5, &["Hydra's public API", "4445"]);
        }
        for path in ["/clients", "/clients/", "/admin/clients"] {
            let texts = ["failed", "leave `/admin/clients` or `/clients` out"];
            plan(&format!("{admin}{path}"), 5, &texts);
        }
        for path in ["", "/", "/admin", "/admin/"] {
            plan(&format!("{admin}{path}"), 0, &["1 to create"]);
        }
    }
    Ok(())
}

/// A gateway may give Hydra any prefix.
fn prefix() -> Result<(), Missing> {
    let sandbox = Target::sandbox(Version::default());
    let url = sandbox.url();
    let port = url.rsplit_once(':').unwrap().1.parse().unwrap();
    let gateway = Forward::start(Manner::Below("/clients", port));
    let endpoint = format!("http://{}/clients", gateway.address());
    plan(&endpoint, &[]).says(0, &["1 to create"]);
    Ok(())
}

fn other_words() -> Result<(), Missing> {
    let folder = Workspace::new();
    for (words, answer) in [
        ("update client a", "an existing client is never changed"),
        ("delete oauth2-client a", "a client is never deleted"),
        ("clients list", "`hydra-gitops plan --unmanaged`"),
        ("get client a", "`GET /clients/ID`"),
        (
            "edit client a",
            "`hydra-gitops plan --only ID --output patch`",
        ),
        ("rotate a", "`hydra-gitops secrets add ID`"),
        ("secrets rotate a", "`hydra-gitops secrets add ID`"),
        ("apply --dry-run", "`hydra-gitops plan`"),
        ("apply --auto-approve", "`apply --yes`"),
        ("apply -f clients.yaml", "without a flag"),
        ("plan --json", "`--output json`"),
        ("create --allowed-scopes=a", "`--scope`"),
        ("create client --allowed-scopes a", "`--scope`"),
        ("create -e http://h", "`--endpoint`"),
        ("apply -H a:b", "`--header`"),
        ("create client a", "describe the client by flags"),
        ("create a", "describe the client by flags"),
    ] {
        let mut program = program::program(folder.path());
        let ended = run(program.args(words.split(' ')));
        ended.says(64, &[answer]);
        assert_eq!(ended.stdout, "", "{words}");
    }
    Ok(())
}
