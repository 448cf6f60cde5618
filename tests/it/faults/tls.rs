//! Certificates that do not fit: exit 5 at once, and what to do; those that fit work.

use std::sync::Arc;
use std::time::Duration;

use hydra_gitops::sandbox::Version;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::faults::scene::Scene;
use crate::support::proxy::{Fault, Proxy};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("the_authority_is_unknown", unknown_authority),
    ("the_authority_is_named", named_authority),
    ("the_certificate_is_another_hosts", wrong_name),
    ("a_client_certificate_is_wanted", mutual),
    ("the_server_speaks_no_tls", no_tls),
];

pub(crate) type Issuer = CertifiedIssuer<'static, KeyPair>;

/// A certificate authority of our own.
pub(crate) fn authority(name: &str) -> Issuer {
    let mut params = CertificateParams::new(vec![]).unwrap();
    params
        .distinguished_name
        .push(rcgen::DnType::CommonName, name);
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap()
}

/// A certificate and its key in PEM and DER.
struct Certificate {
    pem: String,
    key_pem: String,
    der: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

fn certificate(issuer: &Issuer, host: &str) -> Certificate {
    let key = KeyPair::generate().unwrap();
    let params = CertificateParams::new(vec![host.to_owned()]).unwrap();
    let certificate = params.signed_by(&key, issuer).unwrap();
    Certificate {
        pem: certificate.pem(),
        key_pem: key.serialize_pem(),
        der: certificate.der().clone(),
        key: PrivateKeyDer::Pkcs8(key.serialize_der().into()),
    }
}

/// A server for `host`, which lets only clients of `clients` in, if given.
pub(crate) fn config(issuer: &Issuer, host: &str, clients: Option<&Issuer>) -> ServerConfig {
    let server = certificate(issuer, host);
    let provider = Arc::new(default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap();
    let builder = match clients {
        None => builder.with_no_client_auth(),
        Some(clients) => {
            let mut roots = RootCertStore::empty();
            roots.add(clients.der().clone()).unwrap();
            let roots = Arc::new(roots);
            let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
            builder.with_client_cert_verifier(verifier.build().unwrap())
        }
    };
    builder
        .with_single_cert(vec![server.der], server.key)
        .unwrap()
}

/// A sandbox behind TLS, and a folder with the authority's certificate.
fn scene(issuer: &Issuer, tls: ServerConfig) -> (Scene, String) {
    let target = Target::sandbox(Version::default());
    let mut scene = Scene::before(target, |_| Fault::Pass);
    scene.proxy = Proxy::start_tls(&scene.target.url(), tls, Box::new(|_| Fault::Pass));
    scene.folder.clients(&["a"]);
    scene.folder.write("manifests/ca.pem", issuer.pem());
    let url = format!("https://localhost:{}", scene.proxy.address().port());
    (scene, url)
}

/// Applies, and asserts that it was refused without waiting, and that nothing was sent.
#[track_caller]
fn refused(scene: &Scene, url: &str, more: &[&str], texts: &[&str]) {
    let words = [&["--endpoint", url, "--fail-after", "30s"], more].concat();
    let ended = scene.apply(&words);
    ended.says(5, texts);
    assert!(ended.took < Duration::from_secs(5), "{:?}", ended.took);
    scene.is_untouched();
}

fn unknown_authority() -> Result<(), Missing> {
    let issuer = authority("ours");
    let (scene, url) = scene(&issuer, config(&issuer, "localhost", None));
    refused(
        &scene,
        &url,
        &[],
        &["`GET https://localhost", "certificate", "--ca-cert"],
    );
    scene
        .folder
        .write("manifests/other.pem", authority("other").pem());
    let words = ["--ca-cert", "manifests/other.pem"];
    refused(&scene, &url, &words, &["certificate", "--ca-cert"]);
    Ok(())
}

fn named_authority() -> Result<(), Missing> {
    let issuer = authority("ours");
    for words in [
        &["--ca-cert", "manifests/ca.pem"][..],
        &["--skip-tls-verify"],
    ] {
        let (scene, url) = scene(&issuer, config(&issuer, "localhost", None));
        let words = [&["--endpoint", &url], words].concat();
        scene.apply(&words).says(0, &["1 created"]);
        scene.has_secret("a", true);
        scene.is_tidy();
    }
    Ok(())
}

fn wrong_name() -> Result<(), Missing> {
    let issuer = authority("ours");
    let (scene, url) = scene(&issuer, config(&issuer, "hydra.example", None));
    let words = ["--ca-cert", "manifests/ca.pem"];
    refused(
        &scene,
        &url,
        &words,
        &["certificate", "localhost", "the right host"],
    );
    Ok(())
}

fn mutual() -> Result<(), Missing> {
    let issuer = authority("ours");
    let (scene, url) = scene(&issuer, config(&issuer, "localhost", Some(&issuer)));
    let ca = ["--ca-cert", "manifests/ca.pem"];
    refused(
        &scene,
        &url,
        &ca,
        &["`GET https://localhost", "--client-cert"],
    );
    let own = |issuer: &Issuer| {
        let client = certificate(issuer, "client");
        scene.folder.write("manifests/client.pem", client.pem);
        scene
            .folder
            .write("manifests/client-key.pem", client.key_pem);
    };
    let identity = [
        "--client-cert",
        "manifests/client.pem",
        "--client-key",
        "manifests/client-key.pem",
    ];
    let words = [&ca[..], &identity].concat();
    own(&authority("other"));
    refused(
        &scene,
        &url,
        &words,
        &["`GET https://localhost", "--client-cert"],
    );
    own(&issuer);
    let words = [&["--endpoint", &*url], &words[..]].concat();
    scene.apply(&words).says(0, &["1 created"]);
    scene.has_secret("a", true);
    scene.is_tidy();
    Ok(())
}

fn no_tls() -> Result<(), Missing> {
    let scene = Scene::new(|_| Fault::Pass);
    scene.folder.clients(&["a"]);
    let url = scene
        .target
        .url()
        .replace("http://127.0.0.1", "https://localhost");
    refused(
        &scene,
        &url,
        &["--skip-tls-verify"],
        &["`GET https://localhost", "--endpoint"],
    );
    Ok(())
}
