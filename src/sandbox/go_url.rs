//! Addresses as Go's `net/url` (1.26) reads them, which is what Hydra's rules rest on: more than
//! one would take for an address passes, and the address is written anew.

use std::net::Ipv6Addr;

/// An address, taken apart.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Url {
    /// In lower case; empty for a relative address.
    pub(super) scheme: String,
    /// What follows the scheme where that is no path, as in `urn:a`.
    opaque: String,
    /// Name and password, as they were written.
    pub(super) user: Option<String>,
    /// Host and port, percent-decoded.
    host: Vec<u8>,
    /// The path, percent-decoded.
    path: Vec<u8>,
    query: String,
    has_empty_query: bool,
    pub(super) fragment: String,
}

impl Url {
    /// Reads an address, as `url.Parse` does. The error is Go's.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let (rest, fragment) = text.split_once('#').unwrap_or((text, ""));
        let mut url = Self::parse_rest(rest, false).map_err(|error| in_context(text, &error))?;
        unescape(fragment, Part::Other).map_err(|error| in_context(text, &error))?;
        fragment.clone_into(&mut url.fragment);
        Ok(url)
    }

    /// Reads an absolute address or path, as `url.ParseRequestURI` does: `#` is no delimiter.
    pub(super) fn parse_request(text: &str) -> Result<Self, String> {
        Self::parse_rest(text, true).map_err(|error| in_context(text, &error))
    }

    fn parse_rest(text: &str, is_request: bool) -> Result<Self, String> {
        if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
            return Err("net/url: invalid control character in URL".to_owned());
        }
        let mut url = Self::default();
        match text {
            "" if is_request => return Err("empty url".to_owned()),
            "*" => return Ok(url),
            _ => {}
        }
        let (scheme, rest) = split_scheme(text)?;
        url.scheme = scheme.to_ascii_lowercase();
        let mut rest = url.take_query(rest);
        if !rest.starts_with('/') {
            if !url.scheme.is_empty() {
                rest.clone_into(&mut url.opaque);
                return Ok(url);
            }
            if is_request {
                return Err("invalid URI for request".to_owned());
            }
            let first = rest.split('/').next().unwrap_or(rest);
            if first.contains(':') {
                return Err("first path segment in URL cannot contain colon".to_owned());
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

    fn take_query<'a>(&mut self, rest: &'a str) -> &'a str {
        match rest.split_once('?') {
            Some((rest, "")) => {
                self.has_empty_query = true;
                rest
            }
            Some((rest, query)) => {
                query.clone_into(&mut self.query);
                rest
            }
            None => rest,
        }
    }

    fn take_authority(&mut self, authority: &str) -> Result<(), String> {
        let Some((user, host)) = authority.rsplit_once('@') else {
            self.host = parse_host(authority)?;
            return Ok(());
        };
        self.host = parse_host(host)?;
        let allowed =
            |char: char| char.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(char);
        if !user.chars().all(allowed) {
            return Err("net/url: invalid userinfo".to_owned());
        }
        unescape(user, Part::Other)?;
        self.user = Some(user.to_owned());
        Ok(())
    }

    /// Whether nothing but slashes follows the host.
    pub(super) fn ends_at_host(&self) -> bool {
        let no_path = self.path.iter().all(|byte| *byte == b'/');
        no_path && self.query.is_empty() && self.fragment.is_empty()
    }

    /// The address up to its host, written anew.
    pub(super) fn origin(&self) -> String {
        let mut text = format!("{}:{}", self.scheme, self.opaque);
        if !self.host.is_empty() || self.user.is_some() {
            text.push_str("//");
            if let Some(user) = &self.user {
                text.push_str(user);
                text.push('@');
            }
            for byte in &self.host {
                if is_host_char(*byte) {
                    text.push(char::from(*byte));
                } else {
                    text.push_str(&format!("%{byte:02X}"));
                }
            }
        }
        if self.has_empty_query {
            text.push('?');
        }
        text
    }

    /// Scheme, host and port. The port is text; none and an empty one are the same.
    pub(super) fn place(&self) -> (&str, &[u8], &[u8]) {
        let colon = self.host.iter().rposition(|byte| *byte == b':');
        match colon {
            Some(at) if self.host[at + 1..].iter().all(u8::is_ascii_digit) => {
                (&self.scheme, &self.host[..at], &self.host[at + 1..])
            }
            _ => (&self.scheme, &self.host, b""),
        }
    }
}

fn in_context(text: &str, error: &str) -> String {
    format!("parse {}: {error}", quoted(text))
}

/// The text in double quotes, as Go's `%q` writes it.
fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for char in text.chars() {
        match char {
            '"' | '\\' => out.extend(['\\', char]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\x07' => out.push_str("\\a"),
            '\x08' => out.push_str("\\b"),
            '\x0c' => out.push_str("\\f"),
            '\x0b' => out.push_str("\\v"),
            '\0'..' ' | '\x7f' => out.push_str(&format!("\\x{:02x}", u32::from(char))),
            _ => out.push(char),
        }
    }
    out.push('"');
    out
}

/// RFC 3986, section 3.1. A text that does not begin with a scheme has none.
fn split_scheme(text: &str) -> Result<(&str, &str), String> {
    for (at, char) in text.char_indices() {
        match char {
            'a'..='z' | 'A'..='Z' => {}
            '0'..='9' | '+' | '-' | '.' if at > 0 => {}
            ':' if at == 0 => return Err("missing protocol scheme".to_owned()),
            ':' => return Ok((&text[..at], &text[at + 1..])),
            _ => break,
        }
    }
    Ok(("", text))
}

/// RFC 3986, section 3.2.2, as loosely as Go takes it: any port of digits, most characters.
fn parse_host(text: &str) -> Result<Vec<u8>, String> {
    if let Some(inner) = text.strip_prefix('[') {
        let Some((address, port)) = inner.rsplit_once(']') else {
            return Err("missing ']' in host".to_owned());
        };
        check_port(port)?;
        let (address, zone) = match address.find("%25") {
            Some(at) => address.split_at(at),
            None => (address, ""),
        };
        let address = unescape(address, Part::Host)?;
        let zone = unescape(zone, Part::Zone)?;
        check_address(&address, &zone)?;
        return Ok([b"[", &address[..], &zone[..], b"]", port.as_bytes()].concat());
    }
    if let Some(at) = text.rfind(':') {
        check_port(&text[at..])?;
    }
    unescape(text, Part::Host)
}

fn check_port(text: &str) -> Result<(), String> {
    let digits = text.strip_prefix(':').unwrap_or(text);
    let is_port = text.is_empty() || text.starts_with(':');
    if is_port && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(format!("invalid port {} after host", quoted(text)))
}

fn check_address(address: &[u8], zone: &[u8]) -> Result<(), String> {
    let text = String::from_utf8_lossy(address);
    if text.parse::<Ipv6Addr>().is_ok() && zone != b"%" {
        return Ok(());
    }
    Err(format!(
        "invalid host: ParseAddr({}): unable to parse IP",
        quoted(&text)
    ))
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Host,
    Zone,
    Other,
}

/// Percent-decodes. In a host only bytes beyond ASCII may be encoded, and few others stand alone.
fn unescape(text: &str, part: Part) -> Result<Vec<u8>, String> {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if byte == b'%' {
            let code = bytes.get(at + 1..at + 3).and_then(hexadecimal);
            let fits = |code: &u8| match part {
                Part::Host => *code >= 0x80 || *code == b'%',
                Part::Zone => {
                    *code == b'%' || *code == b' ' || is_host_char(*code) || *code >= 0x80
                }
                Part::Other => true,
            };
            let Some(code) = code.filter(fits) else {
                let end = text.ceil_char_boundary((at + 3).min(text.len()));
                return Err(format!("invalid URL escape {}", quoted(&text[at..end])));
            };
            out.push(code);
            at += 3;
            continue;
        }
        if part != Part::Other && byte < 0x80 && !is_host_char(byte) {
            let name = char::from(byte).to_string();
            return Err(format!("invalid character {} in host name", quoted(&name)));
        }
        out.push(byte);
        at += 1;
    }
    Ok(out)
}

fn hexadecimal(digits: &[u8]) -> Option<u8> {
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// The ASCII characters that may stand in a host as they are.
fn is_host_char(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-_.~!$&'()*+,;=:[]<>\"".contains(&byte)
}
