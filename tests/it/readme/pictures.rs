//! The pictures in `docs/pictures`: what the program prints today, with colours, as a terminal shows
//! it. What differs from run to run is fixed.
//!
//! `HYDRA_GITOPS_UPDATE=1 cargo test up_to_date` draws them again.

use std::fs;
use std::process::{Command, Stdio};

use anstyle_svg::Term;
use hydra_gitops::sandbox::Version;
use libtest_mimic::Failed;
use rustix::process::Signal;

use crate::readme::Test;
use crate::readme::page::root;
use crate::support::program::{self, Running};
use crate::support::target::Target;
use crate::support::workspace::Workspace;

pub(crate) const TESTS: &[(&str, Test)] = &[
    ("the_picture_of_a_plan_is_up_to_date", plan),
    ("the_picture_of_a_finding_is_up_to_date", finding),
    ("the_picture_of_watch_is_up_to_date", watch),
];

/// Set to anything, it has the pictures drawn again.
const UPDATE: &str = "HYDRA_GITOPS_UPDATE";

/// How wide the terminal is, in characters.
const COLUMNS: usize = 100;

/// Whose key it is nobody knows: these secrets are opened by nobody.
const RECIPIENT: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";

const WIKI: &str = "client_id: wiki
client_name: Wiki
grant_types: [authorization_code]
response_types: [code]
scope: [openid, email]
redirect_uris:
  - https://wiki.example.com/login/done
";

const BILLING: &str = "client_id: billing
client_name: Billing
grant_types: [client_credentials]
scope: invoices.read
";

/// A sandbox, and a folder.
struct Scene {
    target: Target,
    folder: Workspace,
}

impl Scene {
    fn new() -> Self {
        Self {
            target: Target::sandbox(Version::default()),
            folder: Workspace::new(),
        }
    }

    /// The program with colours, both streams in one, as on a terminal.
    fn program(&self, words: &str) -> Command {
        let mut shell = program::command("sh", self.folder.path());
        shell
            .env("HYDRA_ADMIN_URL", self.target.url())
            .env("TZ", "UTC")
            .args(["-c", &format!("exec \"$0\" --color always {words} 2>&1")])
            .arg(program::PATH)
            .stdin(Stdio::null());
        shell
    }

    /// What is typed, and what the program answers.
    fn shown(&self, typed: &str, words: &str) -> String {
        let ended = program::run(&mut self.program(words));
        format!("$ {typed}\n{}", self.fixed(&ended.stdout))
    }

    /// The text of each run: the address without its port, and sums and times that say nothing.
    fn fixed(&self, text: &str) -> String {
        let url = self.target.url();
        let text = text.replace(url.trim_end_matches('/'), "http://127.0.0.1:4445");
        let mut parts = text.split("sha256:");
        let mut fixed = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            fixed.push_str("sha256:3f1c…");
            fixed.push_str(part.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
        }
        fixed
    }
}

fn plan() -> Result<(), Failed> {
    let scene = Scene::new();
    scene.folder.write("manifests/wiki.yaml", WIKI);
    let apply = format!("apply --yes --age-recipient {RECIPIENT}");
    program::run(&mut scene.program(&apply)).says(0, &["1 created"]);
    let changed = WIKI.replace("email]", "email, profile]");
    scene.folder.write("manifests/wiki.yaml", changed);
    scene.folder.write("manifests/billing.yaml", BILLING);
    let shown = scene.shown("hydra-gitops plan", "plan");
    check("plan", &shown)
}

fn finding() -> Result<(), Failed> {
    let scene = Scene::new();
    let wrong = WIKI.replace("redirect_uris:", "redirect_uri:");
    scene.folder.write("manifests/wiki.yaml", wrong);
    let shown = scene.shown("hydra-gitops validate", "validate");
    check("finding", &shown)
}

fn watch() -> Result<(), Failed> {
    let scene = Scene::new();
    scene.folder.write("manifests/wiki.yaml", WIKI);
    let words = format!("watch --interval 0 --age-recipient {RECIPIENT}");
    let running = Running::start(&mut scene.program(&words));
    running.wait_until_prints("manifests/wiki.yaml:1");
    let wrong = BILLING.replace("[client_credentials]", "client_credentials");
    scene.folder.write("manifests/billing.yaml", wrong);
    running.wait_until_prints("ignored");
    scene.folder.write("manifests/billing.yaml", BILLING);
    running.wait_until_prints("manifests/billing.yaml:1");
    running.signal(Signal::INT);
    let ended = running.wait();
    let shown = timeless(&scene.fixed(&ended.stdout));
    let typed = "$ hydra-gitops watch --age-recipients-file team.txt\n";
    check("watch", &format!("{typed}{shown}"))
}

/// The same at fixed times: the first characters of a line that tells an event, and how long a create
/// took.
fn timeless(text: &str) -> String {
    let mut clocks = ["09:14:02", "09:15:40", "09:15:46"].iter();
    let mut lines = Vec::new();
    for line in text.lines() {
        let is_time = |at: &usize| {
            let word = line.get(*at..at + 8).unwrap_or_default();
            word.chars().filter(char::is_ascii_digit).count() == 6 && word.matches(':').count() == 2
        };
        let mut line = match (0..line.len()).find(is_time) {
            Some(at) => {
                let clock = clocks.next().unwrap_or(&"09:16:00");
                format!("{}{clock}{}", &line[..at], &line[at + 8..])
            }
            None => line.to_owned(),
        };
        if let Some((before, after)) = line.split_once("created in ") {
            let after = after.trim_start_matches(|c: char| c.is_ascii_alphanumeric());
            line = format!("{before}created in 171ms{after}");
        }
        lines.push(line);
    }
    lines.join("\n")
}

/// Compares a picture with the one in the repository, or draws it again.
fn check(name: &str, shown: &str) -> Result<(), Failed> {
    let picture = Term::new().render_svg(&wrapped(shown.trim_end()));
    let path = root().join(format!("docs/pictures/{name}.svg"));
    if std::env::var_os(UPDATE).is_some() {
        fs::create_dir_all(root().join("docs/pictures"))?;
        fs::write(path, picture)?;
        return Ok(());
    }
    match fs::read_to_string(&path)? == picture {
        true => Ok(()),
        false => Err(format!(
            "{} is out of date: `{UPDATE}=1 cargo test up_to_date` draws it again. It shows now:\n{shown}",
            path.display()
        )
        .into()),
    }
}

/// Breaks long lines, as a terminal does. Colours take no room.
fn wrapped(text: &str) -> String {
    let mut wrapped = String::new();
    let (mut column, mut is_colour) = (0, false);
    for character in text.chars() {
        match character {
            '\u{1b}' => is_colour = true,
            '\n' => column = 0,
            _ if is_colour => {}
            _ if column == COLUMNS => {
                wrapped.push('\n');
                column = 1;
            }
            _ => column += 1,
        }
        wrapped.push(character);
        is_colour = is_colour && character != 'm';
    }
    wrapped
}
