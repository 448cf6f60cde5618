//! Just enough HTTP to ask a server whether it is ready.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(2);

/// Whether the admin API at that port says it is ready.
pub(super) fn is_ready(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok_and(|stream| {
        let _ = stream.set_read_timeout(Some(PATIENCE));
        says_ready(stream)
    })
}

/// Whether the admin API behind that socket says it is ready.
pub(super) fn is_ready_behind(socket: &Path) -> bool {
    UnixStream::connect(socket).is_ok_and(|stream| {
        let _ = stream.set_read_timeout(Some(PATIENCE));
        says_ready(stream)
    })
}

/// Whether anybody listens at that port.
pub(super) fn is_open(port: u16) -> bool {
    TcpStream::connect(("127.0.0.1", port)).is_ok()
}

fn says_ready(mut stream: impl Read + Write) -> bool {
    let mut answer = Vec::new();
    stream
        .write_all(b"GET /health/ready HTTP/1.0\r\nHost: hydra\r\n\r\n")
        .and_then(|()| stream.read_to_end(&mut answer))
        .is_ok_and(|_| answer.starts_with(b"HTTP/1.0 200"))
}
