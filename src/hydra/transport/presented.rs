//! The certificate that a server presents, whoever signed it.

use std::time::Duration;

use reqwest::tls::TlsInfo;
use rustls::pki_types::CertificateDer;
use webpki::EndEntityCert;

use super::{Connection, Proxy};

/// How Hydra names the certificate that it makes for itself, and signs itself, where TLS is on and
/// none is configured (seen with v1.11.10, v2.1.2 and v2.3.0).
const HYDRAS_OWN: (&str, &str) = ("ORY GmbH", "ORY");

/// The object identifiers of a name's organization and common name (RFC 5280, appendix A.1), in DER.
const ORGANIZATION: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x0a];
const COMMON_NAME: &[u8] = &[0x06, 0x03, 0x55, 0x04, 0x03];

/// The longest that an answer is waited for.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whose certificate a server presents.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Presented {
    /// The one that Hydra makes for itself.
    HydrasOwn,
    /// A certificate that its own key signed.
    SelfSigned,
    /// One that an authority signed, with the authority's name, if it has one.
    Issued(Option<String>),
}

impl Presented {
    /// Asks the server of a connection for its certificate, with a `GET` that carries no credentials
    /// and whose answer is not read. `None` if it presents none that can be read, or if it may be the
    /// proxy's.
    pub(crate) async fn ask(connection: &Connection) -> Option<Self> {
        if connection.proxy.as_ref().is_some_and(Proxy::speaks_tls) {
            return None;
        }
        let client = connection.unchecked_client()?;
        let url = connection.endpoint.base().clone();
        let limit = PATIENCE.min(connection.request_timeout);
        let answer = client.get(url).timeout(limit).send().await.ok()?;
        let tls = answer.extensions().get::<TlsInfo>()?;
        Self::read(tls.peer_certificate()?)
    }

    /// Reads a certificate in DER.
    fn read(der: &[u8]) -> Option<Self> {
        let der = CertificateDer::from(der);
        let certificate = EndEntityCert::try_from(&der).ok()?;
        let (subject, issuer) = (certificate.subject(), certificate.issuer());
        let organization = attribute(issuer, ORGANIZATION);
        let name = attribute(issuer, COMMON_NAME);
        if subject != issuer {
            return Some(Self::Issued(name.or(organization)));
        }
        let names = organization.as_deref().zip(name.as_deref());
        Some(match names == Some(HYDRAS_OWN) {
            true => Self::HydrasOwn,
            false => Self::SelfSigned,
        })
    }
}

/// The text of the first attribute of that type in a name in DER.
fn attribute(name: &[u8], kind: &[u8]) -> Option<String> {
    let at = name.windows(kind.len()).position(|window| window == kind)?;
    // A tag, a length of one byte, and the text itself.
    let [_, length @ 0..0x80, rest @ ..] = name.get(at + kind.len()..)? else {
        return None;
    };
    let text = std::str::from_utf8(rest.get(..usize::from(*length))?).ok()?;
    Some(text.chars().filter(|char| !char.is_control()).collect())
}
