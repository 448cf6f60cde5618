//! The rules that need no proof here, and why.

use hydra_gitops::manifest::{Basis, Rule};

use super::proof::proofs;
use super::settings::SETTINGS;

/// Hydra never sees it: it is about files, about the text in them, or about what a run of this
/// program can know. The pages' examples (`tests/it/rules`) show each.
const NEVER_SENT: &[Rule] = &[
    Rule::UnreadableManifests,
    Rule::MissingPath,
    Rule::DuplicatePath,
    Rule::PathIsFolder,
    Rule::UnreadableFile,
    Rule::NotUtf8,
    Rule::NotARegularFile,
    Rule::LinkToFolder,
    Rule::LinkOutside,
    Rule::BrokenLink,
    Rule::UnreadableIgnoreFile,
    Rule::InvalidIgnorePattern,
    Rule::NoManifest,
    Rule::NoClient,
    Rule::NothingToImport,
    Rule::TooManyErrors,
    Rule::TooManyWarnings,
    Rule::UnusedAllow,
    Rule::LimitExceeded,
    Rule::InvalidSyntax,
    Rule::InvalidJson,
    Rule::NotStrictJson,
    Rule::DuplicateKey,
    Rule::InvalidKey,
    Rule::UnknownAnchor,
    Rule::RecursiveAlias,
    Rule::InvalidMerge,
    Rule::YamlTag,
    Rule::AmbiguousValue,
    Rule::NotAClient,
    Rule::UnresolvedReference,
    Rule::MalformedReference,
    Rule::SecretInIdentity,
    Rule::UnresolvedPlaceholder,
    Rule::SkippedResource,
    Rule::IncompleteResource,
    Rule::IgnoredField,
    Rule::NoIdentity,
    Rule::DuplicateClient,
    Rule::AmbiguousName,
];

/// Hydra drops it, or stores something else: `conformance::stored` and `conformance::changes`
/// compare what real servers keep.
const NOT_KEPT: &[Rule] = &[
    Rule::UnknownField,
    Rule::ForeignField,
    Rule::DroppedField,
    Rule::ServerMadeField,
    Rule::SecretExpiry,
];

/// A create is refused, by some versions or by all: `conformance::verdicts` and
/// `conformance::poison` compare `validate` with real servers.
const REFUSED: &[Rule] = &[
    Rule::WrongType,
    Rule::InvalidScope,
    Rule::ShortSecret,
    Rule::UnknownAuthSigningAlg,
    Rule::UnknownUserinfoSigningAlg,
    Rule::UnknownSubjectType,
    Rule::UnknownTokenStrategy,
    Rule::InvalidLifespan,
    Rule::ConflictingKeys,
    Rule::MissingKeys,
    Rule::InvalidKeySet,
    Rule::InvalidJwk,
    Rule::HarmfulJwk,
    Rule::NewerJwkSyntax,
    Rule::SymmetricKey,
    Rule::InvalidRedirectUri,
    Rule::InvalidLogoutRedirectUri,
    Rule::ForeignLogoutRedirectUri,
    Rule::InvalidOrigin,
    Rule::InsecureSectorIdentifier,
    Rule::InvalidPageUrl,
    Rule::PairwiseJwt,
];

/// Whoever reads the manifest has the secret or the private key: no request tells more.
const PUBLISHED: &[Rule] = &[Rule::SecretInManifest, Rule::PrivateKey];

/// Each rule is proved at a real server, or listed above with the reason why not, and not both.
pub(super) fn check() {
    let of_table = proofs().map(|proof| proof.rule);
    let proved: Vec<&str> = of_table
        .chain(SETTINGS.iter().map(|one| one.rule))
        .collect();
    let lists = [NEVER_SENT, NOT_KEPT, REFUSED, PUBLISHED];
    for rule in Rule::ALL {
        let listed = lists.iter().filter(|list| list.contains(rule)).count();
        let is_proved = proved.contains(&rule.name());
        assert!(
            listed + usize::from(is_proved) == 1,
            "`{}` is listed {listed} times; proved: {is_proved}",
            rule.name()
        );
        // What is only advice is about something that is stored.
        let is_sent = is_proved || PUBLISHED.contains(rule) || NOT_KEPT.contains(rule);
        let is_refused = matches!(rule.basis(), Basis::Refused(_));
        assert!(
            !is_refused || is_sent || REFUSED.contains(rule),
            "`{}`",
            rule.name()
        );
    }
    for name in proved {
        assert!(Rule::from_name(name).is_some(), "there is no rule `{name}`");
    }
}
