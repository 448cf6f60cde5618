//! What Tab does in real, interactive shells on a terminal.

use std::io::Write as _;
use std::process::Stdio;

use crate::command_line::completions::with_evil;
use crate::support::program::{self, Running};
use crate::support::requirement::{Missing, is_installed};
use crate::support::suite::Tests;

pub(crate) const TESTS: Tests = &[
    ("tab_in_bash_completes_and_runs_nothing", bash),
    ("tab_in_zsh_completes_and_runs_nothing", zsh),
    ("tab_in_fish_completes_and_runs_nothing", fish),
];

/// A shell, and what is typed into it.
struct Shell {
    name: &'static str,
    /// Starts it without the settings of whoever runs the tests.
    start: &'static str,
    /// Makes `hydra-gitops` a function that prints its arguments between `<` and `>`.
    function: &'static str,
    /// Loads the script that the program at `PATH` prints, as the documentation says.
    load: &'static str,
}

/// What is typed before Tab in every shell, and what the function prints after Enter. Of what is not
/// offered, nothing is inserted.
const TYPED: &[(&str, &str)] = &[
    ("hydra-gitops pla", "<plan>"),
    ("hydra-gitops plan --only we", "<plan --only web>"),
    ("hydra-gitops rule unknown-f", "<rule unknown-field>"),
    (
        "hydra-gitops plan --environment pr",
        "<plan --environment prod>",
    ),
    // Bash would insert and run the one id that fits.
    ("hydra-gitops plan --only alone", "<plan --only alone>"),
    ("hydra-gitops validate evil-", "<validate evil-not.yaml>"),
];

fn bash() -> Result<(), Missing> {
    let shell = Shell {
        name: "bash",
        start: "bash --norc --noprofile -i",
        function: "PS1='> '; hydra-gitops() { echo \"<$*>\"; }",
        load: "source <(PATH completions bash)",
    };
    shell.completes(&[
        // What only bash knows, bash quotes.
        (
            "hydra-gitops validate evil\\$",
            "<validate evil$(touch PWNED).yaml>",
        ),
    ])
}

fn zsh() -> Result<(), Missing> {
    let shell = Shell {
        name: "zsh",
        start: "zsh -f -i",
        function: "PS1='> '; autoload -Uz compinit; compinit -u -D; hydra-gitops() { echo \"<$*>\"; }",
        load: "source <(PATH completions zsh)",
    };
    shell.completes(&[])
}

fn fish() -> Result<(), Missing> {
    let shell = Shell {
        name: "fish",
        start: "fish --no-config --private -i",
        function: "function hydra-gitops; echo \"<$argv>\"; end",
        load: "PATH completions fish | source",
    };
    shell.completes(&[])
}

impl Shell {
    fn is_there(&self) -> Result<(), Missing> {
        for program in [self.name, "script"] {
            if !is_installed(program, "--version") {
                return Err(Missing(format!("`{program}` is needed")));
            }
        }
        Ok(())
    }

    /// Types all of that, each followed by Tab and Enter, and asserts what the shell then runs.
    fn completes(&self, more: &[(&str, &str)]) -> Result<(), Missing> {
        self.is_there()?;
        let folder = with_evil();
        folder.write(
            "hydra-gitops.toml",
            "[environments.prod]\n[environments.dev]\n",
        );
        let (keys, mut keyboard) = std::io::pipe().unwrap();
        let mut command = program::command("script", folder.path());
        command
            .env("TERM", "dumb")
            .args(["-qec", self.start, "/dev/null"])
            .stdin(Stdio::from(keys));
        let running = Running::start(&mut command);
        let mut types = |text: &str| keyboard.write_all(text.as_bytes()).unwrap();
        types(&format!("{}\n", self.function));
        let load = self.load.replace("PATH", program::PATH);
        types(&format!("{load}; echo rea''dy\n"));
        running.wait_until_prints("ready\r\n");
        for (before, after) in TYPED.iter().chain(more) {
            types(&format!("{before}\t\n"));
            running.wait_until_prints(after);
        }
        types("exit\n");
        running.wait();
        assert!(!folder.file("PWNED").exists());
        Ok(())
    }
}
