//! URLs as Go's `net/url` (1.26) reads and writes them. It accepts more than most people would call
//! a URL, and Hydra's rules build on it.
//!
//! Several colons in a host are accepted, as they are in a program whose `go.mod` asks for a Go
//! older than 1.26, which is what Hydra is (`GODEBUG=urlstrictcolons=0`).

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use super::quote::quote;

/// A text that is not a URL. It displays as Go's error.
pub type Invalid = super::quote::Invalid<Fault>;

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

/// The parts of a URL.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Url {
    /// In lower case; empty for a relative URL.
    pub scheme: String,
    /// What follows the scheme if it does not start with a slash, as in `urn:a`.
    pub opaque: String,
    /// User name and password as they were written.
    pub user: Option<String>,
    /// Host and port, percent-decoded.
    pub host: Vec<u8>,
    /// The path, percent-decoded.
    pub path: Vec<u8>,
    /// The query as it was written.
    pub query: String,
    has_empty_query: bool,
    /// The fragment, percent-decoded.
    pub fragment: Vec<u8>,
}

impl Url {
    /// Reads any URL, absolute or relative, as `url.Parse` does.
    ///
    /// # Errors
    /// Where Go returns an error.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let (before, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = Self::read(before, false).map_err(|fault| Invalid::new(before, fault))?;
        let fragment = unescape(fragment, Part::Other);
        url.fragment = fragment.map_err(|fault| Invalid::new(text, fault))?;
        Ok(url)
    }

    /// Reads an absolute URL or path, as `url.ParseRequestURI` does. `#` is an ordinary character.
    ///
    /// # Errors
    /// Where Go returns an error.
    pub fn parse_request(text: &str) -> Result<Self, Invalid> {
        Self::read(text, true).map_err(|fault| Invalid::new(text, fault))
    }

    fn read(text: &str, is_request: bool) -> Result<Self, Fault> {
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return Err(Fault::ControlCharacter);
        }
        if text.is_empty() && is_request {
            return Err(Fault::Empty);
        }
        let mut url = Self::default();
        if text == "*" {
            url.path = text.into();
            return Ok(url);
        }
        let (scheme, mut rest) = split_scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        if let Some((before, query)) = rest.split_once('?') {
            url.has_empty_query = query.is_empty();
            query.clone_into(&mut url.query);
            rest = before;
        }
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Ok(url);
            }
            if is_request {
                return Err(Fault::Relative);
            }
            if rest.split('/').next().is_some_and(|it| it.contains(':')) {
                return Err(Fault::ColonInSegment);
            }
        }
        let may_have_host = !url.scheme.is_empty() || !is_request && !rest.starts_with("///");
        if may_have_host && let Some(after) = rest.strip_prefix("//") {
            let (authority, path) = after.split_at(after.find('/').unwrap_or(after.len()));
            url.take_authority(authority)?;
            rest = path;
        }
        url.path = unescape(rest, Part::Other)?;
        Ok(url)
    }

    fn take_authority(&mut self, authority: &str) -> Result<(), Fault> {
        let Some((user, host)) = authority.rsplit_once('@') else {
            self.host = parse_host(authority)?;
            return Ok(());
        };
        self.host = parse_host(host)?;
        let is_allowed =
            |char: char| char.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(char);
        if !user.chars().all(is_allowed) {
            return Err(Fault::UserInfo);
        }
        // Go decodes user name and password separately.
        for part in user.splitn(2, ':') {
            unescape(part, Part::Other)?;
        }
        self.user = Some(user.to_owned());
        Ok(())
    }

    /// Whether it names a user, or has a password.
    #[must_use]
    pub fn has_user(&self) -> bool {
        self.user.as_ref().is_some_and(|user| !user.is_empty())
    }

    /// Whether nothing but slashes follows the host.
    #[must_use]
    pub fn ends_at_host(&self) -> bool {
        let no_path = self.path.iter().all(|byte| *byte == b'/');
        no_path && self.query.is_empty() && self.fragment.is_empty()
    }

    /// The URL up to its host without the user, as `URL.String` writes it. An empty user name and
    /// an empty query remain.
    #[must_use]
    pub fn origin(&self) -> String {
        let colon = if self.scheme.is_empty() { "" } else { ":" };
        let mut text = [&self.scheme, colon, &self.opaque].concat();
        let has_empty_user = self.user.as_ref().is_some_and(String::is_empty);
        if !self.host.is_empty() || has_empty_user {
            text.push_str("//");
            text.push_str(if has_empty_user { "@" } else { "" });
            text.extend(self.host.iter().map(|byte| match is_host_byte(*byte) {
                true => char::from(*byte).to_string(),
                false => format!("%{byte:02X}"),
            }));
        }
        text.push_str(if self.has_empty_query { "?" } else { "" });
        text
    }

    /// Scheme, `URL.Hostname` and `URL.Port`. A missing and an empty port are the same.
    #[must_use]
    pub fn place(&self) -> (&str, &[u8], &[u8]) {
        let colon = self.host.iter().rposition(|byte| *byte == b':');
        let (host, port): (&[u8], &[u8]) = match colon {
            Some(at) if self.host[at + 1..].iter().all(u8::is_ascii_digit) => {
                (&self.host[..at], &self.host[at + 1..])
            }
            _ => (&self.host, b""),
        };
        let inner = host
            .strip_prefix(b"[")
            .and_then(|host| host.strip_suffix(b"]"));
        (&self.scheme, inner.unwrap_or(host), port)
    }
}

/// RFC 3986, section 3.1. A text that does not begin with a scheme has none.
fn split_scheme(text: &str) -> Result<(&str, &str), Fault> {
    for (at, char) in text.char_indices() {
        match char {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return Err(Fault::NoScheme),
            ':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

/// RFC 3986, section 3.2.2, as loosely as Go reads it: any port of digits, most characters.
fn parse_host(text: &str) -> Result<Vec<u8>, Fault> {
    match text.rfind('[') {
        Some(0) => parse_bracketed(&text[1..]),
        Some(_) => Err(Fault::Bracketed),
        None => {
            if let Some(at) = text.rfind(':') {
                check_port(&text[at..])?;
            }
            unescape(text, Part::Host)
        }
    }
}

/// An IPv6 address, perhaps with a zone (RFC 6874), `]`, and perhaps a port.
fn parse_bracketed(text: &str) -> Result<Vec<u8>, Fault> {
    let (inner, port) = text.rsplit_once(']').ok_or(Fault::OpenBracket)?;
    check_port(port)?;
    let (address, zone) = inner.split_at(inner.find("%25").unwrap_or(inner.len()));
    let (address, zone) = (unescape(address, Part::Host)?, unescape(zone, Part::Zone)?);
    let is = |kind: fn(&str) -> bool| str::from_utf8(&address).is_ok_and(kind);
    if is(|text| text.parse::<Ipv6Addr>().is_ok()) && zone != b"%" {
        return Ok([b"[", &address[..], &zone, b"]", port.as_bytes()].concat());
    }
    if zone.is_empty() && is(|text| text.parse::<Ipv4Addr>().is_ok()) {
        return Err(Fault::Bracketed);
    }
    Err(Fault::IpAddress([address, zone].concat()))
}

fn check_port(text: &str) -> Result<(), Fault> {
    match text.strip_prefix(':') {
        None if text.is_empty() => Ok(()),
        Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => Ok(()),
        _ => Err(Fault::Port(text.to_owned())),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Host,
    Zone,
    Other,
}

/// Percent-decodes. A host can have few ASCII characters, and only escapes of other bytes.
fn unescape(text: &str, part: Part) -> Result<Vec<u8>, Fault> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte != b'%' {
            if part != Part::Other && byte < 0x80 && !is_host_byte(byte) {
                return Err(Fault::HostCharacter(byte));
            }
            out.push(byte);
            at += 1;
            continue;
        }
        let end = bytes.len().min(at + 3);
        let code = hexadecimal(&bytes[at + 1..end]);
        let code = code.ok_or_else(|| Fault::Escape(bytes[at..end].to_vec()))?;
        let is_allowed = match part {
            Part::Host => code >= 0x80 || code == b'%',
            Part::Zone => is_host_byte(code) || matches!(code, b'%' | b' '),
            Part::Other => true,
        };
        if !is_allowed {
            return Err(Fault::HostEscape(text[at..end].to_owned()));
        }
        out.push(code);
        at = end;
    }
    Ok(out)
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    let &[high, low] = digits else { return None };
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high)? * 16 + digit(low)?).ok()
}

/// The ASCII characters that a host can have unescaped.
fn is_host_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"".contains(&byte)
}
