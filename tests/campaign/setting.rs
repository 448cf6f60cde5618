//! What a series is run with.

/// How the secrets are kept, and whether they can be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// In clear, without a public endpoint: after a kill nothing proves them.
    InClear,
    /// In clear, with a public endpoint.
    Proved,
    /// Encrypted, so that a later run cannot read them.
    Encrypted,
}

/// What a series is run with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) secrets: Secrets,
    /// Whether requests take long on their way, and so arrive after their sender was killed.
    pub(crate) late: bool,
    /// Kills there are at least.
    kills: usize,
}

impl Setting {
    /// A short series; `HYDRA_GITOPS_KILLS` makes it longer.
    pub(crate) const fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            late: false,
            kills: 40,
        }
    }

    /// A shorter one, for servers that take their time.
    pub(crate) const fn slowly(mut self) -> Self {
        self.kills = 20;
        self
    }

    /// With requests that arrive late.
    pub(crate) const fn late(mut self) -> Self {
        self.late = true;
        self
    }

    /// How many kills there are at least.
    pub(crate) fn kills(&self) -> usize {
        number("HYDRA_GITOPS_KILLS").map_or(self.kills, |kills| kills as usize)
    }
}

/// The seed of a series: the same one kills at the same places, as far as the machine plays along.
pub(crate) fn seed() -> u64 {
    number("HYDRA_GITOPS_SEED").unwrap_or(1)
}

fn number(name: &str) -> Option<u64> {
    let text = std::env::var(name).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{name} is no number: {text}")))
}
