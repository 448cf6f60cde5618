//! `secrets add`: records a secret that was made elsewhere.

use std::io::{IsTerminal as _, Read as _};

use clap::Args;
use secrecy::SecretString;
use zeroize::Zeroizing;

use crate::cli::connection::AccessArgs;
use crate::cli::ui::{Ui, to_stdout};
use crate::client::{ClientId, Identity};
use crate::error::{Error, Result};
use crate::exit_code::ExitCode;
use crate::hydra::{Prover, Read as _};
use crate::reconcile::{Added, add_secret};
use crate::report::events::places;
use crate::vault::{NameTemplate, Seal};

/// The longest secret that is read, in bytes.
const MAX_SECRET: usize = 64 << 10;

/// Record a secret that was made elsewhere, read from standard input
#[derive(Debug, Args)]
// There is one client, so a name without a reference is one that nothing else gets.
#[command(mut_arg("secret_name", |arg| {
    arg.value_parser(NameTemplate::of_one)
        .help("Name of the Secret and its file: text, with or without `{client_id}`, `{client_name}` and `{owner}` [default: {client_id}]")
}))]
pub(in crate::cli) struct AddArgs {
    /// Client id
    #[arg(value_name = "ID")]
    id: String,
    #[command(flatten)]
    pub(super) access: AccessArgs,
}

/// What is read before signals are handled.
#[derive(Debug)]
pub(super) struct Given {
    secret: SecretString,
    seal: Seal,
}

/// Reads the secret and the recipients.
pub(super) fn given(args: &AddArgs, ui: &Ui) -> Result<Given> {
    let seal = args.access.keys.seal(false, ui)?.ok_or_else(|| {
        Error::secret("no recipient is given to encrypt the secret to")
            .hint("give all who shall open it, such as `--pgp-key-file` or `--age-recipient`")
    })?;
    let secret = from_stdin()?;
    Ok(Given { secret, seal })
}

fn from_stdin() -> Result<SecretString> {
    let stdin = std::io::stdin();
    let wrong = |what: &str| {
        let hint =
            "pipe the secret itself, as in `pass show hydra/web | hydra-gitops secrets add web`";
        Error::usage(format!("the secret on standard input {what}")).hint(hint)
    };
    if stdin.is_terminal() {
        return Err(wrong("would be shown as you type it"));
    }
    // The buffer never grows, because what a growing one leaves behind is not wiped.
    let mut bytes = Zeroizing::new(vec![0; MAX_SECRET + 1]);
    let mut length = 0;
    while length < bytes.len() {
        match stdin.lock().read(&mut bytes[length..]) {
            Ok(0) => break,
            Ok(read) => length += read,
            Err(error) => {
                return Err(Error::unexpected("cannot read standard input").because(error));
            }
        }
    }
    if length > MAX_SECRET {
        return Err(wrong("is longer than 64 KiB"));
    }
    let text = std::str::from_utf8(&bytes[..length]).map_err(|_| wrong("is not text"))?;
    let text = text.strip_suffix('\n').unwrap_or(text);
    let text = text.strip_suffix('\r').unwrap_or(text);
    if text.is_empty() {
        return Err(wrong("is empty"));
    }
    if text.contains(char::is_control) {
        return Err(wrong("has a line break or another control character in it"));
    }
    Ok(SecretString::from(text))
}

pub(super) async fn add(args: &AddArgs, given: Given, ui: &Ui) -> Result<ExitCode> {
    let outputs = args.access.outputs(false)?;
    let access = args.access.connection.access(ui)?;
    let id = ClientId::new(args.id.clone())
        .ok_or_else(|| Error::usage("the client id is empty").hint("name a client"))?;
    let target = access.connect(Some(&id)).await?;
    let found = target
        .session
        .reader
        .find(&Identity::Id(id.clone()))
        .await?;
    let Some(existing) = found else {
        let what = format!("`{id}` is not in `{}`", target.name);
        return Err(Error::unexpected(what)
            .hint("a secret is recorded for a client that exists: check the id and the endpoint"));
    };
    let prover = Prover::new(access.connector.public.clone());
    let added = add_secret(
        &outputs,
        given.seal,
        &target,
        &prover,
        &existing,
        &given.secret,
        ui,
    )
    .await?;
    let places = places(&outputs);
    match added {
        Added::Proved => {
            to_stdout(|out| writeln!(out, "recorded the secret of `{id}` in {places}"))?
        }
        Added::Unproved => {
            to_stdout(|out| {
                writeln!(
                    out,
                    "recorded the secret of `{id}` in {places}, unconfirmed"
                )
            })?;
            ui.alarm(&format!(
                "nothing proves that this is the secret of `{id}`: give `--public-url`, or run `hydra-gitops secrets verify` later"
            ));
        }
    }
    Ok(ExitCode::Done)
}
