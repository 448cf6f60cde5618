//! How the news of `watch` are shown.

mod json;
mod notice;
mod text;

pub use json::json;
pub use notice::notice;
pub use text::{status, text};
