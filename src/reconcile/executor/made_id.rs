//! Ids for clients whose manifests have none.
//!
//! For a client identified by its name, the id is derived from its name and owner, and for one of a
//! Kubernetes resource from the owner alone. Two concurrent runs on
//! independent machines then ask for the same id, and Hydra creates one client. The derivation
//! never changes; the tests pin its values. Anyone can compute it, so an id says nothing about
//! whose secret its client has.

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::client::{ClientId, Identity};
use crate::plan::Creation;

/// The derived id of a client that is identified by its name or resource.
pub(crate) fn id_of(creation: &Creation) -> Option<ClientId> {
    id_after(creation, 0)
}

/// The same, after skipping `taken` ids that belong to other clients, which were renamed.
pub(super) fn id_after(creation: &Creation, taken: usize) -> Option<ClientId> {
    let id = match creation.identity.as_ref()? {
        Identity::Id(_) => return None,
        Identity::Name(name) => made_of(&name.owner, &name.client_name, taken),
        Identity::Resource(resource) => made_of(resource.as_str(), "", taken),
    };
    ClientId::new(id.to_string())
}

/// An id for a client without an identity.
pub(super) fn random_id() -> Option<ClientId> {
    ClientId::new(Uuid::new_v4().to_string())
}

/// A UUID of version 8 (RFC 9562, section 5.8): the first 16 bytes of a SHA-256 digest. The input
/// is a title with the number of taken ids, a line break, the owner's length in bytes, a line
/// break, and the owner followed by the name.
fn made_of(owner: &str, client_name: &str, taken: usize) -> Uuid {
    let length = owner.len();
    let text = format!("hydra-gitops client id {taken}\n{length}\n{owner}{client_name}");
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(text)[..16]);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

#[cfg(test)]
mod tests {
    use super::made_of;

    /// Existing clients have these ids: they must never change.
    #[test]
    fn the_same_client_has_the_same_id_for_ever() {
        for (owner, name, taken, id) in [
            (
                "platform",
                "Mailer",
                0,
                "a0ef4bc7-f3a9-8167-9c0a-04a15ad2eb07",
            ),
            (
                "platform",
                "Mailer",
                1,
                "c19fd601-906e-8e7d-b1a9-5c89c9194004",
            ),
            (
                "shop-web/shop",
                "",
                0,
                "90e8d176-5b48-8610-b74c-c361d08f5b11",
            ),
            (
                "plattform",
                "ailer",
                0,
                "e11e1560-82e7-819e-bb82-33454c0285a3",
            ),
            ("größe", "名前", 0, "2606c0b0-b6bd-8b2f-b12b-ad1f6d5d7098"),
        ] {
            assert_eq!(made_of(owner, name, taken).to_string(), id);
        }
    }
}
