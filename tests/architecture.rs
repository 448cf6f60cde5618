//! The rules that keep the rooms apart, read out of the sources themselves.
//!
//! What the types cannot say, this says: which room may use which, that nothing outside the sandbox
//! speaks any HTTP verb but GET and POST, and that every file can be read in a few screens.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

/// The longest a source file may be, in lines.
const LINES: usize = 300;

/// The rooms: the modules directly under the crate.
const ROOMS: &[&str] = &[
    "apply", "cli", "client", "hydra", "manifest", "output", "plan", "sandbox", "secrets", "watch",
];

/// A room, or a part of one, and the words that may not stand in it.
struct Rule {
    /// Files whose path under `src` starts so.
    files: &'static str,
    forbidden: &'static [&'static str],
    why: &'static str,
}

/// What only rooms with input and output may use.
const OUTSIDE: &[&str] = &[
    "crate::hydra",
    "crate::apply",
    "crate::secrets",
    "crate::output",
    "crate::cli",
    "crate::sandbox",
    "tokio",
    "reqwest",
    "std::fs",
    "std::env",
    "SystemTime",
];

const RULES: &[Rule] = &[
    Rule {
        files: "client",
        forbidden: OUTSIDE,
        why: "the model is pure",
    },
    Rule {
        files: "plan/",
        forbidden: OUTSIDE,
        why: "a plan is a plain function of desired and existing clients",
    },
    Rule {
        files: "manifest/decode",
        forbidden: OUTSIDE,
        why: "reading a client out of a text is pure",
    },
    Rule {
        files: "manifest/validate/",
        forbidden: OUTSIDE,
        why: "checking a client is pure",
    },
    Rule {
        files: "sandbox/",
        forbidden: &[
            "crate::apply",
            "crate::cli",
            "crate::client",
            "crate::duration",
            "crate::hydra",
            "crate::manifest",
            "crate::output",
            "crate::plan",
            "crate::secrets",
        ],
        why: "the fake server and the real client may not share a mistake",
    },
    Rule {
        files: "output/",
        forbidden: &["crate::hydra", "crate::cli", "tokio", "reqwest", "std::fs"],
        why: "output gets data and a writer",
    },
    Rule {
        files: "output/",
        forbidden: &["serde_json::to_writer", "serde_json::to_writer_pretty"],
        why: "only `safe_json` writes JSON in which no text commands anything",
    },
    Rule {
        files: "watch/batch",
        forbidden: OUTSIDE,
        why: "hints become batches by a plain function of what was heard and when",
    },
    Rule {
        files: "hydra/",
        forbidden: &[
            "crate::apply",
            "crate::cli",
            "crate::manifest",
            "crate::output",
            "crate::plan",
            "crate::sandbox",
            "crate::secrets",
        ],
        why: "Hydra's API knows clients and nothing of what they are wanted for",
    },
];

/// HTTP that changes or removes a client.
const VERBS: &[&str] = &[
    ".put(", ".patch(", ".delete(", "Method::", "PUT", "PATCH", "DELETE",
];

/// Who sends requests: to Hydra, and to key servers.
const SENDERS: &[&str] = &["hydra/transport/", "secrets/key_server/"];

/// What requests are sent with.
const SENDING: &[&str] = &[
    "reqwest::Client",
    "reqwest::blocking",
    "reqwest::Request",
    "reqwest::RequestBuilder",
    "TcpStream",
    "UnixStream",
];

/// A file of `src`, with its path under it.
struct Source {
    path: String,
    text: String,
}

impl Source {
    /// Its lines of code, counted from 1; comments, blank lines and the tests at its end are left
    /// out.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let numbered = self.text.lines().map(str::trim).enumerate();
        numbered
            .map(|(index, line)| (index + 1, line))
            .take_while(|(_, line)| *line != "#[cfg(test)]" || self.path.ends_with("mod.rs"))
            .filter(|(_, line)| !line.is_empty() && !line.starts_with("//"))
    }

    /// Its lines that use `word`, as faults.
    fn using(&self, word: &str, why: &str) -> Vec<String> {
        self.code()
            .filter(|(_, line)| mentions(line, word))
            .map(|(line, _)| format!("src/{}:{line}: uses `{word}`, but {why}", self.path))
            .collect()
    }

    /// Whether it holds tests only: those may use the rooms that they test with.
    fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs") || self.path.contains("/tests/")
    }
}

/// Whether a line has the word, and not only as the beginning of a longer one.
fn mentions(line: &str, word: &str) -> bool {
    let is_whole = word.ends_with(['(', '{', ':']);
    let mut found = line.match_indices(word);
    found.any(|(start, _)| {
        let next = line[start + word.len()..].chars().next();
        is_whole || !next.is_some_and(|c| c.is_alphanumeric() || c == '_')
    })
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![root.clone()];
    let mut sources = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(&root).unwrap().to_str().unwrap();
                sources.push(Source {
                    path: name.to_owned(),
                    text: fs::read_to_string(&path).unwrap(),
                });
            }
        }
    }
    sources.sort_by(|a, b| a.path.cmp(&b.path));
    sources
}

/// Fails with one line a fault.
fn assert_none(faults: &[String]) {
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn rooms_use_only_what_they_may() {
    let sources = sources();
    let mut faults = Vec::new();
    for Rule {
        files,
        forbidden,
        why,
    } in RULES
    {
        let ruled = sources.iter().filter(|file| file.path.starts_with(files));
        let ruled: Vec<&Source> = ruled.collect();
        assert!(
            !ruled.is_empty(),
            "no file starts with `src/{files}`: mend the rule"
        );
        for file in ruled.into_iter().filter(|file| !file.is_test()) {
            faults.extend(forbidden.iter().flat_map(|word| file.using(word, why)));
        }
    }
    assert_none(&faults);
}

#[test]
fn only_the_command_line_uses_the_command_line() {
    let faults: Vec<String> = sources()
        .iter()
        .filter(|file| !file.path.starts_with("cli/"))
        .flat_map(|file| file.using("crate::cli", "only `cli` wires the rooms together"))
        .collect();
    assert_none(&faults);
}

#[test]
fn each_import_names_its_room() {
    let faults: Vec<String> = sources()
        .iter()
        .flat_map(|file| file.using("crate::{", "these tests read one `use` a room"))
        .collect();
    assert_none(&faults);
}

#[test]
fn every_room_is_known_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut rooms: Vec<String> = fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    rooms.sort();
    let mut known = ROOMS.to_vec();
    // A room that still fits into one file.
    known.retain(|room| rooms.iter().any(|found| found == room));
    assert_eq!(
        rooms, known,
        "tell this test, and `docs/design.md`, of the room"
    );
}

#[test]
fn few_send_requests_and_none_that_change_or_remove() {
    let mut faults = Vec::new();
    for file in sources().iter().filter(|file| !file.is_test()) {
        if SENDERS.iter().any(|room| file.path.starts_with(room)) {
            let changing = |verb: &&str| file.using(verb, "an existing client is never touched");
            faults.extend(VERBS.iter().flat_map(changing));
        } else {
            let sending = |word: &&str| {
                file.using(word, "only `hydra` and `secrets/key_server` send requests")
            };
            faults.extend(SENDING.iter().flat_map(sending));
        }
    }
    assert_none(&faults);
}

#[test]
fn no_file_is_too_long_to_read() {
    let too_long = |file: &Source| file.text.lines().count() > LINES;
    let faults: Vec<String> = sources()
        .iter()
        .filter(|file| too_long(file))
        .map(|file| format!("src/{}: {} lines", file.path, file.text.lines().count()))
        .collect();
    assert_none(&faults);
}

#[test]
fn a_mod_file_holds_the_way_in_and_nothing_else() {
    let mut faults = Vec::new();
    for file in sources() {
        if !file.path.ends_with("mod.rs") || file.is_test() {
            continue;
        }
        // A `use` may go on over several lines, up to its semicolon.
        let mut inside_use = false;
        for (line, text) in file.code() {
            let starts = ["mod ", "use ", "pub mod ", "pub use ", "pub(", "#[", "#!["];
            if !inside_use && !starts.iter().any(|start| text.starts_with(start)) {
                faults.push(format!("src/{}:{line}: {text}", file.path));
            }
            let is_use = inside_use || text.contains("use ");
            inside_use = is_use && !text.ends_with(';');
        }
    }
    assert_none(&faults);
}
