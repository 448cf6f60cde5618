//! Somebody on the network between Hydra and the servers of its clients.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use rustls::{ServerConfig, ServerConnection};

use crate::support::authority::Authority;

/// The attacker's own public key, whose private part [`super::requests`] signs with.
const KEYS: &str = r#"{"keys":[{"kty":"EC","kid":"worker-1","use":"sig","crv":"P-256",
    "x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
    "y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}"#;

/// Answers every request with keys of its own, in place of any host. Hydra trusts no certificate
/// of it. It stops listening when this is dropped.
pub(super) struct Attacker {
    address: SocketAddr,
    is_over: Arc<AtomicBool>,
}

impl Attacker {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let attacker = Self {
            address: listener.local_addr().unwrap(),
            is_over: Arc::default(),
        };
        let is_over = Arc::clone(&attacker.is_over);
        let tls = Authority::new("nobody trusts it").server(&["keys.example.com"], None);
        let tls = Arc::new(tls);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                let tls = Arc::clone(&tls);
                thread::spawn(move || stream.and_then(|stream| answer(stream, tls)));
            }
        });
        attacker
    }

    /// As a proxy, and as a server.
    pub(super) fn url(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Attacker {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the listening thread.
        let _ = TcpStream::connect(self.address);
    }
}

fn answer(mut stream: TcpStream, tls: Arc<ServerConfig>) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    if head.starts_with("CONNECT ") {
        stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n")?;
        let mut connection = ServerConnection::new(tls).map_err(io::Error::other)?;
        // It fails: Hydra ends it when it sees the certificate.
        return connection.complete_io(&mut stream).map(drop);
    }
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{KEYS}",
        KEYS.len()
    )
}
