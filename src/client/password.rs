//! URLs without their user and password (RFC 3986, section 3.2.1).
//!
//! Malformed URLs count too, because a typo must not reveal a password:
//! `https:/user:password@host`, `user:password@host`, or a password that contains a slash. If in
//! doubt, the text is masked.

use std::borrow::Cow;

use super::mask::MASK;

/// Schemes whose URLs have a name before the `@`, and no password.
const MAIL_SCHEMES: &[&str] = &["mailto", "acct", "sip", "sips", "xmpp", "im"];

/// Schemes that need no slashes: browsers and Hydra read `https:host` as `https://host`.
const WEB_SCHEMES: &[&str] = &["http", "https", "ws", "wss", "ftp"];

/// A value without the passwords of the URLs in it. URLs may contain spaces.
#[must_use]
pub fn without_passwords(value: &str) -> Cow<'_, str> {
    if !value.contains('@') {
        return Cow::Borrowed(value);
    }
    let mut shown = String::with_capacity(value.len());
    mask_word(value, &mut shown);
    match shown == value {
        true => Cow::Borrowed(value),
        false => Cow::Owned(shown),
    }
}

/// A text, such as a sentence, without the passwords of the URLs in it.
#[must_use]
pub fn text_without_passwords(text: &str) -> Cow<'_, str> {
    if !text.contains('@') {
        return Cow::Borrowed(text);
    }
    let is_between = |char: char| char.is_whitespace() || "\"'`<>(),;".contains(char);
    let mut shown = String::with_capacity(text.len());
    for word in text.split_inclusive(is_between) {
        mask_word(word, &mut shown);
    }
    Cow::Owned(shown)
}

/// Whether the value contains a URL with a user or password.
#[must_use]
pub fn has_password(value: &str) -> bool {
    matches!(without_passwords(value), Cow::Owned(_))
}

/// Appends a word without the passwords in it. Each part of the word is examined once.
fn mask_word(word: &str, shown: &mut String) {
    let mut written = 0;
    let mut at = 0;
    let mut is_first = true;
    let last_at = word.rfind('@').unwrap_or(0);
    while let Some(length) = word[at..].find(':').filter(|length| at + length < last_at) {
        let colon = at + length;
        let scheme = scheme_before(&word[at..colon]);
        let start = end_of_slashes(word, colon + 1);
        let end = word[start..]
            .find(['/', '?', '#', '\\'])
            .map_or(word.len(), |length| start + length);
        let address = Address {
            scheme,
            has_slashes: start > colon + 1,
            authority: &word[start..end],
            is_first,
        };
        is_first = false;
        match address.has_user() || (address.has_odd_port() && last_at > end) {
            // The password may contain an `@` too, or a slash.
            true => {
                shown.push_str(&word[written..start]);
                shown.push_str(MASK);
                written = last_at;
                at = last_at;
            }
            // A URL may follow another scheme: `redirect:https://…`.
            false if address.authority.ends_with(':') => at = end - 1,
            false => at = end,
        }
    }
    shown.push_str(&word[written..]);
}

fn end_of_slashes(word: &str, from: usize) -> usize {
    word.len() - word[from..].trim_start_matches(['/', '\\']).len()
}

/// The letters before a colon (RFC 3986, section 3.1).
fn scheme_before(text: &str) -> &str {
    let is_of_scheme = |char: char| char.is_ascii_alphanumeric() || "+-.".contains(char);
    let before = text.trim_end_matches(is_of_scheme);
    &text[before.len()..]
}

/// The text after a colon, as far as it may be a URL.
struct Address<'a> {
    scheme: &'a str,
    has_slashes: bool,
    /// Up to the next slash, `?` or `#`.
    authority: &'a str,
    /// Whether it is the first of its word.
    is_first: bool,
}

impl Address<'_> {
    fn is_among(&self, schemes: &[&str]) -> bool {
        schemes.contains(&&*self.scheme.to_ascii_lowercase())
    }

    /// Whether it is a URL. After another URL, a colon may be part of a path.
    fn is_address(&self) -> bool {
        self.has_slashes || self.is_first || self.is_among(WEB_SCHEMES)
    }

    /// Whether it has a user, with or without a password.
    fn has_user(&self) -> bool {
        let Some((user, _)) = self.authority.rsplit_once('@') else {
            return false;
        };
        let is_name = !self.has_slashes && self.is_among(MAIL_SCHEMES) && !user.contains(':');
        self.is_address() && !is_name
    }

    /// Whether the text in the position of the port is not a port, but the end of a password.
    fn has_odd_port(&self) -> bool {
        let is_host = self.has_slashes || self.is_among(WEB_SCHEMES);
        let Some((host, port)) = self.authority.rsplit_once(':').filter(|_| is_host) else {
            return false;
        };
        // An IPv6 address has colons of its own.
        let is_bracketed = host.starts_with('[') && (port.ends_with(']') || host.ends_with(']'));
        !is_bracketed && (host.contains(':') || !port.bytes().all(|byte| byte.is_ascii_digit()))
    }
}

#[cfg(test)]
mod tests {
    use super::{has_password, text_without_passwords, without_passwords};
    use proptest::prelude::*;

    #[test]
    fn passwords_are_masked_in_malformed_urls_too() {
        for (value, shown) in [
            ("https://u:PW@a.example/x", "https://***@a.example/x"),
            ("https://PW@a.example", "https://***@a.example"),
            ("https:/u:PW@a.example/", "https:/***@a.example/"),
            ("https:u:PW@a.example", "https:***@a.example"),
            ("https:///u:PW@a.example", "https:///***@a.example"),
            (r"https:\\u:PW@a.example", r"https:\\***@a.example"),
            ("https://u:P@W@a.example", "https://***@a.example"),
            ("https://u:P/W@a.example", "https://***@a.example"),
            ("https://u:P#W@a.example?x", "https://***@a.example?x"),
            ("https://u:P W@a.example", "https://***@a.example"),
            (
                "com.example.app://u:PW@host/cb",
                "com.example.app://***@host/cb",
            ),
            (
                "com.example.app:/u:PW@host/cb",
                "com.example.app:/***@host/cb",
            ),
            ("app:u:PW@host", "app:***@host"),
            ("u:PW@proxy:3128", "u:***@proxy:3128"),
            ("jdbc:postgresql://u:PW@db/x", "jdbc:postgresql://***@db/x"),
            (
                "https://a.example/?r=https://u:PW@b.example/",
                "https://a.example/?r=https://***@b.example/",
            ),
            ("redirect:https:/u:PW@h", "redirect:https:/***@h"),
            ("mailto:u:PW@h", "mailto:***@h"),
        ] {
            assert_eq!(without_passwords(value), shown);
            assert_eq!(without_passwords(shown), shown, "a second time");
            assert!(has_password(value));
        }
    }

    #[test]
    fn what_has_no_password_stays() {
        for value in [
            "",
            "me@a.example",
            "mailto:me@a.example",
            "https://a.example/x@y",
            "https://a.example:8443/@me/cb::x",
            "https://[::1]:80/@x",
            "https://[::1]/@x",
            "urn:ietf:params:oauth:grant-type:device_code",
            "Mail: none",
        ] {
            assert_eq!(without_passwords(value), value);
            assert!(!has_password(value));
        }
    }

    #[test]
    fn passwords_in_a_sentence_are_masked() {
        assert_eq!(
            text_without_passwords("bad `https://u:PW@h/`, (see me@h: \"http://PW@x\")"),
            "bad `https://***@h/`, (see me@h: \"http://***@x\")"
        );
    }

    #[test]
    fn long_values_cost_no_more_than_their_length() {
        let value = format!("{}@", "a:/a:".repeat(400_000));
        assert!(has_password(&value));
    }

    proptest! {
        #[test]
        fn nothing_is_left_of_a_password(password in "[a-z:/?#@ ]{0,6}PW[a-z:/#@ ]{0,6}", scheme in "https|app|a\\.b") {
            // An invalid port distinguishes a slash of the password from that of a path.
            let value = format!("{scheme}://user:x{password}@host/path");
            let shown = without_passwords(&value);
            prop_assert!(!shown.contains("PW"), "{shown}");
        }
    }
}
