//! The bearer token, additional headers, and the files that connection flags name.

use std::fs::File;
use std::path::Path;

use reqwest::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST,
    HeaderName, HeaderValue, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::error::{Error, Result};
use crate::wiped;

/// The longest file that is read, in bytes. Bundles of all public authorities are shorter.
const MAX_FILE: u64 = 4 << 20;

/// Reads the file that a flag names, which may be a pipe.
pub(super) fn read_file(flag: &str, path: &Path) -> Result<Zeroizing<Vec<u8>>> {
    let bytes = File::open(path).and_then(|file| wiped::read_all(file, MAX_FILE));
    let path = path.display();
    let bytes = bytes.map_err(|error| {
        Error::usage(format!("cannot read `{path}` of `{flag}`"))
            .because(error)
            .hint("check the path, and that you may read the file")
    })?;
    if bytes.len() as u64 > MAX_FILE {
        let most = MAX_FILE >> 20;
        let what = format!("`{path}` of `{flag}` is longer than {most} MiB");
        return Err(Error::usage(what).hint("check the path"));
    }
    Ok(bytes)
}

/// Removes the byte order mark (U+FEFF) that some editors put at the start of a text.
pub(super) fn without_mark(bytes: &[u8]) -> &[u8] {
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes)
}

pub(super) fn token_of_file(path: &Path) -> Result<SecretString> {
    let origin = format!("`{}` of `--access-token-file`", path.display());
    let bytes = read_file("--access-token-file", path)?;
    let text = std::str::from_utf8(without_mark(&bytes)).map_err(|_| {
        Error::usage(format!("{origin} is not UTF-8 text"))
            .hint("put only the bearer token into it; in PowerShell, write it with `Out-File -Encoding ascii`")
    })?;
    token(text, &origin)?.ok_or_else(|| {
        Error::usage(format!("{origin} contains no token"))
            .hint("put only the bearer token into it")
    })
}

/// A bearer token (RFC 6750, section 2.1) without the white space around it; `None` if nothing is
/// left.
///
/// # Errors
/// Wrong usage (exit 64) if it cannot be one; the message does not repeat it.
pub(super) fn token(text: &str, origin: &str) -> Result<Option<SecretString>> {
    let text = text.trim();
    let wrong = |why: &str, hint: &str| {
        let what = format!("the access token from {origin} {why}");
        Err(Error::usage(what).hint(hint))
    };
    if text.is_empty() {
        return Ok(None);
    }
    let scheme = text.get(..7).unwrap_or_default();
    if scheme.eq_ignore_ascii_case("bearer ") {
        return wrong(
            "starts with the word `Bearer`",
            "give only what follows: the word is added automatically",
        );
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return wrong(
            "contains blanks, line breaks or other characters that are not allowed in a token",
            "give the token alone, without quotes or a name",
        );
    }
    Ok(Some(SecretString::from(text)))
}

/// Headers about the transport of a request, which only this program can set.
const OWN: &[HeaderName] = &[
    ACCEPT_ENCODING,
    CONNECTION,
    CONTENT_ENCODING,
    CONTENT_LENGTH,
    CONTENT_TYPE,
    EXPECT,
    HOST,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

/// Parses a header. Not done by clap, which repeats an invalid value in its error: it may be a
/// token.
pub(super) fn parse_header(text: &str) -> Result<(HeaderName, HeaderValue)> {
    let wrong = |why| Error::usage(format!("a `--header` {why}")).hint("write it as `Name: value`");
    let (name, value) = text.split_once(':').ok_or_else(|| wrong("has no colon"))?;
    let name: HeaderName = name
        .trim()
        .parse()
        .map_err(|_| wrong("has a name that is not a valid header name"))?;
    refuse_own(&name)?;
    let mut value: HeaderValue = value
        .trim()
        .parse()
        .map_err(|_| wrong("has a value with characters that are not allowed in headers"))?;
    value.set_sensitive(true);
    Ok((name, value))
}

fn refuse_own(name: &HeaderName) -> Result<()> {
    if *name == PROXY_AUTHORIZATION {
        let what = "`--header Proxy-Authorization` would be sent to Hydra instead of the proxy";
        return Err(Error::usage(what).hint("put user and password into the proxy's URL: `HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT`"));
    }
    if OWN.contains(name) || name == "keep-alive" || name == "proxy-connection" {
        let what = format!("`--header {name}` is not allowed: this program controls that header");
        return Err(Error::usage(what).hint("remove it; the host comes from `--endpoint`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{token, token_of_file};
    use secrecy::ExposeSecret as _;

    #[test]
    fn a_token_loses_what_editors_put_around_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        for content in [
            "abc.DEF-1~+/=",
            "\u{feff}abc.DEF-1~+/=\r\n",
            "\n abc.DEF-1~+/=\n\n",
        ] {
            std::fs::write(&path, content).unwrap();
            let token = token_of_file(&path).unwrap();
            assert_eq!(token.expose_secret(), "abc.DEF-1~+/=");
        }
    }

    #[test]
    fn an_invalid_token_is_refused_and_not_shown() {
        for (text, why) in [
            ("Bearer hunter2", "the word `Bearer`"),
            ("bearer hunter2", "the word `Bearer`"),
            ("hunter2 hunter2", "blanks"),
            ("hunter2\nhunter2", "line breaks"),
            ("hunter2\u{e9}", "other characters"),
        ] {
            let error = token(text, "`--access-token`").unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("hunter2"), "{error}");
        }
        assert!(token(" \n", "`--access-token`").unwrap().is_none());
    }

    #[test]
    fn files_without_a_token_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        for (content, why) in [
            (&b"\n"[..], "contains no token"),
            (b"\xff\xfea\0b\0", "not UTF-8"),
        ] {
            std::fs::write(&path, content).unwrap();
            let error = token_of_file(&path).unwrap_err().to_string();
            assert!(
                error.contains(why) && error.contains("--access-token-file"),
                "{error}"
            );
        }
        assert!(token_of_file(folder.path()).is_err());
    }
}

#[cfg(test)]
mod header_tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::parse_header;

    #[test]
    fn headers_are_read_and_never_shown() {
        let (name, value) = parse_header("X-Tenant:  blue:1 ").unwrap();
        assert_eq!(
            (name.as_str(), value.as_bytes()),
            ("x-tenant", &b"blue:1"[..])
        );
        assert!(value.is_sensitive());
        for text in [
            "X-Tenant",
            ": v",
            "a b: v",
            "X: hunter2\nY: v",
            "X: hunter2\u{7f}",
        ] {
            let error = format!("{:?}", parse_header(text).unwrap_err());
            assert!(
                error.contains("`Name: value`") && !error.contains("hunter2"),
                "{error}"
            );
        }
    }

    #[test]
    fn headers_that_carry_the_request_are_refused_by_name() {
        for name in [
            "Host",
            "Content-Length",
            "Transfer-Encoding",
            "connection",
            "Keep-Alive",
        ] {
            let error = parse_header(&format!("{name}: hunter2"))
                .unwrap_err()
                .to_string();
            assert!(error.contains(&name.to_lowercase()), "{error}");
            assert!(!error.contains("hunter2"), "{error}");
        }
        let error = parse_header("Proxy-Authorization: Basic eA==").unwrap_err();
        assert!(error.hints()[0].text().contains("HTTPS_PROXY"));
    }
}
