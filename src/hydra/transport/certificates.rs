//! The user's certificates: trusted authorities, and a client certificate with its key.
//!
//! For any invalid file, the HTTP library reports only that "the builder" failed, without the
//! file's name. Everything is therefore validated here first.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;
use rustls::{Error as TlsError, InconsistentKeys, RootCertStore};
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::wiped;

/// Certificate authorities to trust instead of the system's; at least one.
#[derive(Debug, Clone)]
pub(crate) struct Authorities(pub(crate) Vec<reqwest::Certificate>);

/// A client certificate with its chain and private key.
#[derive(Clone)]
pub(crate) struct ClientCertificate(pub(crate) reqwest::Identity);

/// A PEM file (RFC 7468): its content, and its name in messages.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pem<'a> {
    pub text: &'a [u8],
    pub path: &'a str,
}

impl Pem<'_> {
    /// An error about the file of that flag.
    fn wrong(self, flag: &str, what: &str) -> Error {
        Error::usage(format!("`{}` (`{flag}`) {what}", self.path))
    }
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientCertificate")
    }
}

impl Authorities {
    /// Parses the file of `--ca-cert`. Fails with wrong usage (exit 64) if there is no certificate,
    /// or one cannot be parsed.
    pub(crate) fn read(file: Pem<'_>) -> Result<Self> {
        let certificates = certificates(file, "--ca-cert")?;
        let mut roots = RootCertStore::empty();
        for (index, certificate) in certificates.iter().enumerate() {
            roots.add(certificate.clone()).map_err(|error| {
                let (number, path) = (index + 1, file.path);
                let what = format!("certificate {number} of `{path}` (`--ca-cert`) cannot be used");
                Error::usage(what)
                    .because(error)
                    .hint("leave it out, or get it anew from whoever runs the authority")
            })?;
        }
        let certificates = certificates.iter();
        let as_reqwest = certificates.map(|one| reqwest::Certificate::from_der(one));
        let as_reqwest = as_reqwest.collect::<Result<Vec<_>, _>>();
        let unusable = |error| file.wrong("--ca-cert", "cannot be used").because(error);
        as_reqwest.map(Self).map_err(unusable)
    }
}

impl ClientCertificate {
    /// Parses the files of `--client-cert` and `--client-key`, which may be the same file. The key
    /// is PKCS #8 (RFC 5958), PKCS #1 (RFC 8017) or SEC1 (RFC 5915). Fails with wrong usage (exit
    /// 64) if the certificate or the key is missing, the key is encrypted or of an unknown type, or
    /// the two do not match.
    pub(crate) fn read(certificate: Pem<'_>, key: Pem<'_>) -> Result<Self> {
        let chain = certificates(certificate, "--client-cert")?;
        let found = private_key(key)?;
        check_pair(&chain, &found, certificate, key)?;
        let mut pem = Zeroizing::new(String::new());
        for one in &chain {
            push_pem(&mut pem, "CERTIFICATE", one);
        }
        let label = match &found {
            PrivateKeyDer::Pkcs1(_) => "RSA PRIVATE KEY",
            PrivateKeyDer::Sec1(_) => "EC PRIVATE KEY",
            _ => "PRIVATE KEY",
        };
        push_pem(&mut pem, label, found.secret_der());
        let identity = reqwest::Identity::from_pem(pem.as_bytes());
        identity.map(Self).map_err(|error| {
            let path = certificate.path;
            Error::usage(format!("the client certificate `{path}` cannot be used")).because(error)
        })
    }
}

/// The certificates in a file; at least one.
fn certificates(file: Pem<'_>, flag: &str) -> Result<Vec<CertificateDer<'static>>> {
    let found = CertificateDer::pem_slice_iter(file.text).collect::<Result<Vec<_>, _>>();
    let found = found.map_err(|_| {
        file.wrong(flag, "is a damaged PEM file")
            .hint("get it anew: something between its `-----BEGIN` and `-----END` lines is lost")
    })?;
    if !found.is_empty() {
        return Ok(found);
    }
    let error = file.wrong(flag, "holds no certificate");
    Err(match file.text {
        // How DER starts: a sequence with a two-byte length.
        [0x30, 0x82, ..] => error.hint("it is binary: `openssl x509 -inform der -in FILE -out FILE.pem` makes a PEM file of it"),
        _ => error.hint("give a PEM file with `-----BEGIN CERTIFICATE-----` blocks"),
    })
}

fn private_key(file: Pem<'_>) -> Result<PrivateKeyDer<'static>> {
    let wrong = |what| file.wrong("--client-key", what);
    let says = |words: &str| {
        let mut windows = file.text.windows(words.len());
        windows.any(|window| window == words.as_bytes())
    };
    if says("BEGIN ENCRYPTED PRIVATE KEY") || says("Proc-Type: 4,ENCRYPTED") {
        return Err(wrong("contains an encrypted key, and hydra-gitops does not ask for passphrases")
            .hint("give it without: `openssl pkey -in FILE -out FILE.plain` asks for the passphrase and writes the key; keep that file to yourself (mode 600)"));
    }
    if says("BEGIN OPENSSH PRIVATE KEY") {
        return Err(wrong("holds a key of OpenSSH's own format")
            .hint("`ssh-keygen -p -m PEM -f FILE` rewrites it; but a client certificate rarely has an SSH key"));
    }
    match PrivateKeyDer::pem_slice_iter(file.text).next() {
        Some(Ok(key)) => Ok(key),
        Some(Err(_)) => Err(wrong("is a damaged PEM file").hint("get it anew")),
        None => Err(wrong("holds no private key").hint(
            "give a PEM file with a `-----BEGIN PRIVATE KEY-----` block (`RSA` and `EC` keys are taken too)",
        )),
    }
}

fn check_pair(
    chain: &[CertificateDer<'static>],
    key: &PrivateKeyDer<'static>,
    certificate_file: Pem<'_>,
    key_file: Pem<'_>,
) -> Result<()> {
    let pair = CertifiedKey::from_der(chain.to_vec(), key.clone_key(), &default_provider());
    let (certificate_path, key_path) = (certificate_file.path, key_file.path);
    pair.map(drop).map_err(|error| match error {
        TlsError::InconsistentKeys(InconsistentKeys::KeyMismatch) => Error::usage(format!(
            "the key `{key_path}` (`--client-key`) is not that of the first certificate in `{certificate_path}` (`--client-cert`)"
        ))
        .hint("give the two that were made together; in a file of several certificates the client's own comes first"),
        TlsError::InvalidCertificate(_) => Error::usage(format!(
            "the first certificate in `{certificate_path}` (`--client-cert`) cannot be read"
        ))
        .because(error)
        .hint("get it anew from whoever issued it"),
        other => Error::usage(format!("the key `{key_path}` (`--client-key`) cannot be used"))
            .because(other)
            .hint("RSA from 2048 bits, P-256, P-384 and Ed25519 keys are taken"),
    })
}

/// Appends a block in the textual encoding of RFC 7468.
fn push_pem(pem: &mut Zeroizing<String>, label: &str, der: &[u8]) {
    let text = Zeroizing::new(STANDARD.encode(der));
    wiped::push(pem, &format!("-----BEGIN {label}-----\n"));
    for line in text.as_bytes().chunks(64) {
        // Base64 is ASCII.
        wiped::push(pem, &String::from_utf8_lossy(line));
        wiped::push(pem, "\n");
    }
    wiped::push(pem, &format!("-----END {label}-----\n"));
}
