//! `man`: manual pages.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::process::{Command, Stdio};

use crate::support::program::{self, Ended};
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: Tests = &[
    ("every_command_has_its_page", every_command),
    ("groff_has_nothing_to_complain_of", formatted),
    ("a_page_names_all_flags", flags),
    ("what_is_no_command_has_no_page", no_command),
];

fn run(folder: &Workspace, words: &[&str]) -> Ended {
    program::run(program::program(folder.path()).args(words))
}

/// All pages by their files.
fn pages(folder: &Workspace) -> BTreeMap<String, String> {
    run(folder, &["man", "--dir", "some/man1"]).says(0, &[]);
    let files = fs::read_dir(folder.file("some/man1")).unwrap();
    let pages = files.map(|file| {
        let file = file.unwrap();
        let name = file.file_name().into_string().unwrap();
        (name, fs::read_to_string(file.path()).unwrap())
    });
    pages.collect()
}

fn every_command() -> Result<(), Missing> {
    let folder = Workspace::new();
    let all = pages(&folder);
    assert_eq!(all, pages(&folder));
    for (words, file) in [
        (&[][..], "hydra-gitops.1"),
        (&["plan"], "hydra-gitops-plan.1"),
        (&["create", "client"], "hydra-gitops-create-client.1"),
        (&["secrets", "verify"], "hydra-gitops-secrets-verify.1"),
    ] {
        let printed = run(&folder, &[&["man"], words].concat());
        assert_eq!(printed.stdout, all[file], "{file}");
    }
    for (file, page) in &all {
        assert!(page.is_ascii(), "{file}");
        let title = format!(".TH {} 1 2", file.strip_suffix(".1").unwrap());
        assert!(page.contains(&title), "{file}: {page}");
        for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXAMPLES"] {
            let heading = format!("\n.SH {section}\n");
            assert_eq!(page.matches(&heading).count(), 1, "{file}: {section}");
        }
        assert!(page.contains(".SH \"EXIT STATUS\"\n"), "{file}");
        assert!(page.contains("\\fB64\\fR\nwrong usage\n"), "{file}");
    }
    Ok(())
}

fn formatted() -> Result<(), Missing> {
    if !is_installed("groff", "--version") {
        return Err(Missing("groff is needed".to_owned()));
    }
    let folder = Workspace::new();
    for (file, page) in pages(&folder) {
        let mut groff = Command::new("groff")
            .args(["-man", "-Tascii", "-ww", "-P-cbou"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = groff.stdin.take().unwrap();
        stdin.write_all(page.as_bytes()).unwrap();
        drop(stdin);
        let output = groff.wait_with_output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{file}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            text.contains("EXIT STATUS") && text.contains("EXAMPLES"),
            "{text}"
        );
    }
    Ok(())
}

fn flags() -> Result<(), Missing> {
    let folder = Workspace::new();
    let pages = pages(&folder);
    for command in ["plan", "apply", "watch", "create", "import", "doctor"] {
        let help = run(&folder, &[command, "-h"]);
        let page = pages[&format!("hydra-gitops-{command}.1")].replace('\\', "");
        let words = help
            .stdout
            .split(|c: char| !(c.is_ascii_lowercase() || c == '-'));
        for flag in words.filter(|word| word.starts_with("--") && word.len() > 3) {
            assert!(page.contains(flag), "{command}: {flag}");
        }
    }
    Ok(())
}

fn no_command() -> Result<(), Missing> {
    let folder = Workspace::new();
    for words in [&["plann"][..], &["secrets", "nothing"], &["plan", "x"]] {
        let ended = run(&folder, &[&["man"], words].concat());
        let says = format!("there is no manual page of `{}`", words.join(" "));
        ended.says(64, &[&says, "`hydra-gitops help` lists the commands"]);
    }
    run(&folder, &["man", "plan", "--dir", "x"]).says(64, &["cannot be used with"]);
    folder.write("file", "");
    run(&folder, &["man", "--dir", "file"]).says(1, &["cannot write `file`"]);
    Ok(())
}
