//! A row of the table.

use crate::support::gpg::Gpg;

/// A state of a key, and what becomes of it.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    /// Makes the certificate: with GnuPG, as an owner would, or packet by packet.
    pub(super) make: fn(&Gpg) -> Vec<u8>,
    pub(super) verdict: Verdict,
    pub(super) rpgpie: Opinion,
    pub(super) gnupg: Opinion,
}

/// What becomes of a key.
#[derive(Clone, Copy)]
pub(super) enum Verdict {
    /// It is taken, and this one of its keys is encrypted to: 0 is the primary key.
    Takes(usize),
    /// It is refused in these words, with a hint that holds those.
    Refuses(&'static str, &'static str),
}

/// What somebody else thinks of the key.
#[derive(Clone, Copy)]
pub(super) enum Opinion {
    /// The same.
    Same,
    /// It takes this one of its keys, for this reason.
    Takes(usize, &'static str),
    /// It refuses the key, for this reason.
    Refuses(&'static str),
    /// Chance decides whether it takes this one of its keys, for this reason.
    Either(usize, &'static str),
}

/// A row on which everybody agrees.
pub(super) const fn row(name: &'static str, make: fn(&Gpg) -> Vec<u8>, verdict: Verdict) -> Row {
    Row {
        name,
        make,
        verdict,
        rpgpie: Opinion::Same,
        gnupg: Opinion::Same,
    }
}

impl Row {
    /// `rpgpie` sees it otherwise.
    pub(super) const fn rpgpie(self, rpgpie: Opinion) -> Self {
        Self { rpgpie, ..self }
    }

    /// GnuPG sees it otherwise.
    pub(super) const fn gnupg(self, gnupg: Opinion) -> Self {
        Self { gnupg, ..self }
    }
}
