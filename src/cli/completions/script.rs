//! The script that makes a shell ask this program.

use std::ffi::OsString;
use std::path::Path;

use clap::{Args, ValueEnum};
use clap_complete::env::{EnvCompleter, Shells};

use super::safe::is_safe_char;
use crate::cli::ui::to_runner;
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;

/// Tells this program that a shell asks, and which.
pub(super) const VARIABLE: &str = "HYDRA_GITOPS_COMPLETE";

const NAME: &str = "hydra-gitops";

/// Print the script that completes commands, flags and values in a shell
#[derive(Debug, Args)]
pub(crate) struct CompletionsArgs {
    /// The shell
    #[arg(value_enum, value_name = "SHELL")]
    shell: Shell,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shell {
    /// source <(hydra-gitops completions bash)
    Bash,
    /// source <(hydra-gitops completions zsh)
    Zsh,
    /// hydra-gitops completions fish | source
    Fish,
    /// hydra-gitops completions powershell | Out-String | Invoke-Expression
    Powershell,
}

impl Shell {
    fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Zsh => "zsh",
            Self::Fish => "fish",
            Self::Powershell => "powershell",
        }
    }
}

/// What speaks with the shell of that name.
pub(super) fn completer(name: &str) -> Option<&'static dyn EnvCompleter> {
    const SHELLS: Shells<'static> = Shells::builtins();
    let is_offered = Shell::value_variants()
        .iter()
        .any(|shell| shell.name() == name);
    let mut shells = SHELLS.0.iter().copied();
    shells.find(|shell| is_offered && shell.name() == name)
}

pub(crate) fn run(args: &CompletionsArgs) -> Result<ExitCode> {
    let program = program(std::env::args_os().next())?;
    let name = args.shell.name();
    let completer = completer(name)
        .ok_or_else(|| Error::unexpected(format!("`{name}` cannot be completed for")))?;
    let mut script = Vec::new();
    completer
        .write_registration(VARIABLE, NAME, NAME, &program, &mut script)
        .map_err(|error| Error::unexpected("cannot write the script").because(error))?;
    let mut script = String::from_utf8_lossy(&script).into_owned();
    if args.shell == Shell::Bash {
        // Names with other characters than the safe ones are left to bash, which quotes them.
        script = script.replace("-o bashdefault", "-o bashdefault -o default");
    }
    to_runner(|out| out.write_all(script.as_bytes()))?;
    Ok(ExitCode::Done)
}

/// How the script calls this program: by its name where it was found by that, else by its whole path.
fn program(called: Option<OsString>) -> Result<String> {
    let called = called.unwrap_or_else(|| NAME.into());
    let is_path = Path::new(&called).components().count() > 1;
    let path = match is_path {
        true => std::path::absolute(&called).unwrap_or_else(|_| called.into()),
        false => called.into(),
    };
    let path = path.to_string_lossy().into_owned();
    if path.chars().all(is_safe_char) {
        return Ok(path);
    }
    Err(Error::usage(format!(
        "the path of this program cannot stand in a shell script unquoted: `{path}`"
    ))
    .hint(
        "move it to a path of letters, digits, `.`, `_`, `/` and `-`, or add its folder to `PATH`",
    ))
}

#[cfg(test)]
mod tests {
    use super::program;

    #[test]
    fn a_path_that_a_shell_would_read_as_code_is_refused() {
        assert!(program(Some("hydra-gitops".into())).is_ok_and(|name| name == "hydra-gitops"));
        let whole = program(Some("./hydra-gitops".into()));
        assert!(whole.is_ok_and(|path| path.starts_with('/') && path.ends_with("/hydra-gitops")));
        for path in ["/tmp/$(touch x)/h", "/tmp/a b/h", "/tmp/'/h", "/tmp/\"/h"] {
            assert!(program(Some(path.into())).is_err(), "{path}");
        }
    }
}
