//! An opened secret, named as its SOPS file would be.

use jiff::Timestamp;
use secrecy::SecretString;

use super::document::document;
use super::facts::Facts;
use super::form::{SopsForm, name_of};
use super::output::SopsOutput;
use crate::client::ClientId;
use crate::error::Result;
use crate::recipients::Recipients;
use crate::vault::journal::IntentDetails;
use crate::vault::secrets_file::Record;

/// An opened secret.
#[derive(Debug)]
pub struct Exported {
    /// The client's id.
    pub client_id: String,
    /// The client's name, if it has one.
    pub client_name: Option<String>,
    /// Its owner, if it has one.
    pub owner: Option<String>,
    /// The Hydra it was created in.
    pub endpoint: String,
    /// The name of its Secret.
    pub name: String,
    /// The namespace of its Secret, if one is known.
    pub namespace: Option<String>,
    /// The secret.
    pub secret: SecretString,
    created_at: Timestamp,
}

impl Exported {
    /// The secret of a record, named as `layout` says.
    pub fn new(record: &Record, secret: SecretString, layout: &SopsOutput) -> Self {
        let about = about(None, record.client_name.as_deref());
        Self {
            client_id: record.client_id.clone(),
            client_name: record.client_name.clone(),
            owner: record.owner.clone(),
            endpoint: record.endpoint.clone(),
            name: name_of(layout, &about, &record.client_id),
            namespace: layout.namespace.as_ref().map(|one| one.as_str().to_owned()),
            created_at: record.created_at,
            secret,
        }
    }
}

fn about<'a>(id: Option<&'a ClientId>, client_name: Option<&'a str>) -> IntentDetails<'a> {
    IntentDetails {
        client_id: id,
        client_name,
        owner: None,
        is_resource: false,
        secret_name: None,
        method: "",
    }
}

/// A SOPS file with that secret.
///
/// # Errors
/// When it cannot be encrypted (exit 6).
pub fn sops_document(
    one: &Exported,
    layout: &SopsOutput,
    recipients: &Recipients,
    now: Timestamp,
) -> Result<String> {
    let id = ClientId::new(one.client_id.clone());
    let about = about(id.as_ref(), one.client_name.as_deref());
    let form = SopsForm::seal(layout, &about, Some(&one.secret), recipients, now)?;
    let facts = Facts {
        client_id: one.client_id.clone(),
        client_name: one.client_name.clone(),
        owner: one.owner.clone(),
        endpoint: one.endpoint.clone(),
        created_at: one.created_at,
        unconfirmed: false,
    };
    Ok(document(&form, &facts))
}
