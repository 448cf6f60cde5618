//! Examples of each command, as people type them.

use super::ends::{self, End};

/// A command line, and what it is for.
pub(super) type Example = (&'static str, &'static str);

/// What stands below the flags of a command.
#[derive(Debug)]
pub(super) struct Page {
    /// The words of the command, without the program.
    pub(super) command: &'static [&'static str],
    pub(super) examples: &'static [Example],
    pub(super) ends: &'static [End],
}

pub(super) const PAGES: &[Page] = &[
    Page {
        command: &[],
        examples: &[
            (
                "hydra-gitops validate manifests",
                "check manifests, without a server",
            ),
            (
                "hydra-gitops plan --endpoint http://127.0.0.1:4445",
                "show what would be created, and what differs",
            ),
            (
                "hydra-gitops apply --pgp-key-file team.asc",
                "create what is missing, after a question; secrets are encrypted to the team's key",
            ),
            (
                "hydra-gitops apply --sandbox=sandbox.json --allow-plaintext-secrets",
                "try it without a Hydra",
            ),
        ],
        ends: ends::ALL,
    },
    Page {
        command: &["plan"],
        examples: &[
            (
                "hydra-gitops plan",
                "compare `manifests` with the Hydra of HYDRA_ADMIN_URL",
            ),
            (
                "hydra-gitops plan --detailed-exitcode --fail-on-drift --output json",
                "for a script: the exit code says what there is to do",
            ),
            (
                "hydra-gitops plan --unmanaged --only 'shop-*'",
                "look at some clients, and at those that no manifest describes",
            ),
            (
                "hydra-gitops plan --output patch --only wiki",
                "print the JSON Patch that ends the drift of one client",
            ),
            (
                "helm template chart | hydra-gitops plan - --namespace shop",
                "plan the OAuth2Client resources of a chart",
            ),
        ],
        ends: ends::PLAN,
    },
    Page {
        command: &["apply"],
        examples: &[
            (
                "hydra-gitops apply --pgp-key-file team.asc",
                "create what is missing in `manifests`, after a question",
            ),
            (
                "hydra-gitops apply clients --yes --max-creates 10 --pgp-key-file team.asc --secrets-out secrets.jsonl",
                "in CI: no question, and nothing is sent if Hydra seems to be another one",
            ),
            (
                "hydra-gitops apply clients --var-file prod.vars --allow-env LEGACY_SECRET --keybase jane",
                "with values of this environment",
            ),
        ],
        ends: ends::APPLY,
    },
    Page {
        command: &["watch"],
        examples: &[
            (
                "hydra-gitops watch --pgp-key-file team.asc",
                "create a client as soon as its manifest is saved",
            ),
            (
                "hydra-gitops watch /manifests --health-listen 0.0.0.0:9090 --pgp-key-file team.asc --secrets-out /secrets/secrets.jsonl",
                "in a pod, with probes and metrics",
            ),
            (
                "hydra-gitops watch --sandbox --allow-plaintext-secrets --output json",
                "try it without a Hydra; one JSON object per event",
            ),
        ],
        ends: ends::WATCH,
    },
    Page {
        command: &["create"],
        examples: &[
            (
                "hydra-gitops create --id wiki --name Wiki -g authorization_code,refresh_token -r code -a openid,offline_access -c https://wiki.example.com/callback",
                "a web application; its secret is printed",
            ),
            (
                "hydra-gitops create --id billing -g client_credentials --pgp-key-file team.asc --secrets-out secrets.jsonl",
                "a service, whose secret is recorded encrypted",
            ),
        ],
        ends: ends::CREATE,
    },
    Page {
        command: &["create", "client"],
        examples: &[
            (
                "hydra-gitops create client -e http://127.0.0.1:4445 --grant-type client_credentials --format json",
                "as Ory's `hydra create client`",
            ),
            (
                "hydra-gitops create client --file client.json --id wiki --quiet",
                "from a file; only the id is printed",
            ),
        ],
        ends: ends::CREATE,
    },
    Page {
        command: &["import"],
        examples: &[
            (
                "hydra-gitops import clients.json more.yaml",
                "create the clients in two files; secrets are printed",
            ),
            (
                "hydra-gitops import --skip-existing --pgp-key-file team.asc clients.json",
                "a second time, with secrets recorded encrypted",
            ),
        ],
        ends: ends::IMPORT,
    },
    Page {
        command: &["import", "client"],
        examples: &[(
            "jq .clients backup.json | hydra-gitops import client -e http://127.0.0.1:4445 --format yaml",
            "as Ory's `hydra import client`, from standard input",
        )],
        ends: ends::IMPORT,
    },
    Page {
        command: &["export"],
        examples: &[
            ("hydra-gitops export --dir manifests", "one file a client"),
            (
                "hydra-gitops export --unmanaged manifests",
                "only the clients that no manifest describes, as one stream",
            ),
            (
                "hydra-gitops export --owner 'team-*' --format json --full",
                "some clients, with Hydra's defaults, as JSON",
            ),
        ],
        ends: ends::EXPORT,
    },
    Page {
        command: &["validate"],
        examples: &[
            (
                "hydra-gitops validate",
                "check `manifests` against what every Hydra refuses",
            ),
            (
                "hydra-gitops validate clients --hydra-version v2.3 --deny warnings",
                "check for one version, and accept no warning",
            ),
            (
                "hydra-gitops validate --output sarif > findings.sarif",
                "for a code scanning service",
            ),
        ],
        ends: ends::VALIDATE,
    },
    Page {
        command: &["rule"],
        examples: &[
            ("hydra-gitops rule", "list all rules"),
            (
                "hydra-gitops rule unknown-field",
                "say why a rule exists, with a wrong and a right example",
            ),
        ],
        ends: ends::PRINTS,
    },
    Page {
        command: &["init"],
        examples: &[(
            "hydra-gitops init",
            "write `hydra-gitops.toml`, to be filled in and committed",
        )],
        ends: ends::PRINTS,
    },
    Page {
        command: &["schema"],
        examples: &[
            (
                "hydra-gitops schema > hydra-gitops.schema.json",
                "let an editor complete and check manifests",
            ),
            ("hydra-gitops schema plan", "describe the JSON of a plan"),
        ],
        ends: ends::PRINTS,
    },
    Page {
        command: &["secrets"],
        examples: &[(
            "hydra-gitops secrets list",
            "say whose secrets are recorded",
        )],
        ends: ends::ALL,
    },
    Page {
        command: &["secrets", "list"],
        examples: &[(
            "hydra-gitops secrets list --secrets-out secrets.jsonl --output json",
            "list the secrets in a file",
        )],
        ends: ends::LIST,
    },
    Page {
        command: &["secrets", "show"],
        examples: &[
            (
                "hydra-gitops secrets show billing",
                "print a secret, opened with your own gpg",
            ),
            (
                "hydra-gitops secrets show billing --secrets-out sops:secrets --identity ann.txt",
                "print the secret in a SOPS file, opened with sops and an age identity",
            ),
        ],
        ends: ends::SHOW,
    },
    Page {
        command: &["secrets", "rekey"],
        examples: &[(
            "hydra-gitops secrets rekey --prune --age-recipients-file team.txt --identity ann.txt",
            "encrypt every secret to the team of today, and leave nothing for anybody else",
        )],
        ends: ends::REKEY,
    },
    Page {
        command: &["secrets", "add"],
        examples: &[(
            "pass show hydra/billing | hydra-gitops secrets add billing --pgp-key-file team.asc",
            "record a secret that was made elsewhere",
        )],
        ends: ends::ADD,
    },
    Page {
        command: &["secrets", "export"],
        examples: &[(
            "hydra-gitops secrets export billing --format kubernetes --secret-namespace shop | kubectl apply -f -",
            "put a secret where an application reads it",
        )],
        ends: ends::SHOW,
    },
    Page {
        command: &["secrets", "recover"],
        examples: &[(
            "hydra-gitops secrets recover --wait",
            "settle what a killed run left, and wait for what may still arrive",
        )],
        ends: ends::RECOVER,
    },
    Page {
        command: &["secrets", "check"],
        examples: &[(
            "hydra-gitops secrets check --pgp-key-file team.asc",
            "check that every secret is encrypted to the team's key, and that its client exists",
        )],
        ends: ends::CHECK,
    },
    Page {
        command: &["secrets", "verify"],
        examples: &[(
            "hydra-gitops secrets verify --public-url https://login.example.com wiki billing",
            "open the secrets of two clients, and try them",
        )],
        ends: ends::VERIFY,
    },
    Page {
        command: &["doctor"],
        examples: &[(
            "hydra-gitops doctor manifests --pgp-key-file team.asc",
            "check everything that `apply` would need",
        )],
        ends: ends::DOCTOR,
    },
    Page {
        command: &["sandbox"],
        examples: &[(
            "hydra-gitops sandbox --listen 127.0.0.1:0 --sandbox-version v1.11.10",
            "serve as v1.11.10 on a free port, which is printed",
        )],
        ends: ends::SANDBOX,
    },
    Page {
        command: &["completions"],
        examples: &[
            (
                "echo 'source <(hydra-gitops completions bash)' >> ~/.bashrc",
                "for each bash from now on",
            ),
            ("hydra-gitops completions fish | source", "for this fish"),
        ],
        ends: ends::PRINTS,
    },
    Page {
        command: &["man"],
        examples: &[
            ("hydra-gitops man secrets verify | man -l -", "read a page"),
            (
                "hydra-gitops man --dir /usr/local/share/man/man1",
                "install all of them",
            ),
        ],
        ends: ends::PRINTS,
    },
    Page {
        command: &["version"],
        examples: &[("hydra-gitops version --output json", "for a script")],
        ends: ends::PRINTS,
    },
];
