//! Lengths of time: read as Go itself reads them, and `0` is no limit in every command.

use std::fmt::Write as _;
use std::net::TcpListener;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use hydra_gitops::duration::parse_nanoseconds;
use rustix::process::Signal;

use crate::support::program::{self, Running, run};
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("as_go_reads_them", go),
    ("what_is_refused_says_why", refused),
    ("zero_is_no_limit_in_every_command", no_limit),
    ("every_command_gives_up_in_time", in_time),
];

/// How many texts are made up.
const CASES: usize = 20_000;

/// Reads quoted texts, a line each, and says what each is.
const GO: &str = r#"package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"
	"time"
)

func main() {
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		text, err := strconv.Unquote(lines.Text())
		if err != nil {
			panic(err)
		}
		if length, err := time.ParseDuration(text); err != nil {
			fmt.Println("refused")
		} else {
			fmt.Println(int64(length))
		}
	}
}
"#;

fn go() -> Result<(), Missing> {
    if !is_installed("go", "version") {
        return Err(Missing("`go` is needed to compare with".to_owned()));
    }
    let folder = Workspace::new();
    folder.write("main.go", GO);
    let mut texts: Vec<String> = KNOWN.iter().map(|text| (*text).to_owned()).collect();
    let mut chance = Chance(7);
    texts.extend((0..CASES).map(|_| made_up(&mut chance)));
    let mut lines = String::new();
    for text in &texts {
        // As Go quotes: `\u{…}` is Rust's alone.
        let quoted: String = text
            .chars()
            .map(|char| format!("\\U{:08x}", u32::from(char)))
            .collect();
        writeln!(lines, "\"{quoted}\"").unwrap();
    }
    folder.write("texts", lines);
    let output = Command::new("go")
        .args(["run", "main.go"])
        .current_dir(folder.path())
        .env("GOFLAGS", "")
        .stdin(std::fs::File::open(folder.file("texts")).unwrap())
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    assert!(output.status.success());
    let said = String::from_utf8(output.stdout).unwrap();
    let said: Vec<&str> = said.lines().collect();
    assert_eq!(said.len(), texts.len());
    let mut taken = 0;
    for (text, said) in texts.iter().zip(said) {
        let ours = parse_nanoseconds(text);
        taken += usize::from(ours.is_some());
        let ours = ours.map_or("refused".to_owned(), |length| length.to_string());
        assert_eq!(ours, said, "{text:?}");
    }
    // Both kinds are among them.
    assert!(taken > CASES / 4 && taken < texts.len() * 3 / 4, "{taken}");
    Ok(())
}

/// Texts at the edges.
const KNOWN: &[&str] = &[
    "",
    "0",
    "+0",
    "-0",
    "1",
    "1d",
    " 1h",
    "1h ",
    "1h2m3.5s",
    "1\u{b5}s",
    "1us",
    "1\u{3bc}s",
    ".5s",
    "+5s",
    "-5s",
    "5.s",
    ".s",
    ".",
    "-",
    "+",
    "1.",
    "1h1",
    "1h-1m",
    "00",
    "0s0",
    "0x1s",
    "1e3s",
    "9223372036854775807ns",
    "9223372036854775808ns",
    "-9223372036854775808ns",
    "-9223372036854775809ns",
    "2562047h47m16.854775807s",
    "2562047h47m16.854775808s",
    "-2562047h47m16.854775808s",
    "0.3333333333333333333h",
    "0.9999999999999999999999ns",
    "0.9223372036854775807h",
    "0.100000000000000000000h",
    "0.830103483285477580700h",
    "9007199254.740993ms",
    "39h9m14.425s",
    "\u{661}s",
    "1\u{212a}s",
    "1m\u{0}",
];

/// Numbers that follow from a seed (xorshift).
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }
}

/// A text that is a length of time, or nearly.
fn made_up(chance: &mut Chance) -> String {
    const UNITS: &[&str] = &[
        "ns", "us", "\u{b5}s", "\u{3bc}s", "ms", "s", "m", "h", "h", "s", "m", "d", "", "S", "hm",
    ];
    let mut text = ["", "", "", "-", "+", " "][chance.below(6)].to_owned();
    for _ in 0..=chance.below(4) {
        let digits = |chance: &mut Chance, most: usize| -> String {
            let length = chance.below(most);
            (0..length)
                .map(|_| char::from(b'0' + u8::try_from(chance.below(10)).unwrap()))
                .collect()
        };
        let most = [2, 4, 8, 21][chance.below(4)];
        text.push_str(&digits(chance, most));
        if chance.below(2) == 0 {
            text.push('.');
            let most = [2, 4, 10, 24][chance.below(4)];
            text.push_str(&digits(chance, most));
        }
        // Most have a unit that is one.
        let kinds = if chance.below(12) == 0 {
            UNITS.len()
        } else {
            11
        };
        text.push_str(UNITS[chance.below(kinds)]);
    }
    text
}

fn refused() -> Result<(), Missing> {
    let folder = Workspace::new();
    for flag in ["--fail-after", "--request-timeout"] {
        for (value, said) in [
            ("", "no length of time"),
            ("1", "a unit is missing"),
            ("1d", "`d` is no unit"),
            (" 1h", "no length of time"),
            ("-1s", "it cannot be negative"),
            ("3000000h", "longer than 292 years"),
        ] {
            let mut program = program::program(folder.path());
            program.args(["plan", "--endpoint", "http://localhost:1", flag, value]);
            run(&mut program).says(64, &[flag, said]);
        }
    }
    let mut program = program::program(folder.path());
    program.args([
        "plan",
        "--endpoint",
        "http://localhost:1",
        "--request-timeout",
        "0",
    ]);
    run(&mut program).says(64, &["--request-timeout", "it cannot be zero"]);
    Ok(())
}

/// Each command that speaks to a Hydra, at an address where nobody listens.
fn commands(fail_after: &str) -> Vec<(Workspace, Command)> {
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    let words: [&[&str]; 5] = [
        &["plan"],
        &["apply", "--allow-plaintext-secrets"],
        &["secrets", "recover"],
        &["secrets", "check"],
        &["doctor"],
    ];
    let command = |words: &&[&str]| {
        let folder = Workspace::new();
        folder.clients(&["a"]);
        folder.write("client-secrets.jsonl", "");
        if words.contains(&"recover") {
            folder.write("client-secrets.jsonl.journal", "{\"journal\":1}\n");
        }
        let mut program = program::program(folder.path());
        program.args(*words);
        program.args(["--endpoint", &url, "--fail-after", fail_after]);
        (folder, program)
    };
    words.iter().map(command).collect()
}

fn no_limit() -> Result<(), Missing> {
    let all = commands("0").into_iter().map(|(folder, mut program)| {
        thread::spawn(move || {
            let running = Running::start(&mut program);
            // Said after two seconds.
            running.wait_until_says("trying on without limit");
            running.signal(Signal::TERM);
            assert_eq!(running.wait().code, Some(143));
            drop(folder);
        })
    });
    for one in all.collect::<Vec<_>>() {
        one.join().unwrap();
    }
    Ok(())
}

fn in_time() -> Result<(), Missing> {
    for (_folder, mut program) in commands("0.2s200ms") {
        let ended = run(&mut program);
        ended.says(5, &["Connection refused", "tried"]);
        assert!(ended.took < Duration::from_secs(4), "{ended}");
    }
    Ok(())
}
