//! Answers to the words of other tools, below clap's error.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Commands that others have for clients, and what to do here.
const COMMANDS: &[(&[&str], &[&str])] = &[
    (
        &["update", "patch", "edit", "replace"],
        &[
            "an existing client is never changed",
            "`hydra-gitops plan` shows how clients differ from their manifests; change them with Ory's own command line or `PUT /clients/ID`",
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
    (
        &["init"],
        &[
            "nothing has to be prepared: write a manifest into `manifests/`, then `hydra-gitops plan`",
        ],
    ),
];

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
pub(super) fn advise(error: &mut clap::Error) {
    let told = |kind| error.get(kind).map(ToString::to_string).unwrap_or_default();
    let usage = told(ContextKind::Usage);
    let tips: Vec<String> = match error.kind() {
        // Ory's command silently ignores it.
        ErrorKind::InvalidSubcommand if usage.contains("gitops create") => vec![
            "describe the client by flags, such as `--id` and `--name`".to_owned(),
            "separate the items of a list by commas".to_owned(),
        ],
        ErrorKind::InvalidSubcommand if !usage.contains(" secrets ") => {
            let word = told(ContextKind::InvalidSubcommand);
            let mut known = COMMANDS.iter();
            let tips = known.find(|(words, _)| words.contains(&&*word));
            let tips = tips.map_or(&[][..], |(_, tips)| tips);
            tips.iter().map(|tip| (*tip).to_owned()).collect()
        }
        ErrorKind::UnknownArgument => {
            let flag = told(ContextKind::InvalidArg);
            let flag = flag.split('=').next().unwrap_or_default();
            let mut known = FLAGS.iter();
            let tip = known.find(|(flags, _)| flags.contains(&flag));
            tip.map(|(_, tip)| (*tip).to_owned()).into_iter().collect()
        }
        _ => Vec::new(),
    };
    if !tips.is_empty() {
        let tips = tips.into_iter().map(Into::into).collect();
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(tips));
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::SuggestedSubcommand);
    }
}
