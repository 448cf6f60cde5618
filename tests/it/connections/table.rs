//! Every way to Hydra together with every way to be let in: what arrives.

use std::sync::Arc;

use hydra_gitops::sandbox::Version;

use crate::support::hydra::Release;
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::way::Way;

pub(crate) const TESTS: Tests = &[
    ("every_way_with_every_authorization", sandbox),
    ("every_way_to_a_real_v1", real_v1),
    ("every_way_to_a_real_v2", real_v2),
];

/// What the program is told to be let in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum By {
    Nothing,
    Token,
    TokenFile,
    TokenVariable,
    Password,
    Header,
    /// A token, and a password that it wins over.
    TokenAndPassword,
}

const ALL: [By; 7] = [
    By::Nothing,
    By::Token,
    By::TokenFile,
    By::TokenVariable,
    By::Password,
    By::Header,
    By::TokenAndPassword,
];

const TOKEN: &str = "a-token.nobody~may+read/=";
const PASSWORD: &str = "pass:word-nobody-may-read";

impl By {
    /// The value of `Authorization` that arrives.
    fn authorization(self) -> Option<String> {
        match self {
            Self::Nothing => None,
            // `us er` and the password in base64 (RFC 7617, section 2).
            Self::Password => Some("Basic dXMgZXI6cGFzczp3b3JkLW5vYm9keS1tYXktcmVhZA==".to_owned()),
            Self::Header => Some(format!("Negotiate {TOKEN}")),
            _ => Some(format!("Bearer {TOKEN}")),
        }
    }

    /// User and password as they stand in an address.
    fn credentials(self) -> String {
        match self {
            Self::Password | Self::TokenAndPassword => {
                format!("us%20er:{}@", PASSWORD.replace(':', "%3A"))
            }
            _ => String::new(),
        }
    }
}

fn sandbox() -> Result<(), Missing> {
    for way in Way::ALL {
        for by in ALL {
            if way == Way::Socket && !by.credentials().is_empty() {
                continue;
            }
            let target = Target::sandbox(Version::default());
            travel(way, by, "a", &Arc::new(target));
        }
    }
    Ok(())
}

fn real_v1() -> Result<(), Missing> {
    real(Release::V1)
}

fn real_v2() -> Result<(), Missing> {
    real(Release::V2)
}

fn real(release: Release) -> Result<(), Missing> {
    let target = Arc::new(Target::real(release, None)?);
    for (index, way) in Way::ALL.into_iter().enumerate() {
        travel(way, By::TokenVariable, &format!("client-{index}"), &target);
    }
    Ok(())
}

/// Creates a client of that id on that way, and looks at what arrived.
fn travel(way: Way, by: By, id: &str, target: &Arc<Target>) {
    let what = format!("{way:?}, {by:?}");
    let authorization = by.authorization();
    let setup = Setup::through(way, Arc::clone(target), authorization.as_deref());
    setup.folder.clients(&[id]);
    let words = [
        "apply",
        "--allow-plaintext-secrets",
        "--fake-tls-termination",
    ];
    let mut program = setup.connecting(&words, &by.credentials());
    program.args(["--header", "X-Tenant: blue", "--header", "X-Tenant: green"]);
    match by {
        By::Token | By::TokenAndPassword => program.args(["--access-token", TOKEN]),
        By::TokenFile => {
            setup.folder.write("token", format!("{TOKEN}\n"));
            program.args(["--access-token-file", "token"])
        }
        By::TokenVariable => program.env("OAUTH2_ACCESS_TOKEN", TOKEN),
        By::Header => program.args(["--header", &format!("authorization: Negotiate {TOKEN}")]),
        By::Nothing | By::Password => &mut program,
    };
    let ended = setup.run_silent(&mut program, &[TOKEN, PASSWORD]);
    assert_eq!(ended.code, Some(0), "{what}: {ended}");
    let warned = ended.stderr.contains("certificates are not verified");
    assert_eq!(warned, way == Way::TlsUnchecked, "{what}: {ended}");
    let told = ended
        .stderr
        .contains("user and password in the endpoint are not");
    assert_eq!(told, by == By::TokenAndPassword, "{what}: {ended}");
    arrived(&setup, authorization.as_deref(), &what);
    let clients = setup.target.clients();
    assert!(
        clients.iter().any(|client| client["client_id"] == id),
        "{what}"
    );
}

/// Asserts that all requests came as they should, on the way that they should take.
fn arrived(setup: &Setup, authorization: Option<&str>, what: &str) {
    let requests = setup.proxy.requests();
    assert!(requests.len() >= 3, "{what}: {requests:#?}");
    assert!(
        requests.iter().any(crate::support::proxy::Request::creates),
        "{what}"
    );
    for request in &requests {
        assert_eq!(request.header("authorization"), authorization, "{what}");
        assert_eq!(request.header("x-forwarded-proto"), Some("https"), "{what}");
        assert!(request.header("proxy-authorization").is_none(), "{what}");
        let values = |name: &str| -> Vec<&str> {
            let headers = request.headers.iter().filter(|(other, _)| other == name);
            headers.map(|(_, value)| &**value).collect()
        };
        assert_eq!(values("x-tenant"), ["blue", "green"], "{what}");
        for once in [
            "authorization",
            "x-forwarded-proto",
            "host",
            "content-length",
        ] {
            assert!(values(once).len() <= 1, "{what}: {request:?}");
        }
    }
    if let Some(forward) = &setup.forward {
        for head in forward.heads() {
            let is_tunnel = head.starts_with("CONNECT hydra.test:");
            assert_eq!(is_tunnel, setup.way != Way::ProxiedHttp, "{what}: {head}");
            // A tunnel's builder is none of those whom a token is for.
            assert!(!is_tunnel || !head.contains("\r\nauthorization:"), "{head}");
            assert!(
                !is_tunnel || !head.to_lowercase().contains("x-tenant"),
                "{head}"
            );
        }
        assert!(!forward.heads().is_empty(), "{what}");
    }
}
