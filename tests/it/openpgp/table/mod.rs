//! Every state a key can be in: whether it is taken, which of its keys is encrypted to, and whether
//! two others think the same of it, `rpgpie` and GnuPG. Where one does not, the row says why.

mod algorithms;
mod check;
mod expiry;
mod opinion;
mod purpose;
mod revocation;
mod row;
mod signatures;
mod versions;

pub(crate) use check::check;
pub(crate) use opinion::{gnupg, key_fingerprints, rpgpie};
pub(crate) use row::Row;

/// The rows by their kinds.
pub(crate) const TABLE: &[(&str, &[Row])] = &[
    ("algorithms", algorithms::ROWS),
    ("expiry", expiry::ROWS),
    ("purpose", purpose::ROWS),
    ("revocation", revocation::ROWS),
    ("signatures", signatures::ROWS),
    ("versions", versions::ROWS),
];
