//! Answers to the words of other tools, below clap's error.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Commands that others have for clients, and what to do here.
const COMMANDS: &[(&[&str], &[&str])] = &[
    (
        &["update", "patch", "edit", "replace"],
        &[
            "an existing client is never changed",
            "`hydra-gitops plan` shows how clients differ from their manifests, and `hydra-gitops plan --only ID --output patch` prints what to send to Hydra",
        ],
    ),
    (
        &["delete", "destroy", "remove", "rm"],
        &[
            "a client is never deleted",
            "`hydra-gitops plan --unmanaged` lists clients without a manifest; delete them with Ory's own command line or `DELETE /clients/ID`",
        ],
    ),
    (
        &["list", "get", "show", "ls"],
        &[
            "`hydra-gitops plan --unmanaged` lists the clients in Hydra; `hydra-gitops plan` compares them with manifests",
            "read one in full with Ory's own command line or `GET /clients/ID`",
        ],
    ),
    (&["diff"], &["`hydra-gitops plan` shows what differs"]),
];

/// Those that others have, or have below `secrets`.
const ABOUT_SECRETS: &[(&[&str], &[&str])] = &[(
    &["rotate"],
    &[
        "an existing client is never changed: set its new secret in Hydra, then record it with `hydra-gitops secrets add ID`",
    ],
)];

/// Flags that others have, and what to write here.
const FLAGS: &[(&[&str], &str)] = &[
    (
        &["--dry-run", "--check", "--noop"],
        "`hydra-gitops plan` shows what `apply` would do, and changes nothing",
    ),
    (
        &["--auto-approve", "--doit", "--force", "--assume-yes", "-y"],
        "`apply --yes` asks no question",
    ),
    (
        &["-f", "--filename", "--file", "-d", "--dir"],
        "name files and folders without a flag: `hydra-gitops apply FILE`, `hydra-gitops import FILE`",
    ),
    (
        &["--json", "-o"],
        "write `--output json`, or `--format json` behind `create`",
    ),
    (
        &["--allowed-scopes", "--scopes", "--allowed-scope"],
        "write `--scope`",
    ),
    (
        &["-e"],
        "write `--endpoint`; `-e` belongs to `create client` and `import client`",
    ),
    (
        &["-H", "--http-header"],
        "write `--header`; `-H` belongs to `create client` and `import client`",
    ),
];

/// Adds what to write instead, if the error is about a word of another tool.
pub(super) fn advise(mut error: clap::Error, command: &clap::Command) -> clap::Error {
    if let Some(word) = stray(&error) {
        let usage = error.remove(ContextKind::Usage);
        error = clap::Error::new(ErrorKind::UnknownArgument).with_cmd(command);
        error.insert(ContextKind::InvalidArg, ContextValue::String(word));
        if let Some(usage) = usage {
            error.insert(ContextKind::Usage, usage);
        }
    }
    let told = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let usage = told(ContextKind::Usage);
    let word = match error.kind() {
        ErrorKind::InvalidSubcommand => told(ContextKind::InvalidSubcommand),
        ErrorKind::UnknownArgument => told(ContextKind::InvalidArg),
        _ => return error,
    };
    let is_of_create = usage.contains(" create ");
    let tips: Vec<&str> = if word.starts_with('-') {
        let flag = word.split('=').next().unwrap_or_default();
        let known = FLAGS.iter().find(|(flags, _)| flags.contains(&flag));
        known.map(|(_, tip)| *tip).into_iter().collect()
    } else if is_of_create {
        // Ory's command silently ignores it.
        vec![
            "describe the client by flags, such as `--id` and `--name`",
            "separate the items of a list by commas",
        ]
    } else if error.kind() == ErrorKind::InvalidSubcommand {
        let elsewhere = match usage.contains(" secrets ") {
            true => &[],
            false => COMMANDS,
        };
        let mut known = elsewhere.iter().chain(ABOUT_SECRETS);
        let tips = known.find(|(words, _)| words.contains(&&*word));
        tips.map_or_else(Vec::new, |(_, tips)| tips.to_vec())
    } else {
        Vec::new()
    };
    if !tips.is_empty() {
        let tips: Vec<_> = tips.into_iter().map(Into::into).collect();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        if error.remove(ContextKind::SuggestedArg).is_some() {
            // It is that of the argument suggested.
            error.remove(ContextKind::Usage);
        }
        error.remove(ContextKind::SuggestedSubcommand);
    }
    error
}

/// The word behind `create` that clap takes for a command, because `create client` is one.
fn stray(error: &clap::Error) -> Option<String> {
    let told = |kind| error.get(kind).map(ToString::to_string);
    let is_about_command = matches!(
        error.kind(),
        ErrorKind::InvalidSubcommand | ErrorKind::ArgumentConflict
    );
    let usage = told(ContextKind::Usage).filter(|_| is_about_command)?;
    let word = told(ContextKind::InvalidSubcommand)?;
    usage.contains(" create ").then_some(word)
}
