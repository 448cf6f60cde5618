//! A plan as a comment on a pull request, in the Markdown of GitHub and GitLab.
//!
//! What others wrote stands in code spans and code blocks alone: there, nobody is mentioned, nothing
//! is a link, and no HTML is rendered.

mod comment;
mod environments;
mod escape;
mod folded;
mod table;

pub(crate) use comment::{Comment, Place, plan};
pub(crate) use environments::Environments;
