//! The ids of clients, read from manifests while somebody waits for the Tab key.

use std::collections::BTreeSet;
use std::io;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::safe::is_safe;
use crate::cli::manifest_args::named;
use crate::manifest::{Policy, load};

/// How long to read. A folder may be huge, or on a disk that does not answer.
const PATIENCE: Duration = Duration::from_millis(800);

/// The ids in the default folder, sorted; none where reading takes too long or fails. The folder is
/// read by a thread that ends with the process.
pub(super) fn ids_in_default_folder() -> BTreeSet<String> {
    let (sender, read) = mpsc::channel();
    thread::spawn(move || {
        // After the timeout, nobody receives them.
        let _ = sender.send(read_ids());
    });
    read.recv_timeout(PATIENCE).unwrap_or_default()
}

fn read_ids() -> BTreeSet<String> {
    // No value from elsewhere is read, and standard input is not.
    let loaded = named(&[]).and_then(|paths| load(&paths, &mut io::empty(), &Policy::default()));
    let manifests = loaded.map(|loaded| loaded.manifests).unwrap_or_default();
    let ids = manifests.iter().filter_map(|one| one.client.client_id());
    let ids = ids.map(|id| id.as_str().to_owned());
    ids.filter(|id| is_safe(id)).collect()
}
