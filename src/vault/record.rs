//! A line of the secrets file: one created client and its secret.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::seal::Sealed;
use crate::client::ClientId;

/// The version of the line format.
pub(super) const FORMAT: u32 = 1;

/// A created client and its secret: one line of the secrets file, a public contract.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// The version of the line format: 1.
    pub format: u32,
    /// The client's id.
    pub client_id: String,
    /// The client's name, if it has one.
    pub client_name: Option<String>,
    /// The Hydra it was created in.
    pub endpoint: String,
    /// When the secret was generated (RFC 3339, UTC).
    pub created_at: Timestamp,
    /// Fingerprints of the keys that open the secret; empty for a cleartext secret.
    pub recipients: Vec<String>,
    /// The secret.
    #[serde(flatten)]
    pub secret: Sealed,
    /// Whether it could not be verified that the client in Hydra has this secret.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unconfirmed: bool,
}

impl Record {
    /// Parses a line.
    ///
    /// # Errors
    /// A short description that quotes nothing from the line.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let record: Self = serde_json::from_slice(line).map_err(|error| {
            format!("it is not a record of a secret (column {})", error.column())
        })?;
        if record.format != FORMAT {
            return Err(format!(
                "its format {} is newer than {FORMAT}, the newest that this version reads",
                record.format
            ));
        }
        if record.client_id.is_empty() {
            return Err("it has no `client_id`".to_owned());
        }
        Ok(record)
    }

    /// Encodes the record, including the line break.
    pub(super) fn to_line(&self) -> serde_json::Result<Vec<u8>> {
        let mut line = serde_json::to_vec(self)?;
        line.push(b'\n');
        Ok(line)
    }

    /// Whether the record belongs to that client.
    pub fn is_of(&self, id: &ClientId) -> bool {
        self.client_id == id.as_str()
    }
}
