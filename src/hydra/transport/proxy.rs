//! The forward proxy to Hydra, from environment variables.
//!
//! We read the variables ourselves: the HTTP library silently ignores invalid ones, and could not
//! tell which proxy an error is about.

use std::fmt;

use hyper_util::client::proxy::matcher::Matcher;
use secrecy::SecretString;
use url::Url;

use super::Endpoint;
use crate::error::{Error, Result};
use crate::redact::take_credentials;

/// A forward proxy. `Display` omits user and password.
#[derive(Clone)]
pub(crate) struct Proxy {
    url: Url,
    variable: &'static str,
}

impl Proxy {
    /// The proxy that the environment sets for `endpoint`: `HTTPS_PROXY` or `HTTP_PROXY`, depending
    /// on the endpoint's scheme, otherwise `ALL_PROXY`; in upper or lower case. `None` if
    /// `NO_PROXY` matches the host or the address is on this machine. Fails with wrong usage (exit
    /// 64) if the variable is not a valid proxy.
    pub(crate) fn from_environment(
        endpoint: &Endpoint,
        get: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>> {
        let names: [&'static str; 4] = match endpoint.base().scheme() {
            "https" => ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"],
            _ => ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"],
        };
        let given = names
            .into_iter()
            .find_map(|name| get(name).map(|text| (name, text)));
        let Some((variable, text)) = given.filter(|_| !endpoint.is_local()) else {
            return Ok(None);
        };
        let exempt = get("NO_PROXY").or_else(|| get("no_proxy"));
        if exempt.is_some_and(|exempt| is_exempt(endpoint.base(), &exempt)) {
            return Ok(None);
        }
        Self::parse(&text, variable).map(Some)
    }

    fn parse(text: &str, variable: &'static str) -> Result<Self> {
        let wrong = |what: String| {
            Err(Error::usage(format!("`{variable}` {what}"))
                .hint("write it as `http://[USER:PASSWORD@]HOST:PORT`, or leave the host out with `NO_PROXY`"))
        };
        let text = text.trim();
        let with_scheme = match text.contains("://") {
            true => text.to_owned(),
            false => format!("http://{text}"),
        };
        match Url::parse(&with_scheme) {
            Ok(url) if !matches!(url.scheme(), "http" | "https") => wrong(format!(
                "names a `{}` proxy, which is not supported",
                url.scheme()
            )),
            // An `@` after the host comes from a password that contains a slash, or from an address
            // with too few slashes: `http:/USER:PASSWORD@HOST`.
            Ok(url) if url.has_host() && !url[url::Position::BeforePath..].contains('@') => {
                Ok(Self { url, variable })
            }
            _ => wrong("is not the address of a proxy".to_owned()),
        }
    }

    pub(crate) fn address(&self) -> String {
        let mut url = self.url.clone();
        take_credentials(&mut url);
        url[..url::Position::BeforePath].to_owned()
    }

    pub(crate) fn credentials(&self) -> Option<(String, SecretString)> {
        take_credentials(&mut self.url.clone())
    }

    /// Whether the connection to the proxy itself uses TLS.
    pub(crate) fn speaks_tls(&self) -> bool {
        self.url.scheme() == "https"
    }

    pub(crate) fn to_reqwest(&self) -> Result<reqwest::Proxy> {
        reqwest::Proxy::all(self.url.as_str())
            .map_err(|_| Error::usage(format!("`{}` is not the address of a proxy", self.variable)))
    }
}

impl fmt::Display for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` (`{}`)", self.address(), self.variable)
    }
}

impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxy({self})")
    }
}

/// Whether `NO_PROXY` matches the host: the host itself, a parent domain, its network, or `*`.
///
/// The library matches names and networks. We add ports and `*.`, which Go programs support.
fn is_exempt(url: &Url, exempt: &str) -> bool {
    let port = url.port_or_known_default();
    let parts = exempt.split(|char: char| char == ',' || char.is_whitespace());
    let hosts: Vec<&str> = parts
        .filter_map(|part| match part.rsplit_once(':') {
            Some((host, of)) if !host.contains(':') || host.ends_with(']') => {
                let host = host.trim_start_matches('[').trim_end_matches(']');
                of.parse().is_ok_and(|of| Some(of) == port).then_some(host)
            }
            _ => Some(part),
        })
        .map(|host| match host.strip_prefix("*.") {
            Some(_) => &host[1..],
            None => host,
        })
        .collect();
    let matcher = Matcher::builder()
        .all("http://proxy")
        .no(hosts.join(","))
        .build();
    let address = url.as_str().parse();
    address.is_ok_and(|address| matcher.intercept(&address).is_none())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]
    use super::Proxy;
    use crate::hydra::Endpoint;

    fn proxy(endpoint: &str, variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        let get = |name: &str| {
            let variable = variables.iter().find(|(other, _)| *other == name);
            variable.map(|(_, value)| (*value).to_owned())
        };
        Proxy::from_environment(&Endpoint::parse(endpoint).unwrap(), get)
            .map(|proxy| proxy.map(|proxy| proxy.to_string()))
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_scheme_chooses_the_variable() {
        let all = [
            ("HTTP_PROXY", "a:1"),
            ("HTTPS_PROXY", "http://u:hunter2@b:2"),
            ("all_proxy", "https://c:3/"),
        ];
        let of = |endpoint, variables| proxy(endpoint, variables).unwrap();
        assert_eq!(of("http://h", &all).unwrap(), "`http://a:1` (`HTTP_PROXY`)");
        assert_eq!(
            of("https://h", &all).unwrap(),
            "`http://b:2` (`HTTPS_PROXY`)"
        );
        assert_eq!(
            of("https://h", &all[2..]).unwrap(),
            "`https://c:3` (`all_proxy`)"
        );
        assert_eq!(of("https://h", &all[..1]), None);
        for local in [
            "http://localhost:1",
            "http://127.0.0.1",
            "http://[::1]",
            "unix:///s",
        ] {
            assert_eq!(of(local, &all), None, "{local}");
        }
    }

    #[test]
    fn no_proxy_names_hosts_domains_networks_and_ports() {
        for (endpoint, exempt, is_exempt) in [
            ("http://hydra.example:4445", "hydra.example", true),
            ("http://hydra.example:4445", "x, EXAMPLE y", true),
            ("http://hydra.example:4445", ".example", true),
            ("http://hydra.example:4445", "*.example", true),
            ("http://hydra.example:4445", "*", true),
            ("http://hydra.example:4445", "hydra.example:4445", true),
            ("http://hydra.example:4445", "hydra.example:4444", false),
            ("http://hydra.example:4445", "xample", false),
            ("http://hydra.example:4445", "", false),
            ("http://10.1.2.3", "10.0.0.0/8", true),
            ("http://10.1.2.3", "10.1.2.3:80", true),
            ("http://10.1.2.3", "10.1.2.4", false),
            ("http://[fd00::1]:4445", "fd00::1", true),
            ("http://[fd00::1]:4445", "[fd00::1]:4445", true),
            ("http://[fd00::1]:4445", "fd00::/8", true),
        ] {
            let variables = [("HTTP_PROXY", "p:1"), ("no_proxy", exempt)];
            let found = proxy(endpoint, &variables).unwrap();
            assert_eq!(found.is_none(), is_exempt, "{endpoint} {exempt}");
        }
    }

    #[test]
    fn what_is_no_proxy_is_refused_without_its_password() {
        for (text, why) in [
            ("socks5://u:hunter2@p:1", "`socks5` proxy"),
            ("http://u:hunter2@", "not the address"),
            ("http://u:hunter2@p:x", "not the address"),
            ("http:/u:hunter2@p:1", "not the address"),
            ("http://u:12/hunter2@p:1", "not the address"),
        ] {
            let error = proxy("http://h", &[("HTTP_PROXY", text)]).unwrap_err();
            assert!(
                error.contains(why) && error.contains("`HTTP_PROXY`"),
                "{error}"
            );
            assert!(!error.contains("hunter2"), "{error}");
        }
    }
}
