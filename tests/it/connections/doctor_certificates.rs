//! `doctor` says whose certificate is refused, and warns of published vulnerabilities.

use hydra_gitops::sandbox::Version;
use rustls::ServerConfig;

use crate::connections::doctor::{object, setup, setup_before, statuses};
use crate::support::authority::{Authority, self_signed};
use crate::support::hydra::{Options, Release};
use crate::support::proxy::{Fault, Proxy, json};
use crate::support::requirement::Missing;
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;

pub(crate) const TESTS: Tests = &[
    ("a_certificate_is_refused", refused),
    ("a_real_v1_has_made_its_own", real_v1),
    ("a_real_v2_has_made_its_own", real_v2),
    ("advisories", advisories),
];

/// A sandbox behind that server, which sees no request but those without credentials.
fn behind(tls: ServerConfig) -> (Setup, String) {
    let mut setup = setup();
    setup.proxy = Proxy::start_tls(&setup.target.url(), tls, Box::new(|_| Fault::Pass));
    let url = format!("https://localhost:{}", setup.proxy.address().port());
    (setup, url)
}

fn refused() -> Result<(), Missing> {
    let issuer = Authority::new("Our authority");
    let (own, own_pem) = self_signed("localhost");
    for (tls, texts) in [
        (
            issuer.server(&["localhost"], None),
            &[
                "not signed by an authority that is trusted here",
                "issued by",
                "`--ca-cert FILE`",
            ][..],
        ),
        (
            own,
            &["it is self-signed", "put it into the file of `--ca-cert`"],
        ),
        (
            issuer.expired_server("localhost"),
            &[
                "expired at 2020-02-03T00:00:00Z",
                "renew the server's certificate",
            ],
        ),
    ] {
        let (setup, url) = behind(tls);
        let words = ["--endpoint", &url, "--access-token", "hunter2"];
        setup
            .doctor(&words)
            .says(5, &[&["problem  hydra"], texts].concat());
        for request in setup.proxy.requests() {
            assert_eq!(request.header("authorization"), None, "{request:?}");
        }
        setup
            .folder
            .write("ca.pem", [issuer.pem(), own_pem.clone()].concat());
        let ended = setup.doctor(&[&words[..], &["--ca-cert", "ca.pem"]].concat());
        let is_fit = texts.iter().any(|text| text.contains("--ca-cert"));
        assert_eq!(ended.code, Some(if is_fit { 0 } else { 5 }), "{ended}");
    }
    let (setup, url) = behind(issuer.server(&["a.example", "10.0.0.1"], None));
    setup.folder.write("ca.pem", issuer.pem());
    setup
        .doctor(&["--endpoint", &url, "--ca-cert", "ca.pem"])
        .says(
            5,
            &[
                "is for `a.example`, `10.0.0.1`, not for `localhost`",
                "the right host",
            ],
        );
    setup.folder.write("ca.pem", Authority::new("Theirs").pem());
    setup
        .doctor(&["--endpoint", &url, "--ca-cert", "ca.pem"])
        .says(5, &["the file of `--ca-cert` does not have it"]);
    // Without TLS, there is no certificate.
    let plain = setup
        .target
        .url()
        .replace("http://127.0.0.1", "https://localhost");
    setup.doctor(&["--endpoint", &plain]).says(
        5,
        &[
            "does not speak TLS",
            "write `http://` instead of `https://`",
        ],
    );
    Ok(())
}

fn real_v1() -> Result<(), Missing> {
    own(Release::V1)
}

fn real_v2() -> Result<(), Missing> {
    own(Release::V2)
}

/// The certificate that Hydra makes where none is configured.
fn own(release: Release) -> Result<(), Missing> {
    let options = Options {
        tls: true,
        ..Options::default()
    };
    let setup = setup();
    let hydra = Target::real_with(release, options)?;
    let url = hydra.url();
    setup.doctor(&["--endpoint", &url]).says(
        5,
        &[
            "problem  hydra",
            "the one that Hydra makes for itself",
            "hint: give Hydra a certificate (`SERVE_TLS_CERT_PATH`",
            "ok       secrets file",
        ],
    );
    setup
        .doctor(&["--endpoint", &url, "--skip-tls-verify"])
        .says(
            0,
            &[
                "not verified",
                &format!("ok       hydra         {}", release.version()),
            ],
        );
    let plain = url.replace("https://", "http://");
    setup.doctor(&["--endpoint", &plain]).says(
        5,
        &[
            "the server there speaks TLS",
            "write `https://` instead of `http://`",
        ],
    );
    Ok(())
}

fn advisories() -> Result<(), Missing> {
    let address = "https://github.com/advisories/GHSA-r9w3-57w2-gch2";
    let said = |version: &'static str| {
        setup_before(
            Target::sandbox(Version::default()),
            move |request| match request.path.ends_with("/version") {
                true => Fault::Answer(json("200 OK", &format!("{{\"version\":{version:?}}}"))),
                false => Fault::Pass,
            },
        )
    };
    said("v2.3.0").doctor(&[]).says(
        0,
        &[
            "warning  advisories    GHSA-r9w3-57w2-gch2 is published for versions before v26.2.0",
            address,
        ],
    );
    let ended = said("v1.3.2").doctor(&["--output", "json"]);
    assert_eq!(
        statuses(&object(&ended), "advisories"),
        ["warning"; 3],
        "{ended}"
    );
    said("v26.2.0")
        .doctor(&[])
        .says(0, &["ok       advisories    none"]);
    for hidden in ["master", ""] {
        said(hidden)
            .doctor(&[])
            .says(0, &["warning  advisories    cannot tell"]);
    }
    Ok(())
}
