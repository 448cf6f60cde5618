//! A forward proxy (RFC 9110, section 9.3.6, and RFC 9112, section 3.2.2): it opens tunnels and
//! passes plain requests on. Every host it is asked for is this machine.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use super::relay::join;

/// Whom a proxy serves.
#[derive(Clone)]
pub(crate) enum Manner {
    /// Everybody.
    Open,
    /// Whoever sends this as `Proxy-Authorization`.
    Only(String),
    /// Everybody, and all tunnels lead to this server.
    To(SocketAddr),
    /// Nobody: this status line.
    Refuse(&'static str),
    /// Whoever asks for something below this path, as a gateway before the server at that port.
    Below(&'static str, u16),
}

/// A forward proxy; it stops listening when this is dropped.
pub(crate) struct Forward {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    is_over: Arc<AtomicBool>,
}

impl Forward {
    pub(crate) fn start(manner: Manner) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let forward = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            is_over: Arc::default(),
        };
        let (seen, is_over) = (Arc::clone(&forward.seen), Arc::clone(&forward.is_over));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                let (seen, manner) = (Arc::clone(&seen), manner.clone());
                thread::spawn(move || stream.and_then(|stream| serve(stream, &manner, &seen)));
            }
        });
        forward
    }

    /// `HOST:PORT`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The heads of all requests to it so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Forward {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the listening thread.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(stream: TcpStream, manner: &Manner, seen: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    seen.lock().unwrap().push(head.clone());
    let mut stream = stream;
    let refusal = match manner {
        Manner::Open | Manner::To(_) | Manner::Below(..) => None,
        Manner::Only(who) => {
            let wanted = format!("proxy-authorization: {who}\r\n").to_lowercase();
            let is_known = head.to_lowercase().contains(&wanted);
            (!is_known).then_some("407 Proxy Authentication Required")
        }
        Manner::Refuse(status) => Some(*status),
    };
    if let Some(status) = refusal {
        let answer = format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        return stream.write_all(answer.as_bytes());
    }
    let (method, rest) = head.split_once(' ').unwrap();
    let (target, rest) = rest.split_once(' ').unwrap();
    if method == "CONNECT" {
        let there = match manner {
            Manner::To(server) => *server,
            _ => SocketAddr::from((Ipv4Addr::LOCALHOST, port(target))),
        };
        let there = TcpStream::connect(there)?;
        stream.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        return join(stream, there);
    }
    let (port, path) = match manner {
        Manner::Below(prefix, port) => (*port, target.strip_prefix(prefix).unwrap_or("/")),
        _ => {
            let authority = target.strip_prefix("http://").unwrap();
            let (authority, _) = authority.split_once('/').unwrap();
            (
                port(authority),
                &target["http://".len() + authority.len()..],
            )
        }
    };
    let mut there = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    // One request a connection: the next may be for another host.
    let rest = rest.replacen("\r\n", "\r\nConnection: close\r\n", 1);
    there.write_all(format!("{method} {path} {rest}").as_bytes())?;
    // What of the body was read together with the head.
    there.write_all(reader.buffer())?;
    join(stream, there)
}

fn port(authority: &str) -> u16 {
    authority.rsplit_once(':').unwrap().1.parse().unwrap()
}
