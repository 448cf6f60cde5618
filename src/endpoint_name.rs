//! When two names of a Hydra, as results and files write them, mean the same one.

use std::net::{Ipv4Addr, Ipv6Addr};

use url::{Host, Url};

/// A Hydra's name in its canonical form: two names are equal when they mean the same Hydra.
///
/// It is for comparing only. What is shown and written stays as the user gave it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EndpointName(String);

impl EndpointName {
    /// Reads `http(s)://host[:port][/prefix][/admin]`, `unix:///path` or `sandbox[:FILE]`. This
    /// machine has one name, whether it is called `localhost`, `127.0.0.1` or `[::1]`, and a
    /// scheme's default port can be left out. Any other text means itself.
    pub(crate) fn new(name: &str) -> Self {
        Self(canonical(name).unwrap_or_else(|| name.to_owned()))
    }

    /// The canonical form, which is the same on all machines.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

pub(crate) fn same_endpoint(one: &str, other: &str) -> bool {
    one == other || EndpointName::new(one) == EndpointName::new(other)
}

fn canonical(name: &str) -> Option<String> {
    // Parsing lowers the case and drops the scheme's default port.
    let url = Url::parse(name).ok()?;
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let host = match url.host()? {
        Host::Domain(name) => match name.trim_end_matches('.') {
            "localhost" => None,
            name => Some(name.to_owned()),
        },
        Host::Ipv4(address) => (!is_this_machine(address)).then(|| address.to_string()),
        Host::Ipv6(address) => {
            let is_here = address == Ipv6Addr::LOCALHOST
                || address == Ipv6Addr::UNSPECIFIED
                || address.to_ipv4_mapped().is_some_and(is_this_machine);
            (!is_here).then(|| format!("[{address}]"))
        }
    };
    let host = host.as_deref().unwrap_or("localhost");
    let port = url.port().map(|port| format!(":{port}"));
    let path = url.path().trim_end_matches('/');
    let path = path.strip_suffix("/admin").unwrap_or(path);
    let (scheme, port) = (url.scheme(), port.unwrap_or_default());
    Some(format!("{scheme}://{host}{port}{path}"))
}

/// Other loopback addresses may be other servers'. Linux takes `0.0.0.0` for `127.0.0.1`.
fn is_this_machine(address: Ipv4Addr) -> bool {
    address == Ipv4Addr::LOCALHOST || address == Ipv4Addr::UNSPECIFIED
}

#[cfg(test)]
mod tests {
    use super::same_endpoint;

    #[test]
    fn one_hydra_has_many_names() {
        for (one, other) in [
            ("http://localhost:4445", "http://127.0.0.1:4445"),
            ("http://localhost:4445", "http://[::1]:4445"),
            ("http://localhost.:4445", "http://LOCALHOST:4445/"),
            (
                "http://0.0.0.0:4445",
                "http://[::ffff:127.0.0.1]:4445/admin",
            ),
            ("http://hydra.example", "http://hydra.example:80"),
            (
                "https://hydra.example:443/p",
                "https://HYDRA.example./p/admin/",
            ),
            ("unix:///run/h.sock", "unix:///run/h.sock"),
            ("sandbox:a.json", "sandbox:a.json"),
        ] {
            assert!(same_endpoint(one, other), "{one} {other}");
        }
    }

    #[test]
    fn two_hydras_are_two() {
        for (one, other) in [
            ("http://localhost:4445", "http://localhost:4444"),
            ("http://localhost:4445", "https://localhost:4445"),
            ("http://localhost:443", "https://localhost"),
            ("http://localhost:4445", "http://localhost:4445/prefix"),
            ("http://localhost:4445", "http://a.localhost:4445"),
            ("http://127.0.0.1:4445", "http://127.0.0.2:4445"),
            ("http://localhost", "unix:///run/h.sock"),
            ("unix:///run/h.sock", "unix:///run/H.sock"),
            ("sandbox", "sandbox:a.json"),
            ("sandbox:a.json", "sandbox:b.json"),
            ("http://hydra/admin", "http://hydra/Admin"),
        ] {
            assert!(!same_endpoint(one, other), "{one} {other}");
        }
    }
}
