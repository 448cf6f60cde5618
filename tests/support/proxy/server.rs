//! Listening, remembering, forwarding.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use super::fault::Fault;
use super::request::Request;

/// The longest to wait for something that has to happen.
const DEADLINE: Duration = Duration::from_secs(180);

/// How often a request is delivered at most until Hydra does what it asks.
const DELIVERIES: usize = 20;

/// Between two glances at whether the program has ended.
const GLANCE: Duration = Duration::from_millis(5);

/// Says what happens to a request.
pub(crate) type Script = Box<dyn Fn(&Request) -> Fault + Send + Sync>;

/// A proxy; it stops listening when this is dropped.
pub(crate) struct Proxy {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: Mutex<String>,
    script: Script,
    tls: Option<Arc<ServerConfig>>,
    seen: Mutex<Vec<Request>>,
    changed: Condvar,
    is_over: AtomicBool,
}

impl Proxy {
    /// A proxy before `upstream` (`http://HOST:PORT`).
    pub(crate) fn start(upstream: &str, script: Script) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::listen(any, upstream, script, None)
    }

    /// The same, at that address.
    pub(crate) fn start_at(address: SocketAddr, upstream: &str, script: Script) -> Self {
        Self::listen(address, upstream, script, None)
    }

    /// A proxy that speaks TLS.
    pub(crate) fn start_tls(upstream: &str, tls: ServerConfig, script: Script) -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self::listen(any, upstream, script, Some(Arc::new(tls)))
    }

    fn listen(
        address: SocketAddr,
        upstream: &str,
        script: Script,
        tls: Option<Arc<ServerConfig>>,
    ) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            upstream: Mutex::new(upstream.trim_start_matches("http://").to_owned()),
            script,
            tls,
            seen: Mutex::default(),
            changed: Condvar::new(),
            is_over: AtomicBool::new(false),
        });
        let proxy = Self {
            address,
            shared: Arc::clone(&shared),
        };
        thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.is_over.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&shared);
                // Whatever breaks here is a broken connection to the program under test.
                thread::spawn(move || stream.and_then(|stream| shared.accept(stream)));
            }
        });
        proxy
    }

    /// `HOST:PORT`.
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stands before another upstream from now on.
    pub(crate) fn lead_to(&self, upstream: &str) {
        let upstream = upstream.trim_start_matches("http://").to_owned();
        *self.shared.upstream.lock().unwrap() = upstream;
    }

    /// All requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.shared.seen.lock().unwrap().clone()
    }

    /// Waits until `condition` holds of the requests so far; tells whether it did before `is_over`.
    pub(crate) fn waits_for(
        &self,
        condition: impl Fn(&[Request]) -> bool,
        mut is_over: impl FnMut() -> bool,
    ) -> bool {
        let mut seen = self.shared.seen.lock().unwrap();
        while !condition(&seen) {
            if is_over() {
                return false;
            }
            let wait = self.shared.changed.wait_timeout(seen, GLANCE);
            seen = wait.unwrap().0;
        }
        true
    }

    /// Waits until `condition` holds of the requests so far.
    pub(crate) fn wait_for(&self, condition: impl Fn(&[Request]) -> bool) {
        let start = Instant::now();
        let came = self.waits_for(condition, || start.elapsed() > DEADLINE);
        assert!(came, "that never came: {:#?}", self.requests());
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Wakes the listening thread.
        let _ = TcpStream::connect(self.address);
    }
}

impl Shared {
    fn accept(&self, stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        match &self.tls {
            None => {
                self.serve(&stream)?;
                stream.shutdown(Shutdown::Both)
            }
            Some(config) => {
                let session =
                    ServerConnection::new(Arc::clone(config)).map_err(io::Error::other)?;
                let mut stream = StreamOwned::new(session, stream);
                self.serve(&mut stream)?;
                stream.conn.send_close_notify();
                stream.flush()
            }
        }
    }

    fn serve(&self, mut stream: impl Read + Write) -> io::Result<()> {
        let Some(request) = Request::read(&mut stream) else {
            return Ok(());
        };
        let request = self.remember(request);
        match (self.script)(&request) {
            Fault::Pass => stream.write_all(&self.forward(&request)?),
            Fault::Drop => Ok(()),
            Fault::Lose => self.deliver(&request),
            Fault::Cut(length) => {
                let answer = self.forward(&request)?;
                stream.write_all(&answer[..length.min(answer.len())])
            }
            Fault::Answer(answer) => stream.write_all(&answer),
            Fault::Instead(answer) => {
                self.deliver(&request)?;
                stream.write_all(&answer)
            }
            Fault::Twice => {
                self.forward(&request)?;
                stream.write_all(&self.forward(&request)?)
            }
            Fault::Endless(head) => {
                stream.write_all(&head)?;
                loop {
                    stream.write_all(&[b' '; 1 << 16])?;
                }
            }
            Fault::Stall(head, gate) => {
                stream.write_all(&head)?;
                stream.flush()?;
                gate.wait();
                Ok(())
            }
            Fault::Delay(delay) => {
                thread::sleep(delay);
                stream.write_all(&self.forward(&request)?)
            }
            Fault::Hold(gate) => {
                gate.wait();
                stream.write_all(&self.forward(&request)?)
            }
            Fault::HoldAnswer(gate) => {
                let answer = self.forward(&request)?;
                gate.wait();
                stream.write_all(&answer)
            }
        }
    }

    fn remember(&self, mut request: Request) -> Request {
        let mut seen = self.seen.lock().unwrap();
        let same = |other: &&Request| other.method == request.method;
        request.number = seen.iter().filter(same).count() + 1;
        seen.push(request.clone());
        self.changed.notify_all();
        request
    }

    /// Until Hydra does what is asked. On SQLite, Hydra refuses some of the creates that it gets
    /// side by side: 400, "The error is unrecognizable".
    fn deliver(&self, request: &Request) -> io::Result<()> {
        for _ in 0..DELIVERIES {
            if self.forward(request)?.starts_with(b"HTTP/1.1 2") {
                break;
            }
        }
        Ok(())
    }

    /// Hydra's whole answer.
    fn forward(&self, request: &Request) -> io::Result<Vec<u8>> {
        let address = self.upstream.lock().unwrap().clone();
        let mut upstream = TcpStream::connect(address)?;
        upstream.write_all(&request.to_bytes())?;
        let mut answer = Vec::new();
        upstream.read_to_end(&mut answer)?;
        Ok(answer)
    }
}
