//! `--deny`, `--allow`, `--hydra-version`, comments, and which of them wins.

use std::path::PathBuf;

use super::super::{Finding, Policy, Severity, load};
use crate::client::HydraVersion;

/// Rule and level of what is found.
fn found(text: &str, policy: &Policy) -> Vec<(&'static str, Severity)> {
    let loaded = load(&[PathBuf::from("-")], &mut text.as_bytes(), policy).unwrap();
    let brief = |finding: &Finding| (finding.rule.name(), finding.severity());
    loaded.findings.iter().map(brief).collect()
}

fn policy(deny: &[&str], allow: &[&str]) -> Policy {
    let owned = |names: &[&str]| {
        names
            .iter()
            .map(|&name| name.to_owned())
            .collect::<Vec<_>>()
    };
    Policy::new(&owned(deny), &owned(allow), None).unwrap()
}

const RULE: &str = "server-made-field";
const PLAIN: &str = "client_id: a\ncreated_at: x\n";
const ABOVE: &str = "client_id: a\n# hydra-gitops: allow server-made-field\n\ncreated_at: x\n";
const BEHIND: &str = "client_id: a\ncreated_at: x # hydra-gitops: allow server-made-field\n";

#[test]
fn deny_wins_over_allow_over_a_comment_over_deny_warnings() {
    let error = [(RULE, Severity::Error)];
    let warning = [(RULE, Severity::Warning)];
    assert_eq!(found(PLAIN, &policy(&[], &[])), warning);
    assert_eq!(found(PLAIN, &policy(&[RULE], &[])), error);
    assert_eq!(found(PLAIN, &policy(&["warnings"], &[])), error);
    assert_eq!(found(PLAIN, &policy(&[], &[RULE])), []);
    assert_eq!(found(PLAIN, &policy(&[RULE], &[RULE])), error);
    assert_eq!(found(PLAIN, &policy(&["warnings"], &[RULE])), []);
    for text in [ABOVE, BEHIND] {
        assert_eq!(found(text, &policy(&[], &[])), [], "{text}");
        assert_eq!(found(text, &policy(&["warnings"], &[])), [], "{text}");
        assert_eq!(found(text, &policy(&[RULE], &[])), error, "{text}");
        assert_eq!(found(text, &policy(&[], &[RULE])), [], "{text}");
    }
}

#[test]
fn a_comment_without_effect_is_a_warning() {
    let unused = [("unused-allow", Severity::Warning)];
    for text in [
        "client_id: a # hydra-gitops: allow server-made-field\n",
        "# hydra-gitops: allow server-made-field\nclient_id: a\n",
        "client_id: a # hydra-gitops: allow no-such-rule\n",
        "client_id: a # hydra-gitops: allow unknown-field\n",
        "client_id: a # hydra-gitops: silence server-made-field\n",
        "client_id: a # hydra-gitops: allow\n",
        "client_id: a\n# hydra-gitops: allow server-made-field",
    ] {
        assert_eq!(found(text, &policy(&[], &[])), unused, "{text}");
    }
}

#[test]
fn only_comments_are_comments() {
    for text in [
        "client_id: a\nclient_name: 'x # hydra-gitops: allow no-such-rule'\n",
        "client_id: a\nclient_name: |\n  # hydra-gitops: allow no-such-rule\n",
        "client_id: a\nclient_name: \"\n  # hydra-gitops: allow no-such-rule\"\n",
        "{\"client_id\": \"a\", \"client_name\": \"# hydra-gitops: allow no-such-rule\"}",
    ] {
        assert_eq!(found(text, &policy(&[], &[])), [], "{text}");
    }
}

#[test]
fn a_comment_about_what_was_not_read_is_not_called_useless() {
    let text = "client_id: a\nfoo: b # hydra-gitops: allow server-made-field\n";
    let unknown = [("unknown-field", Severity::Error)];
    assert_eq!(found(text, &policy(&[], &[])), unknown);
}

#[test]
fn several_rules_are_allowed_by_one_comment() {
    let text = "client_id: a\n# hydra-gitops: allow server-made-field, secret-in-manifest\nclient_secret: long-enough\n";
    let unused = [("unused-allow", Severity::Warning)];
    assert_eq!(found(text, &policy(&[], &[])), unused);
}

#[test]
fn what_guards_a_promise_cannot_be_allowed() {
    for name in [
        "duplicate-client",
        "unknown-field",
        "invalid-syntax",
        "short-secret",
    ] {
        let error = Policy::new(&[], &[name.to_owned()], None).unwrap_err();
        assert_eq!(error.kind(), crate::error::Kind::Usage, "{name}");
        assert!(error.to_string().contains("cannot be allowed"), "{error}");
    }
    let error = Policy::new(&["server-made-fields".to_owned()], &[], None).unwrap_err();
    let hints: Vec<_> = error
        .hints()
        .iter()
        .map(|hint| hint.text().to_owned())
        .collect();
    assert_eq!(hints, ["did you mean `server-made-field`?"]);
}

#[test]
fn what_some_versions_refuse_is_an_error_for_those() {
    let text = "client_id: a\nlogo_uri: a.png\n";
    let level = |version: Option<(u32, u32)>| {
        let version = version.map(|(major, minor)| HydraVersion::new(major, minor));
        found(text, &Policy::new(&[], &[], version).unwrap())[0].1
    };
    assert_eq!(level(None), Severity::Warning);
    assert_eq!(level(Some((2, 3))), Severity::Warning);
    assert_eq!(level(Some((26, 2))), Severity::Error);
    // What only old versions refuse is nothing to the new ones.
    let key = "{kty: RSA, use: sig, n: qxSw, e: AQAB, x5u: 'https://a.example'}";
    let text = format!("client_id: a\njwks: {{keys: [{key}]}}\n");
    let level = |major, minor| {
        let version = Some(HydraVersion::new(major, minor));
        let found = found(&text, &Policy::new(&[], &[], version).unwrap());
        found.first().map(|(_, level)| *level)
    };
    assert_eq!(level(1, 11), Some(Severity::Error));
    assert_eq!(level(2, 1), Some(Severity::Error));
    assert_eq!(level(2, 2), None);
    // A version that drops a field does not read it, so without a version it is a warning.
    let text = "client_id: a\npassword_grant_access_token_lifespan: 1d\n";
    let level = |version| found(text, &Policy::new(&[], &[], version).unwrap())[0].1;
    assert_eq!(level(None), Severity::Warning);
    assert_eq!(level(Some(HydraVersion::new(1, 11))), Severity::Error);
    assert_eq!(level(Some(HydraVersion::new(2, 3))), Severity::Warning);
    // What every Hydra refuses is an error without a version.
    let text = "client_id: a\nredirect_uris: [a]\n";
    assert_eq!(found(text, &Policy::default())[0].1, Severity::Error);
}

#[test]
fn findings_that_are_silenced_leave_room_for_others() {
    let mut text: String = (0..20_001)
        .map(|number| format!("- client_id: c{number}\n  created_at: x\n"))
        .collect();
    text.push_str("- client_id: last\n  token_endpoint_auth_method: x\n");
    let other = [("unknown-auth-method", Severity::Warning)];
    assert_eq!(found(&text, &policy(&[], &[RULE])), other);
}

#[test]
fn an_error_is_never_dropped_for_warnings_before_it() {
    let mut text: String = (0..20_001)
        .map(|number| format!("- client_id: c{number}\n  created_at: x\n"))
        .collect();
    text.push_str("- client_id: last\n  redirect_uris: ['javascript:x']\n");
    let error = ("unsafe-scheme", Severity::Error);
    assert!(found(&text, &policy(&["unsafe-scheme"], &[])).contains(&error));
}

#[test]
fn comments_are_read_up_to_a_bound() {
    let names = ",".repeat(1_000_000);
    let found = found(
        &format!("client_id: a # hydra-gitops: allow {names}\n"),
        &policy(&[], &[]),
    );
    assert_eq!(found.len(), 1_001);
    // Each of them is about the last line.
    let many = "# hydra-gitops: allow implicit-grant\n".repeat(200_000);
    let loaded = super::load_text(format!("{many}client_id: a\n"));
    assert_eq!(loaded.findings.len(), 1_001);
}
