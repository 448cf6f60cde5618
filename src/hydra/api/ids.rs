//! Who chooses ids, where neither a version nor a client of Hydra's tells.

use bytes::Bytes;

use super::dialect::Generation;
use super::session::Session;

/// A client that every Hydra refuses, before it stores anything: v2.0 and v2.1 for its id, which
/// they look at first, and all others for its redirect URI and its subject type (measured on
/// v1.11.10, v2.1.2 and v2.3.0).
const REFUSED: &str = r#"{"client_id":"hydra-gitops-asks-who-chooses-ids","redirect_uris":["https://invalid.example/#"],"subject_type":"hydra-gitops","userinfo_signed_response_alg":"hydra-gitops"}"#;

/// What v2.0 and v2.1 say of an id that was chosen for them.
const CHOOSES: &str = "It is no longer possible to set an OAuth2 Client ID as a user";

impl Session {
    /// Finds out whether this Hydra chooses ids, where that is a guess. To be asked before anything
    /// is created, and by nobody who only plans: it takes a `POST`, though of a client that cannot
    /// be created. Without Hydra's own answer the guess stays.
    pub async fn find_out_who_chooses_ids(&mut self) {
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
            // Which of the two it is, nothing tells; the later one drops fewer fields.
            self.speak(Generation::V2_1);
        }
    }
}
