//! The rules that keep the modules apart, read out of the sources themselves.
//!
//! What the types cannot guarantee is checked here: which module may import which, that nothing
//! outside the sandbox speaks any HTTP verb but GET and POST, and that no file is too long to read.

#![expect(clippy::unwrap_used, reason = "a test may end at the first surprise")]

use std::fs;
use std::path::{Path, PathBuf};

/// The longest a source file may be, in lines. About 300 is the aim; what is one thing is not cut in
/// two for that.
const LINES: usize = 500;

/// The modules of the crate, from the bottom up, and those that each may import. All of them stand
/// above it, so no import runs upward and there is no circle.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("exit_code", &[]),
    ("error", &["exit_code"]),
    // What a port to another system would have to replace.
    ("linux", &[]),
    ("now", &[]),
    ("shell", &[]),
    ("side_by_side", &[]),
    ("wiped", &[]),
    // Compared with Go itself, so product and sandbox may share it.
    ("golang", &[]),
    ("duration", &["golang"]),
    ("endpoint_name", &[]),
    ("text", &[]),
    // The fake server and the real client may not share a mistake.
    ("sandbox", &["error", "golang", "now"]),
    ("client", &[]),
    ("redact", &["client"]),
    (
        "manifest",
        &[
            "client",
            "error",
            "golang",
            "linux",
            "side_by_side",
            "text",
            "wiped",
        ],
    ),
    (
        "hydra",
        &["client", "duration", "error", "now", "redact", "wiped"],
    ),
    (
        "plan",
        &[
            "client",
            "endpoint_name",
            "error",
            "golang",
            "manifest",
            "side_by_side",
        ],
    ),
    // What it writes, it does not send: it knows no Hydra.
    ("export", &["client", "error", "plan"]),
    ("recipients", &["client", "error", "redact"]),
    // The write-ahead protocol knows no Hydra.
    (
        "vault",
        &[
            "client",
            "duration",
            "endpoint_name",
            "error",
            "linux",
            "now",
            "recipients",
            "shell",
            "side_by_side",
            "text",
            "wiped",
        ],
    ),
    (
        "reconcile",
        &[
            "client",
            "duration",
            "endpoint_name",
            "error",
            "hydra",
            "manifest",
            "plan",
            "recipients",
            "text",
            "vault",
        ],
    ),
    (
        "watch",
        &[
            "client",
            "duration",
            "endpoint_name",
            "error",
            "hydra",
            "linux",
            "manifest",
            "now",
            "plan",
            "reconcile",
            "shell",
            "vault",
        ],
    ),
    (
        "monitoring",
        &[
            "duration",
            "error",
            "now",
            "plan",
            "reconcile",
            "text",
            "watch",
        ],
    ),
    (
        "doctor",
        &[
            "client",
            "endpoint_name",
            "error",
            "hydra",
            "manifest",
            "now",
            "plan",
            "recipients",
            "reconcile",
            "shell",
            "text",
            "vault",
        ],
    ),
    (
        "report",
        &[
            "client",
            "doctor",
            "duration",
            "endpoint_name",
            "error",
            "manifest",
            "plan",
            "recipients",
            "reconcile",
            "shell",
            "text",
            "vault",
            "watch",
            "wiped",
        ],
    ),
    (
        "cli",
        &[
            "client",
            "doctor",
            "duration",
            "endpoint_name",
            "error",
            "exit_code",
            "export",
            "hydra",
            "linux",
            "manifest",
            "monitoring",
            "now",
            "plan",
            "recipients",
            "reconcile",
            "report",
            "sandbox",
            "shell",
            "text",
            "vault",
            "watch",
            "wiped",
        ],
    ),
];

/// Part of the sources, and the words that may not stand in it.
struct Rule {
    /// Files whose path under `src` starts so.
    files: &'static str,
    forbidden: &'static [&'static str],
    why: &'static str,
}

/// What only modules with input and output may use.
const IO: &[&str] = &["tokio", "reqwest", "std::fs", "std::net", "SystemTime"];

/// The same without a clock.
const PURE: &[&str] = &[
    "tokio",
    "reqwest",
    "std::fs",
    "std::net",
    "SystemTime",
    "Instant::now",
    "async",
];

const RULES: &[Rule] = &[
    Rule {
        files: "client",
        forbidden: IO,
        why: "the model is pure",
    },
    Rule {
        files: "plan/",
        forbidden: IO,
        why: "a plan is a plain function of desired and existing clients",
    },
    Rule {
        files: "manifest/parse/",
        forbidden: IO,
        why: "parsing a text is pure",
    },
    Rule {
        files: "manifest/decode/",
        forbidden: IO,
        why: "reading a client out of a text is pure",
    },
    Rule {
        files: "manifest/validate/",
        forbidden: &["tokio", "reqwest", "std::fs", "SystemTime"],
        why: "checking a client is pure",
    },
    Rule {
        files: "golang/",
        forbidden: &[
            "crate::",
            "tokio",
            "reqwest",
            "std::fs",
            "std::env",
            "SystemTime",
        ],
        why: "it knows Go and nothing of this program",
    },
    Rule {
        files: "report/",
        forbidden: &["tokio", "reqwest", "std::fs"],
        why: "reports get data and a writer",
    },
    Rule {
        files: "report/",
        forbidden: &["serde_json::to_writer", "serde_json::to_writer_pretty"],
        why: "only `safe_json` writes JSON in which no text commands anything",
    },
    Rule {
        files: "watch/batch",
        forbidden: IO,
        why: "hints become batches by a plain function of what was heard and when",
    },
    Rule {
        files: "watch/state",
        forbidden: PURE,
        why: "what to do is a plain function of what happened and when",
    },
    Rule {
        files: "watch/queue",
        forbidden: PURE,
        why: "which clients are due is a plain function of what happened and when",
    },
    Rule {
        files: "watch/tracked",
        forbidden: PURE,
        why: "the phase of a client is a plain function of what happened and when",
    },
];

/// What only the command line may use: the edge, where arguments are resolved.
const EDGE: &[&str] = &["clap", "std::env", "env::var", "env::args"];

/// HTTP that changes or removes a client.
const VERBS: &[&str] = &[
    ".put(", ".patch(", ".delete(", "Method::", "PUT", "PATCH", "DELETE",
];

/// Who sends requests: to Hydra, and to key servers.
const SENDERS: &[&str] = &["hydra/transport/", "recipients/key_server.rs"];

/// What requests are sent with.
const SENDING: &[&str] = &[
    "reqwest::Client",
    "reqwest::blocking",
    "reqwest::Request",
    "reqwest::RequestBuilder",
    "TcpStream",
    "UnixStream",
];

/// What no other system offers.
const LINUX: &[&str] = &[
    "/proc",
    "std::os::linux",
    "fallocate",
    "openat2",
    "ResolveFlags",
    "inotify_add_watch",
    "memfd_create",
    "renameat_with",
    "set_dumpable_behavior",
    "statx",
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

    /// The module directly under the crate that it belongs to.
    fn module(&self) -> &str {
        let first = self.path.split('/').next().unwrap();
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Whether it holds tests only: those may use the modules that they test with.
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
fn modules_use_only_what_they_may() {
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
fn modules_import_only_what_they_may() {
    let modules: Vec<&str> = MAY_IMPORT.iter().map(|(module, _)| *module).collect();
    let mut faults = Vec::new();
    for file in sources().iter().filter(|file| !file.is_test()) {
        let Some((_, allowed)) = MAY_IMPORT
            .iter()
            .find(|(module, _)| *module == file.module())
        else {
            continue;
        };
        for other in &modules {
            if *other == file.module() || allowed.contains(other) {
                continue;
            }
            let why = format!("`{}` may not import it: see `MAY_IMPORT`", file.module());
            faults.extend(file.using(&format!("crate::{other}"), &why));
        }
    }
    assert_none(&faults);
}

#[test]
fn no_import_runs_upward() {
    for (place, (module, allowed)) in MAY_IMPORT.iter().enumerate() {
        for other in *allowed {
            let below = MAY_IMPORT[..place].iter().any(|(name, _)| name == other);
            assert!(below, "`{other}` does not stand above `{module}`");
        }
    }
}

/// A permission that nobody needs any more is taken back.
#[test]
fn each_permission_is_used() {
    let sources = sources();
    let mut faults = Vec::new();
    for (module, allowed) in MAY_IMPORT {
        let files = sources.iter().filter(|file| file.module() == *module);
        let files: Vec<&Source> = files.filter(|file| !file.is_test()).collect();
        for other in *allowed {
            let word = format!("crate::{other}");
            if files.iter().all(|file| file.using(&word, "").is_empty()) {
                faults.push(format!("`{module}` does not import `{other}`"));
            }
        }
    }
    assert_none(&faults);
}

#[test]
fn only_the_command_line_reads_arguments_and_the_environment() {
    let faults: Vec<String> = sources()
        .iter()
        .filter(|file| !file.path.starts_with("cli/") && file.path != "main.rs")
        .filter(|file| !file.is_test())
        .flat_map(|file| {
            let edge = EDGE.iter();
            edge.flat_map(|word| file.using(word, "`cli` resolves them at the edge"))
                .collect::<Vec<_>>()
        })
        .collect();
    assert_none(&faults);
}

#[test]
fn what_only_linux_offers_is_used_in_one_place() {
    let sources = sources();
    let (linux, others): (Vec<&Source>, Vec<&Source>) =
        sources.iter().partition(|file| file.path == "linux.rs");
    let using = |file: &Source| -> Vec<String> {
        let words = LINUX.iter();
        words
            .flat_map(|word| file.using(word, "`linux` has that"))
            .collect()
    };
    let others = others.into_iter().filter(|file| !file.is_test());
    assert_none(&others.flat_map(using).collect::<Vec<_>>());
    assert!(!using(linux[0]).is_empty());
}

#[test]
fn each_import_names_its_module() {
    let faults: Vec<String> = sources()
        .iter()
        .flat_map(|file| file.using("crate::{", "these tests read one `use` a module"))
        .collect();
    assert_none(&faults);
}

#[test]
fn every_module_is_known_here() {
    let mut found: Vec<String> = sources()
        .iter()
        .map(|file| file.module().to_owned())
        .collect();
    found.retain(|module| !["lib", "main"].contains(&module.as_str()));
    found.sort();
    found.dedup();
    let mut known: Vec<String> = MAY_IMPORT
        .iter()
        .map(|(module, _)| (*module).to_owned())
        .collect();
    known.sort();
    assert_eq!(
        found, known,
        "tell this test, and `docs/design.md`, of the module"
    );
}

#[test]
fn few_send_requests_and_none_that_change_or_remove() {
    let mut faults = Vec::new();
    for file in sources().iter().filter(|file| !file.is_test()) {
        if SENDERS.iter().any(|module| file.path.starts_with(module)) {
            let changing = |verb: &&str| file.using(verb, "an existing client is never touched");
            faults.extend(VERBS.iter().flat_map(changing));
        } else {
            let sending = |word: &&str| {
                file.using(
                    word,
                    "only `hydra` and `recipients/key_server` send requests",
                )
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
