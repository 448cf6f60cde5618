//! Combines the three things that creating clients needs from a Hydra.

use bytes::Bytes;
use secrecy::SecretString;

use super::creator::{Body, Create, Created, Creator};
use super::dialect::Generation;
use super::prove::{Proof, Prove, Prover};
use super::reader::{Read, Reader};
use crate::client::{ClientId, Existing, Identity};
use crate::hydra::failure::Failure;

/// A client that every Hydra rejects before it stores anything. v2.0 and v2.1 reject its id, which
/// they check first; all others reject its redirect URI and subject type (measured on v1.11.10,
/// v2.1.2 and v2.3.0).
const REFUSED: &str = r#"{"client_id":"hydra-gitops-asks-who-chooses-ids","redirect_uris":["https://invalid.example/#"],"subject_type":"hydra-gitops","userinfo_signed_response_alg":"hydra-gitops"}"#;

/// How v2.0 and v2.1 reject a chosen id.
const CHOOSES: &str = "It is no longer possible to set an OAuth2 Client ID as a user";

/// Reads, creates and verifies. It can neither change nor delete.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    pub reader: Reader,
    creator: Creator,
    prover: Prover,
}

impl Session {
    pub(crate) fn new(reader: Reader, prover: Prover) -> Self {
        let creator = Creator::new(&reader);
        Self {
            reader,
            creator,
            prover,
        }
    }

    /// Finds out whether this Hydra chooses ids, if neither its version nor a client tells. Call
    /// this before creating anything, and never for a plan: it sends a `POST`, although for a
    /// client that Hydra always rejects. Without an answer from Hydra itself, the guess stands.
    pub(crate) async fn find_out_who_chooses_ids(&mut self) {
        let dialect = self.reader.dialect();
        if !dialect.is_guess {
            return;
        }
        let (url, body) = (
            dialect.clients.clone(),
            Bytes::from_static(REFUSED.as_bytes()),
        );
        let Ok(answer) = self.reader.getter.http.post(url, body, &[]).await else {
            return;
        };
        if answer.status == 400 && String::from_utf8_lossy(&answer.body).contains(CHOOSES) {
            tracing::debug!("this Hydra chooses ids itself");
            // It may be v2.0 or v2.1. Assume the later one, which drops fewer fields.
            self.reader.speak(Generation::V2_1);
            self.creator = Creator::new(&self.reader);
        }
    }
}

impl Read for Session {
    async fn find(&self, identity: &Identity) -> Result<Option<Existing>, Failure> {
        self.reader.find(identity).await
    }
}

impl Create for Session {
    async fn create(&self, body: &Body) -> Result<Created, Failure> {
        self.creator.create(body).await
    }
}

impl Prove for Session {
    async fn prove(&self, id: &ClientId, secret: &SecretString, method: &str) -> Proof {
        self.prover.prove(id, secret, method).await
    }
}
