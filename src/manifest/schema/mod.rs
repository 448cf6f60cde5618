//! The JSON Schema (draft-07) of a manifest, for editors.
//!
//! It is generated from the table of fields and refuses what `validate` refuses, as far as a schema
//! can. It never refuses what `validate` accepts, even with a warning: `tests/schema.rs` compares
//! the two. Its patterns use only what every engine of regular expressions has, so no look-around.

mod client;
mod document;
mod keys;
mod resource;

pub use document::schema;
