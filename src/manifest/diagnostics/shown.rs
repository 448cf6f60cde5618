//! What may be shown of values and names, in messages.

use crate::client::has_password;

/// Characters of a value shown in a message.
const SHOWN: usize = 60;
/// Characters of an id.
const SHOWN_OF_ID: usize = 1_000;

/// A value for a message: cut when it is long, and without the password of an address. Not for
/// secrets.
pub(crate) fn shown(text: &str) -> String {
    if has_password(text) {
        return "…".to_owned();
    }
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// A name for a message, up to the first character that no field's name has: where a quote or a
/// colon is missing, a secret becomes part of the name before it.
pub(crate) fn shown_name(name: &str) -> String {
    let end = name
        .find(|char: char| !is_of_name(char))
        .unwrap_or(name.len());
    let end = name
        .char_indices()
        .nth(SHOWN)
        .map_or(end, |(at, _)| at.min(end));
    match end < name.len() {
        true => format!("{}…", &name[..end]),
        false => name.to_owned(),
    }
}

/// An id with a finding, cut where no id of use is so long: each of many findings has it.
pub(crate) fn shown_id(id: &str) -> String {
    match id.char_indices().nth(SHOWN_OF_ID) {
        Some((end, _)) => format!("{}…", &id[..end]),
        None => id.to_owned(),
    }
}

/// Whether names of fields and of keys' members are made of such characters.
pub(crate) fn is_of_name(char: char) -> bool {
    char.is_alphanumeric() || matches!(char, '_' | '-' | '.')
}

#[cfg(test)]
mod tests {
    use super::{shown, shown_name};

    #[test]
    fn long_values_are_cut_and_passwords_left_out() {
        assert_eq!(shown("https://a.example/x@y"), "https://a.example/x@y");
        assert_eq!(shown("https://me:password@a.example/"), "…");
        assert_eq!(shown(&"ä".repeat(61)), format!("{}…", "ä".repeat(60)));
    }

    #[test]
    fn a_name_ends_where_a_secret_may_start() {
        assert_eq!(shown_name("redirect_uri"), "redirect_uri");
        assert_eq!(shown_name("client_secret\":\"hunter2"), "client_secret…");
        assert_eq!(shown_name(&"a".repeat(61)), format!("{}…", "a".repeat(60)));
    }
}
