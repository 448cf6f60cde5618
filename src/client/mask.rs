//! Which values of a client are secrets, judging by their names. All code that shows values uses this.

use super::{Field, Shape};

/// Shown instead of a secret.
pub const MASK: &str = "***";

/// The private members of a JSON Web Key (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
pub(crate) const PRIVATE_KEY_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The members of a key set that may be shown. A misspelt private member is not among them.
const PUBLIC_KEY_MEMBERS: [&str; 11] = [
    "keys", "kty", "crv", "use", "alg", "kid", "key_ops", "n", "e", "x", "y",
];

/// Words in the names of secrets.
const SECRET_WORDS: &str = "secret passw passphrase private token credential api_key apikey";

/// Whether a member of a key set is or may be a secret.
#[must_use]
pub fn is_secret_member(name: &str) -> bool {
    !PUBLIC_KEY_MEMBERS.contains(&name)
}

/// Whether a value with this name is or may be a secret.
#[must_use]
pub fn is_secret_name(name: &str) -> bool {
    let lower = name.to_lowercase();
    let is_field = Field::from_name(&lower)
        .is_some_and(|field| !matches!(field.shape(), Shape::Secret | Shape::ServerMade));
    let is_private_member = PRIVATE_KEY_MEMBERS.contains(&lower.as_str());
    !is_field && (is_private_member || SECRET_WORDS.split(' ').any(|word| lower.contains(word)))
}
