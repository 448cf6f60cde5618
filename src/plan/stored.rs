//! Rewrites values the way Hydra does when it stores them.

use crate::golang::url::Url;

/// A CORS origin as Hydra rewrites it: scheme in lower case, no trailing slashes, no empty
/// fragment, non-ASCII percent-encoded. An origin that Hydra rejects is left unchanged.
pub(super) fn origin(text: &str) -> String {
    match Url::parse(text) {
        Ok(url) if url.ends_at_host() && !url.has_user() => url.origin(),
        _ => text.to_owned(),
    }
}

/// A list as v1.11 returns it. v1.11 stores a list as one text separated by `|`; a `|` within an
/// item is escaped by a backslash, and the item's own backslashes can break that escape.
pub(super) fn as_pipes_store_it(list: &[String]) -> Vec<String> {
    let escaped: Vec<String> = list.iter().map(|item| item.replace('|', "\\|")).collect();
    let mut items = vec![String::new()];
    let mut escaping = false;
    for character in escaped.join("|").chars() {
        if character == '\\' {
            escaping = !escaping;
        } else if escaping && character != '|' {
            escaping = false;
        }
        match items.last_mut() {
            Some(item) if escaping || character != '|' => item.push(character),
            _ => items.push(String::new()),
        }
    }
    items.retain(|item| !item.is_empty());
    items.iter().map(|item| item.replace("\\|", "|")).collect()
}

#[cfg(test)]
mod tests {
    use super::{as_pipes_store_it, origin};

    #[test]
    fn lists_come_back_from_v1_as_measured() {
        let list =
            |items: &[&str]| -> Vec<String> { items.iter().map(ToString::to_string).collect() };
        for (sent, stored) in [
            (&["a", "b"][..], &["a", "b"][..]),
            (&["a|b", "c\\", "d\\|e"], &["a|b", "c|d\\\\", "e"]),
            (&["a|b"], &["a|b"]),
            (&["", "x", ""], &["x"]),
            (&[], &[]),
        ] {
            assert_eq!(as_pipes_store_it(&list(sent)), list(stored), "{sent:?}");
        }
    }

    #[test]
    fn origins_are_rewritten_as_measured() {
        for (sent, stored) in [
            ("HTTP://A.example/", "http://A.example"),
            ("https://a//", "https://a"),
            ("https://a/#", "https://a"),
            ("https://\u{fc}", "https://%C3%BC"),
            ("http://", "http:"),
            ("https://a:/", "https://a:"),
            ("https://a/%2F", "https://a"),
        ] {
            assert_eq!(origin(sent), stored, "{sent}");
        }
    }
}
