//! Secrets as SOPS files, one a client, that `sops`, Flux and Helm read as they are.
//!
//! [`form`] seals a secret before its client exists. What is not known by then, such as an id that
//! the server chooses, stands in clear and outside of the file's authentication code
//! (`mac_only_encrypted`, sops 3.9), so that [`document`] can fill it in later without a key.
//! [`folder`] checks names, [`writer`] writes files, and [`naming`] puts each into the [`place`] that
//! is its own;
//! [`facts`] reads what stands in them in clear.

mod document;
mod exported;
mod facts;
mod folder;
mod form;
mod locked;
mod name;
mod naming;
mod output;
mod place;
mod reading;
mod writer;

#[cfg(test)]
mod tests;

pub use document::quoted as quoted_yaml;
pub use exported::{Exported, sops_document};
pub(super) use facts::Facts;
pub use facts::SopsFile;
pub(super) use folder::Folder;
pub use form::SopsForm;
pub(super) use locked::{LockedFolder, not_a_folder};
pub(super) use naming::FolderEnd;
pub use output::{NameTemplate, SecretKeys, SopsKind, SopsOutput};
pub(super) use place::confirm;
pub(super) use reading::read_folder;
