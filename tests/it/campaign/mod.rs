//! Kills `apply` and `secrets recover` at random moments, restarts them until they are done, and
//! proves that nothing is lost: each client is there once, and its last record, and its SOPS file
//! where there is one, open to the secret that Hydra takes for its own.
//!
//! `HYDRA_GITOPS_KILLS` sets how many kills there are at least in each series,
//! `HYDRA_GITOPS_SEED` when they come.

mod proof;
mod sealed;
mod series;
mod setting;

use hydra_gitops::sandbox::Version;
use libtest_mimic::Trial;

use self::setting::{Secrets, Setting};
use crate::support::hydra::{Postgres, Release};
use crate::support::requirement::Missing;
use crate::support::suite;
use crate::support::target::Target;

/// A Hydra to run a series against, with what has to live as long.
type Start = fn() -> Result<(Target, Option<Postgres>), Missing>;

/// Those that wait for most of their time come first, so that others run meanwhile.
const SERIES: &[(&str, Start, Setting)] = &[
    (
        "real_v2_1_in_clear",
        real_v2_1,
        Setting::new(Secrets::InClear).by_name(),
    ),
    (
        "real_v2_1_gateway_encrypted",
        real_v2_1,
        Setting::new(Secrets::Encrypted)
            .by_name()
            .behind_a_gateway(),
    ),
    (
        "real_v2_1_sops",
        real_v2_1,
        Setting::new(Secrets::Sops).by_name(),
    ),
    (
        "real_v2_1_both",
        real_v2_1,
        Setting::new(Secrets::Both).by_name(),
    ),
    (
        "sandbox_v2_3_in_clear",
        v2_3,
        Setting::new(Secrets::InClear),
    ),
    ("sandbox_v2_3_proved", v2_3, Setting::new(Secrets::Proved)),
    (
        "sandbox_v2_3_encrypted",
        v2_3,
        Setting::new(Secrets::Encrypted),
    ),
    (
        "sandbox_v2_3_late",
        v2_3,
        Setting::new(Secrets::InClear).late(),
    ),
    (
        "sandbox_v2_3_late_proved",
        v2_3,
        Setting::new(Secrets::Proved).late(),
    ),
    (
        "sandbox_v2_3_late_encrypted",
        v2_3,
        Setting::new(Secrets::Encrypted).late(),
    ),
    (
        "sandbox_v1_11_in_clear",
        v1_11,
        Setting::new(Secrets::InClear),
    ),
    ("sandbox_v26_proved", v26, Setting::new(Secrets::Proved)),
    (
        "sandbox_v2_3_gateway",
        v2_3,
        Setting::new(Secrets::InClear).behind_a_gateway(),
    ),
    (
        "sandbox_v26_gateway_proved",
        v26,
        Setting::new(Secrets::Proved).behind_a_gateway(),
    ),
    (
        "sandbox_v1_11_gateway_encrypted",
        v1_11,
        Setting::new(Secrets::Encrypted).behind_a_gateway(),
    ),
    (
        "real_v2_3_gateway",
        real,
        Setting::new(Secrets::InClear).slowly().behind_a_gateway(),
    ),
    (
        "real_v2_3_in_clear",
        real,
        Setting::new(Secrets::InClear).slowly(),
    ),
    (
        "real_v2_3_encrypted",
        real,
        Setting::new(Secrets::Encrypted).slowly(),
    ),
    ("sandbox_v2_3_sops", v2_3, Setting::new(Secrets::Sops)),
    (
        "sandbox_v2_3_late_both",
        v2_3,
        Setting::new(Secrets::Both).late(),
    ),
    ("real_v2_3_sops", real, Setting::new(Secrets::Sops).slowly()),
    ("real_v2_3_both", real, Setting::new(Secrets::Both).slowly()),
];

pub(crate) fn trials() -> Vec<Trial> {
    let trial = |(name, start, setting): &(&'static str, Start, Setting)| {
        let (name, start, setting) = (*name, *start, *setting);
        suite::trial(format!("campaign::{name}"), setting.load(), move || {
            let (target, _keep) = start()?;
            series::run(name, target, setting)
        })
    };
    SERIES.iter().map(trial).collect()
}

fn sandbox(version: Version) -> Result<(Target, Option<Postgres>), Missing> {
    Ok((Target::sandbox(version), None))
}

fn v1_11() -> Result<(Target, Option<Postgres>), Missing> {
    sandbox(Version::V1_11_10)
}

fn v2_3() -> Result<(Target, Option<Postgres>), Missing> {
    sandbox(Version::V2_3_0)
}

fn v26() -> Result<(Target, Option<Postgres>), Missing> {
    sandbox(Version::V26_2_0)
}

/// With PostgreSQL, for SQLite in memory chokes on many creates at once.
fn real() -> Result<(Target, Option<Postgres>), Missing> {
    with_postgres(Release::V2)
}

fn real_v2_1() -> Result<(Target, Option<Postgres>), Missing> {
    with_postgres(Release::V2_1)
}

fn with_postgres(release: Release) -> Result<(Target, Option<Postgres>), Missing> {
    let postgres = Postgres::start()?;
    let dsn = postgres.create_database("campaign");
    let target = Target::real(release, Some(dsn))?;
    Ok((target, Some(postgres)))
}
