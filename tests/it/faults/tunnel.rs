//! An HTTP proxy for TLS: it tunnels (RFC 9110, section 9.3.6), whatever host is asked for, to one
//! server, and remembers what it was asked.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// A running proxy; it stops listening when this is dropped.
pub(crate) struct Tunnel {
    address: SocketAddr,
    seen: Arc<Mutex<Vec<String>>>,
    is_over: Arc<AtomicBool>,
}

impl Tunnel {
    /// A proxy whose tunnels all lead to `server`.
    pub(crate) fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let tunnel = Self {
            address: listener.local_addr().unwrap(),
            seen: Arc::default(),
            is_over: Arc::default(),
        };
        let (seen, is_over) = (Arc::clone(&tunnel.seen), Arc::clone(&tunnel.is_over));
        thread::spawn(move || {
            for stream in listener.incoming() {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                let seen = Arc::clone(&seen);
                thread::spawn(move || stream.and_then(|stream| carry(stream, server, &seen)));
            }
        });
        tunnel
    }

    /// `HOST:PORT`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// The heads of all requests so far.
    pub(crate) fn seen(&self) -> Vec<String> {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for Tunnel {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the listening thread.
        let _ = TcpStream::connect(self.address);
    }
}

fn carry(client: TcpStream, server: SocketAddr, seen: &Mutex<Vec<String>>) -> io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    seen.lock().unwrap().push(head);
    let mut server = TcpStream::connect(server)?;
    let mut client = client;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
    let (mut to, mut from) = (client.try_clone()?, server.try_clone()?);
    thread::spawn(move || io::copy(&mut from, &mut to));
    io::copy(&mut reader, &mut server).map(drop)
}
