//! A small HTTP server: each connection gets one answer, and little time.

use std::convert::Infallible;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::runtime::{Builder, Runtime};
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

use super::answer::answer;
use super::monitor::Monitor;
use crate::error::{Error, Result};

/// How many connections are served at once. Others wait their turn.
const CONNECTIONS: usize = 128;

/// How long a connection may take to send its headers, and to take the whole answer.
const HEADERS_WITHIN: Duration = Duration::from_secs(5);
const OVER_WITHIN: Duration = Duration::from_secs(10);

/// The longest headers, in bytes; the least that hyper allows.
const LONGEST_HEADERS: usize = 8192;

/// How long to wait when no connection can be accepted: files may have run out.
const PAUSE: Duration = Duration::from_millis(500);

/// A server that answers from the moment it is started until the process ends.
#[derive(Debug)]
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
}

impl Server {
    /// Listens on `address`; with port 0 the system chooses a free port.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub(crate) fn start(address: SocketAddr, monitor: Arc<Monitor>) -> Result<Self> {
        let listener = TcpListener::bind(address).map_err(|error| {
            Error::usage(format!("cannot serve health and metrics on `{address}`"))
                .because(error)
                .hint("give `--health-listen` another address or port; port 0 picks a free one")
        })?;
        listener.set_nonblocking(true).map_err(unexpected)?;
        let address = listener.local_addr().map_err(unexpected)?;
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(unexpected)?;
        let thread = thread::Builder::new().name("health".to_owned());
        let thread = thread.spawn(move || run(&runtime, listener, &monitor));
        thread.map_err(unexpected)?;
        Ok(Self { address })
    }
}

fn unexpected(error: std::io::Error) -> Error {
    Error::unexpected("cannot serve health and metrics").because(error)
}

fn run(runtime: &Runtime, listener: TcpListener, monitor: &Arc<Monitor>) {
    runtime.block_on(async {
        match tokio::net::TcpListener::from_std(listener) {
            Ok(listener) => serve(listener, monitor).await,
            Err(error) => tracing::error!(%error, "health and metrics are not served"),
        }
    });
}

async fn serve(listener: tokio::net::TcpListener, monitor: &Arc<Monitor>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    // The semaphore is never closed.
    while let Ok(place) = Arc::clone(&places).acquire_owned().await {
        let Ok((stream, _)) = listener.accept().await else {
            sleep(PAUSE).await;
            continue;
        };
        let monitor = Arc::clone(monitor);
        tokio::spawn(async move {
            let service = service_fn(|request: Request<Incoming>| {
                let answer = answer(&monitor, request.method(), request.uri().path());
                async { Ok::<Response<Body>, Infallible>(answer.map(Body::from)) }
            });
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEADERS_WITHIN)
                .max_buf_size(LONGEST_HEADERS)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), service);
            // Whoever asked has gone, or was too slow.
            let _ = timeout(OVER_WITHIN, connection).await;
            drop(place);
        });
    }
}
