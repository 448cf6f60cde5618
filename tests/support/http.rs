//! Just enough HTTP to ask a server beside the program under test, without the program's own client.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

/// The longest that one answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Headers of a request, by their names.
pub(crate) type Headers<'a> = &'a [(&'a str, &'a str)];

pub(crate) const JSON: (&str, &str) = ("content-type", "application/json");
pub(crate) const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// The names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// Sends a request to `http://HOST:PORT/PATH`.
pub(crate) fn send(method: &str, url: &str, headers: Headers, body: &str) -> Reply {
    let address = url.strip_prefix("http://").unwrap();
    let host = address.split('/').next().unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(TIMEOUT)).unwrap();
    let target = format!("{method} {}", &address[host.len()..]);
    let headers = [headers, &[("host", host)]].concat();
    let reply = exchange(&mut stream, &target, &headers, body);
    reply.unwrap_or_else(|error| panic!("{method} {url}: {error}"))
}

/// Sends a request (`METHOD PATH`) and reads the answer to its end.
pub(crate) fn exchange(
    stream: &mut (impl Read + Write),
    request: &str,
    headers: Headers,
    body: &str,
) -> io::Result<Reply> {
    // HTTP/1.0: the server ends the connection after the body, and sends it in one piece.
    let mut text = format!("{request} HTTP/1.0\r\ncontent-length: {}\r\n", body.len());
    let is_given = |name| headers.iter().any(|(given, _)| *given == name);
    let accept = Some(("accept", "*/*")).filter(|(name, _)| !is_given(*name));
    for (name, value) in headers.iter().chain(&accept) {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    text.push_str("\r\n");
    stream.write_all((text + body).as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    Reply::parse(&answer).ok_or_else(|| io::Error::other(format!("no answer: {answer}")))
}

/// The header for a name and a password (RFC 7617, section 2).
pub(crate) fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{name}:{password}")))
}

impl Reply {
    fn parse(answer: &str) -> Option<Self> {
        let (head, body) = answer.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let headers = lines.filter_map(|line| line.split_once(':'));
        let headers = headers.map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
        Some(Self {
            status,
            headers: headers.collect(),
            body: body.to_owned(),
        })
    }

    /// Asserts its status.
    #[track_caller]
    pub(crate) fn has_status(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// A header; empty if it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(found, _)| found == name);
        found.map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// Every header of that name.
    pub(crate) fn all(&self, name: &str) -> Vec<String> {
        let of_name = self.headers.iter().filter(|(found, _)| found == name);
        of_name.map(|(_, value)| value.clone()).collect()
    }

    /// The body as JSON.
    pub(crate) fn json(&self) -> Value {
        let parsed = serde_json::from_str(&self.body);
        parsed.unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.body))
    }

    /// The ids of a list of clients.
    pub(crate) fn ids(&self) -> Vec<String> {
        let list = self.json();
        let clients = list.as_array().unwrap().iter();
        clients
            .map(|client| client["client_id"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The query of the `Link` with that relation.
    pub(crate) fn link(&self, rel: &str) -> Option<String> {
        let relation = format!("; rel=\"{rel}\"");
        let headers = self.headers.iter().filter(|(name, _)| name == "link");
        let mut links = headers.flat_map(|(_, value)| value.split(','));
        let link = links.rfind(|link| link.ends_with(&relation))?;
        let address = link.split(['<', '>']).nth(1)?;
        Some(format!("?{}", address.split_once('?')?.1))
    }
}
