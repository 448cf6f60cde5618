//! How the news of `watch` are shown.

mod notice;
mod text;

pub(crate) use notice::notice;
pub(crate) use text::{status, text};
