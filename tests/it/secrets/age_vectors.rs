//! age's public test vectors (c2sp.org/CCTV/age), for what is read here: whether a text is an armored
//! file that is encrypted to recipients.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::Command;

use age::armor::{ArmoredWriter, Format};
use hydra_gitops::recipients::is_age_message;
use serde_json::Value;

use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[("files_are_told_from_what_is_none", told)];

/// Where the vectors come from; the checksum database answers for them.
const MODULE: &str = "c2sp.org/CCTV/age@v0.0.0-20251208015420-e9274a7bdbfd";

/// What is wrong with these is a recipient's part of the header, which only its key reads.
const OF_A_RECIPIENT: [&str; 2] = ["x25519_", "hybrid_"];

/// The library reads a header that early versions of age wrote, which age itself refuses today.
const OLD: [&str; 2] = ["stanza_missing_body", "stanza_missing_final_line"];

fn vectors() -> Result<PathBuf, Missing> {
    if !is_installed("go", "version") {
        return Err(Missing(
            "`go` is needed to fetch age's test vectors".to_owned(),
        ));
    }
    let folder = tempfile::tempdir().unwrap();
    let fetched = Command::new("go")
        .args(["mod", "download", "-json", MODULE])
        .env("GOFLAGS", "")
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert!(fetched.status.success(), "{fetched:?}");
    let fetched: Value = serde_json::from_slice(&fetched.stdout).unwrap();
    Ok(PathBuf::from(fetched["Dir"].as_str().unwrap()).join("testdata"))
}

fn told() -> Result<(), Missing> {
    let mut wrong = Vec::new();
    let mut seen = 0;
    for entry in vectors()?.read_dir().unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let bytes = std::fs::read(&path).unwrap();
        let end = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let member = |key: &str| {
            let line = head.lines().find_map(|line| line.strip_prefix(key));
            line.map(|rest| rest.trim_start_matches(": ").to_owned())
        };
        // Large ones, whose payload is what matters.
        if member("compressed").is_some() || member("passphrase").is_some() {
            continue;
        }
        let file = &bytes[end + 2..];
        let armored = match member("armored").is_some() {
            true => file.to_vec(),
            false => armor(file),
        };
        let is_file = std::str::from_utf8(&armored).is_ok_and(is_age_message);
        let expected = !matches!(
            &*member("expect").unwrap(),
            "armor failure" | "header failure"
        );
        let is_of_a_recipient = OF_A_RECIPIENT.iter().any(|kind| name.starts_with(kind));
        let is_taken = is_file && (is_of_a_recipient || OLD.contains(&&*name));
        if is_file != expected && !is_taken {
            wrong.push(format!("{name}: {}", member("expect").unwrap()));
        }
        seen += 1;
    }
    assert!(seen > 90, "only {seen} vectors were read");
    assert!(
        wrong.is_empty(),
        "{seen} vectors, {} wrong: {wrong:#?}",
        wrong.len()
    );
    Ok(())
}

fn armor(file: &[u8]) -> Vec<u8> {
    let mut writer = ArmoredWriter::wrap_output(Vec::new(), Format::AsciiArmor).unwrap();
    writer.write_all(file).unwrap();
    writer.finish().unwrap()
}
