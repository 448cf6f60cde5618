//! URLs as Hydra reads them: with Go's `net/url`, which is stricter than the WHATWG URL Standard in
//! some places and more lenient in others.

use std::net::Ipv6Addr;

/// The parts of a URL.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address<'a> {
    /// In lower case; empty where there is none.
    pub(crate) scheme: String,
    /// User and password.
    pub(crate) user: &'a str,
    /// With the port.
    pub(crate) host: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a str,
    pub(crate) fragment: &'a str,
}

impl<'a> Address<'a> {
    /// Reads any reference, as Go's `url.Parse`. The error says what is wrong.
    pub(crate) fn parse(text: &'a str) -> Result<Self, &'static str> {
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        Ok(Self {
            fragment,
            ..Self::read(text, false)?
        })
    }

    /// Reads a URL as a browser would send it: absolute, or a path from the root, as Go's
    /// `url.ParseRequestURI`.
    pub(crate) fn parse_request(text: &'a str) -> Result<Self, &'static str> {
        let (text, fragment) = text.split_once('#').unwrap_or((text, ""));
        Ok(Self {
            fragment,
            ..Self::read(text, true)?
        })
    }

    fn read(text: &'a str, request: bool) -> Result<Self, &'static str> {
        if text.bytes().any(|byte| byte < b' ' || byte == 0x7f) {
            return Err("it has a control character");
        }
        let (scheme, rest) = split_scheme(text)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut address = Self {
            scheme,
            user: "",
            host: "",
            path: "",
            query,
            fragment: "",
        };
        if !rest.starts_with('/') && rest != "*" {
            return match (address.scheme.is_empty(), request) {
                (false, _) => Ok(address),
                (true, true) => Err("it has no scheme, such as `https:`"),
                (true, false) if rest.split('/').next().unwrap_or(rest).contains(':') => {
                    Err("it has a colon before its first slash, but no scheme")
                }
                (true, false) => {
                    address.path = checked_escapes(rest)?;
                    Ok(address)
                }
            };
        }
        address.path = rest;
        let may_have_host = !address.scheme.is_empty() || (!request && !rest.starts_with("///"));
        if let Some(rest) = rest.strip_prefix("//").filter(|_| may_have_host) {
            let end = rest.find('/').unwrap_or(rest.len());
            (address.user, address.host) = authority(&rest[..end])?;
            address.path = &rest[end..];
        }
        checked_escapes(address.path)?;
        Ok(address)
    }

    /// The host without port and brackets, and the port.
    pub(crate) fn host_and_port(&self) -> (&'a str, &'a str) {
        let bracket = self.host.rfind(']').unwrap_or(0);
        let (host, port) = match self.host[bracket..].rfind(':') {
            Some(colon) => (
                &self.host[..bracket + colon],
                &self.host[bracket + colon + 1..],
            ),
            None => (self.host, ""),
        };
        (host.trim_start_matches('[').trim_end_matches(']'), port)
    }

    /// Whether it is an http or https URL with a host.
    pub(crate) fn is_web(&self) -> bool {
        matches!(self.scheme.as_str(), "http" | "https") && !self.host.is_empty()
    }
}

/// `[a-zA-Z][a-zA-Z0-9+.-]*:`, or no scheme.
fn split_scheme(text: &str) -> Result<(String, &str), &'static str> {
    let end =
        text.find(|char: char| !(char.is_ascii_alphanumeric() || matches!(char, '+' | '-' | '.')));
    let Some(end) = end.filter(|end| text[*end..].starts_with(':')) else {
        return Ok((String::new(), text));
    };
    match text.chars().next() {
        Some(':') => Err("it starts with a colon"),
        Some(first) if first.is_ascii_alphabetic() => {
            Ok((text[..end].to_ascii_lowercase(), &text[end + 1..]))
        }
        _ => Ok((String::new(), text)),
    }
}

/// User and host (RFC 3986, section 3.2).
fn authority(text: &str) -> Result<(&str, &str), &'static str> {
    let (user, host) = text.rsplit_once('@').unwrap_or(("", text));
    let fits = |char: char| char.is_ascii_alphanumeric() || "-._:~!$&'()*+,;=%@".contains(char);
    if !user.chars().all(fits) {
        return Err("it has a character that is not allowed in a user name");
    }
    checked_escapes(user)?;
    let port = match host.strip_prefix('[') {
        Some(rest) => {
            let (inner, port) = rest.rsplit_once(']').ok_or("it has a `[` without a `]`")?;
            let ip = inner.split_once("%25").map_or(inner, |(ip, _zone)| ip);
            ip.parse::<Ipv6Addr>()
                .map_err(|_| "the brackets do not contain an IPv6 address")?;
            port
        }
        None => {
            checked_host(host)?;
            host.rfind(':').map_or("", |colon| &host[colon..])
        }
    };
    let digits = port.strip_prefix(':').unwrap_or(port);
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) || (port == digits && !port.is_empty()) {
        return Err("its port is not a number");
    }
    Ok((user, host))
}

fn checked_host(host: &str) -> Result<(), &'static str> {
    checked_escapes(host)?;
    let fits = |char: char| {
        !char.is_ascii() || char.is_ascii_alphanumeric() || "!$&'()*+,;=:[]<>\"-_.~%".contains(char)
    };
    if !host.chars().all(fits) {
        return Err("it has a character that is not allowed in a host name");
    }
    // Only bytes outside ASCII may be escaped in a host (RFC 6874).
    let escapes_ascii = host.match_indices('%').any(|(at, _)| {
        !host[at..].starts_with("%25") && host[at + 1..].starts_with(|char: char| char < '8')
    });
    if escapes_ascii {
        return Err("it has a character that is not allowed in a host name");
    }
    Ok(())
}

/// Every `%` must start an escape.
fn checked_escapes(text: &str) -> Result<&str, &'static str> {
    let hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = text.as_bytes();
    let good = text
        .match_indices('%')
        .all(|(at, _)| hex(bytes.get(at + 1)) && hex(bytes.get(at + 2)));
    if good {
        Ok(text)
    } else {
        Err("it has a `%` that two hexadecimal digits do not follow")
    }
}

#[cfg(test)]
mod tests {
    use super::Address;

    // Each was sent to Hydra v1.11.10 and v2.3.0 as a redirect URI; they stored these …
    #[test]
    fn what_hydra_takes_is_read() {
        for text in [
            "https://a.example/cb",
            "com.example.app:/cb",
            "com.example.app:cb",
            "/cb",
            "https:a",
            "x:",
            "*",
            "urn:ietf:wg:oauth:2.0:oob",
            "http://",
            "https:///x",
            "//a.example/x",
            "https://a.example/ space",
            "https://u:p@a.example/",
            "http://[::1]:80/",
            "http://a:99999/",
            "mailto:x@y",
            "HTTPS://A/",
            "http://a.example:/x",
            "https://a.example/?q=%zz",
            "https://ä.example/",
            "https://a.example:80:80/",
            "http://[fe80::1%25en0]/",
            "http://a\"b/",
            "https://@/",
            "/a b",
            "//a b/",
            "///x",
            "/a:b",
            "https:/a",
            "https:?x",
            "x:%zz",
            "h+t.t-p://x",
            "http://<a>/",
            "http://a]/",
            "http://a@b@c/",
        ] {
            assert!(
                Address::parse_request(text).is_ok(),
                "{text}: {:?}",
                Address::parse_request(text)
            );
        }
    }

    // … and refused these.
    #[test]
    fn what_hydra_refuses_is_refused() {
        for text in [
            "a",
            "",
            "http://a:b/",
            "%zz",
            "https://a/%zz",
            " https://a.example/",
            "1a://b",
            "https://exa mple/",
            "https://a.example\\b",
            "com.example_app://cb",
            "https://a.example/\tb",
            "https://a%20b/",
            "https://[::1",
            "https://u:p w@a/",
            "http://a{b}/",
            "http://a^b/",
            ":foo",
            "://x",
            "/a%zz",
            "http://a:+1/",
            "http://%41/",
            "http://%zz/",
            "http://a:8 0/",
            "http://u%zz@a/",
            "http://a/\u{7f}",
            "http://a\\b@c/",
            "https:// a/",
            "http://[a]/",
            "http://[::1]x/",
            "http://[::1]:x/",
        ] {
            assert!(
                Address::parse_request(text).is_err(),
                "{text}: {:?}",
                Address::parse_request(text)
            );
        }
    }

    #[test]
    fn the_parts_are_told_apart() {
        let address = Address::parse("HTTPS://u:p@[::1]:80/a/b?q#f")
            .unwrap_or_else(|fault| unreachable!("{fault}"));
        assert_eq!(
            (address.scheme.as_str(), address.user, address.path),
            ("https", "u:p", "/a/b")
        );
        assert_eq!((address.query, address.fragment), ("q", "f"));
        assert_eq!(address.host_and_port(), ("::1", "80"));
    }
}
