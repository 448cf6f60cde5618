//! Starting and stopping the sandbox.

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use tokio::runtime::{Builder, Runtime};
use tokio::sync::oneshot;

use super::file::StoreFile;
use super::pages::PageTokens;
use super::serve::{Hydra, handle};
use super::store::{Store, random_token};
use super::version::Version;
use crate::error::{Error, Result};

/// More than any client needs.
const MAX_BODY: usize = 4 << 20;

/// How to start a sandbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// A loopback address; with port 0 the system chooses a free port.
    pub listen: SocketAddr,
    /// Which Hydra to pretend to be.
    pub version: Version,
    /// A file to keep the clients in; in memory without one.
    pub store: Option<PathBuf>,
}

/// A running sandbox, on a thread of its own. It stops when this is dropped.
#[derive(Debug)]
pub struct Sandbox {
    url: String,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox. It answers requests from the moment this returns.
    ///
    /// # Errors
    /// When the address is not a loopback address or is in use, or the file cannot be used. A file
    /// that is not the sandbox's own is left as it is.
    pub fn start(settings: Settings) -> Result<Self> {
        Self::begin(settings, true)
    }

    /// Starts a sandbox that only reads: it creates no file beside its own.
    ///
    /// # Errors
    /// Those of [`Sandbox::start`], but the file need not be writable.
    pub fn start_to_read(settings: Settings) -> Result<Self> {
        Self::begin(settings, false)
    }

    fn begin(settings: Settings, is_written: bool) -> Result<Self> {
        let listener = bind(settings.listen)?;
        let url = format!("http://{}", listener.local_addr().map_err(unexpected)?);
        let file = settings.store.as_deref();
        let file = file.map(|path| StoreFile::new(path, is_written));
        let hydra = Arc::new(Hydra {
            version: settings.version,
            url: url.clone(),
            tokens: PageTokens {
                key: random_token(),
            },
            store: Store::open(file.transpose()?)?,
        });
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(unexpected)?;
        let (stop, stopped) = oneshot::channel();
        let thread = thread::Builder::new().name("sandbox".to_owned());
        let thread = thread.spawn(move || run(&runtime, listener, hydra, stopped));
        Ok(Self {
            url,
            stop: Some(stop),
            thread: Some(thread.map_err(unexpected)?),
        })
    }

    /// The admin API's address: `http://127.0.0.1:PORT`, without a slash at the end. The public
    /// endpoints `/oauth2/token` and `/oauth2/revoke` are there, too.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Sandbox {
    /// Stops listening. What was answered with a success is in the file.
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            // A thread that panicked has stopped, too.
            let _ = thread.join();
        }
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener> {
    if !address.ip().is_loopback() {
        return Err(Error::usage(format!(
            "refusing to listen on `{address}`: the sandbox does not authenticate requests"
        ))
        .hint("choose a loopback address, such as `127.0.0.1:4445`"));
    }
    let listener = TcpListener::bind(address).map_err(|error| {
        Error::usage(format!("the sandbox cannot listen on `{address}`"))
            .because(error)
            .hint("choose another port, or 0 for any free port")
    })?;
    listener.set_nonblocking(true).map_err(unexpected)?;
    Ok(listener)
}

fn run(
    runtime: &Runtime,
    listener: TcpListener,
    hydra: Arc<Hydra>,
    stopped: oneshot::Receiver<()>,
) {
    let app = Router::new().fallback(handle).with_state(hydra);
    let app = app.layer(DefaultBodyLimit::max(MAX_BODY));
    let serve = async {
        let listener = tokio::net::TcpListener::from_std(listener)?;
        axum::serve(listener, app).await
    };
    runtime.block_on(async {
        tokio::select! {
            _ = stopped => {}
            Err(error) = serve => tracing::error!(%error, "the sandbox stopped"),
        }
    });
}

fn unexpected(error: std::io::Error) -> Error {
    Error::unexpected("cannot start the sandbox").because(error)
}
