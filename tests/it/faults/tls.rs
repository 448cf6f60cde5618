//! Certificates that do not fit: exit 5 at once, and what to do; those that fit work.

use std::time::Duration;

use hydra_gitops::sandbox::Version;
use rustls::ServerConfig;

use crate::support::authority::Authority;
use crate::support::proxy::{Fault, Proxy};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("the_authority_is_unknown", unknown_authority),
    ("the_authority_is_named", named_authority),
    ("the_certificate_is_another_hosts", wrong_name),
    ("a_client_certificate_is_wanted", mutual),
    ("the_server_speaks_no_tls", no_tls),
];

/// A sandbox behind TLS, and a folder with the authority's certificate.
fn setup(issuer: &Authority, tls: ServerConfig) -> (Setup, String) {
    let target = Target::sandbox(Version::default());
    let mut setup = Setup::before(target, |_| Fault::Pass);
    setup.proxy = Proxy::start_tls(&setup.target.url(), tls, Box::new(|_| Fault::Pass));
    setup.folder.clients(&["a"]);
    setup.folder.write("manifests/ca.pem", issuer.pem());
    let url = format!("https://localhost:{}", setup.proxy.address().port());
    (setup, url)
}

/// Applies, and asserts that it was refused without waiting, and that nothing was sent.
#[track_caller]
fn refused(setup: &Setup, url: &str, more: &[&str], texts: &[&str]) {
    let words = [&["--endpoint", url, "--fail-after", "30s"], more].concat();
    let ended = setup.apply(&words);
    ended.says(5, texts);
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    setup.is_untouched();
}

fn unknown_authority() -> Result<(), Missing> {
    let issuer = Authority::new("ours");
    let (setup, url) = setup(&issuer, issuer.server(&["localhost"], None));
    refused(
        &setup,
        &url,
        &[],
        &["`GET https://localhost", "certificate", "--ca-cert"],
    );
    setup
        .folder
        .write("manifests/other.pem", Authority::new("other").pem());
    let words = ["--ca-cert", "manifests/other.pem"];
    refused(&setup, &url, &words, &["certificate", "--ca-cert"]);
    Ok(())
}

fn named_authority() -> Result<(), Missing> {
    let issuer = Authority::new("ours");
    for words in [
        &["--ca-cert", "manifests/ca.pem"][..],
        &["--skip-tls-verify"],
    ] {
        let (setup, url) = setup(&issuer, issuer.server(&["localhost"], None));
        let words = [&["--endpoint", &url], words].concat();
        setup.apply(&words).says(0, &["1 created"]);
        setup.has_secret("a", true);
        setup.is_tidy();
    }
    Ok(())
}

fn wrong_name() -> Result<(), Missing> {
    let issuer = Authority::new("ours");
    let (setup, url) = setup(&issuer, issuer.server(&["hydra.example"], None));
    let words = ["--ca-cert", "manifests/ca.pem"];
    refused(
        &setup,
        &url,
        &words,
        &["certificate", "localhost", "the right host"],
    );
    Ok(())
}

fn mutual() -> Result<(), Missing> {
    let issuer = Authority::new("ours");
    let (setup, url) = setup(&issuer, issuer.server(&["localhost"], Some(&issuer)));
    let ca = ["--ca-cert", "manifests/ca.pem"];
    refused(
        &setup,
        &url,
        &ca,
        &["`GET https://localhost", "--client-cert"],
    );
    let own = |issuer: &Authority| {
        let client = issuer.client();
        setup
            .folder
            .write("manifests/client.pem", client.certificate);
        setup.folder.write("manifests/client-key.pem", client.key);
    };
    let identity = [
        "--client-cert",
        "manifests/client.pem",
        "--client-key",
        "manifests/client-key.pem",
    ];
    let words = [&ca[..], &identity].concat();
    own(&Authority::new("other"));
    refused(
        &setup,
        &url,
        &words,
        &["`GET https://localhost", "--client-cert"],
    );
    own(&issuer);
    let words = [&["--endpoint", &*url], &words[..]].concat();
    setup.apply(&words).says(0, &["1 created"]);
    setup.has_secret("a", true);
    setup.is_tidy();
    Ok(())
}

fn no_tls() -> Result<(), Missing> {
    let setup = Setup::new(|_| Fault::Pass);
    setup.folder.clients(&["a"]);
    let url = setup
        .target
        .url()
        .replace("http://127.0.0.1", "https://localhost");
    refused(
        &setup,
        &url,
        &["--skip-tls-verify"],
        &["`GET https://localhost", "--endpoint"],
    );
    Ok(())
}
