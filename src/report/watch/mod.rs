//! Formats the events of `watch`.

mod notice;
mod text;

pub(crate) use notice::notice;
pub(crate) use text::{status, text};
