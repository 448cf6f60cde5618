//! What `validate` says of a client for a version of Hydra, and what a real server of that version
//! does with it: no client that passes is refused, and none that is an error is taken, but on
//! purpose (`on_purpose`).
//!
//! `HYDRA_GITOPS_CASES` sets how many combinations are tried besides the clients of `cases`, of which
//! v1.11.10 is sent six times as many.

mod cases;
mod generated;
mod odd_keys;
mod on_purpose;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use hydra_gitops::client::{Client, ClientId, request_body};
use hydra_gitops::manifest::{Finding, Policy, load};
use hydra_gitops::sandbox::Version;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use rand::seq::SliceRandom as _;

use self::cases::{Case, cases};
use self::on_purpose::{STRICTER, Stricter};
use crate::conformance::generated::setting;
use crate::support::http::Reply;
use crate::support::hydra::{Options, Release};
use crate::support::requirement::Missing;
use crate::support::target::{Target, fresh};

/// What came of a case.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Outcome {
    /// By the server, and no error.
    Taken,
    /// By the server, and an error.
    Refused,
    /// An error, and taken.
    OnPurpose,
    /// It would ruin the server: `poison` sends it to one of its own.
    NotSent,
}

impl Outcome {
    const ALL: [Self; 4] = [Self::Taken, Self::Refused, Self::OnPurpose, Self::NotSent];
}

/// What `validate` says of a client.
struct Verdict {
    /// The rules of its errors.
    errors: BTreeSet<&'static str>,
    client: Option<Client>,
}

pub(crate) fn compare(release: Release) -> Result<(), Missing> {
    let target = Target::real_with(release, options())?;
    let mut random = StdRng::seed_from_u64(setting("HYDRA_GITOPS_SEED", 1));
    let size = usize::try_from(setting("HYDRA_GITOPS_CASES", 200)).unwrap();
    let mut sent = cases();
    let combinations: Vec<_> = (0..size)
        .map(|_| generated::client(&sent, &mut random))
        .collect();
    // v1.11 hashes each secret with bcrypt, whose lowest cost takes longer than all the rest.
    if release == Release::V1 {
        sent.shuffle(&mut random);
        sent.truncate(6 * size);
    }
    let mut seen = Seen::default();
    for case in sent.iter().chain(&combinations) {
        seen.add(&target, release, case);
    }
    assert_eq!(target.list("").status, 200);
    seen.print(release);
    seen.assert(release);
    Ok(())
}

/// Lets servers take `subject_type: pairwise`, too.
fn options() -> Options {
    let settings = [
        (
            "OIDC_SUBJECT_IDENTIFIERS_SUPPORTED_TYPES",
            "public,pairwise",
        ),
        (
            "OIDC_SUBJECT_IDENTIFIERS_PAIRWISE_SALT",
            "salt-0123456789abcdef",
        ),
    ];
    Options {
        env: settings
            .map(|(name, value)| (name, value.to_owned()))
            .to_vec(),
        ..Options::default()
    }
}

/// What came of all cases.
#[derive(Default)]
struct Seen {
    outcomes: BTreeMap<&'static str, BTreeMap<Outcome, usize>>,
    /// The reasons of disagreements on purpose.
    reasons: BTreeSet<&'static str>,
    disagreements: Vec<String>,
}

impl Seen {
    fn add(&mut self, target: &Target, release: Release, case: &Case) {
        let chooses_ids = !target.version.lets_ids_be_chosen();
        if chooses_ids && case.field == "client_id" {
            return;
        }
        let id = fresh("odd");
        let manifest = with_id(&case.text, &id);
        let verdict = verdict(&manifest, release);
        let is_harmful = verdict.errors.contains("harmful-jwk");
        let outcome = if is_harmful && target.version < Version::V2_2_0 {
            Outcome::NotSent
        } else {
            let body = match &verdict.client {
                Some(client) => sent(client, !chooses_ids),
                None if chooses_ids => case.text.clone(),
                None => manifest,
            };
            let reply = target.post_raw(&body);
            let is_taken = is_taken(target, case, &reply);
            self.judge(case, &verdict, is_taken, &reply)
        };
        let of_field = self.outcomes.entry(case.group()).or_default();
        *of_field.entry(outcome).or_default() += 1;
    }

    fn judge(&mut self, case: &Case, verdict: &Verdict, is_taken: bool, reply: &Reply) -> Outcome {
        match (is_taken, verdict.errors.is_empty()) {
            (true, true) => return Outcome::Taken,
            (false, false) => return Outcome::Refused,
            _ => {}
        }
        let rows = verdict.errors.iter().map(|rule| Stricter::find(rule, case));
        let reasons: Option<Vec<_>> = rows.map(|row| row.map(|row| row.reason)).collect();
        match reasons.filter(|_| is_taken) {
            Some(reasons) => self.reasons.extend(reasons),
            None => self.disagreements.push(format!(
                "{:?} {} {} {}\n    {}",
                verdict.errors, reply.status, case.what, case.text, reply.body
            )),
        }
        Outcome::OnPurpose
    }

    /// A row for each field, with the number of cases.
    fn print(&self, release: Release) {
        println!("{release} | taken | refused | on purpose | not sent");
        for (field, outcomes) in &self.outcomes {
            let counts = Outcome::ALL.map(|outcome| match outcomes.get(&outcome) {
                Some(count) => count.to_string(),
                None => String::new(),
            });
            println!("{field} | {}", counts.join(" | "));
        }
    }

    fn assert(&self, release: Release) {
        let all = &self.disagreements;
        assert!(all.is_empty(), "{}:\n{}", all.len(), all.join("\n"));
        // The other releases are not sent all cases.
        let is_unused = |row: &&Stricter| !self.reasons.contains(row.reason);
        let unused: Vec<_> = STRICTER.iter().filter(is_unused).collect();
        assert!(
            release != Release::V2 || unused.is_empty(),
            "no disagreement: {unused:?}"
        );
    }
}

/// Puts an id into the JSON of a client that has none.
fn with_id(text: &str, id: &str) -> String {
    match text.contains("\"client_id\":") {
        true => text.to_owned(),
        false => text.replacen('{', &format!("{{\"client_id\":\"{id}\","), 1),
    }
}

fn verdict(manifest: &str, release: Release) -> Verdict {
    let version = Some(release.version().parse().unwrap());
    let policy = Policy::new(&[], &[], version).unwrap();
    let paths = [PathBuf::from("-")];
    let loaded = load(&paths, &mut manifest.as_bytes(), &policy).unwrap();
    let errors = loaded
        .findings
        .iter()
        .filter(|finding| Finding::is_error(finding));
    let errors: BTreeSet<_> = errors.map(|finding| finding.rule.name()).collect();
    let mut manifests = loaded.manifests.into_iter();
    let client = manifests.next().filter(|_| errors.is_empty());
    Verdict {
        errors,
        client: client.map(|manifest| manifest.client),
    }
}

/// The body that `apply` sends, with the client's own secret.
fn sent(client: &Client, with_id: bool) -> String {
    let id = client.client_id().filter(|_| with_id);
    let id: Option<&ClientId> = id.as_ref();
    let body = request_body(client, id, client.given_secret()).unwrap();
    String::from_utf8(body.to_vec()).unwrap()
}

/// Whether the client was stored; it is deleted then.
fn is_taken(target: &Target, case: &Case, reply: &Reply) -> bool {
    let refusals: &[u16] = match target.version < Version::V2_2_0 {
        true => &[400, 500],
        false => &[400],
    };
    if reply.status != 201 {
        assert!(
            refusals.contains(&reply.status),
            "{} {} for {}",
            reply.status,
            reply.body,
            case.text
        );
        return false;
    }
    let gone = target.send("DELETE", &target.path_of(&id_of(reply)), "");
    assert!(
        gone.status < 300 || case.field == "client_id",
        "{} {} for {}",
        gone.status,
        gone.body,
        case.text
    );
    true
}

/// The id in an answer, which may also hold what is no JSON to others: half a surrogate.
fn id_of(reply: &Reply) -> String {
    let (_, rest) = reply.body.split_once(r#""client_id":""#).unwrap();
    let end = rest.find("\",\"").unwrap();
    serde_json::from_str(&format!("\"{}\"", &rest[..end])).unwrap()
}
