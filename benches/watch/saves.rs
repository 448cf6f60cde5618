//! From a save to the client, beside the same `POST` sent bare.

use std::env;
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use crate::size;
use crate::support::hydra::{Options, Release, Server};
use crate::support::requirement::Missing;
use crate::watching::{OURS, Watching};
use crate::ways::{WAYS, Way};

/// Warms everything up.
const WARM: usize = 3;

/// A running build, and what was measured of it.
struct Build {
    /// What its clients' ids begin with.
    prefix: String,
    folder: TempDir,
    watching: Watching,
    times: Vec<Duration>,
}

pub(crate) fn measure() -> Result<(), Missing> {
    let saves = size("HYDRA_GITOPS_BENCH_SAVES", 200);
    let server = Server::start(Release::V2, Options::default())?;
    println!("from a save to its client, {saves} saves each, v2.3.0 in memory, in milliseconds");
    println!("{:<42} {:>7} {:>7} {:>7}", "", "median", "99 %", "worst");
    let mut bare = Vec::new();
    let earlier = env::var_os("HYDRA_GITOPS_BENCH_BESIDE").map(PathBuf::from);
    let programs = [Some(PathBuf::from(OURS)), earlier];
    let programs: Vec<_> = programs.into_iter().flatten().collect();
    for (index, way) in WAYS.iter().enumerate() {
        if !way.is_here() {
            println!("{:<42} skipped: it is not installed", way.name);
            continue;
        }
        let builds = programs.iter().enumerate();
        let builds = builds
            .map(|(build, program)| Build::start(program, format!("w{index}-{build}"), &server));
        let mut builds: Vec<_> = builds.collect();
        save(way, saves, &server, &mut builds, &mut bare);
        for (Build { times, .. }, whose) in builds.into_iter().zip(["", ", earlier build"]) {
            print(&format!("{}{whose}", way.name), times);
        }
    }
    print("the same POST, bare", bare);
    println!();
    Ok(())
}

impl Build {
    fn start(program: &Path, prefix: String, server: &Server) -> Self {
        let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        fs::create_dir(folder.path().join("manifests")).unwrap();
        let first = manifest(&format!("{prefix}-first"));
        fs::write(folder.path().join("manifests/client.yaml"), first).unwrap();
        Self {
            watching: Watching::of(program, folder.path(), &server.admin_url(), &[]),
            prefix,
            folder,
            times: Vec::new(),
        }
    }

    /// Saves once, and waits until nothing is left to do.
    fn save(&mut self, way: &Way, number: usize) {
        let path = self.folder.path().join("manifests/client.yaml");
        let id = format!("{}-{number}", self.prefix);
        let start = Instant::now();
        (way.save)(&path, &manifest(&id));
        self.watching.next("created", &id);
        let mut took = start.elapsed();
        if way.program.is_some() {
            // Since the file was written, not since the program was started.
            let written = fs::metadata(&path).unwrap().modified().unwrap();
            took = SystemTime::now().duration_since(written).unwrap();
        }
        self.watching.next("idle", "");
        if number >= WARM {
            self.times.push(took);
        }
    }
}

/// Saves again and again, in turns where there are two builds, and posts in between.
fn save(way: &Way, saves: usize, server: &Server, builds: &mut [Build], bare: &mut Vec<Duration>) {
    for number in 0..saves + WARM {
        for build in &mut *builds {
            build.save(way, number);
        }
        let posted = post(server, &format!("b{}-{number}", builds[0].prefix));
        if number >= WARM {
            bare.push(posted);
        }
    }
}

fn manifest(id: &str) -> String {
    format!(
        "client_id: {id}\nclient_name: The app\nowner: a-team\ngrant_types: [authorization_code, refresh_token]\nresponse_types: [code]\nscope: openid profile orders.read\nredirect_uris: [https://app.example.com/callback]\n"
    )
}

/// How long the bare request takes, from the connection to the end of the answer.
fn post(server: &Server, id: &str) -> Duration {
    let body = serde_json::json!({
        "client_id": id, "client_secret": "0123456789abcdef0123456789abcdef",
        "client_name": "The app", "owner": "a-team",
        "grant_types": ["authorization_code", "refresh_token"], "response_types": ["code"],
        "scope": "openid profile orders.read",
        "redirect_uris": ["https://app.example.com/callback"],
    })
    .to_string();
    let address = server.admin_url();
    let start = Instant::now();
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).unwrap();
    let head = format!(
        "POST /admin/clients HTTP/1.0\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.contains(" 201 "), "{answer}");
    start.elapsed()
}

fn print(name: &str, mut times: Vec<Duration>) {
    times.sort();
    let at = |share: f64| {
        let last = times.len() - 1;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a place in a list"
        )]
        let index = (last as f64 * share).round() as usize;
        times[index].as_secs_f64() * 1_000.0
    };
    println!(
        "{name:<42} {:>7.0} {:>7.0} {:>7.0}",
        at(0.5),
        at(0.99),
        at(1.0)
    );
}
