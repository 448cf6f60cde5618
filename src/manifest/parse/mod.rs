//! YAML or JSON text → values that know their place.
//!
//! Built from the parser's events rather than through serde: that keeps the spelling of numbers,
//! the places of both of two equal keys, and goes on after a fault. JSON is read by the same
//! parser, as YAML 1.2 means it to be.
//!
//! The text is not trusted. Depth is limited by the parser, values by [`MAX_VALUES`], and what
//! anchors hold and aliases repeat by [`MAX_REPEATED_BYTES`], so that a few lines cannot become gigabytes. The items
//! of a list at the top are handed over one by one, so that a file of many clients needs the
//! memory of one.

mod builder;
mod chunk;
mod fault;
mod node;
mod object;
mod parser;
mod scalar;
mod strict_json;

pub(crate) use chunk::{Chunk, chunks};
pub(crate) use node::{Content, Entry, Node};
pub(crate) use parser::parse;
pub(crate) use scalar::{Ambiguity, Scalar, resolve};
pub(crate) use strict_json::check as check_strict_json;
