//! One series: batches of clients, each applied with kills until it is done, then proved.

use std::process::Command;
use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};

use super::sealed::{FOLDER, Opener};
use super::setting::{Secrets, Setting, seed};
use crate::support::key::Key;
use crate::support::program::{self, Ended, Running};
use crate::support::proxy::{Fault, Proxy, Request, answer};
use crate::support::requirement::Missing;
use crate::support::target::Target;
use crate::support::workspace::{SECRETS, Workspace};

/// What a series has seen.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    kills: usize,
    /// Kills that hit a running process.
    hits: usize,
    pub(crate) clients: usize,
    /// Clients whose last record, or whose own SOPS file, is unconfirmed.
    pub(crate) unconfirmed: usize,
    /// Of these, those whose secret is right.
    pub(crate) right: usize,
    /// Kills that left secrets in the journal.
    journals: usize,
    /// Kills that left an unfinished SOPS file.
    unfinished: usize,
}

pub(crate) struct Series {
    pub(crate) setting: Setting,
    pub(crate) target: Target,
    proxy: Proxy,
    pub(crate) folder: Workspace,
    pub(crate) key: Key,
    pub(crate) opener: Opener,
    pub(crate) random: StdRng,
    pub(crate) seen: Seen,
}

/// Runs a series, and says what was seen.
#[expect(clippy::print_stderr, reason = "what was seen")]
pub(crate) fn run(name: &str, target: Target, setting: Setting) -> Result<(), Missing> {
    let folder = Workspace::new();
    let key = Key::new();
    let opener = Opener::new(setting.secrets, &key)?;
    folder.write("manifests/key.asc", key.public());
    let mut series = Series {
        setting,
        proxy: Proxy::start(
            &target.url(),
            Box::new(move |request| on_the_way(request, setting)),
        ),
        target,
        folder,
        key,
        opener,
        random: StdRng::seed_from_u64(seed()),
        seen: Seen::default(),
    };
    let mut batch = 0;
    while series.seen.kills < setting.kills() {
        series.batch(batch);
        batch += 1;
    }
    if setting.secrets.in_file() {
        // At the end, because that adds lines; and not all at once, because a run has a limit.
        for ids in series.target.ids().chunks(200) {
            series.verify(SECRETS, ids);
        }
    }
    let sampled = match setting.secrets.in_sops() {
        true => format!(", {} files sampled with sops", series.opener.sampled),
        false => String::new(),
    };
    eprintln!(
        "campaign::{name}: seed {}, {:?}{sampled}",
        seed(),
        series.seen
    );
    Ok(())
}

/// Creates that are late are so by up to 60 ms, which is about how long a run takes to start again.
fn on_the_way(request: &Request, setting: Setting) -> Fault {
    let delay = || Fault::Delay(Duration::from_millis(request.number as u64 * 7 % 60));
    match () {
        () if !request.creates() => Fault::Pass,
        () if setting.gateway => match request.number % 10 {
            0 => Fault::Instead(answer("403 Forbidden", "", "<html>blocked")),
            2 => Fault::Instead(answer("429 Too Many Requests", "", "")),
            3 => Fault::Instead(answer("302 Found", "Location: http://h.example/\r\n", "")),
            4 => Fault::Instead(answer("404 Not Found", "", "<html>")),
            5 => delay(),
            // Two requests make two clients where the server chooses ids.
            6 | 7 if !setting.by_name => Fault::Twice,
            _ => Fault::Pass,
        },
        () if setting.late => delay(),
        () => Fault::Pass,
    }
}

impl Series {
    fn batch(&mut self, number: usize) {
        let mut manifest = String::new();
        for client in 0..self.setting.clients() {
            let name = format!("client_name: n{number}-{client}\nowner: o\n");
            let id = format!("client_id: c{number}-{client}\n");
            let is_named = self.setting.by_name || client % 2 == 0;
            manifest += if is_named { &name } else { &id };
            manifest += "---\n";
        }
        self.folder.write("manifests/clients.yaml", manifest);
        for _ in 0..self.setting.kills_a_batch() {
            let recovers = self.random.gen_ratio(1, 4);
            if !self.kill(number, recovers) {
                break;
            }
        }
        self.finish();
        self.prove(number);
        if self.setting.secrets.in_sops() {
            let ids: Vec<_> = self.clients(number).into_iter().map(|(id, _)| id).collect();
            self.verify(&format!("sops:{FOLDER}"), &ids);
            // The next batch has an empty folder: reading all of it after each kill takes long.
            std::fs::remove_dir_all(self.folder.file(FOLDER)).unwrap();
        }
    }

    /// Starts a run and kills it. Tells whether it was still running.
    fn kill(&mut self, batch: usize, recovers: bool) -> bool {
        let before = self.proxy.requests();
        let (all, creates) = (before.len(), creates(&before));
        let mut running = Running::start(&mut self.command(recovers));
        // Some die while they still read, most while they create.
        let requests = self.random.gen_range(0..8);
        let reads = recovers || self.random.gen_ratio(1, 8);
        let more = Duration::from_micros(self.random.gen_range(0..6_000));
        let is_there = self.proxy.waits_for(
            |seen| match reads {
                true => seen.len() >= all + requests,
                false => self::creates(seen) > creates + requests,
            },
            || running.is_over(),
        );
        if is_there {
            std::thread::sleep(more);
        }
        let hit = !running.is_over();
        running.kill();
        running.wait();
        self.seen.kills += 1;
        self.seen.hits += usize::from(hit);
        let journal = self.folder.read(self.journal());
        self.seen.journals += usize::from(journal.lines().count() > 1);
        if self.setting.secrets.in_sops() {
            self.seen.unfinished += usize::from(self.has_unfinished());
            self.prove_kept(batch, &journal);
        }
        hit || recovers
    }

    /// Runs to the end. A gateway that refuses us ends a run, and a request that may still arrive
    /// holds up its client where the server chooses ids: the next run goes on.
    fn finish(&mut self) {
        let is_done = |ended: &Ended| ended.stdout.contains(" 0 failed");
        let mut ended = program::run(&mut self.command(false));
        if self.setting.gateway || self.setting.by_name {
            let deadline = Instant::now() + Duration::from_secs(300);
            while !is_done(&ended) {
                assert!(Instant::now() < deadline, "{ended}");
                if self.setting.by_name {
                    program::run(self.command(true).arg("--wait"));
                }
                ended = program::run(&mut self.command(false));
            }
        }
        ended.says(0, &[" 0 failed"]);
        let left: Vec<_> = self.folder.files();
        let outputs: &[&str] = match self.setting.secrets {
            Secrets::Sops => &[FOLDER],
            Secrets::Both => &[SECRETS, FOLDER],
            _ => &[SECRETS],
        };
        assert!(!self.has_unfinished(), "a SOPS file is half done");
        // Secrets whose requests may still be on their way wait in the journal.
        if left != outputs {
            let ended = program::run(&mut self.command(true));
            panic!("{left:?} is left: {ended}");
        }
    }

    /// Where the journal is.
    fn journal(&self) -> &'static str {
        match self.setting.secrets.in_file() {
            true => "client-secrets.jsonl.journal",
            false => "out.journal",
        }
    }

    /// Whether the folder holds anything but SOPS files.
    fn has_unfinished(&self) -> bool {
        let entries = self.folder.file(FOLDER).read_dir();
        let names = entries.into_iter().flatten();
        let mut names = names.map(|entry| entry.unwrap().file_name());
        names.any(|name| !name.to_string_lossy().ends_with(".sops.yaml"))
    }

    /// The program, with Hydra's address.
    pub(crate) fn program(&self) -> Command {
        let mut command = program::program(self.folder.path());
        let address = format!("http://{}", self.proxy.address());
        command.env("HYDRA_ADMIN_URL", address);
        command
    }

    fn command(&self, recovers: bool) -> Command {
        let mut command = self.program();
        if self.setting.secrets == Secrets::Proved {
            command.env("HYDRA_PUBLIC_URL", self.target.public_url());
        }
        match (recovers, self.setting.secrets) {
            (true, _) => command.args(["secrets", "recover"]),
            (false, Secrets::Sops) => command.args(["apply", "manifests"]),
            (false, secrets) if secrets.is_encrypted() => {
                command.args(["apply", "manifests", "--pgp-key-file", "manifests/key.asc"])
            }
            (false, _) => command.args(["apply", "manifests", "--allow-plaintext-secrets"]),
        };
        if self.setting.secrets.in_sops() {
            if !recovers {
                command.args(["--age-recipient", &self.opener.recipient()]);
            }
            command.args(["--secrets-out", "sops:out"]);
        }
        if self.setting.secrets == Secrets::Both {
            command.args(["--secrets-out", SECRETS]);
        }
        command
    }
}

/// How many of the requests create a client.
fn creates(requests: &[Request]) -> usize {
    requests.iter().filter(|request| request.creates()).count()
}
