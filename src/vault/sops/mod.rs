//! Secrets as SOPS files, one a client, that `sops`, Flux and Helm read as they are.
//!
//! [`form`] seals a secret before its client exists. What is not known by then, such as an id that
//! the server chooses, stands in clear and outside of the file's authentication code
//! (`mac_only_encrypted`, sops 3.9), so that [`document`] can fill it in later without a key.
//! [`folder`] writes the files, and [`facts`] reads what stands in them in clear.

mod document;
mod exported;
mod facts;
mod folder;
mod form;
mod name;
mod output;

#[cfg(test)]
mod tests;

pub use document::quoted as quoted_yaml;
pub use exported::{Exported, sops_document};
pub(super) use facts::Facts;
pub use facts::SopsFile;
pub(super) use folder::{Folder, confirm, not_a_folder, read_folder};
pub use form::SopsForm;
pub use output::{NameTemplate, SecretKeys, SopsKind, SopsOutput};
