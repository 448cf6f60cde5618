//! What is wrong with a TLS handshake, and what the user can do.

use std::error::Error as StdError;
use std::io;

use jiff::Timestamp;
use rustls::pki_types::UnixTime;
use rustls::{AlertDescription, CertificateError, Error as TlsError};

use super::Proxy;
use crate::hydra::BadCertificate;

/// Describes a TLS error. If the proxy uses TLS too, the error may come from either.
pub(super) fn reason(tls: &TlsError, why: String, proxy: Option<&Proxy>) -> String {
    let why = match tls {
        TlsError::InvalidMessage(_) => format!("what answers does not speak TLS ({why})"),
        TlsError::InvalidCertificate(bad) => certificate_reason(bad, why),
        _ => why,
    };
    match proxy.filter(|proxy| proxy.speaks_tls()) {
        Some(proxy) => format!("{why} (from Hydra, or from the proxy {proxy})"),
        None => why,
    }
}

/// Why the server's certificate is refused, if that is what is wrong.
pub(super) fn bad_certificate(tls: &TlsError) -> Option<BadCertificate> {
    match tls {
        TlsError::InvalidCertificate(CertificateError::UnknownIssuer) => {
            Some(BadCertificate::Untrusted)
        }
        TlsError::InvalidCertificate(_) => Some(BadCertificate::Unfit),
        _ => None,
    }
}

/// What is wrong with the server's certificate.
fn certificate_reason(bad: &CertificateError, why: String) -> String {
    use CertificateError as Bad;
    match bad {
        Bad::UnknownIssuer => {
            "the server's certificate is not signed by an authority that is trusted here".to_owned()
        }
        Bad::NotValidForNameContext {
            expected,
            presented,
        } => {
            let names: Vec<String> = presented.iter().filter_map(|name| shown(name)).collect();
            let names = match names.as_slice() {
                [] => "names no host".to_owned(),
                names => format!("is for {}", names.join(", ")),
            };
            format!(
                "the server's certificate {names}, not for `{}`",
                expected.to_str()
            )
        }
        Bad::ExpiredContext { not_after, .. } => {
            format!("the server's certificate expired{}", at(*not_after))
        }
        Bad::NotValidYetContext { not_before, .. } => {
            format!(
                "the server's certificate is not valid yet: it begins{}",
                at(*not_before)
            )
        }
        Bad::Other(_) if is_authoritys(bad) => {
            "the server presents the certificate of an authority as its own".to_owned()
        }
        _ => why,
    }
}

/// A host of a certificate, which the library shows as `DnsName("a.example")` or
/// `IpAddress(10.0.0.1)`. Names of anything else are left out.
fn shown(name: &str) -> Option<String> {
    let (kind, value) = name.strip_suffix(')')?.split_once('(')?;
    matches!(kind, "DnsName" | "IpAddress").then(|| format!("`{}`", value.trim_matches('"')))
}

/// ` at 2026-11-29T12:00:00Z`, or nothing where no clock can say it.
fn at(time: UnixTime) -> String {
    let seconds = i64::try_from(time.as_secs()).ok();
    let time = seconds.and_then(|seconds| Timestamp::from_second(seconds).ok());
    time.map(|time| format!(" at {time}")).unwrap_or_default()
}

/// Whether the certificate is marked as that of an authority, which no server may have.
fn is_authoritys(bad: &CertificateError) -> bool {
    matches!(bad, CertificateError::Other(other) if other.to_string().contains("CaUsedAsEndEntity"))
}

pub(super) fn advice(tls: &TlsError) -> Option<&'static str> {
    use CertificateError as Bad;
    Some(match tls {
        TlsError::InvalidMessage(_) => {
            "if the server does not use TLS, write `http://` instead of `https://` in `--endpoint`; otherwise give its TLS port"
        }
        TlsError::AlertReceived(alert) if refuses_certificate(*alert) => {
            "the server refuses this client: give the certificate it wants with `--client-cert` and `--client-key`"
        }
        TlsError::InvalidCertificate(bad) => match bad {
            Bad::NotValidForName | Bad::NotValidForNameContext { .. } => {
                "give the right host in `--endpoint`, one that the certificate names"
            }
            Bad::Expired | Bad::ExpiredContext { .. } => {
                "renew the server's certificate, or correct this machine's clock if it is wrong"
            }
            Bad::NotValidYet | Bad::NotValidYetContext { .. } => {
                "set this machine's clock, or have the server's certificate made anew"
            }
            Bad::Other(_) if is_authoritys(bad) => {
                "have the authority issue a server certificate (`basicConstraints=CA:FALSE`)"
            }
            _ => "name the certificate authority with `--ca-cert`",
        },
        _ => return None,
    })
}

/// Whether an alert concerns the client certificate (RFC 8446, section 6.2).
pub(super) fn refuses_certificate(alert: AlertDescription) -> bool {
    use AlertDescription as Alert;
    matches!(
        alert,
        Alert::CertificateRequired
            | Alert::BadCertificate
            | Alert::UnsupportedCertificate
            | Alert::CertificateRevoked
            | Alert::CertificateExpired
            | Alert::CertificateUnknown
            | Alert::UnknownCA
            | Alert::AccessDenied
            | Alert::HandshakeFailure
    )
}

/// The TLS error behind an error, however deeply it is wrapped.
pub(super) fn cause<'e>(error: &'e (dyn StdError + 'static)) -> Option<&'e TlsError> {
    if let Some(tls) = error.downcast_ref() {
        return Some(tls);
    }
    // `source()` does not return the error that an I/O error wraps.
    let inner = error.downcast_ref().and_then(io::Error::get_ref);
    match inner {
        Some(inner) => cause(inner),
        None => error.source().and_then(cause),
    }
}
