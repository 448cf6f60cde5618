//! A request, as it came.

use std::io::{BufRead, BufReader, Read};
use std::time::Instant;

use serde_json::Value;

/// A request.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// How many requests of its method there were, with this one.
    pub(crate) number: usize,
    /// When it came.
    pub(crate) at: Instant,
}

impl Request {
    /// Reads a request, and the bytes it consists of; `None` where none came.
    pub(super) fn read(stream: impl Read) -> Option<Self> {
        let mut stream = BufReader::new(stream);
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            stream.read_line(&mut line).ok()?;
            match line.trim_end() {
                "" if lines.is_empty() => return None,
                "" => break,
                text => lines.push(text.to_owned()),
            }
        }
        let mut words = lines[0].split(' ');
        let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
        let headers = lines[1..].iter().filter_map(|line| line.split_once(": "));
        let mut request = Self {
            method,
            path,
            headers: headers
                .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
                .collect(),
            body: Vec::new(),
            number: 0,
            at: Instant::now(),
        };
        let length = request.header("content-length").unwrap_or("0");
        let length = length.parse().unwrap();
        stream.take(length).read_to_end(&mut request.body).ok()?;
        (request.body.len() as u64 == length).then_some(request)
    }

    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let header = self.headers.iter().find(|(other, _)| other == name);
        header.map(|(_, value)| &**value)
    }

    /// Whether it is to create a client.
    pub(crate) fn creates(&self) -> bool {
        self.method == "POST" && self.path.ends_with("/clients")
    }

    /// A text of the body's JSON.
    pub(crate) fn member(&self, name: &str) -> Option<String> {
        let json: Value = serde_json::from_slice(&self.body).ok()?;
        json.get(name)?.as_str().map(str::to_owned)
    }

    /// The request for a server that ends the connection after its answer.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = format!(
            "{} {} HTTP/1.1\r\nconnection: close\r\n",
            self.method, self.path
        );
        for (name, value) in &self.headers {
            bytes.push_str(&format!("{name}: {value}\r\n"));
        }
        bytes.push_str("\r\n");
        [bytes.into_bytes(), self.body.clone()].concat()
    }
}
