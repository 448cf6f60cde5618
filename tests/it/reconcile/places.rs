//! Where Hydra is: with and without `/admin`, behind a path prefix, on a unix socket.

use std::io;
use std::thread;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use serde_json::json;

use crate::reconcile::settles::named;
use crate::support::setup::Setup;

pub(crate) const STORIES: &[(&str, crate::reconcile::Story)] = &[
    ("the endpoint may end in /admin", with_admin),
    (
        "a proxy may put a path in front, and listens on a socket",
        behind_a_proxy,
    ),
];

fn with_admin(setup: &Setup) {
    setup
        .folder
        .manifest(&json!(named(setup, vec![json!({"scope": "x"})])));
    setup.applied();
    for endpoint in [
        format!("{}/admin", setup.target.url()),
        format!("{}/admin/", setup.target.url()),
        format!("{}/", setup.target.url()),
    ] {
        let run = setup.run_offline(&["plan", "--output", "json", "--endpoint", &endpoint]);
        assert_eq!(run.code, Some(0), "{endpoint}: {run:?}");
        assert_eq!(run.json()["summary"]["unchanged"], 1, "{endpoint}: {run:?}");
        assert_eq!(
            run.json()["hydra_version"],
            setup.target.version.to_string()
        );
    }
}

fn behind_a_proxy(setup: &Setup) {
    let clients = (0..3).map(|_| json!({"scope": "x"})).collect();
    setup.folder.manifest(&json!(named(setup, clients)));
    let socket = setup.folder.file("proxy.sock");
    let (admin, path) = (setup.target.url(), socket.clone());
    let (ready, is_ready) = std::sync::mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let proxy = thread::spawn(move || proxy(&path, admin, &ready, stopped));
    is_ready.recv().unwrap();
    let endpoint = format!("unix://{}", socket.display());
    // A socket has no path of its own, so that the prefix is the proxy's to know.
    let words = [
        "apply",
        "--allow-plaintext-secrets",
        "--output",
        "json",
        "--endpoint",
        &endpoint,
    ];
    let run = setup.run_offline(&words);
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(run.json()["summary"]["created"], 3, "{run:?}");
    let plan = setup.run_offline(&[
        "plan",
        "--unmanaged",
        "--output",
        "json",
        "--endpoint",
        &endpoint,
    ]);
    assert_eq!(plan.json()["summary"]["unchanged"], 3, "{plan:?}");
    assert_eq!(plan.json()["endpoint"], *endpoint);
    stop.send(()).unwrap();
    proxy.join().unwrap().unwrap();
}

/// Forwards everything from a unix socket to `admin`.
fn proxy(
    socket: &std::path::Path,
    admin: String,
    ready: &std::sync::mpsc::Sender<()>,
    stopped: tokio::sync::oneshot::Receiver<()>,
) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let listener = tokio::net::UnixListener::bind(socket)?;
        ready.send(()).unwrap();
        // It fails only if another test did it before.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        let app = Router::new().fallback(forward).with_state((client, admin));
        let end = async { drop(stopped.await) };
        axum::serve(listener, app).with_graceful_shutdown(end).await
    })
}

async fn forward(
    State((client, admin)): State<(reqwest::Client, String)>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut headers = headers;
    headers.remove("host");
    let answer = client
        .request(method, format!("{admin}{uri}"))
        .headers(headers)
        .body(body)
        .send()
        .await;
    let Ok(answer) = answer else {
        return StatusCode::BAD_GATEWAY.into_response();
    };
    let (status, mut headers) = (answer.status(), answer.headers().clone());
    // The body goes on whole.
    headers.remove("transfer-encoding");
    (status, headers, answer.bytes().await.unwrap()).into_response()
}
