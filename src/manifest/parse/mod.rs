//! YAML or JSON text → values with their locations.
//!
//! Values are built from the parser's events rather than through serde: that keeps the spelling of
//! numbers and the locations of both of two equal keys, and reading continues after a fault. JSON
//! is read by the same parser, since YAML 1.2 contains it.
//!
//! The text is not trusted. The parser limits depth, and `parser` limits the number of values, the
//! memory of anchors and the text that aliases repeat, so that a few lines cannot become gigabytes.
//! The items of a top-level list are passed on one by one, so that a file of many clients needs the
//! memory of one.

mod chunk;
mod node;
mod parser;
mod quoting;
mod scalar;
mod strict_json;
mod syntax;

pub(crate) use chunk::{Chunk, chunks};
pub(crate) use node::{Content, Entry, Node, Origin};
pub(crate) use parser::parse;
pub(crate) use scalar::{Ambiguity, Scalar, resolve};
pub(crate) use strict_json::check_strict_json;
