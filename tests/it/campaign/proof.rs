//! What is proved of a batch: each client is there once, and its secret is wherever it belongs.

use std::collections::{HashMap, HashSet};

use rand::Rng as _;
use serde_json::Value;

use super::sealed::{FOLDER, Opened};
use super::series::Series;
use super::setting::Secrets;
use crate::support::program;

impl Series {
    /// Proves that each client is there once, with its secret in its last record and its SOPS file.
    pub(crate) fn prove(&mut self, batch: usize) {
        let last = self.last_records();
        let files = self.files();
        let mut names = Vec::new();
        for (id, name) in self.clients(batch) {
            let who = if name.is_empty() { &id } else { &name };
            names.push(who.clone());
            if self.setting.secrets.in_sops() {
                let files = files.get(&id);
                let files = files.unwrap_or_else(|| panic!("{who} ({id}) has no SOPS file"));
                self.prove_files(&id, files);
            }
            if self.setting.secrets.in_file() {
                let record = last.get(&id);
                let record = record.unwrap_or_else(|| panic!("{who} ({id}) has no record"));
                self.prove_secret(&id, record);
            }
        }
        names.sort();
        let number = names.len();
        names.dedup();
        assert_eq!(number, names.len(), "some were created twice: {names:?}");
        assert_eq!(number, self.setting.clients(), "{names:?}");
        self.seen.clients += number;
    }

    /// The ids and names of a batch's clients.
    pub(crate) fn clients(&self, batch: usize) -> Vec<(String, String)> {
        let prefixes = [format!("n{batch}-"), format!("c{batch}-")];
        let is_of = |text: &str| prefixes.iter().any(|prefix| text.starts_with(prefix));
        let all = self.target.clients();
        all.iter()
            .map(|client| (text(client, "client_id"), text(client, "client_name")))
            .filter(|(id, name)| is_of(id) || is_of(name))
            .collect()
    }

    /// The last record of each client; no secret is recorded twice.
    fn last_records(&self) -> HashMap<String, Value> {
        let mut last = HashMap::new();
        let mut sealed = HashSet::new();
        for record in self.folder.records() {
            if self.setting.secrets == Secrets::Both {
                let message = text(&record, "encrypted_client_secret");
                assert!(sealed.insert(message), "twice for one create: {record}");
            }
            last.insert(text(&record, "client_id"), record);
        }
        last
    }

    /// The SOPS files of each client.
    fn files(&mut self) -> HashMap<String, Vec<Opened>> {
        let mut files: HashMap<String, Vec<Opened>> = HashMap::new();
        for file in self.opener.files(&self.folder.file(FOLDER)) {
            let of_client = files.entry(file.client_id.clone()).or_default();
            of_client.push(file);
        }
        files
    }

    /// Proves that each client has its secret in a SOPS file or in the journal, right after a kill.
    pub(crate) fn prove_kept(&mut self, batch: usize, journal: &str) {
        let clients = self.clients(batch);
        let journaled = self.opener.journal(journal);
        let files = self.files();
        for (id, name) in clients {
            let is_kept = files.contains_key(&id)
                || journaled.ids.contains(&id)
                || journaled.names.contains(&name);
            assert!(is_kept, "the secret of {id} ({name}) is nowhere");
        }
    }

    /// Proves that the client's own file has its secret, or says that it may not; then another file
    /// has it.
    fn prove_files(&mut self, id: &str, files: &[Opened]) {
        let own = |file: &&Opened| !file.path.to_string_lossy().contains(".unconfirmed-");
        let own: Vec<_> = files.iter().filter(own).collect();
        let [own] = own[..] else {
            panic!("{id} has no file of its own, or several: {files:?}");
        };
        let is_right = self.target.accepts(id, &own.secret);
        if own.unconfirmed {
            self.seen.unconfirmed += 1;
            self.seen.right += usize::from(is_right);
            let any = files
                .iter()
                .any(|file| self.target.accepts(id, &file.secret));
            assert!(any, "no file of {id} has its secret: {files:?}");
        } else {
            assert!(is_right, "a confirmed secret is wrong: {files:?}");
        }
        if self.random.gen_ratio(1, 20) {
            self.opener.sample(own);
        }
    }

    fn prove_secret(&mut self, id: &str, record: &Value) {
        let is_right = self.opens(id, record);
        if record["unconfirmed"] == true {
            assert_ne!(self.setting.secrets, Secrets::Proved, "{record}");
            if !self.setting.secrets.in_sops() {
                self.seen.unconfirmed += 1;
                self.seen.right += usize::from(is_right);
            }
            let any = self
                .folder
                .records()
                .iter()
                .any(|other| text(other, "client_id") == id && self.opens(id, other));
            assert!(any, "no record of {id} has its secret: {record}");
        } else {
            assert!(is_right, "a confirmed secret is wrong: {record}");
        }
    }

    /// Has `secrets verify` try all that an output has of these clients: all of it can be opened, and
    /// of each client, a secret is accepted.
    pub(crate) fn verify(&self, output: &str, ids: &[String]) {
        let mut command = self.program();
        command
            .args(["secrets", "verify", "--secrets-out", output])
            .args(["--public-url", &self.target.public_url()])
            .args(ids);
        self.opener.lend(&mut command);
        let ended = program::run(&mut command);
        let accepted = ended.stdout.lines().filter_map(|line| {
            let rest = line.strip_prefix("accepted ")?;
            rest.split_whitespace().next()
        });
        let accepted: HashSet<&str> = accepted.collect();
        let missing: Vec<_> = ids.iter().filter(|id| !accepted.contains(&***id)).collect();
        assert!(missing.is_empty(), "{missing:?}: {ended}");
        assert!(ended.stdout.contains(" 0 not tried"), "{ended}");
        if self.setting.secrets == Secrets::Proved {
            ended.says(0, &[" 0 wrong"]);
        }
    }

    fn opens(&self, id: &str, record: &Value) -> bool {
        let secret = match self.setting.secrets.is_encrypted() {
            true => self.key.open(&text(record, "encrypted_client_secret")),
            false => text(record, "client_secret"),
        };
        self.target.accepts(id, &secret)
    }
}

fn text(json: &Value, member: &str) -> String {
    json[member].as_str().unwrap_or_default().to_owned()
}
