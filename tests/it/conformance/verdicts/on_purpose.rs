//! Where `validate` and a server disagree on purpose.

use super::cases::Case;

/// Errors although servers take the client: by the rule, and by what is odd about the case where
/// only that is meant.
pub(super) const STRICTER: &[Stricter] = &[
    Stricter::rule(
        "harmful-logout-url",
        "it breaks the logout of other clients",
    ),
    Stricter::rule(
        "harmful-jwk",
        "numbers that are empty or zero can harm v1.11 to v2.1, or serve nobody",
    ),
    Stricter::rule("no-identity", "the next run would create the client again"),
    Stricter::rule("unknown-field", "Hydra drops it in silence"),
    Stricter::rule(
        "unresolved-reference",
        "nobody resolves it, so it would be stored as it is",
    ),
    Stricter::rule("duplicate-key", "readers disagree about which one counts"),
    Stricter::rule(
        "wrong-type",
        "Hydra reads null as nothing, and drops what it does not know in any type",
    ),
    Stricter::rule("invalid-scope", "a scope of blanks is no scope"),
    Stricter::rule(
        "invalid-syntax",
        "YAML has no U+007F, and Unicode no half surrogates",
    ),
    Stricter {
        what: "OKP x of 3 bytes",
        ..Stricter::rule("invalid-jwk", SHORT)
    },
    Stricter {
        what: "OKP x of 31 bytes",
        ..Stricter::rule("invalid-jwk", SHORT)
    },
];

const SHORT: &str = "Hydra fills the key up with zeros, and it verifies nothing";

#[derive(Debug)]
pub(super) struct Stricter {
    pub(super) rule: &'static str,
    what: &'static str,
    pub(super) reason: &'static str,
}

impl Stricter {
    const fn rule(rule: &'static str, reason: &'static str) -> Self {
        Self {
            rule,
            what: "",
            reason,
        }
    }

    /// The row that excuses an error by this rule.
    pub(super) fn find(rule: &str, case: &Case) -> Option<&'static Self> {
        let excuses = |row: &&Self| row.rule == rule && (row.what.is_empty() || case.is(row.what));
        STRICTER.iter().find(excuses)
    }
}
