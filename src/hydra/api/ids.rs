//! Finds out who chooses ids if neither the version nor a client tells.

use bytes::Bytes;

use super::dialect::Generation;
use super::session::Session;

/// A client that every Hydra rejects before it stores anything. v2.0 and v2.1 reject its id, which
/// they check first; all others reject its redirect URI and subject type (measured on v1.11.10,
/// v2.1.2 and v2.3.0).
const REFUSED: &str = r#"{"client_id":"hydra-gitops-asks-who-chooses-ids","redirect_uris":["https://invalid.example/#"],"subject_type":"hydra-gitops","userinfo_signed_response_alg":"hydra-gitops"}"#;

/// How v2.0 and v2.1 reject a chosen id.
const CHOOSES: &str = "It is no longer possible to set an OAuth2 Client ID as a user";

impl Session {
    /// Finds out whether this Hydra chooses ids, if that is a guess. Call this before creating
    /// anything, and never for a plan: it sends a `POST`, although for a client that Hydra always
    /// rejects. Without an answer from Hydra itself, the guess stands.
    pub(crate) async fn find_out_who_chooses_ids(&mut self) {
        let dialect = self.reader.dialect();
        if !dialect.is_guess() {
            return;
        }
        let url = dialect.clients_url();
        let body = Bytes::from_static(REFUSED.as_bytes());
        let Ok(answer) = self.reader.http().post(url, body, None).await else {
            return;
        };
        let says = String::from_utf8_lossy(&answer.body);
        if answer.status == 400 && says.contains(CHOOSES) {
            tracing::debug!("this Hydra chooses ids itself");
            // It may be v2.0 or v2.1. Assume the later one, which drops fewer fields.
            self.speak(Generation::V2_1);
        }
    }
}
