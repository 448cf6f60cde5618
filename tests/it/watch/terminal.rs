//! What a terminal is sent.

use std::io::Write as _;
use std::process::Stdio;

use crate::support::program::{self, Running};
use crate::support::requirement::{Missing, is_installed};
use crate::support::setup::Setup;
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[("the_status_line_fits_and_is_gone_at_the_end", status_line)];

const COLUMNS: usize = 30;

/// Takes away the line that the cursor is in.
const ERASE: &str = "\r\u{1b}[2K";

fn status_line() -> Result<(), Missing> {
    if !is_installed("script", "--version") {
        return Err(Missing("`script` is needed".to_owned()));
    }
    let setup = Setup::to_watch();
    setup.folder.clients(&["a"]);
    let plain = setup.program(&[]);
    let mut command = program::command("script", setup.folder.path());
    let settings = plain.get_envs();
    command.envs(settings.filter_map(|(name, value)| Some((name, value?))));
    let watch = "watch --interval 0 --allow-plaintext-secrets";
    // Without an echo, because the terminal writes its `^C` into whatever stands there at that moment.
    // With `noflsh`, because the terminal drops output that nobody has read yet when the key is pressed. This
    // is about what the program writes.
    let line = format!(
        "stty cols {COLUMNS} -echo noflsh; exec '{}' {watch}",
        plain.get_program().display()
    );
    let (keys, mut keyboard) = std::io::pipe().unwrap();
    command
        .env("TERM", "xterm")
        .args(["-qec", &line, "/dev/null"])
        .stdin(Stdio::from(keys));
    let running = Running::start(&mut command);
    running.wait_until_prints("created in");
    // It is cut, and leaves room for what the terminal shows of the key.
    running.wait_until_prints("watching 1 client | Hydra …");
    keyboard.write_all(b"\x03").unwrap();
    let ended = running.wait();
    let shown = ended.stdout.split(['\r', '\n']);
    let shown = shown.filter(|line| line.contains("watching 1 client"));
    let widths: Vec<usize> = shown.map(width).collect();
    let fits = |width: &usize| *width + "^C".len() < COLUMNS;
    assert!(
        !widths.is_empty() && widths.iter().all(fits),
        "{widths:?} {ended}"
    );
    let (_, last) = ended.stdout.rsplit_once("watching 1 client").unwrap();
    let (status, words) = last.split_once("1 secret recorded").unwrap();
    assert!(
        status.contains(ERASE) && !words.contains("watching"),
        "{ended}"
    );
    Ok(())
}

/// How many columns a text takes, without what only sets its style.
fn width(text: &str) -> usize {
    let mut parts = text.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    let rest = parts.filter_map(|part| part.split_once(['m', 'K']).map(|(_, text)| text));
    let text: String = std::iter::once(first.as_str()).chain(rest).collect();
    text.chars().count()
}
