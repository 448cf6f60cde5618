//! The sandbox as a whole: starting, stopping, and its file. How it answers is checked by the
//! conformance suite, against real servers.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::{Sandbox, Settings, Version};
use crate::error::{Kind, Result};

fn start(store: Option<&Path>) -> Result<Sandbox> {
    Sandbox::start(Settings {
        listen: ([127, 0, 0, 1], 0).into(),
        version: Version::V2_3_0,
        store: store.map(Path::to_owned),
    })
}

/// Sends a request and gives the whole answer.
fn send(sandbox: &Sandbox, method: &str, path: &str, body: &str) -> String {
    let address: SocketAddr = sandbox
        .url()
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap();
    let mut stream = TcpStream::connect(address).unwrap();
    let length = body.len();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

fn create(sandbox: &Sandbox, id: &str) {
    let body = format!(r#"{{"client_id":"{id}","client_secret":"correct horse"}}"#);
    let answer = send(sandbox, "POST", "/admin/clients", &body);
    assert!(answer.starts_with("HTTP/1.1 201"), "{answer}");
}

fn has(sandbox: &Sandbox, id: &str) -> bool {
    let answer = send(sandbox, "GET", &format!("/admin/clients/{id}"), "");
    answer.starts_with("HTTP/1.1 200")
}

#[test]
fn it_lets_nobody_in_from_outside() {
    let error = Sandbox::start(Settings {
        listen: ([0, 0, 0, 0], 0).into(),
        version: Version::V2_3_0,
        store: None,
    })
    .unwrap_err();
    assert_eq!(error.kind(), Kind::Usage);
    assert!(error.to_string().contains("0.0.0.0:0"));
}

#[test]
fn a_port_in_use_is_an_error() {
    let first = start(None).unwrap();
    let listen = first
        .url()
        .strip_prefix("http://")
        .unwrap()
        .parse()
        .unwrap();
    let settings = Settings {
        listen,
        version: Version::V2_3_0,
        store: None,
    };
    assert_eq!(
        Sandbox::start(settings.clone()).unwrap_err().kind(),
        Kind::Usage
    );
    // A dropped sandbox has stopped, and its port is free.
    drop(first);
    Sandbox::start(settings).unwrap();
}

#[test]
fn a_second_run_finds_the_clients() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clients.json");
    let first = start(Some(&file)).unwrap();
    create(&first, "a");
    create(&first, "b");
    assert!(send(&first, "DELETE", "/admin/clients/a", "").starts_with("HTTP/1.1 204"));
    drop(first);

    let second = start(Some(&file)).unwrap();
    assert!(has(&second, "b"));
    assert!(!has(&second, "a"));
    let mode = fs::metadata(&file).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    assert!(!text.contains("correct horse"));
}

#[test]
fn two_at_once_lose_no_client() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clients.json");
    let sandboxes = [start(Some(&file)).unwrap(), start(Some(&file)).unwrap()];
    thread::scope(|scope| {
        for (number, sandbox) in sandboxes.iter().enumerate() {
            for worker in 0..4 {
                scope.spawn(move || {
                    for client in 0..10 {
                        create(sandbox, &format!("{number}-{worker}-{client}"));
                    }
                });
            }
        }
    });
    for sandbox in &sandboxes {
        let list = send(sandbox, "GET", "/admin/clients", "");
        assert_eq!(list.matches("\"client_id\"").count(), 80);
    }
    // An id is taken for both.
    let again = send(
        &sandboxes[0],
        "POST",
        "/admin/clients",
        r#"{"client_id":"1-0-0"}"#,
    );
    assert!(again.starts_with("HTTP/1.1 409"));
}

#[test]
fn a_file_of_somebody_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clients.json");
    let twice = r#"{"client":{"client_id":"a"},"secret":{"salt":"","sha256":""}}"#;
    for text in [
        "",
        "{",
        "[]",
        "hello",
        r#"{"format":"hydra-gitops/sandbox/2","clients":[]}"#,
        r#"{"format":"hydra-gitops/sandbox/1","clients":[{}]}"#,
        r#"{"format":"hydra-gitops/sandbox/1","clients":[],"more":1}"#,
        &format!(r#"{{"format":"hydra-gitops/sandbox/1","clients":[{twice},{twice}]}}"#),
    ] {
        fs::write(&file, text).unwrap();
        let error = start(Some(&file)).unwrap_err();
        assert_eq!(error.kind(), Kind::Usage, "{text}");
        assert!(!error.hints().is_empty());
        assert_eq!(fs::read_to_string(&file).unwrap(), text);
    }
    let inner = folder.path().join("folder");
    fs::create_dir(&inner).unwrap();
    assert_eq!(start(Some(&inner)).unwrap_err().kind(), Kind::Usage);
    assert!(!folder.path().join("folder.lock").exists());
    assert!(start(Some(&folder.path().join("absent/clients.json"))).is_err());
}

#[test]
fn a_file_that_is_damaged_while_it_runs_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("clients.json");
    let sandbox = start(Some(&file)).unwrap();
    create(&sandbox, "a");
    fs::write(&file, "damaged").unwrap();
    let answer = send(&sandbox, "POST", "/admin/clients", r#"{"client_id":"b"}"#);
    assert!(answer.starts_with("HTTP/1.1 500"), "{answer}");
    assert!(answer.contains("is not a file of the sandbox"));
    assert_eq!(fs::read_to_string(&file).unwrap(), "damaged");
}

#[test]
fn a_body_has_a_limit() {
    let sandbox = start(None).unwrap();
    let body = format!(r#"{{"client_name":"{}"}}"#, "x".repeat(5 << 20));
    let answer = send(&sandbox, "POST", "/admin/clients", &body);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[test]
fn many_clients_in_a_file_stay_fast() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = start(Some(&folder.path().join("clients.json"))).unwrap();
    let begun = Instant::now();
    thread::scope(|scope| {
        for worker in 0..8 {
            let sandbox = &sandbox;
            scope.spawn(move || {
                (0..40).for_each(|client| create(sandbox, &format!("{worker}-{client}")));
            });
        }
    });
    // Each on its own would write all that came before it once more.
    assert!(
        begun.elapsed() < Duration::from_secs(30),
        "{:?}",
        begun.elapsed()
    );
}
