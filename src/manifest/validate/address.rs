//! URLs as Hydra reads them, and why it refuses one.

use crate::golang::url::{Fault, Invalid, Url};

/// Reads any URL, absolute or relative. An error says what is wrong.
pub(super) fn read(text: &str) -> Result<Url, &'static str> {
    Url::parse(text).map_err(|error| why(text, &error))
}

/// Reads an absolute URL, or a path from the root. An error says what is wrong.
pub(super) fn read_absolute(text: &str) -> Result<Url, &'static str> {
    Url::parse_request(text).map_err(|error| why(text, &error))
}

/// Whether it is an http or https URL with a host.
pub(super) fn is_web(url: &Url) -> bool {
    matches!(url.scheme.as_str(), "http" | "https") && !url.host.is_empty()
}

/// Whether more than a port follows the first colon of the host. v26.2 refuses it, because it is
/// made with Go 1.26 (measured), and no browser opens it.
pub(super) fn has_two_ports(url: &Url) -> bool {
    let colons = url.host.iter().filter(|byte| **byte == b':').count();
    colons > 1 && !url.host.starts_with(b"[")
}

fn why(text: &str, error: &Invalid) -> &'static str {
    match error.fault {
        _ if text.trim() != text => "there is whitespace around it",
        Fault::ControlCharacter => "it has a control character",
        Fault::Empty | Fault::Relative => "it has no scheme, such as `https:`",
        Fault::NoScheme => "it starts with a colon",
        Fault::ColonInSegment => "it has a colon before its first slash, but no scheme",
        Fault::UserInfo => "its user name or password has a character that must be escaped",
        Fault::OpenBracket => "it has a `[` without a `]`",
        Fault::Bracketed | Fault::IpAddress(_) => {
            "a host can have brackets only around an IPv6 address"
        }
        Fault::Port(_) => "its port is not a number",
        Fault::HostCharacter(_) | Fault::HostEscape(_) => {
            "its host has a character that is not allowed there"
        }
        Fault::Escape(_) => "it has a `%` without two hexadecimal digits after it",
    }
}
