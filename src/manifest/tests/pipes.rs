//! Pipes in place of files.

use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::fd::AsRawFd as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use super::super::read::{TextBudget, find};
use super::super::{Loaded, Policy, Snapshot, load, load_separately};
use super::{brief, make_pipe};

/// What `work` makes of a path, unless that takes for ever.
fn ends<T: Send + 'static>(path: &Path, work: fn(PathBuf) -> T) -> T {
    let (path, (done, wait)) = (path.to_owned(), channel());
    thread::spawn(move || done.send(work(path)));
    wait.recv_timeout(Duration::from_secs(30)).unwrap()
}

fn watched(path: PathBuf) -> Loaded {
    Snapshot::read(&[path])
        .unwrap()
        .parse(&Policy::default())
        .unwrap()
}

#[test]
fn a_file_that_became_a_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    fs::write(&path, "client_id: a\n").unwrap();
    let search = find(std::slice::from_ref(&path), &mut std::io::empty()).unwrap();
    fs::remove_file(&path).unwrap();
    make_pipe(&path);
    let (done, wait) = channel();
    thread::spawn(move || done.send(search.inputs[0].read(&TextBudget::default()).map(|_| ())));
    let read = wait.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(
        read.unwrap_err().message,
        "cannot be read: it is not a regular file"
    );
}

#[test]
fn a_watched_pipe_is_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.yaml");
    make_pipe(&path);
    assert_eq!(
        brief(&ends(&path, watched)),
        ["1:1 error: cannot be read: it is not a regular file"]
    );
}

#[test]
fn a_named_pipe_is_read_to_its_end() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pipe");
    make_pipe(&path);
    let loads: [fn(PathBuf) -> usize; 2] = [
        |path| {
            load(&[path], &mut std::io::empty(), &Policy::default())
                .unwrap()
                .manifests
                .len()
        },
        |path| {
            let files =
                load_separately(&[path], &mut std::io::empty(), &Policy::default()).unwrap();
            files[0].manifests.len()
        },
    ];
    for load in loads {
        let to = path.clone();
        // Opening waits for the reader.
        thread::spawn(move || {
            let mut pipe = OpenOptions::new().write(true).open(to).unwrap();
            pipe.write_all(b"client_id: a\n").unwrap();
        });
        assert_eq!(ends(&path, load), 1);
    }
}

#[test]
fn a_shells_pipe_has_no_other_name_and_is_read() {
    let (reader, mut writer) = std::io::pipe().unwrap();
    writer.write_all(b"client_id: a\n").unwrap();
    drop(writer);
    let path = PathBuf::from(format!("/dev/fd/{}", reader.as_raw_fd()));
    let loaded = load(&[path], &mut std::io::empty(), &Policy::default()).unwrap();
    assert_eq!((loaded.manifests.len(), loaded.findings.len()), (1, 0));
}
