//! What the user sees: data goes in, text comes out, nothing is decided here.

mod safe_text;

pub use safe_text::{escape_char, safe_text};
