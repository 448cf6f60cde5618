//! The flags by which bearer tokens are fetched: a command, or client credentials.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;
use url::Url;

use super::credential::{read_file, without_mark};
use crate::error::{Error, Result};
use crate::hydra::{Connection, Endpoint, Http, TokenCommand, TokenEndpoint, TokenSource, Tokens};

const SECRET_FILE: &str = "--token-client-secret-file";

/// How bearer tokens for the admin API are fetched
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Connection")]
pub(super) struct TokenArgs {
    /// Command that prints the bearer token; run by `sh -c` when a request needs a token, and again
    /// when Hydra refuses it
    #[arg(
        long,
        value_name = "CMD",
        conflicts_with_all = ["access_token", "access_token_file"]
    )]
    access_token_command: Option<String>,
    /// Token endpoint that issues the bearer token by client credentials
    #[arg(
        long,
        value_name = "URL",
        requires_all = ["token_client_id", "token_client_secret_file"],
        conflicts_with_all = ["access_token", "access_token_file", "access_token_command"]
    )]
    token_url: Option<String>,
    /// Client id for the token endpoint
    #[arg(long, value_name = "ID", requires = "token_url")]
    token_client_id: Option<String>,
    /// File that contains the client secret for the token endpoint
    #[arg(long, value_name = "FILE", requires = "token_url")]
    token_client_secret_file: Option<PathBuf>,
}

/// Fetches tokens.
pub(super) struct Fetching {
    pub(super) tokens: Arc<Tokens>,
    /// The flag that asks for it.
    pub(super) origin: &'static str,
    /// Whether it is fetched over TLS.
    pub(super) speaks_tls: bool,
}

impl TokenArgs {
    /// How tokens are fetched, if they are. `connect` gives the connection to another server. Nothing
    /// is sent or run.
    ///
    /// # Errors
    /// Wrong usage (exit 64): an address or a file cannot be used, or a value is empty.
    pub(super) fn fetching(
        &self,
        limit: Duration,
        connect: impl FnOnce(Endpoint) -> Result<Connection>,
    ) -> Result<Option<Fetching>> {
        if let Some(command) = &self.access_token_command {
            if command.trim().is_empty() {
                return Err(Error::usage("`--access-token-command` is empty")
                    .hint("give a command that prints the token, or leave the flag out"));
            }
            let source = TokenSource::Command(TokenCommand {
                command: SecretString::from(command.as_str()),
                limit,
            });
            return Ok(Some(Fetching {
                tokens: Arc::new(Tokens::new(source)),
                origin: "--access-token-command",
                speaks_tls: false,
            }));
        }
        let (Some(url), Some(client_id), Some(file)) = (
            &self.token_url,
            &self.token_client_id,
            &self.token_client_secret_file,
        ) else {
            return Ok(None);
        };
        let (url, endpoint) = parse(url)?;
        let connection = connect(endpoint)?;
        let endpoint = TokenEndpoint {
            http: Http::new(&connection)?,
            url,
            client_id: client_id.clone(),
            client_secret: secret_of(file)?,
        };
        Ok(Some(Fetching {
            tokens: Arc::new(Tokens::new(TokenSource::Endpoint(Box::new(endpoint)))),
            origin: "--token-url",
            speaks_tls: connection.speaks_tls(),
        }))
    }
}

/// The address of a token endpoint, and the server that it belongs to. The message never shows a
/// password.
fn parse(text: &str) -> Result<(Url, Endpoint)> {
    let wrong = |why: &str| {
        Error::usage(format!("`--token-url` {why}"))
            .hint("write the address of the token endpoint, such as `https://login.example.com/oauth2/token`")
    };
    let url = Url::parse(text).map_err(|error| wrong("is not a valid URL").because(error))?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(wrong("is not an `http` or `https` URL"));
    }
    if !url.username().is_empty() || url.password().is_some() || url.path().contains('@') {
        return Err(wrong(
            "has a user or a password, which belong into `--token-client-id` and `--token-client-secret-file`",
        ));
    }
    if url.fragment().is_some() {
        return Err(wrong("has a fragment"));
    }
    let mut server = url.clone();
    server.set_path("/");
    server.set_query(None);
    Ok((url, Endpoint::parse(server.as_str())?))
}

/// The secret in a file, without the line break at its end.
fn secret_of(path: &Path) -> Result<SecretString> {
    let wrong = |why: &str| {
        let path = path.display();
        Error::usage(format!("`{path}` of `{SECRET_FILE}` {why}"))
            .hint("put only the client's secret into it")
    };
    let bytes = read_file(SECRET_FILE, path)?;
    let text = std::str::from_utf8(without_mark(&bytes)).map_err(|_| wrong("is not UTF-8 text"))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(wrong("contains no secret"));
    }
    if text.contains(['\n', '\r']) {
        return Err(wrong("has more than one line"));
    }
    Ok(SecretString::from(text))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::{parse, secret_of};
    use secrecy::ExposeSecret as _;

    #[test]
    fn an_address_that_no_token_endpoint_has_is_refused_and_no_password_shown() {
        let (url, server) = parse("https://h:8443/a/oauth2/token?x=1").unwrap();
        assert_eq!(url.as_str(), "https://h:8443/a/oauth2/token?x=1");
        assert_eq!(server.to_string(), "https://h:8443");
        for (text, why) in [
            ("oauth2/token", "not a valid URL"),
            ("ftp://h/token", "not an `http`"),
            ("https://me:hunter2@h/token", "has a user"),
            ("https:///me:hunter2/x@h/token", "not a valid URL"),
            ("https://h/token#x", "fragment"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_secret_loses_one_line_break_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        for (content, secret) in [("s 3\n", "s 3"), ("s\r\n", "s"), (" s ", " s ")] {
            std::fs::write(&path, content).unwrap();
            assert_eq!(secret_of(&path).unwrap().expose_secret(), secret);
        }
        for (content, why) in [
            (&b"\n"[..], "no secret"),
            (b"hunter2\nhunter2\n", "more than one line"),
            (b"hunter2\xff", "not UTF-8"),
        ] {
            std::fs::write(&path, content).unwrap();
            let error = secret_of(&path).unwrap_err().to_string();
            assert!(error.contains(why) && !error.contains("hunter2"), "{error}");
        }
    }
}
