//! Why a text is not a URL, in Go's words.

use std::fmt;

use super::quote::quote;

/// A text that is not a URL. It displays as Go's error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    text: String,
    /// What is wrong with the text.
    pub fault: Fault,
}

/// What is wrong with a URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It has a control character.
    ControlCharacter,
    /// It is empty where a request's URL is expected.
    Empty,
    /// It starts with a colon.
    NoScheme,
    /// It has neither a scheme nor a leading slash where a request's URL is expected.
    Relative,
    /// It has a colon in its first segment and no scheme.
    ColonInSegment,
    /// The user name or password has a character that it cannot have.
    UserInfo,
    /// The host has a `[` without a `]`.
    OpenBracket,
    /// The host has brackets in its middle, or around an IPv4 address.
    Bracketed,
    /// The brackets of the host do not hold an IPv6 address.
    IpAddress(Vec<u8>),
    /// The port is not a number.
    Port(String),
    /// The host has a character that it cannot have.
    HostCharacter(u8),
    /// The host has an escape that it cannot have.
    HostEscape(String),
    /// A `%` is not followed by two hexadecimal digits; at most those two characters are kept.
    Escape(Vec<u8>),
}

impl Invalid {
    pub(super) fn new(text: &str, fault: Fault) -> Self {
        let text = text.to_owned();
        Self { text, fault }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ControlCharacter => "net/url: invalid control character in URL",
            Self::Empty => "empty url",
            Self::NoScheme => "missing protocol scheme",
            Self::Relative => "invalid URI for request",
            Self::ColonInSegment => "first path segment in URL cannot contain colon",
            Self::UserInfo => "net/url: invalid userinfo",
            Self::OpenBracket => "missing ']' in host",
            Self::Bracketed => "invalid IP-literal",
            // Go has more than one reason for this.
            Self::IpAddress(text) => {
                let text = quote(text);
                return write!(f, "invalid host: ParseAddr({text}): unable to parse IP");
            }
            Self::Port(text) => return write!(f, "invalid port {} after host", quote(text)),
            Self::HostCharacter(byte) => {
                return write!(f, "invalid character {} in host name", quote([*byte]));
            }
            Self::HostEscape(text) => return write!(f, "invalid URL escape {}", quote(text)),
            Self::Escape(text) => return write!(f, "invalid URL escape {}", quote(text)),
        })
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "parse {}: {}", quote(&self.text), self.fault)
    }
}
