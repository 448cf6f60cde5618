//! Just enough HTTP to ask a Hydra directly, beside the program under test.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

/// Sends a request to `http://HOST:PORT`.
pub(crate) fn send(base: &str, request_line: &str, headers: &str, body: &str) -> Answer {
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // HTTP/1.0, so that the body ends with the connection.
    let head = format!(
        "{request_line} HTTP/1.0\r\nHost: hydra\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    Answer {
        status: head[9..12].parse().unwrap(),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// All clients below `clients` (`/clients` or `/admin/clients`), as Hydra lists them.
pub(crate) fn list(base: &str, clients: &str) -> Vec<Value> {
    let mut all = Vec::new();
    let mut next = Some(format!("{clients}?page_size=500&limit=500"));
    while let Some(path) = next {
        let answer = send(base, &format!("GET {path}"), "", "");
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        let page: Vec<Value> = serde_json::from_str(&answer.body).unwrap();
        // Some servers link on after an empty page, and to the page itself.
        next = next_page(&answer.head).filter(|link| !page.is_empty() && *link != path);
        all.extend(page);
    }
    all
}

/// The path of the next page, from a header such as `Link: </clients?offset=500>; rel="next"`.
fn next_page(head: &str) -> Option<String> {
    let is_link = |line: &&str| line.to_lowercase().starts_with("link: ");
    let mut link = head
        .lines()
        .filter(is_link)
        .flat_map(|line| line.split(','));
    let next = link.rfind(|part| part.contains("rel=\"next\""))?;
    let target = next.split(['<', '>']).nth(1)?;
    target.starts_with('/').then(|| target.to_owned())
}

/// Creates a client, as somebody else would.
pub(crate) fn create(base: &str, clients: &str, client: &Value) {
    let json = "Content-Type: application/json\r\n";
    let answer = send(base, &format!("POST {clients}"), json, &client.to_string());
    assert_eq!(answer.status, 201, "{}", answer.body);
}

/// Whether Hydra takes the secret for the client's own (RFC 7009, section 2.1).
pub(crate) fn accepts(public: &str, id: &str, secret: &str) -> bool {
    let pair = STANDARD.encode(format!("{id}:{secret}"));
    let headers = format!(
        "Authorization: Basic {pair}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    );
    let answer = send(public, "POST /oauth2/revoke", &headers, "token=made-up");
    let Answer { status, body, .. } = answer;
    assert!(matches!(status, 200 | 401), "{status} {body}");
    status == 200
}
