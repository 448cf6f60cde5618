//! With which exit codes the commands end, and what these mean there.

use crate::exit_code::ExitCode;

/// An exit code, and what it means.
pub(super) type End = (ExitCode, &'static str);

const DONE: End = (ExitCode::Done, "done, or nothing to do");
const USAGE: End = (ExitCode::Usage, "wrong usage");
const UNEXPECTED: End = (ExitCode::Failed, "something unexpected happened");
const CHANGES: End = (
    ExitCode::Changes,
    "`--detailed-exitcode`: there is something to create",
);
const INVALID: End = (
    ExitCode::InvalidManifest,
    "a manifest is invalid, missing or unreadable; nothing was sent",
);
const DRIFT: End = (
    ExitCode::Drift,
    "`--fail-on-drift`: a client in Hydra differs from its manifest",
);
const HYDRA: End = (
    ExitCode::Hydra,
    "Hydra cannot be reached, is no Hydra, or refuses us",
);
const SECRET: End = (
    ExitCode::Secret,
    "a secret could not be made safe (key, secrets file, journal); nothing more was sent",
);
const TOO_MANY: End = (
    ExitCode::TooManyCreates,
    "more clients would be created than `--max-creates` allows; nothing was sent",
);
const OTHER_PLAN: End = (
    ExitCode::OtherPlan,
    "the plan is not the one that `--expect` names; nothing was sent",
);
const INTERRUPTED: End = (
    ExitCode::Interrupted,
    "interrupted (SIGINT); everything sent is accounted for",
);
const TERMINATED: End = (ExitCode::Terminated, "terminated (SIGTERM); the same");

/// Every exit code.
pub(super) const ALL: &[End] = &[
    DONE,
    (
        ExitCode::Failed,
        "a client failed, a check found problems, or something unexpected happened",
    ),
    CHANGES,
    INVALID,
    DRIFT,
    HYDRA,
    SECRET,
    TOO_MANY,
    OTHER_PLAN,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const PLAN: &[End] = &[
    (ExitCode::Done, "done"),
    (
        ExitCode::Failed,
        "at least one client could not be compared",
    ),
    CHANGES,
    INVALID,
    DRIFT,
    HYDRA,
    TOO_MANY,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const APPLY: &[End] = &[
    DONE,
    (
        ExitCode::Failed,
        "at least one client could not be compared or created, or the answer was not `yes`",
    ),
    INVALID,
    DRIFT,
    HYDRA,
    SECRET,
    TOO_MANY,
    OTHER_PLAN,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const WATCH: &[End] = &[
    (ExitCode::Done, "ended by a signal, and nothing was pending"),
    UNEXPECTED,
    SECRET,
    USAGE,
    (
        ExitCode::Interrupted,
        "ended by SIGINT, and something was pending; everything sent is accounted for",
    ),
    (ExitCode::Terminated, "ended by SIGTERM; the same"),
];

pub(super) const CREATE: &[End] = &[
    (ExitCode::Done, "created"),
    (
        ExitCode::Failed,
        "the client exists already, or could not be created",
    ),
    HYDRA,
    SECRET,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const IMPORT: &[End] = &[
    (ExitCode::Done, "all clients were created"),
    (
        ExitCode::Failed,
        "a client exists already (except with `--skip-existing`) or could not be created, or a file is invalid",
    ),
    HYDRA,
    SECRET,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const EXPORT: &[End] = &[
    (ExitCode::Done, "all clients were written"),
    (
        ExitCode::Failed,
        "a client cannot be written, or a file cannot be",
    ),
    (
        ExitCode::InvalidManifest,
        "a manifest of `--unmanaged` is invalid, missing or unreadable",
    ),
    (
        ExitCode::Hydra,
        "Hydra cannot be reached, is no Hydra, or refuses us, or its list stays incomplete",
    ),
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const VALIDATE: &[End] = &[
    (ExitCode::Done, "all manifests are valid"),
    UNEXPECTED,
    (
        ExitCode::InvalidManifest,
        "a manifest is invalid, missing or unreadable",
    ),
    USAGE,
];

pub(super) const LIST: &[End] = &[
    (ExitCode::Done, "done"),
    (
        ExitCode::Failed,
        "`--older-than`: there are secrets that old",
    ),
    (ExitCode::Secret, "a line cannot be read"),
    USAGE,
];

pub(super) const SHOW: &[End] = &[
    (ExitCode::Done, "the secret was printed"),
    (
        ExitCode::Failed,
        "there is no such secret, it cannot be opened here, or nothing proves which one is right",
    ),
    SECRET,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const REKEY: &[End] = &[
    (
        ExitCode::Done,
        "every secret is encrypted to the recipients",
    ),
    (
        ExitCode::Failed,
        "a secret cannot be opened here; nothing was written",
    ),
    SECRET,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const ADD: &[End] = &[
    (ExitCode::Done, "the secret is recorded"),
    (
        ExitCode::Failed,
        "the client is not in Hydra, or Hydra refuses the secret",
    ),
    HYDRA,
    SECRET,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const RECOVER: &[End] = &[
    DONE,
    (
        ExitCode::Failed,
        "secrets are left whose requests may still arrive, or whose client cannot be told",
    ),
    HYDRA,
    SECRET,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const CHECK: &[End] = &[
    (ExitCode::Done, "all lines are sound"),
    (
        ExitCode::Failed,
        "a line has a problem, or no line belongs to this Hydra",
    ),
    INVALID,
    HYDRA,
    SECRET,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const VERIFY: &[End] = &[
    (ExitCode::Done, "Hydra accepts all secrets"),
    (
        ExitCode::Failed,
        "a secret was refused, is wrong, or could not be tried",
    ),
    HYDRA,
    SECRET,
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const DOCTOR: &[End] = &[
    (ExitCode::Done, "everything is ready; warnings do not count"),
    (ExitCode::Failed, "another kind of problem"),
    (
        ExitCode::InvalidManifest,
        "a manifest is invalid, missing or unreadable",
    ),
    HYDRA,
    (
        ExitCode::Secret,
        "a key, the secrets file or the journal cannot be used",
    ),
    USAGE,
    INTERRUPTED,
    TERMINATED,
];

pub(super) const SANDBOX: &[End] = &[
    UNEXPECTED,
    USAGE,
    (ExitCode::Interrupted, "ended by SIGINT"),
    (ExitCode::Terminated, "ended by SIGTERM"),
];

/// Commands that only print.
pub(super) const PRINTS: &[End] = &[(ExitCode::Done, "done"), UNEXPECTED, USAGE];
