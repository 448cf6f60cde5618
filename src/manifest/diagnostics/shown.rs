//! Values and names as messages may show them.

use crate::client::has_password;

/// The most characters of a value in a message.
const MAX_SHOWN: usize = 60;
/// The most characters of an id.
const MAX_SHOWN_ID: usize = 1_000;

/// A value for a message: cut if it is long, and hidden if it is a URL with a password. Not for
/// secrets.
pub(crate) fn shown(text: &str) -> String {
    match has_password(text) {
        true => "…".to_owned(),
        false => cut(text, MAX_SHOWN),
    }
}

/// A name for a message, up to the first character that cannot be part of a field's name: where a
/// quote or a colon is missing, the secret behind it becomes part of the name.
pub(crate) fn shown_name(name: &str) -> String {
    match name.find(|char: char| !is_of_name(char)) {
        Some(end) => format!("{}…", cut(&name[..end], MAX_SHOWN).trim_end_matches('…')),
        None => cut(name, MAX_SHOWN),
    }
}

/// An id to report with a finding. Long ids are cut because many findings may repeat them.
pub(crate) fn shown_id(id: &str) -> String {
    cut(id, MAX_SHOWN_ID)
}

fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Whether the names of fields and of members of keys may contain the character.
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
