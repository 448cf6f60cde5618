//! What is asked of a key server, and the keys that are taken.

use super::server::{Keys, found, moved};
use crate::support::authority::Authority;
use crate::support::forward::{Forward, Manner};
use crate::support::key::Key;
use crate::support::proxy::{Fault, Proxy, answer};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("all_keys_count", all_count),
    ("nothing_of_hydras_is_sent", nothing_of_hydras),
    ("a_password_is_sent_and_never_said", password),
    ("three_redirects_are_followed_and_no_more", redirects),
    ("a_redirect_takes_no_password_along", redirect_elsewhere),
    ("proxies_are_obeyed", proxies),
    ("check_takes_addresses_too", check),
];

fn all_count() -> Result<(), Missing> {
    let own = [(); 5].map(|()| Key::new());
    let public = own.each_ref().map(Key::public);
    let keys = Keys::new(move |request| match &*request.path {
        "/one.asc" => found(&public[0]),
        "/two?armor=1" => found(&format!("{}{}", public[1], public[2])),
        "/mirror/al%2Fice/pgp_keys.asc" => found(&public[3]),
        _ => Fault::Answer(answer("404 Not Found", "", "")),
    });
    keys.setup.folder.write("own.asc", own[4].public());
    let (one, two, mirror) = (
        keys.url("/one.asc"),
        keys.url("/two?armor=1"),
        keys.url("/mirror/"),
    );
    let words = [
        "--pgp-key-url",
        &one,
        "--pgp-key-url",
        &two,
        "--keybase",
        "al/ice",
        "--keybase-url",
        &mirror,
        "--pgp-key-file",
        "own.asc",
    ];
    let ended = keys.setup.run(&mut keys.applying(&words));
    ended.says(0, &["1 created"]);
    own.iter().for_each(|key| keys.opens(key));
    assert_eq!(keys.asked().len(), 3);

    // The environment names the mirror as well.
    keys.setup.folder.clients(&["b"]);
    let mut command = keys.applying(&["--keybase", "al/ice"]);
    command.env("HYDRA_GITOPS_KEYBASE_URL", keys.url("/mirror"));
    keys.setup.run(&mut command).says(0, &["1 created"]);
    Ok(())
}

fn nothing_of_hydras() -> Result<(), Missing> {
    let public = Key::new().public();
    let keys = Keys::new(move |_| found(&public));
    let url = keys.url("/a.asc");
    let words = [
        "--pgp-key-url",
        &url,
        "--access-token",
        "hunter2",
        "--header",
        "X-Tenant: blue",
        "--fake-tls-termination",
        "--skip-tls-verify",
    ];
    let ended = keys.setup.run(&mut keys.applying(&words));
    ended.says(0, &["1 created"]);
    keys.setup.is_unsaid(&ended, "hunter2");
    let requests = keys.server.requests();
    let names: Vec<_> = requests[0]
        .headers
        .iter()
        .map(|(name, _)| &**name)
        .collect();
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].method, "GET");
    assert_eq!(names, ["accept", "user-agent", "host"]);
    Ok(())
}

fn password() -> Result<(), Missing> {
    let public = Key::new().public();
    let keys = Keys::new(move |request| match &*request.path {
        "/a.asc?t=hunter3" if request.header("authorization") == Some("Basic dXM6aHVudGVyMg==") => {
            found(&public)
        }
        _ => Fault::Answer(answer("401 Unauthorized", "", "")),
    });
    let port = keys.server.address().port();
    let url = |user, path| format!("https://{user}localhost:{port}{path}");
    let good = url("us:hunter2@", "/a.asc?t=hunter3");
    let ended = keys
        .setup
        .run(&mut keys.applying(&["--pgp-key-url", &good]));
    ended.says(0, &["1 created", "bytes="]);
    for word in ["hunter", "dXM6"] {
        keys.setup.is_unsaid(&ended, word);
    }
    let wrong = url("us:hunter1@", "/a.asc?t=hunter3");
    let ended = keys
        .setup
        .run(&mut keys.applying(&["--pgp-key-url", &wrong]));
    let shown = format!("`--pgp-key-url {}`: HTTP 401", url("", "/a.asc?…"));
    ended.says(6, &[&shown, "USER:PASSWORD"]);
    keys.setup.is_unsaid(&ended, "hunter");
    Ok(())
}

fn redirects() -> Result<(), Missing> {
    let key = Key::new();
    let public = key.public();
    let keys = Keys::new(move |request| match &*request.path {
        "/0" => found(&public),
        "/3" => moved("/2"),
        "/2" => moved("1"),
        "/1" => moved(&format!("https://{}/0", request.header("host").unwrap())),
        _ => moved("/3"),
    });
    let url = keys.url("/4");
    keys.refused(
        &["--pgp-key-url", &url],
        6,
        &[
            &url,
            "redirects more than 3 times",
            "give the URL of the key itself",
        ],
    );
    assert_eq!(keys.asked(), ["/4", "/3", "/2", "/1"]);
    let url = keys.url("/3");
    let ended = keys.setup.run(&mut keys.applying(&["--pgp-key-url", &url]));
    ended.says(0, &["1 created"]);
    keys.opens(&key);
    Ok(())
}

fn redirect_elsewhere() -> Result<(), Missing> {
    let public = Key::new().public();
    let issuer = Authority::new("theirs");
    let other = issuer.server(&["localhost"], None);
    let other = Proxy::start_tls(
        "http://127.0.0.1:9",
        other,
        Box::new(move |_| found(&public)),
    );
    let to = format!("https://localhost:{}/a.asc", other.address().port());
    let keys = Keys::new(move |_| moved(&to));
    let both = [keys.issuer.pem(), issuer.pem()].concat();
    keys.setup.folder.write("manifests/ca.pem", both);
    let url = keys
        .url("/a.asc")
        .replace("localhost", "us:hunter2@localhost");
    let ended = keys.setup.run(&mut keys.applying(&["--pgp-key-url", &url]));
    ended.says(0, &["1 created"]);
    let authorization = |proxy: &Proxy| proxy.requests()[0].header("authorization").is_some();
    assert!(authorization(&keys.server));
    assert!(!authorization(&other));
    Ok(())
}

fn proxies() -> Result<(), Missing> {
    let key = Key::new();
    let public = key.public();
    let keys = Keys::of("keys.example", move |_| found(&public));
    let tunnel = Forward::start(Manner::To(keys.server.address()));
    let proxied = |url: &str, no_proxy: &str| {
        let mut command = keys.applying(&["--pgp-key-url", url]);
        let proxy = format!("http://us:hunter2@{}", tunnel.address());
        command.env("HTTPS_PROXY", proxy).env("NO_PROXY", no_proxy);
        keys.setup.run(&mut command)
    };
    let ended = proxied("https://keys.example/a.asc", "other.example");
    ended.says(0, &["1 created"]);
    keys.setup.is_unsaid(&ended, "hunter2");
    keys.opens(&key);
    let seen = tunnel.heads();
    assert_eq!(seen.len(), 1);
    assert!(seen[0].starts_with("CONNECT keys.example:443 "), "{seen:?}");
    assert!(
        seen[0]
            .to_lowercase()
            .contains("proxy-authorization: basic dxm6ahvudgvymg==")
    );
    assert_eq!(
        keys.server.requests()[0].header("proxy-authorization"),
        None
    );

    // Its certificate is another's, which proves that the server itself was asked.
    proxied(&keys.url("/a.asc"), "localhost").says(6, &["keys.example", "SSL_CERT_FILE"]);
    assert_eq!(tunnel.heads().len(), 1);
    Ok(())
}

fn check() -> Result<(), Missing> {
    let (own, other) = (Key::new(), Key::new());
    let public = [own.public(), other.public()];
    let keys = Keys::new(move |request| found(&public[usize::from(request.path == "/other")]));
    let [own, other] = ["/own", "/other"].map(|path| keys.url(path));
    let ended = keys.setup.run(&mut keys.applying(&["--pgp-key-url", &own]));
    ended.says(0, &["1 created"]);
    let check = |url: &str| {
        let mut command = keys.setup.program(&["secrets"]);
        command.env("SSL_CERT_FILE", "manifests/ca.pem");
        keys.setup
            .run(command.args(["check", "--pgp-key-url", url]))
    };
    check(&own).says(0, &["0 problems"]);
    check(&other).says(1, &["none of the given keys opens"]);
    Ok(())
}
