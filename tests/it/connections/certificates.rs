//! Files of certificates and keys: every form there is, and what is said of those that do not fit.

use std::process::Command;

use hydra_gitops::sandbox::Version;
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
};

use crate::support::authority::{Authority, Issued};
use crate::support::proxy::{Fault, Proxy};
use crate::support::requirement::{Missing, is_installed};
use crate::support::setup::Setup;
use crate::support::suite::Tests;
use crate::support::target::Target;
use crate::support::way::{HOSTS, Way};

pub(crate) const TESTS: Tests = &[
    ("keys_of_every_form_are_taken", forms),
    ("one_file_may_hold_both", both),
    ("a_key_may_come_out_of_a_pipe", pipe),
    ("an_authority_among_several", several),
    ("authorities_that_are_none", no_authority),
    ("a_client_certificate_that_is_none", no_client),
    ("a_key_that_is_none", no_key),
];

/// Mutual TLS with an authority that the test has in its hand.
fn setup() -> (Setup, Authority) {
    let mut setup = Setup::through(Way::MutualTls, Target::sandbox(Version::default()), None);
    let authority = Authority::new("theirs");
    let tls = authority.server(&HOSTS, Some(&authority));
    setup.proxy = Proxy::start_tls(&setup.target.url(), tls, Box::new(|_| Fault::Pass));
    setup.folder.write("ca.pem", authority.pem());
    let Issued { certificate, key } = authority.client();
    setup.folder.write("client.pem", certificate);
    setup.folder.write("client-key.pem", key);
    (setup, authority)
}

#[track_caller]
fn says(setup: &Setup, code: i32, texts: &[&str]) {
    let ended = setup.run_silent(&mut setup.connecting(&["plan"], ""), &[]);
    ended.says(code, texts);
}

/// Runs OpenSSL in the setup's folder.
fn openssl(setup: &Setup, words: &str) -> Result<(), Missing> {
    if !is_installed("openssl", "version") {
        return Err(Missing(
            "`openssl` is needed to make keys of every form".to_owned(),
        ));
    }
    let output = Command::new("openssl")
        .args(words.split(' '))
        .current_dir(setup.folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}: {said}");
    Ok(())
}

fn forms() -> Result<(), Missing> {
    let (setup, authority) = setup();
    for (kind, form, algorithm) in [
        ("RSA -pkeyopt rsa_keygen_bits:2048", "", &PKCS_RSA_SHA256),
        (
            "RSA -pkeyopt rsa_keygen_bits:2048",
            " -traditional",
            &PKCS_RSA_SHA256,
        ),
        (
            "EC -pkeyopt ec_paramgen_curve:P-256",
            "",
            &PKCS_ECDSA_P256_SHA256,
        ),
        (
            "EC -pkeyopt ec_paramgen_curve:P-256",
            " -traditional",
            &PKCS_ECDSA_P256_SHA256,
        ),
        (
            "EC -pkeyopt ec_paramgen_curve:P-384",
            " -traditional",
            &PKCS_ECDSA_P384_SHA384,
        ),
        ("ED25519", "", &PKCS_ED25519),
    ] {
        openssl(&setup, &format!("genpkey -algorithm {kind} -out plain.pem"))?;
        let pair = setup.folder.read("plain.pem");
        let pair = KeyPair::from_pem_and_sign_algo(&pair, algorithm).unwrap();
        setup.folder.write("client.pem", authority.certify(&pair));
        openssl(
            &setup,
            &format!("pkey -in plain.pem{form} -out client-key.pem"),
        )?;
        says(&setup, 0, &["1 to create"]);
        // As other systems write it.
        let key = setup.folder.read("client-key.pem").replace('\n', "\r\n");
        setup
            .folder
            .write("client-key.pem", format!("\u{feff}{key}"));
        says(&setup, 0, &["1 to create"]);
    }
    // Parameters of the curve come first in what older tools write.
    openssl(
        &setup,
        "ecparam -name prime256v1 -genkey -out client-key.pem",
    )?;
    assert!(
        setup
            .folder
            .read("client-key.pem")
            .contains("EC PARAMETERS")
    );
    openssl(
        &setup,
        "pkcs8 -topk8 -nocrypt -in client-key.pem -out plain.pem",
    )?;
    let pair = KeyPair::from_pem(&setup.folder.read("plain.pem")).unwrap();
    setup.folder.write("client.pem", authority.certify(&pair));
    says(&setup, 0, &["1 to create"]);
    Ok(())
}

fn both() -> Result<(), Missing> {
    let (setup, _) = setup();
    let both = [
        setup.folder.read("client-key.pem"),
        setup.folder.read("client.pem"),
    ]
    .concat();
    setup.folder.write("client.pem", &both);
    setup.folder.write("client-key.pem", &both);
    says(&setup, 0, &["1 to create"]);
    Ok(())
}

/// Such as `--client-key <(vault read …)`: it can be read once, also where there are two APIs.
fn pipe() -> Result<(), Missing> {
    let (setup, _) = setup();
    let key = setup.folder.read("client-key.pem");
    let path = setup.folder.file("client-key.pem");
    std::fs::remove_file(&path).unwrap();
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    // Waits until somebody reads it.
    let writer = std::thread::spawn(move || std::fs::write(path, key));
    let mut program = setup.connecting(&["plan"], "");
    program.args(["--public-url", &setup.endpoint("")]);
    setup
        .run_silent(&mut program, &[])
        .says(0, &["1 to create"]);
    writer.join().unwrap().unwrap();
    Ok(())
}

fn several() -> Result<(), Missing> {
    let (setup, _) = setup();
    let others = [Authority::new("first").pem(), Authority::new("last").pem()];
    let bundle = format!(
        "\u{feff}{}# ours\r\n{}{}",
        others[0],
        setup.folder.read("ca.pem"),
        others[1]
    );
    setup.folder.write("ca.pem", bundle);
    says(&setup, 0, &["1 to create"]);
    Ok(())
}

fn no_authority() -> Result<(), Missing> {
    let (setup, _) = setup();
    let (ours, key) = (
        setup.folder.read("ca.pem"),
        setup.folder.read("client-key.pem"),
    );
    let garbage = "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n";
    let cut = &ours[..ours.len() / 2];
    for (content, said) in [
        ("", "holds no certificate"),
        (&*key, "holds no certificate"),
        (cut, "is a damaged PEM file"),
        (
            "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----\n",
            "is a damaged PEM file",
        ),
        (
            garbage,
            "certificate 1 of `ca.pem` (`--ca-cert`) cannot be used",
        ),
        (
            &format!("{ours}{garbage}"),
            "certificate 2 of `ca.pem` (`--ca-cert`) cannot be used",
        ),
    ] {
        setup.folder.write("ca.pem", content);
        says(&setup, 64, &["`ca.pem` (`--ca-cert`)", said]);
    }
    setup.folder.write("ca.pem", [0x30, 0x82, 1, 2, 3]);
    says(
        &setup,
        64,
        &["holds no certificate", "`openssl x509 -inform der"],
    );
    std::fs::remove_file(setup.folder.file("ca.pem")).unwrap();
    says(&setup, 64, &["cannot read `ca.pem` of `--ca-cert`"]);
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}

fn no_client() -> Result<(), Missing> {
    let (setup, authority) = setup();
    let own = setup.folder.read("client.pem");
    let another = authority.client();
    for (certificate, texts) in [
        (
            "",
            &["`client.pem` (`--client-cert`) holds no certificate"][..],
        ),
        (
            &another.certificate,
            &[
                "`client-key.pem` (`--client-key`)",
                "not that of the first certificate",
                "`client.pem`",
            ],
        ),
        (
            &[&*another.certificate, &own].concat(),
            &["not that of the first certificate", "comes first"],
        ),
        (
            "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n",
            &["`client.pem` (`--client-cert`) cannot be read"],
        ),
    ] {
        setup.folder.write("client.pem", certificate);
        says(&setup, 64, texts);
    }
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}

fn no_key() -> Result<(), Missing> {
    let (setup, _) = setup();
    let certificate = setup.folder.read("client.pem");
    let damaged = "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n";
    let nonsense = "-----BEGIN PRIVATE KEY-----\naGVsbG8=\n-----END PRIVATE KEY-----\n";
    let openssh =
        "-----BEGIN OPENSSH PRIVATE KEY-----\naGVsbG8=\n-----END OPENSSH PRIVATE KEY-----\n";
    for (key, texts) in [
        ("", &["holds no private key", "`RSA` and `EC`"][..]),
        (&*certificate, &["holds no private key"]),
        (damaged, &["is a damaged PEM file"]),
        (nonsense, &["cannot be used", "P-256"]),
        (openssh, &["OpenSSH's own format"]),
    ] {
        setup.folder.write("client-key.pem", key);
        says(
            &setup,
            64,
            &[&["`client-key.pem` (`--client-key`)"], texts].concat(),
        );
    }
    openssl(&setup, "genrsa -traditional -out plain.pem 2048")?;
    openssl(
        &setup,
        "pkcs8 -topk8 -in plain.pem -passout pass:hunter2 -out client-key.pem",
    )?;
    says(&setup, 64, &["an encrypted key", "`openssl pkey"]);
    openssl(
        &setup,
        "rsa -traditional -aes128 -in plain.pem -passout pass:hunter2 -out client-key.pem",
    )?;
    assert!(setup.folder.read("client-key.pem").contains("Proc-Type"));
    says(&setup, 64, &["an encrypted key", "`openssl pkey"]);
    assert!(setup.proxy.requests().is_empty());
    Ok(())
}
