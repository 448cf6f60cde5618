//! Just enough HTTP to ask a Hydra directly, beside the program under test.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(30);

/// Sends a request to `http://HOST:PORT` and gives the status and the body.
pub(crate) fn send(base: &str, request_line: &str, headers: &str, body: &str) -> (u16, Vec<u8>) {
    let address = base.strip_prefix("http://").unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    // HTTP/1.0, so that the body ends with the connection.
    let head = format!(
        "{request_line} HTTP/1.0\r\nHost: hydra\r\n{headers}Content-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
    let body = answer.split_off(end.unwrap() + 4);
    let status = String::from_utf8_lossy(&answer)[9..12].parse().unwrap();
    (status, body)
}

/// All clients below `clients` (`/clients` or `/admin/clients`), as Hydra lists them.
pub(crate) fn list(base: &str, clients: &str) -> Vec<Value> {
    let mut all = Vec::new();
    for page in 0.. {
        let token = if page == 0 {
            String::new()
        } else {
            format!("&page_token={page}")
        };
        let query = format!("page_size=500{token}&limit=500&offset={}", page * 500);
        let (status, body) = send(base, &format!("GET {clients}?{query}"), "", "");
        let text = String::from_utf8_lossy(&body);
        assert_eq!(status, 200, "{text}");
        let clients: Vec<Value> = serde_json::from_str(&text).unwrap();
        let is_last = clients.len() < 500;
        all.extend(clients);
        if is_last {
            break;
        }
    }
    all
}

/// Creates a client, as somebody else would.
pub(crate) fn create(base: &str, clients: &str, client: &Value) {
    let json = "Content-Type: application/json\r\n";
    let (status, body) = send(base, &format!("POST {clients}"), json, &client.to_string());
    assert_eq!(status, 201, "{}", String::from_utf8_lossy(&body));
}

/// Whether Hydra takes the secret for the client's own (RFC 7009, section 2.1).
pub(crate) fn accepts(public: &str, id: &str, secret: &str) -> bool {
    let pair = STANDARD.encode(format!("{id}:{secret}"));
    let headers = format!(
        "Authorization: Basic {pair}\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    );
    let (status, body) = send(public, "POST /oauth2/revoke", &headers, "token=made-up");
    assert!(
        matches!(status, 200 | 401),
        "{status} {}",
        String::from_utf8_lossy(&body)
    );
    status == 200
}
