//! Which values of a client are secrets, judging by their names, and which parts of its URLs. All
//! code that shows values uses this.

use std::borrow::Cow;

use super::{Field, Shape};

/// Shown instead of a secret.
pub const MASK: &str = "***";

/// The private members of a JSON Web Key (RFC 7518, sections 6.2.2, 6.3.2 and 6.4.1).
pub(crate) const PRIVATE_KEY_MEMBERS: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// The members of a key set that may be shown. A misspelt private member is not among them.
const PUBLIC_KEY_MEMBERS: [&str; 11] = [
    "keys", "kty", "crv", "use", "alg", "kid", "key_ops", "n", "e", "x", "y",
];

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

/// Schemes whose URLs have a name before the `@`, and no password.
const MAIL_SCHEMES: &[&str] = &["mailto", "acct", "sip", "sips", "xmpp", "im"];

/// Schemes that need no slashes: browsers and Hydra read `https:host` as `https://host`.
const WEB_SCHEMES: &[&str] = &["http", "https", "ws", "wss", "ftp"];

/// A value without the users and passwords of the URLs in it (RFC 3986, section 3.2.1). URLs may
/// contain spaces.
///
/// Malformed URLs count too, because a typo must not reveal a password:
/// `https:/user:password@host`, `user:password@host`, or a password that contains a slash. If in
/// doubt, the text is masked.
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
        let start = word.len() - word[colon + 1..].trim_start_matches(['/', '\\']).len();
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
