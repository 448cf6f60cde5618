//! From a save to the client, beside the same `POST` sent bare.

use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime};

use tempfile::TempDir;

use crate::size;
use crate::support::hydra::{Options, Release, Server};
use crate::support::requirement::Missing;
use crate::watching::Watching;
use crate::ways::{WAYS, Way};

/// Warms everything up.
const WARM: usize = 3;

pub(crate) fn measure() -> Result<(), Missing> {
    let saves = size("HYDRA_GITOPS_BENCH_SAVES", 200);
    let server = Server::start(Release::V2, Options::default())?;
    println!("from a save to its client, {saves} saves each, v2.3.0 in memory, in milliseconds");
    println!("{:<42} {:>7} {:>7} {:>7}", "", "median", "99 %", "worst");
    let mut bare = Vec::new();
    for (index, way) in WAYS.iter().enumerate() {
        if !way.is_here() {
            println!("{:<42} skipped: it is not installed", way.name);
            continue;
        }
        let times = one_way(way, index, saves, &server, &mut bare);
        print(way.name, times);
    }
    print("the same POST, bare", bare);
    println!();
    Ok(())
}

/// Saves again and again, and posts in between.
fn one_way(
    way: &Way,
    index: usize,
    saves: usize,
    server: &Server,
    bare: &mut Vec<Duration>,
) -> Vec<Duration> {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("manifests/client.yaml");
    fs::create_dir(folder.path().join("manifests")).unwrap();
    fs::write(&path, manifest(&format!("w{index}-first"))).unwrap();
    let mut watching = Watching::start(folder.path(), &server.admin_url(), &[]);
    let mut times = Vec::new();
    for number in 0..saves + WARM {
        let id = format!("w{index}-{number}");
        let start = Instant::now();
        (way.save)(&path, &manifest(&id));
        watching.next("created", &id);
        let mut took = start.elapsed();
        if way.program.is_some() {
            // Since the file was written, not since the program was started.
            let written = fs::metadata(&path).unwrap().modified().unwrap();
            took = SystemTime::now().duration_since(written).unwrap();
        }
        watching.next("idle", "");
        let posted = post(server, &format!("b{index}-{number}"));
        if number >= WARM {
            times.push(took);
            bare.push(posted);
        }
    }
    times
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
