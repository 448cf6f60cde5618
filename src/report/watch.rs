//! Formats the events of `watch`.

mod json;
mod notice;
mod text;

pub(crate) use json::json;
pub(crate) use notice::notice;
pub(crate) use text::{status, text};
