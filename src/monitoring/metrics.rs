//! The numbers for Prometheus.

use std::fmt;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::info::Info;
use prometheus_client::registry::Registry;

use crate::watch::Status;

/// What failed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Failed {
    /// Creating a client.
    Create,
    /// Looking a client up.
    LookUp,
    /// Comparing the manifests with Hydra, as a whole.
    Reconcile,
    /// Reading the manifests.
    Files,
    /// Writing secrets.
    Secrets,
}

impl Failed {
    const ALL: [Self; 5] = [
        Self::Create,
        Self::LookUp,
        Self::Reconcile,
        Self::Files,
        Self::Secrets,
    ];

    fn labels(self) -> [(&'static str, &'static str); 1] {
        let what = match self {
            Self::Create => "create",
            Self::LookUp => "look_up",
            Self::Reconcile => "reconcile",
            Self::Files => "files",
            Self::Secrets => "secrets",
        };
        [("of", what)]
    }
}

/// All numbers, and the registry that writes them.
#[derive(Debug)]
pub(super) struct Metrics {
    registry: Registry,
    pub(super) creates: Counter,
    failures: Family<[(&'static str, &'static str); 1], Counter>,
    pub(super) files_read: Counter,
    clients: Gauge,
    drifted: Gauge,
    failed: Gauge,
    creating: Gauge,
    invalid: Gauge,
    hydra_up: Gauge,
    pub(super) unconfirmed: Gauge,
    /// Seconds since 1970.
    pub(super) last_reconcile: Gauge<f64, AtomicU64>,
}

impl Metrics {
    pub(super) fn new() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("hydra_gitops"),
            creates: Counter::default(),
            failures: Family::default(),
            files_read: Counter::default(),
            clients: Gauge::default(),
            drifted: Gauge::default(),
            failed: Gauge::default(),
            creating: Gauge::default(),
            invalid: Gauge::default(),
            hydra_up: Gauge::default(),
            unconfirmed: Gauge::default(),
            last_reconcile: Gauge::default(),
        };
        for failed in Failed::ALL {
            // A counter that is there from the beginning shows its first increase.
            drop(metrics.failures.get_or_create(&failed.labels()));
        }
        metrics.registered()
    }

    /// The library adds `_total` to counters, `_info` to the build, and a full stop to each help.
    fn registered(mut self) -> Self {
        let registry = &mut self.registry;
        let build = Info::new([("version", env!("CARGO_PKG_VERSION"))]);
        registry.register("build", "The program", build);
        registry.register(
            "creates",
            "Clients that this process created",
            self.creates.clone(),
        );
        registry.register(
            "failures",
            "What failed since the start, each attempt once",
            self.failures.clone(),
        );
        registry.register(
            "files_read",
            "Files of manifests that were read",
            self.files_read.clone(),
        );
        let gauges = [
            (
                "clients",
                "Clients that valid manifests describe",
                &self.clients,
            ),
            (
                "clients_drifted",
                "Clients that differ in Hydra",
                &self.drifted,
            ),
            (
                "clients_failed",
                "Clients that could not be created",
                &self.failed,
            ),
            (
                "clients_creating",
                "Clients that are being created",
                &self.creating,
            ),
            (
                "files_invalid",
                "Files and folders with an error",
                &self.invalid,
            ),
            (
                "hydra_up",
                "Whether Hydra answers and does what it is asked",
                &self.hydra_up,
            ),
            (
                "secrets_unconfirmed",
                "Secrets of this process that could not be verified",
                &self.unconfirmed,
            ),
        ];
        for (name, help, gauge) in gauges {
            registry.register(name, help, gauge.clone());
        }
        registry.register(
            "last_reconcile_timestamp_seconds",
            "When all manifests were last compared with Hydra",
            self.last_reconcile.clone(),
        );
        self
    }

    pub(super) fn fails(&self, failed: Failed) {
        self.failures.get_or_create(&failed.labels()).inc();
    }

    pub(super) fn show(&self, status: &Status, is_hydra_up: bool) {
        let totals = status.totals;
        self.clients.set(number(totals.clients));
        self.drifted.set(number(totals.drifted));
        self.failed
            .set(number(totals.failed.saturating_sub(status.creating)));
        self.creating.set(number(status.creating));
        self.invalid.set(number(totals.invalid));
        self.hydra_up.set(i64::from(is_hydra_up));
    }

    /// The numbers as OpenMetrics.
    pub(super) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
