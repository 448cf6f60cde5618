//! A certificate authority of the tests' own, and servers and clients with its certificates.

use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

/// An authority.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

/// A certificate and its key in PEM.
pub(crate) struct Issued {
    pub(crate) certificate: String,
    pub(crate) key: String,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::new(vec![]).unwrap();
        params
            .distinguished_name
            .push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    /// Its own certificate.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for a client with a key of its own.
    pub(crate) fn client(&self) -> Issued {
        let key = KeyPair::generate().unwrap();
        Issued {
            certificate: self.certify(&key),
            key: key.serialize_pem(),
        }
    }

    /// A certificate for a client that has a key.
    pub(crate) fn certify(&self, key: &KeyPair) -> String {
        let params = CertificateParams::new(vec!["client".to_owned()]).unwrap();
        params.signed_by(key, &self.0).unwrap().pem()
    }

    /// A server of those names that lets everybody in, or only clients of an authority.
    pub(crate) fn server(&self, hosts: &[&str], clients: Option<&Self>) -> ServerConfig {
        let (certificate, key) = self.server_certificate(hosts);
        let provider = Arc::new(default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let builder = match clients {
            None => builder.with_no_client_auth(),
            Some(clients) => {
                let mut roots = RootCertStore::empty();
                roots.add(clients.0.der().clone()).unwrap();
                let roots = Arc::new(roots);
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
                builder.with_client_cert_verifier(verifier.build().unwrap())
            }
        };
        builder.with_single_cert(vec![certificate], key).unwrap()
    }

    /// A server whose certificate expired long ago.
    pub(crate) fn expired_server(&self, host: &str) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![host.to_owned()]).unwrap();
        params.not_after = rcgen::date_time_ymd(2020, 2, 3);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        open_server(certificate.der().clone(), &key)
    }

    fn server_certificate(
        &self,
        hosts: &[&str],
    ) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
        let key = KeyPair::generate().unwrap();
        let params = params(hosts);
        let certificate = params.signed_by(&key, &self.0).unwrap();
        let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
        (certificate.der().clone(), key)
    }
}

/// A server with a certificate that its own key signed, and the certificate in PEM.
pub(crate) fn self_signed(host: &str) -> (ServerConfig, String) {
    let key = KeyPair::generate().unwrap();
    let certificate = params(&[host]).self_signed(&key).unwrap();
    let pem = certificate.pem();
    (open_server(certificate.der().clone(), &key), pem)
}

fn params(hosts: &[&str]) -> CertificateParams {
    let hosts: Vec<String> = hosts.iter().copied().map(str::to_owned).collect();
    CertificateParams::new(hosts).unwrap()
}

/// A server that lets everybody in.
fn open_server(certificate: CertificateDer<'static>, key: &KeyPair) -> ServerConfig {
    let key = PrivateKeyDer::Pkcs8(key.serialize_der().into());
    ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key)
        .unwrap()
}
