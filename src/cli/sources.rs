//! Settings that have had variables of their own from the start: a flag, otherwise a variable. Other
//! sources become flags before a command sees them (`config`).

/// A setting, and the names by which it can be given.
pub(super) struct Setting {
    flag: &'static str,
    /// In order of precedence.
    variables: &'static [&'static str],
}

pub(super) const ENDPOINT: Setting = Setting {
    flag: "--endpoint",
    variables: &["HYDRA_ADMIN_URL", "ORY_SDK_URL", "HYDRA_URL"],
};
pub(super) const PUBLIC_URL: Setting = Setting {
    flag: "--public-url",
    variables: &["HYDRA_PUBLIC_URL"],
};
pub(super) const ACCESS_TOKEN: Setting = Setting {
    flag: "--access-token",
    variables: &["OAUTH2_ACCESS_TOKEN"],
};
pub(super) const PGP_KEY: Setting = Setting {
    flag: "--pgp-key",
    variables: &["HYDRA_GITOPS_PGP_KEY"],
};
pub(super) const AGE_RECIPIENT: Setting = Setting {
    flag: "--age-recipient",
    variables: &["HYDRA_GITOPS_AGE_RECIPIENT"],
};
pub(super) const KEYBASE_URL: Setting = Setting {
    flag: "--keybase-url",
    variables: &["HYDRA_GITOPS_KEYBASE_URL"],
};

const ALL: &[&Setting] = &[
    &ENDPOINT,
    &PUBLIC_URL,
    &ACCESS_TOKEN,
    &PGP_KEY,
    &AGE_RECIPIENT,
    &KEYBASE_URL,
];

/// The variables that a command reads itself for a flag, in order of precedence.
pub(super) fn variables_of(flag: &str) -> &'static [&'static str] {
    let setting = ALL
        .iter()
        .find(|setting| setting.flag.strip_prefix("--") == Some(flag));
    setting.map_or(&[], |setting| setting.variables)
}

/// A value, and the flag or variable it comes from. It may be a secret, hence no `Debug`.
pub(super) struct Given {
    pub(super) value: String,
    pub(super) origin: &'static str,
}

impl Setting {
    /// The effective value: a flag takes precedence over the environment.
    pub(super) fn resolve(&self, flag: Option<&str>) -> Option<Given> {
        let flag = flag.map(|value| self.given(value));
        flag.or_else(|| self.in_environment())
    }

    /// All values, for a setting that accumulates them.
    pub(super) fn each(&self, flags: &[String]) -> Vec<Given> {
        let flags = flags.iter().map(|value| self.given(value));
        flags.chain(self.in_environment()).collect()
    }

    fn given(&self, value: &str) -> Given {
        Given {
            value: value.to_owned(),
            origin: self.flag,
        }
    }

    fn in_environment(&self) -> Option<Given> {
        self.variables.iter().find_map(|origin| {
            let value = variable(origin)?;
            Some(Given { value, origin })
        })
    }
}

/// An environment variable; an empty one counts as unset.
pub(super) fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}
