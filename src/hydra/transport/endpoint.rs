//! The address of Hydra's admin API, as users write it, parsed.

use std::fmt;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use url::Url;

use crate::error::{Error, Result};
use crate::redact::take_credentials;

/// The valid forms of an endpoint.
const FORMS: &str = "write it as `http://host:port`, `https://host/prefix` or `unix:///path`";

/// The address of Hydra's admin API. `Display` omits user and password.
#[derive(Debug, Clone)]
pub(crate) struct Endpoint {
    /// Base URL whose path ends in `/`, without credentials, query or fragment. For a unix socket
    /// it is `http://localhost/`, which Hydra sees as the host.
    base: Url,
    /// The path of the unix socket, if the address names one.
    socket: Option<PathBuf>,
    /// User and password from the address, for basic authentication (RFC 7617).
    credentials: Option<(String, SecretString)>,
}

impl Endpoint {
    /// Parses `http(s)://[user:password@]host[:port][/prefix][/admin]` or `unix:///path/of/socket`.
    /// Fails with wrong usage (exit 64) if it has neither form. The message never shows a password.
    pub(crate) fn parse(text: &str) -> Result<Self> {
        if let Some(path) = text.strip_prefix("unix://") {
            return Self::parse_socket(path);
        }
        let mut url = Url::parse(text).map_err(|error| {
            Error::usage("the endpoint is not a valid address")
                .because(error)
                .hint(FORMS)
        })?;
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            let scheme = url.scheme();
            let error = Error::usage(format!("the endpoint's scheme `{scheme}` is not supported"));
            return Err(error.hint(match scheme {
                "unix" => "write a socket with three slashes: `unix:///run/hydra/admin.sock`",
                _ => FORMS,
            }));
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(Error::usage("the endpoint has a query or a fragment")
                .hint("give the base address of the admin API alone, such as `http://host:4445`"));
        }
        if url.path().contains('@') {
            return Err(Error::usage("the endpoint has an `@` behind its host")
                .hint("if it is part of a password with a slash, write the slash as `%2F`"));
        }
        let credentials = take_credentials(&mut url);
        let user = credentials.as_ref().map(|(user, _)| user);
        if user.is_some_and(|user| user.contains(':')) {
            // RFC 7617, section 2: the server would take everything after the first `:` for the
            // password.
            return Err(Error::usage(
                "the endpoint's user has a colon, which basic authentication cannot send",
            )
            .hint("write a colon before the password as it is: `https://USER:PASSWORD@HOST`"));
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self {
            base: url,
            socket: None,
            credentials,
        })
    }

    fn parse_socket(path: &str) -> Result<Self> {
        if !path.starts_with('/') {
            return Err(
                Error::usage("a unix socket's address needs an absolute path")
                    .hint("write it with three slashes: `unix:///run/hydra/admin.sock`"),
            );
        }
        std::os::unix::net::SocketAddr::from_pathname(path).map_err(|error| {
            Error::usage("the unix socket's path cannot be used")
                .because(error)
                .hint("the system takes about a hundred bytes: use a shorter path, or a link with one")
        })?;
        let base = Url::parse("http://localhost/")
            .map_err(|error| Error::unexpected("cannot form an address").because(error))?;
        Ok(Self {
            base,
            socket: Some(PathBuf::from(path)),
            credentials: None,
        })
    }

    pub(crate) fn base(&self) -> &Url {
        &self.base
    }

    pub(crate) fn socket(&self) -> Option<&Path> {
        self.socket.as_deref()
    }

    pub(crate) fn credentials(&self) -> Option<&(String, SecretString)> {
        self.credentials.as_ref()
    }

    pub(crate) fn speaks_tls(&self) -> bool {
        self.base.scheme() == "https"
    }

    /// Whether the server is on this machine: local requests bypass the proxy.
    pub(crate) fn is_local(&self) -> bool {
        // A unix socket's host is `localhost`.
        match self.base.host() {
            Some(url::Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
            Some(url::Host::Ipv4(address)) => address.is_loopback(),
            Some(url::Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.socket {
            Some(path) => write!(f, "unix://{}", path.display()),
            None => f.write_str(self.base.as_str().trim_end_matches('/')),
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::Endpoint;
    use secrecy::ExposeSecret as _;

    #[test]
    fn credentials_are_taken_out_and_never_shown() {
        let endpoint = Endpoint::parse("https://us%40er:p%3Aw@hydra.example/prefix").unwrap();
        let (user, password) = endpoint.credentials().unwrap();
        assert_eq!(user, "us@er");
        assert_eq!(password.expose_secret(), "p:w");
        assert_eq!(endpoint.to_string(), "https://hydra.example/prefix");
        assert_eq!(endpoint.base().as_str(), "https://hydra.example/prefix/");
        assert!(!format!("{endpoint:?}").contains("p:w"));
    }

    #[test]
    fn a_socket_is_an_absolute_path() {
        let endpoint = Endpoint::parse("unix:///run/hydra.sock").unwrap();
        assert_eq!(endpoint.to_string(), "unix:///run/hydra.sock");
        for text in [
            "unix://run/hydra.sock",
            "unix:/run/hydra.sock",
            "unix:run/hydra.sock",
        ] {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(error.hints()[0].text().contains("unix:///run"), "{error:?}");
        }
        let long = format!("unix:///{}", "a".repeat(200));
        assert!(
            Endpoint::parse(&long).unwrap_err().hints()[0]
                .text()
                .contains("shorter")
        );
    }

    #[test]
    fn what_is_no_base_address_is_refused_without_its_password() {
        for text in [
            "",
            "localhost:4445",
            "ftp://a:hunter2@b",
            "http://",
            "http://u:hunter2@[::1",
            "http://u:hunter2@h/?a=b",
            "http://u%3Ax:hunter2@h/",
            "http://u:12/hunter2@h/",
            "http:/u/hunter2@h",
            "https:u:/hunter2@h",
            "http://h/#f",
            "//h",
        ] {
            let error = Endpoint::parse(text).unwrap_err();
            assert!(
                !format!("{error:?}").contains("hunter2"),
                "{text}: {error:?}"
            );
        }
    }
}
