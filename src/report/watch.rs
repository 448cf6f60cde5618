//! How the news of `watch` are shown.

mod json;
mod notice;
mod text;

pub(crate) use json::json;
pub(crate) use notice::notice;
pub(crate) use text::{status, text};
