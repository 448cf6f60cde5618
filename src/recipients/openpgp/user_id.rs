//! A user id as it may be shown: anybody can write anything into one.

use pgp::packet::UserId;

/// Longer ones are cut.
const MOST_CHARACTERS: usize = 100;

/// The text of a user id, usually `Name <mail@address>`, safe to print on a terminal.
pub(super) fn shown(id: &UserId) -> String {
    let text = String::from_utf8_lossy(id.id());
    text.chars()
        .take(MOST_CHARACTERS)
        .map(|c| {
            if is_hidden(c) {
                char::REPLACEMENT_CHARACTER
            } else {
                c
            }
        })
        .collect()
}

/// Whether a character moves the cursor, turns the writing direction, or cannot be seen.
fn is_hidden(c: char) -> bool {
    let invisible = matches!(c, '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}');
    c.is_control() || c == '`' || invisible
}
