//! Connections passed on byte by byte, and a unix socket that does nothing else.

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// A socket that leads to a TCP address; it ends when this is dropped.
pub(crate) struct Relay {
    path: PathBuf,
    is_over: Arc<AtomicBool>,
}

impl Relay {
    pub(crate) fn start(path: &Path, to: SocketAddr) -> Self {
        let listener = UnixListener::bind(path).unwrap();
        let is_over = Arc::<AtomicBool>::default();
        let over = Arc::clone(&is_over);
        thread::spawn(move || {
            for stream in listener.incoming() {
                if over.load(Ordering::Relaxed) {
                    break;
                }
                thread::spawn(move || {
                    let (here, there) = (stream?, TcpStream::connect(to)?);
                    let (back, forth) = (here.try_clone()?, there.try_clone()?);
                    thread::spawn(move || {
                        let _ = copy(here, forth);
                    });
                    copy(&there, &back)?;
                    back.shutdown(Shutdown::Both)
                });
            }
        });
        Self {
            path: path.to_owned(),
            is_over,
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
        // Wakes the listening thread.
        let _ = UnixStream::connect(&self.path);
    }
}

/// Passes on what comes until it ends.
fn copy(mut from: impl Read, mut to: impl Write) -> io::Result<()> {
    io::copy(&mut from, &mut to).map(drop)
}

/// Passes on both ways between two TCP connections until either ends.
pub(crate) fn join(here: TcpStream, there: TcpStream) -> io::Result<()> {
    let (back, forth) = (here.try_clone()?, there.try_clone()?);
    thread::spawn(move || {
        let _ = copy(&here, &forth);
        let _ = forth.shutdown(Shutdown::Write);
    });
    copy(&there, &back)?;
    back.shutdown(Shutdown::Both)
}
