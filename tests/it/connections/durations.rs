//! Durations: what is refused says why, and `0` is no limit in every command.

use std::process::Command;
use std::thread;
use std::time::Duration;

use rustix::process::Signal;

use crate::support::program::{self, Running, run};
use crate::support::requirement::Missing;
use crate::support::suite::Tests;
use crate::support::target::NOWHERE;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("what_is_refused_says_why", refused),
    ("zero_is_no_limit_in_every_command", no_limit),
    ("every_command_gives_up_in_time", in_time),
];

fn refused() -> Result<(), Missing> {
    let folder = Workspace::new();
    for flag in ["--fail-after", "--request-timeout"] {
        for (value, said) in [
            ("", "not a duration"),
            ("1", "a unit is missing"),
            ("1d", "`d` is not a unit"),
            (" 1h", "not a duration"),
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
    let url = format!("http://{NOWHERE}");
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
            running.wait_until_says("no time limit");
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
