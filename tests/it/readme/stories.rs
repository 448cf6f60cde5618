//! Which commands of which page are run, after which setup; and which cannot be run, and why.

/// Sections that are read as one story: later ones go on where earlier ones ended.
pub(crate) struct Story {
    pub(crate) name: &'static str,
    pub(crate) page: &'static str,
    pub(crate) sections: &'static [&'static str],
    /// What the page takes for granted, such as a Hydra at its address. Each line has to succeed.
    pub(crate) setup: &'static [&'static str],
    /// Programs that the story runs, each with an argument that it answers.
    pub(crate) needs: &'static [Need],
}

pub(crate) type Need = (&'static str, &'static str);

const AGE: Need = ("age", "--version");
const CURL: Need = ("curl", "--version");
const GPG: Need = ("gpg", "--version");
const JQ: Need = ("jq", "--version");

/// Both ports of a Hydra: two sandboxes with the same clients.
const SANDBOX: &str = "for PORT in 127.0.0.1:4444 127.0.0.1:4445; do
  hydra-gitops sandbox --store target/hydra.json --listen $PORT > target/sandbox.log 2>&1 &
done";
const ENDPOINT: &str =
    "export HYDRA_ADMIN_URL=http://127.0.0.1:4445 HYDRA_PUBLIC_URL=http://127.0.0.1:4444";
const ANN: &str = "age-keygen -o ann.txt && age-keygen -y ann.txt > team.txt";
/// On a machine that has none of its modules, Go tells what it downloads.
const BUILT: &str = "go build -C tests/servers/v2.3.0 -tags sqlite,json1 -trimpath -o /dev/null github.com/ory/hydra/v2";
/// The six clients of this repository.
const FILL: &str =
    "hydra-gitops apply --yes --allow-plaintext-secrets --secrets-out target/elsewhere.jsonl";

/// What Terraform's provider says of two clients, and the clients in Hydra.
const TERRAFORM: &[&str] = &[
    SANDBOX,
    ENDPOINT,
    ANN,
    "hydra-gitops create --id shop-api -g client_credentials --secret shop-api-secret",
    "hydra-gitops create --id wiki -g client_credentials --secret wiki-secret",
    "export XDG_RUNTIME_DIR=$PWD/target",
    r#"printf '{"values":{"root_module":{"resources":[{"type":"hydra_oauth2_client","values":{"client_id":"shop-api","client_secret":"shop-api-secret"}}],"child_modules":[{"resources":[{"type":"hydra_oauth2_client","values":{"client_id":"wiki","client_secret":"wiki-secret"}}]}]}}}' > target/state.json"#,
];

/// A resource, and the client that hydra-maester made of it.
const MAESTER: &[&str] = &[
    SANDBOX,
    ENDPOINT,
    "rm -r manifests && mkdir manifests",
    r#"printf 'apiVersion: hydra.ory.sh/v1alpha1\nkind: OAuth2Client\nmetadata: {name: web-login, namespace: shop}\nspec:\n  clientName: Web login\n  grantTypes: [client_credentials]\n  scope: read\n  secretName: web-login\n' > manifests/clients.yaml"#,
    r#"curl --silent --fail-with-body --retry 9 --retry-connrefused -H 'Content-Type: application/json' --data '{"client_name":"Web login","owner":"web-login/shop","grant_types":["client_credentials"],"scope":"read","client_secret":"made by hydra-maester"}' http://127.0.0.1:4445/admin/clients"#,
];

pub(crate) const README: &str = "README.md";

pub(crate) const STORIES: &[Story] = &[
    Story {
        name: "a_newcomer_with_rust_alone",
        page: README,
        sections: &["Try it"],
        setup: &[],
        needs: &[],
    },
    Story {
        name: "each_use",
        page: README,
        sections: &["Use it"],
        setup: &[SANDBOX],
        needs: &[AGE, JQ],
    },
    Story {
        name: "first_token",
        page: "docs/start.md",
        sections: &[
            "Build it",
            "Describe a client",
            "Look, then create",
            "Get a token",
            "Run it again",
        ],
        setup: &[],
        needs: &[AGE, CURL, JQ],
    },
    Story {
        name: "a_real_hydra",
        page: "docs/start.md",
        sections: &["The same with a real Hydra"],
        setup: &[BUILT],
        needs: &[("go", "version"), ("cc", "--version"), GPG, JQ, CURL],
    },
    Story {
        name: "day_two",
        page: "docs/day-two.md",
        sections: &["Change a client", "Delete a client", "Rename a client"],
        setup: &[SANDBOX, ENDPOINT, FILL],
        needs: &[CURL, JQ],
    },
    Story {
        name: "several_environments",
        page: "docs/environments.md",
        sections: &["A settings file", "Files of variables", "Plain folders"],
        setup: &[SANDBOX, ENDPOINT, ANN],
        needs: &[AGE],
    },
    Story {
        name: "a_review",
        page: "docs/review.md",
        sections: &["On your own machine", "Several environments"],
        setup: &[],
        needs: &[],
    },
    Story {
        name: "adopting",
        page: "docs/adopting.md",
        sections: &["", "When clients keep appearing", "Several Hydras"],
        setup: &[SANDBOX, ENDPOINT, FILL, "rm -r manifests"],
        needs: &[],
    },
    Story {
        name: "from_v1",
        page: "docs/import.md",
        sections: &["From v1.11", "From v2", "On to manifests"],
        setup: &[
            SANDBOX,
            ENDPOINT,
            "export ORY_SDK_URL=$HYDRA_ADMIN_URL",
            r#"echo '{"client_id": "a", "token_endpoint_auth_method": "none"}' > a.json"#,
            r#"echo '{"client_id": "b", "token_endpoint_auth_method": "none"}' > b.json"#,
            r#"echo '[{"client_id": "c", "token_endpoint_auth_method": "none"}]' > clients.json"#,
        ],
        needs: &[],
    },
    Story {
        name: "from_maester",
        page: "docs/maester.md",
        sections: &["The way, step by step"],
        setup: MAESTER,
        needs: &[CURL],
    },
    Story {
        name: "from_terraform",
        page: "docs/terraform.md",
        sections: &["Step by step"],
        setup: TERRAFORM,
        needs: &[AGE, JQ],
    },
    Story {
        name: "from_a_shell_loop",
        page: "docs/shell.md",
        sections: &["The loop, before and after", "Fixed secrets"],
        setup: &[
            SANDBOX,
            ENDPOINT,
            ANN,
            "mkdir clients",
            r#"echo '{"client_id": "shop", "redirect_uris": ["https://$HOST/callback"]}' > clients/shop.json"#,
            r#"echo '{"client_id": "jobs", "grant_types": ["client_credentials"]}' > clients/jobs.json"#,
            r#"echo '{"client_id": "legacy", "client_secret": "${env:LEGACY_SECRET}"}' > legacy.json"#,
        ],
        needs: &[AGE],
    },
    Story {
        name: "secrets_from_day_one",
        page: "docs/secrets.md",
        sections: &[
            "Where secrets go",
            "Open one",
            "A person joins",
            "A person leaves",
            "A secret leaked",
            "Rotate a secret",
            "The file is lost",
        ],
        setup: &[SANDBOX, ENDPOINT],
        needs: &[AGE, CURL, JQ],
    },
    Story {
        name: "recipients",
        page: "docs/recipients.md",
        sections: &["age recipients", "Export your OpenPGP key", "Open a secret"],
        setup: &[
            SANDBOX,
            ENDPOINT,
            "gpg --batch --quiet --passphrase '' --quick-generate-key 'Alice <alice@example.org>' future-default default 1y",
        ],
        needs: &[AGE, GPG, JQ],
    },
    Story {
        name: "settings",
        page: "docs/settings.md",
        sections: &["Environments"],
        setup: &[
            "cd examples/settings",
            r#"sed -i 's|^endpoint = "https.*|sandbox = "prod.json"|; s|^endpoint = "http:.*|sandbox = "dev.json"|; /^public-url/d; /^access-token-file/d' hydra-gitops.toml"#,
            "gpg --batch --quiet --passphrase '' --quick-generate-key 'Operations <operations@example.org>' future-default default 1y",
            "gpg --export --armor > operations.asc",
        ],
        needs: &[GPG],
    },
    Story {
        name: "ci_at_the_least",
        page: "docs/ci.md",
        sections: &["At the least"],
        setup: &[
            SANDBOX,
            ENDPOINT,
            "gpg --batch --quiet --passphrase '' --quick-generate-key 'Platform <platform@example.org>' future-default default 1y",
            "gpg --export --armor > platform.asc",
            "export SECRETS=target/client-secrets.jsonl",
        ],
        needs: &[GPG],
    },
    Story {
        name: "any_other_ci",
        page: "docs/ci.md",
        sections: &["Any other CI"],
        setup: &[
            SANDBOX,
            ENDPOINT,
            ANN,
            "cp team.txt recipients.txt",
            "export REVIEWED=target/reviewed",
            "git init --quiet . && git config user.name CI && git config user.email ci@example.com",
            "git init --quiet --bare target/origin.git && git remote add origin target/origin.git",
        ],
        needs: &[AGE, JQ, ("git", "--version")],
    },
    Story {
        name: "sandbox",
        page: "docs/sandbox.md",
        sections: &[""],
        setup: &[],
        needs: &[CURL],
    },
    Story {
        name: "schema_for_editors",
        page: "docs/manifests.md",
        sections: &["In an editor"],
        setup: &[],
        needs: &[],
    },
    Story {
        name: "the_command_line",
        page: "docs/cli.md",
        sections: &["Commands"],
        setup: &[],
        needs: &[],
    },
];

/// Blocks whose commands no test can run: page, section, why.
pub(crate) const NOT_RUN: &[(&str, &str, &str)] = &[
    ("CONTRIBUTING.md", "Run what CI runs", THIS),
    ("docs/ci.md", "When exit code 8 happens", "it needs GitHub"),
    (
        "docs/cli.md",
        "Connection",
        "it needs a service that issues tokens",
    ),
    ("docs/clusters.md", "What becomes of the secrets", CLUSTER),
    ("docs/clusters.md", "Job and CronJob", CLUSTER),
    ("docs/clusters.md", "Deployment", CLUSTER),
    (
        "docs/clusters.md",
        "Compose",
        "it needs Docker; `tests/it/delivery` runs its commands",
    ),
    (
        "docs/environments.md",
        "Kustomize",
        "it needs a tree for Kustomize",
    ),
    ("docs/import.md", "From v1.11", ORIGINAL),
    ("docs/import.md", "From v2", ORIGINAL),
    ("docs/install.md", "An archive", RELEASE),
    ("docs/install.md", "Verify it", RELEASE),
    (
        "docs/install.md",
        "The image",
        "it needs Docker; `tests/it/delivery` runs what is in the image",
    ),
    (
        "docs/install.md",
        "Cargo",
        "it builds the program once more",
    ),
    ("docs/install.md", "Completions and man pages", RELEASE),
    (
        "docs/install.md",
        "Build a release yourself",
        "it takes minutes; `docs/testing.md` says how to run it",
    ),
    ("docs/maester.md", "The way, step by step", CLUSTER),
    (
        "docs/recipients.md",
        "Keys from the web",
        "it needs a key server",
    ),
    ("docs/review.md", "In CI", "it needs GitHub"),
    (
        "docs/shell.md",
        "The loop, before and after",
        "it is what the reader has, and waits without an end",
    ),
    (
        "docs/secrets.md",
        "A person leaves",
        "it needs sops; `tests/it/secrets` runs these commands",
    ),
    (
        "docs/secrets.md",
        "A secret leaked",
        "the sandbox keeps no tokens that could be revoked",
    ),
    ("docs/secrets.md", "From hydra-maester", CLUSTER),
    (
        "docs/terraform.md",
        "Step by step",
        "it needs Terraform's provider",
    ),
    ("docs/testing.md", "Real servers", THIS),
    ("docs/testing.md", "delivery", "it takes minutes"),
];

const RELEASE: &str = "it needs a published release";
const CLUSTER: &str = "it needs a cluster";
const THIS: &str = "it is what runs the tests";
const ORIGINAL: &str = "`tests/it/original` runs it beside ours";
