//! What `create client` and `import client` print: the output of Ory's v2 commands.

mod json;
mod row;
mod table;
mod yaml;

pub(crate) use json::{json, pretty_json};
pub(crate) use row::{Row, Rows};
pub(crate) use table::table;
pub(crate) use yaml::yaml;

#[cfg(test)]
mod tests;
