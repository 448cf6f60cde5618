//! What a series is run with.

use crate::support::load::Load;

/// How the secrets are kept, and whether they can be proved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Secrets {
    /// In clear, without a public endpoint: after a kill nothing proves them.
    InClear,
    /// In clear, with a public endpoint.
    Proved,
    /// Encrypted, so that a later run cannot read them.
    Encrypted,
    /// In SOPS files alone.
    Sops,
    /// In SOPS files and encrypted in the secrets file.
    Both,
}

impl Secrets {
    /// Whether there are SOPS files.
    pub(crate) fn in_sops(self) -> bool {
        matches!(self, Self::Sops | Self::Both)
    }

    /// Whether there is a secrets file.
    pub(crate) fn in_file(self) -> bool {
        self != Self::Sops
    }

    /// Whether an OpenPGP key opens the lines of the secrets file.
    pub(crate) fn is_encrypted(self) -> bool {
        matches!(self, Self::Encrypted | Self::Both)
    }
}

/// What a series is run with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Setting {
    pub(crate) secrets: Secrets,
    /// Whether requests take long on their way, and so arrive after their sender was killed.
    pub(crate) late: bool,
    /// Whether what stands before Hydra delivers requests twice, or answers in its place.
    pub(crate) gateway: bool,
    /// Whether the server chooses ids itself, so that all clients are known by their names.
    pub(crate) by_name: bool,
    /// Kills there are at least.
    kills: usize,
}

impl Setting {
    /// A short series; `HYDRA_GITOPS_KILLS` makes it longer.
    pub(crate) const fn new(secrets: Secrets) -> Self {
        Self {
            secrets,
            late: false,
            gateway: false,
            by_name: false,
            kills: 24,
        }
    }

    /// A shorter one, for servers that take their time.
    pub(crate) const fn slowly(mut self) -> Self {
        self.kills = 12;
        self
    }

    /// With requests that arrive late.
    pub(crate) const fn late(mut self) -> Self {
        self.late = true;
        self
    }

    /// Behind a gateway that takes part.
    pub(crate) const fn behind_a_gateway(mut self) -> Self {
        self.gateway = true;
        self
    }

    /// On a server that chooses ids itself. There, each batch ends with a minute of waiting, so that
    /// it is larger.
    pub(crate) const fn by_name(mut self) -> Self {
        self.by_name = true;
        self.kills = 6;
        self
    }

    /// What a series does most of the time.
    pub(crate) fn load(&self) -> Load {
        match self.by_name {
            true => Load::Idles,
            false => Load::Waits,
        }
    }

    /// Clients of one batch.
    pub(crate) fn clients(&self) -> usize {
        if self.by_name && self.kills() > 6 {
            120
        } else {
            40
        }
    }

    /// The most runs that are killed before one is let through.
    pub(crate) fn kills_a_batch(&self) -> usize {
        if self.by_name {
            60.min(self.kills())
        } else {
            12
        }
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
