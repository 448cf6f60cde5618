//! `--header`: additional request headers.

use reqwest::header::{
    ACCEPT_ENCODING, CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST,
    HeaderName, HeaderValue, PROXY_AUTHORIZATION, TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
};

use crate::error::{Error, Result};

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
        return Err(Error::usage(
            "`--header Proxy-Authorization` would be sent to Hydra instead of the proxy",
        )
        .hint("put user and password into the proxy's URL: `HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT`"));
    }
    if OWN.contains(name) || name == "keep-alive" || name == "proxy-connection" {
        return Err(Error::usage(format!(
            "`--header {name}` is not allowed: this program controls that header"
        ))
        .hint("remove it; the host comes from `--endpoint`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
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
