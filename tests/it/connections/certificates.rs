//! Files of certificates and keys: every form there is, and what is said of those that do not fit.

use std::process::Command;

use hydra_gitops::sandbox::Version;
use rcgen::{
    KeyPair, PKCS_ECDSA_P256_SHA256, PKCS_ECDSA_P384_SHA384, PKCS_ED25519, PKCS_RSA_SHA256,
};

use crate::connections::road::{HOSTS, Road, Way};
use crate::support::authority::{Authority, Issued};
use crate::support::proxy::{Fault, Proxy};
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;
use crate::support::target::Target;

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
fn road() -> (Road, Authority) {
    let mut road = Road::open(Way::MutualTls, Target::sandbox(Version::default()), None);
    let authority = Authority::new("theirs");
    let tls = authority.server(&HOSTS, Some(&authority));
    road.front = Proxy::start_tls(&road.target.url(), tls, Box::new(|_| Fault::Pass));
    road.folder.write("ca.pem", authority.pem());
    let Issued { certificate, key } = authority.client();
    road.folder.write("client.pem", certificate);
    road.folder.write("client-key.pem", key);
    (road, authority)
}

#[track_caller]
fn says(road: &Road, code: i32, texts: &[&str]) {
    let ended = road.run(&mut road.program(&["plan"], ""), &[]);
    ended.says(code, texts);
}

/// Runs OpenSSL in the road's folder.
fn openssl(road: &Road, words: &str) -> Result<(), Missing> {
    if !is_installed("openssl", "version") {
        return Err(Missing(
            "`openssl` is needed to make keys of every form".to_owned(),
        ));
    }
    let output = Command::new("openssl")
        .args(words.split(' '))
        .current_dir(road.folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}: {said}");
    Ok(())
}

fn forms() -> Result<(), Missing> {
    let (road, authority) = road();
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
        openssl(&road, &format!("genpkey -algorithm {kind} -out plain.pem"))?;
        let pair = road.folder.read("plain.pem");
        let pair = KeyPair::from_pem_and_sign_algo(&pair, algorithm).unwrap();
        road.folder.write("client.pem", authority.certify(&pair));
        openssl(
            &road,
            &format!("pkey -in plain.pem{form} -out client-key.pem"),
        )?;
        says(&road, 0, &["1 to create"]);
        // As other systems write it.
        let key = road.folder.read("client-key.pem").replace('\n', "\r\n");
        road.folder
            .write("client-key.pem", format!("\u{feff}{key}"));
        says(&road, 0, &["1 to create"]);
    }
    // Parameters of the curve come first in what older tools write.
    openssl(
        &road,
        "ecparam -name prime256v1 -genkey -out client-key.pem",
    )?;
    assert!(road.folder.read("client-key.pem").contains("EC PARAMETERS"));
    openssl(
        &road,
        "pkcs8 -topk8 -nocrypt -in client-key.pem -out plain.pem",
    )?;
    let pair = KeyPair::from_pem(&road.folder.read("plain.pem")).unwrap();
    road.folder.write("client.pem", authority.certify(&pair));
    says(&road, 0, &["1 to create"]);
    Ok(())
}

fn both() -> Result<(), Missing> {
    let (road, _) = road();
    let both = [
        road.folder.read("client-key.pem"),
        road.folder.read("client.pem"),
    ]
    .concat();
    road.folder.write("client.pem", &both);
    road.folder.write("client-key.pem", &both);
    says(&road, 0, &["1 to create"]);
    Ok(())
}

/// Such as `--client-key <(vault read …)`: it can be read once, also where there are two APIs.
fn pipe() -> Result<(), Missing> {
    let (road, _) = road();
    let key = road.folder.read("client-key.pem");
    let path = road.folder.file("client-key.pem");
    std::fs::remove_file(&path).unwrap();
    let made = Command::new("mkfifo").arg(&path).status();
    assert!(made.unwrap().success());
    // Waits until somebody reads it.
    let writer = std::thread::spawn(move || std::fs::write(path, key));
    let mut program = road.program(&["plan"], "");
    program.args(["--public-url", &road.endpoint("")]);
    road.run(&mut program, &[]).says(0, &["1 to create"]);
    writer.join().unwrap().unwrap();
    Ok(())
}

fn several() -> Result<(), Missing> {
    let (road, _) = road();
    let others = [Authority::new("first").pem(), Authority::new("last").pem()];
    let bundle = format!(
        "\u{feff}{}# ours\r\n{}{}",
        others[0],
        road.folder.read("ca.pem"),
        others[1]
    );
    road.folder.write("ca.pem", bundle);
    says(&road, 0, &["1 to create"]);
    Ok(())
}

fn no_authority() -> Result<(), Missing> {
    let (road, _) = road();
    let (ours, key) = (
        road.folder.read("ca.pem"),
        road.folder.read("client-key.pem"),
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
        road.folder.write("ca.pem", content);
        says(&road, 64, &["`ca.pem` (`--ca-cert`)", said]);
    }
    road.folder.write("ca.pem", [0x30, 0x82, 1, 2, 3]);
    says(
        &road,
        64,
        &["holds no certificate", "`openssl x509 -inform der"],
    );
    std::fs::remove_file(road.folder.file("ca.pem")).unwrap();
    says(&road, 64, &["cannot read `ca.pem` of `--ca-cert`"]);
    assert!(road.front.requests().is_empty());
    Ok(())
}

fn no_client() -> Result<(), Missing> {
    let (road, authority) = road();
    let own = road.folder.read("client.pem");
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
        road.folder.write("client.pem", certificate);
        says(&road, 64, texts);
    }
    assert!(road.front.requests().is_empty());
    Ok(())
}

fn no_key() -> Result<(), Missing> {
    let (road, _) = road();
    let certificate = road.folder.read("client.pem");
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
        road.folder.write("client-key.pem", key);
        says(
            &road,
            64,
            &[&["`client-key.pem` (`--client-key`)"], texts].concat(),
        );
    }
    openssl(&road, "genrsa -traditional -out plain.pem 2048")?;
    openssl(
        &road,
        "pkcs8 -topk8 -in plain.pem -passout pass:hunter2 -out client-key.pem",
    )?;
    says(&road, 64, &["an encrypted key", "`openssl pkey"]);
    openssl(
        &road,
        "rsa -traditional -aes128 -in plain.pem -passout pass:hunter2 -out client-key.pem",
    )?;
    assert!(road.folder.read("client-key.pem").contains("Proc-Type"));
    says(&road, 64, &["an encrypted key", "`openssl pkey"]);
    assert!(road.front.requests().is_empty());
    Ok(())
}
