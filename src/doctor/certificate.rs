//! What a certificate that is refused here is, and what to do about it.

use crate::error::{Error, chain};
use crate::hydra::{BadCertificate, Connection, Failure, Presented};

/// The error of a failure. Where the server's certificate is refused, the server is asked for it once
/// more, so that the error says whose it is.
pub(super) async fn explained(failure: Failure, connection: &Connection) -> Error {
    let bad = failure.bad_certificate();
    let error = Error::from(failure);
    let Some(bad) = bad else {
        return error;
    };
    let presented = Presented::ask(connection).await;
    let (what, hints) = match (presented, bad) {
        (Some(Presented::HydrasOwn), _) => hydras_own(),
        (Some(Presented::SelfSigned), BadCertificate::Untrusted) => self_signed(connection),
        (Some(Presented::Issued(name)), BadCertificate::Untrusted) => issued(name, connection),
        _ => return error,
    };
    let error = Error::hydra(format!("{}; {what}", chain(&error)));
    hints.into_iter().fold(error, Error::hint)
}

type Explanation = (String, Vec<&'static str>);

fn hydras_own() -> Explanation {
    let what = "it is the one that Hydra makes for itself when no certificate is configured: it is for `localhost` alone, and nothing can verify it";
    (
        what.to_owned(),
        vec![
            "give Hydra a certificate (`SERVE_TLS_CERT_PATH` and `SERVE_TLS_KEY_PATH`), or put a proxy that has one in front of it",
            "where nobody else can reach the network, `--skip-tls-verify` connects all the same",
        ],
    )
}

fn self_signed(connection: &Connection) -> Explanation {
    let what = format!("it is self-signed{}", beside(connection));
    (
        what,
        vec![
            "if it is the certificate that you expect, trust it: put it into the file of `--ca-cert`",
        ],
    )
}

fn issued(name: Option<String>, connection: &Connection) -> Explanation {
    let name = name.map_or_else(
        || "an authority without a name".to_owned(),
        |name| format!("the authority `{name}`"),
    );
    let what = format!("it is issued by {name}{}", beside(connection));
    (
        what,
        vec![
            "if that is a private authority, give its certificate with `--ca-cert FILE`; if it is a public one, the server leaves out the certificates in between",
        ],
    )
}

/// What is trusted in place of the system's authorities.
fn beside(connection: &Connection) -> &'static str {
    match connection.authorities {
        Some(_) => ", and the file of `--ca-cert` does not have it",
        None => "",
    }
}
