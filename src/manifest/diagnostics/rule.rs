//! The rules that manifests are checked by: one table. `docs/rules.md` has a page for each.

use crate::client::Since;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Nothing is sent to Hydra until this is fixed.
    Error,
    /// Worth a look; the run continues.
    Warning,
}

impl Severity {
    /// The name in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// Why a rule exists, which decides whether its level may be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Basis {
    /// It guards a promise: a client is never created twice, no secret reaches the wrong place, and
    /// no server is harmed.
    Promise,
    /// Without it, the manifest could only be read by guessing.
    Format,
    /// These versions of Hydra refuse the client.
    Refused(Since),
    /// It is likely to be a mistake, but the program cannot know.
    Heuristic,
    /// Hydra accepts the client, but something about it is unlikely to be intended.
    Advice,
}

macro_rules! rules {
    ($($variant:ident $name:literal $severity:ident $basis:ident$(($since:ident))?
        $summary:literal)*) => {
        /// A rule that manifests are checked by. Each finding is a violation of one rule.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Rule {
            $(#[doc = $summary] $variant,)*
        }

        impl Rule {
            /// Every rule.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The rule with this name.
            #[must_use]
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }

            /// The stable name, in kebab case.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// How bad a violation is, where nothing is known of the Hydra.
            #[must_use]
            pub fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity,)* }
            }

            /// Why the rule exists.
            #[must_use]
            pub fn basis(self) -> Basis {
                match self { $(Self::$variant => Basis::$basis$((Since::$since))?,)* }
            }

            /// What the rule is about, in one line.
            #[must_use]
            pub fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary,)* }
            }
        }
    };
}

impl Rule {
    /// Whether `--allow` and comments may silence it: if it is a warning, or a guess.
    #[must_use]
    pub fn can_be_allowed(self) -> bool {
        self.severity() == Severity::Warning || self.basis() == Basis::Heuristic
    }

    /// The reason, a wrong and a right example, as Markdown.
    #[must_use]
    pub fn page(self) -> &'static str {
        const PAGES: &str = include_str!("../../../docs/rules.md");
        let heading = format!("\n## {}\n", self.name());
        let page = PAGES.split_once(&heading).map_or("", |(_, page)| page);
        page.split("\n## ").next().unwrap_or_default().trim()
    }
}

// Files and folders.
rules! {
    UnreadableManifests "unreadable-manifests" Error Format
        "the manifests as a whole cannot be loaded"
    MissingPath "missing-path" Error Format
        "a path on the command line does not exist"
    DuplicatePath "duplicate-path" Error Promise
        "a file is named twice on the command line of `import`"
    PathIsFolder "path-is-folder" Error Format
        "a path on the command line of `import` is a folder"
    UnreadableFile "unreadable-file" Error Format
        "a file or folder cannot be read"
    NotUtf8 "not-utf8" Error Format
        "a file is not encoded in UTF-8"
    NotARegularFile "not-a-regular-file" Warning Advice
        "a file in a searched folder is a pipe, a socket or a device"
    LinkToFolder "link-to-folder" Warning Advice
        "a symbolic link to a folder is not followed"
    LinkOutside "link-outside" Error Promise
        "a symbolic link leads out of the searched folder, or to a hidden file"
    BrokenLink "broken-link" Error Format
        "the target of a symbolic link does not exist"
    UnreadableIgnoreFile "unreadable-ignore-file" Error Promise
        "an ignore file cannot be read, so the files it excludes are unknown"
    InvalidIgnorePattern "invalid-ignore-pattern" Error Promise
        "a line of an ignore file is not a valid pattern"
    NoManifest "no-manifest" Warning Advice
        "a searched folder contains no manifest"
    NoClient "no-client" Warning Advice
        "a file contains no client"
    NothingToImport "nothing-to-import" Error Advice
        "a file to import contains no client"
    TooManyErrors "too-many-errors" Error Promise
        "there are more errors than are reported"
    TooManyWarnings "too-many-warnings" Warning Advice
        "there are more warnings than are reported"
    UnusedAllow "unused-allow" Warning Advice
        "a comment that allows a rule has no effect"
    LimitExceeded "limit-exceeded" Error Promise
        "a client, a document or a file exceeds a limit"

    InvalidSyntax "invalid-syntax" Error Format
        "a file is not valid YAML or JSON"
    InvalidJson "invalid-json" Error Format
        "the value of a flag is not valid JSON"
    NotStrictJson "not-strict-json" Warning Advice
        "a file ends in `.json` but is not valid JSON"
    DuplicateKey "duplicate-key" Error Format
        "an object has the same key twice"
    InvalidKey "invalid-key" Error Format
        "a key is empty or not a string"
    UnknownAnchor "unknown-anchor" Error Format
        "an alias refers to an anchor that is not defined above it"
    RecursiveAlias "recursive-alias" Error Format
        "an alias refers to the value that contains it"
    InvalidMerge "invalid-merge" Error Format
        "a merge key does not merge an object"
    YamlTag "yaml-tag" Error Format
        "a value has a YAML tag that JSON cannot express"
    AmbiguousValue "ambiguous-value" Error Format
        "YAML parsers disagree about a value, or JSON has no such number"

    NotAClient "not-a-client" Error Format
        "a document or list item is not a client"
    UnknownField "unknown-field" Error Promise
        "Hydra has no such field"
    ForeignField "foreign-field" Warning Advice
        "a file to import has a field that Hydra does not have"
    DroppedField "dropped-field" Warning Advice
        "the version of Hydra that is asked for does not have a field"
    ServerMadeField "server-made-field" Warning Advice
        "Hydra sets this field itself, so it is not sent"
    WrongType "wrong-type" Error Format
        "a value does not have the type of its field"
    InvalidScope "invalid-scope" Error Format
        "a scope is empty or contains whitespace"
    UnresolvedReference "unresolved-reference" Error Promise
        "a reference such as `${var:NAME}` stands for nothing"
    MalformedReference "malformed-reference" Error Format
        "a reference such as `${var:NAME}` is not complete"
    SecretInIdentity "secret-in-identity" Error Promise
        "`client_id`, `client_name` or `owner` comes from the environment or a file"
    UnresolvedPlaceholder "unresolved-placeholder" Error Heuristic
        "a value looks like a placeholder that was not replaced"
    SkippedResource "skipped-resource" Warning Advice
        "a Kubernetes resource of another kind is skipped"
    IncompleteResource "incomplete-resource" Error Promise
        "an `OAuth2Client` resource has no `spec`, name or namespace"
    IgnoredField "ignored-field" Warning Advice
        "a field of an `OAuth2Client` resource has no effect here"

    NoIdentity "no-identity" Error Promise
        "a later run could not recognize the client and would create it again"
    DuplicateClient "duplicate-client" Error Promise
        "two manifests describe the same client"
    AmbiguousName "ambiguous-name" Error Promise
        "a client could be taken for another by its name and owner"
    AwkwardClientId "awkward-client-id" Warning Advice
        "a `client_id` is hard to use in URLs or commands"

    ShortSecret "short-secret" Error Refused(V1)
        "a `client_secret` is shorter than Hydra allows"
    LongSecret "long-secret" Warning Advice
        "a `client_secret` is longer than BCrypt reads"
    UnusedSecret "unused-secret" Warning Advice
        "a public client has a `client_secret`"
    SecretInManifest "secret-in-manifest" Warning Advice
        "a manifest contains a `client_secret`"
    SecretExpiry "secret-expiry" Warning Advice
        "`client_secret_expires_at` has no effect"

    UnknownAuthMethod "unknown-auth-method" Warning Advice
        "`token_endpoint_auth_method` has an unknown value"
    UnknownAuthSigningAlg "unknown-auth-signing-alg" Error Refused(V1)
        "`token_endpoint_auth_signing_alg` has an unknown value"
    UnknownRequestSigningAlg "unknown-request-signing-alg" Warning Advice
        "`request_object_signing_alg` has an unknown value"
    UnknownUserinfoSigningAlg "unknown-userinfo-signing-alg" Error Refused(V1)
        "`userinfo_signed_response_alg` has an unknown value"
    UnknownSubjectType "unknown-subject-type" Error Refused(V1)
        "`subject_type` has an unknown value"
    UnknownTokenStrategy "unknown-token-strategy" Warning Refused(V2_1)
        "`access_token_strategy` has an unknown value"
    UnknownGrantType "unknown-grant-type" Warning Advice
        "`grant_types` has an unknown value"
    UnknownResponseType "unknown-response-type" Warning Advice
        "`response_types` has an unknown value"
    InvalidLifespan "invalid-lifespan" Error Refused(V1)
        "a lifespan is not a duration"
    NegativeLifespan "negative-lifespan" Warning Advice
        "a lifespan is negative"

    ConflictingKeys "conflicting-keys" Error Refused(V1)
        "a client has both `jwks` and `jwks_uri`"
    MissingKeys "missing-keys" Error Refused(V1)
        "a client that signs with `private_key_jwt` has no public key"
    EmptyKeySet "empty-key-set" Warning Refused(V25)
        "the key set of a client that signs with `private_key_jwt` is empty"
    InvalidKeySet "invalid-key-set" Error Refused(V1)
        "`jwks` is not a JSON Web Key Set"
    InvalidJwk "invalid-jwk" Error Refused(V1)
        "a key in `jwks` is not a JSON Web Key that Hydra supports"
    HarmfulJwk "harmful-jwk" Error Promise
        "a key in `jwks` prevents some versions of Hydra from listing any client"
    PrivateKey "private-key" Warning Advice
        "`jwks` contains a private key"
    KeysWithoutUse "keys-without-use" Warning Advice
        "no key in `jwks` has `use: sig`"
    UnusableKeys "unusable-keys" Warning Advice
        "no key in `jwks` is of the algorithm by which the client signs"
    NewerJwkSyntax "newer-jwk-syntax" Warning Refused(BeforeV2_2)
        "a key in `jwks` has padding or `x5u`, which older versions of Hydra refuse"
    SymmetricKey "symmetric-key" Warning Refused(V2_2)
        "`jwks` contains a symmetric key"

    InvalidRedirectUri "invalid-redirect-uri" Error Refused(V1)
        "a redirect URI is not valid"
    UnreachableRedirectUri "unreachable-redirect-uri" Warning Advice
        "no browser can be sent to a redirect URI"
    InvalidLogoutRedirectUri "invalid-logout-redirect-uri" Error Refused(V1)
        "a post-logout redirect URI is not valid"
    ForeignLogoutRedirectUri "foreign-logout-redirect-uri" Error Refused(V1)
        "a post-logout redirect URI has the origin of no redirect URI"
    InvalidOrigin "invalid-origin" Error Refused(V1)
        "a CORS origin is not valid"
    OriginWithoutHost "origin-without-host" Warning Advice
        "a CORS origin has no host"
    InsecureSectorIdentifier "insecure-sector-identifier" Error Refused(V1)
        "`sector_identifier_uri` is not an https URL"
    InvalidPageUrl "invalid-page-url" Warning Refused(V26)
        "a URL that is shown to users is not an http or https URL"
    UnfetchableUrl "unfetchable-url" Warning Advice
        "a URL that is fetched or called is not an http or https URL"

    MissingRedirectUri "missing-redirect-uri" Warning Advice
        "a client that logs users in has no redirect URI"
    PublicClientCredentials "public-client-credentials" Warning Advice
        "a public client has the grant `client_credentials`"
    GrantWithoutResponseType "grant-without-response-type" Warning Advice
        "a grant needs a response type that the client does not have"
    ResponseTypeWithoutGrant "response-type-without-grant" Warning Advice
        "a response type needs a grant that the client does not have"
    UnreachableRefreshToken "unreachable-refresh-token" Warning Advice
        "a client with `refresh_token` has no grant that issues refresh tokens"
    MissingOfflineScope "missing-offline-scope" Warning Advice
        "a client with `refresh_token` has no scope `offline_access` or `offline`"
    UnusedOfflineScope "unused-offline-scope" Warning Advice
        "a client with the scope `offline_access` or `offline` has no `refresh_token`"
    MissingOpenidScope "missing-openid-scope" Warning Advice
        "a client with the response type `id_token` has no scope `openid`"
    ImplicitGrant "implicit-grant" Warning Advice
        "a client has the grant `implicit`"
    UnavailableGrant "unavailable-grant" Warning Advice
        "a grant is not supported by Hydra, or only by newer versions"
    CommaInScope "comma-in-scope" Warning Advice
        "the name of a scope has a comma or a semicolon"
    PairwiseWithoutSector "pairwise-without-sector" Warning Advice
        "a `pairwise` client has several redirect URIs and no `sector_identifier_uri`"
    PairwiseJwt "pairwise-jwt" Warning Refused(V2_1)
        "a client is `pairwise` and has `access_token_strategy: jwt`"
    UnusedLifespan "unused-lifespan" Warning Advice
        "a lifespan is for a grant that the client does not have"
    HashAsSecret "hash-as-secret" Warning Advice
        "a `client_secret` looks like the hash of a secret"

    HarmfulLogoutUrl "harmful-logout-url" Error Promise
        "`frontchannel_logout_uri` breaks the logout of other clients"
    DuplicateRedirectUri "duplicate-redirect-uri" Warning Advice
        "a redirect URI is named twice"
    InvalidAudience "invalid-audience" Warning Advice
        "an audience is one that Hydra cannot read"
    OpaqueAudience "opaque-audience" Warning Advice
        "an audience allows every other of its scheme"
    UnstorableValue "unstorable-value" Warning Advice
        "a value is one that a Hydra on PostgreSQL cannot store"
    BlankAroundUrl "blank-around-url" Warning Advice
        "a URL starts or ends with whitespace"
    WildcardRedirectUri "wildcard-redirect-uri" Warning Advice
        "a redirect URI has a `*`"
    MisspeltScheme "misspelt-scheme" Warning Advice
        "the scheme of a URL is misspelt, missing or doubled"
    UnsafeScheme "unsafe-scheme" Warning Advice
        "a redirect URI has a scheme that browsers run or refuse"
    InsecureRedirectUri "insecure-redirect-uri" Warning Advice
        "a redirect URI is `http` and not on the user's own machine"
    InsecureUrl "insecure-url" Warning Advice
        "a URL that Hydra calls is `http`"
    PrivateAddress "private-address" Warning Advice
        "a URL that Hydra calls has a private address"
    UnmatchableOrigin "unmatchable-origin" Warning Advice
        "a CORS origin never matches what browsers send"
    WildcardOrigin "wildcard-origin" Warning Advice
        "a CORS origin has a `*` that newer versions of Hydra ignore"
    WildcardInScope "wildcard-in-scope" Warning Advice
        "a scope has a `*` that is only a part of a word"
    RequestObjectsWithoutKeys "request-objects-without-keys" Warning Advice
        "a client that sends request objects has no public key"
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Basis, Rule, Severity};

    #[test]
    fn names_are_unique_and_in_kebab_case() {
        let names: BTreeSet<&str> = Rule::ALL.iter().map(|rule| rule.name()).collect();
        assert_eq!(names.len(), Rule::ALL.len());
        for name in names {
            let words = || name.split('-');
            let is_word = |word: &str| !word.is_empty() && word.bytes().all(is_lowercase_or_digit);
            assert!(words().all(is_word), "{name}");
            assert!(words().count() > 1 && words().count() < 5, "{name}");
        }
    }

    fn is_lowercase_or_digit(byte: u8) -> bool {
        byte.is_ascii_lowercase() || byte.is_ascii_digit()
    }

    #[test]
    fn summaries_are_one_line_and_end_without_a_full_stop() {
        for rule in Rule::ALL {
            let summary = rule.summary();
            assert!(!summary.is_empty() && summary.len() <= 80, "{summary}");
            assert!(
                !summary.contains('\n') && !summary.ends_with('.'),
                "{summary}"
            );
        }
    }

    #[test]
    fn whatever_guards_a_promise_is_an_error() {
        let guards = |rule: &&Rule| matches!(rule.basis(), Basis::Promise | Basis::Format);
        for rule in Rule::ALL.iter().filter(guards) {
            assert_eq!(rule.severity(), Severity::Error, "{}", rule.name());
        }
    }
}
