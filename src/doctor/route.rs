//! The route to Hydra, and the origin of each of its parts.

use std::fmt;

use crate::hydra::Connection;

/// Something odd about the configuration, and what to do about it.
pub(crate) type Warning = (String, &'static str);

/// How to reach Hydra. Nothing has been sent yet.
#[derive(Debug)]
pub(crate) struct Route {
    /// The name of the Hydra in results and in the secrets file.
    pub(crate) name: String,
    /// Whether it is a sandbox in this process.
    pub(crate) is_sandbox: bool,
    /// The connection to the admin API.
    pub(crate) admin: Connection,
    /// The flag or variable that names the admin API.
    pub(crate) origin: &'static str,
    /// The connection to the public API, and the flag or variable that names it.
    pub(crate) public: Option<(Connection, &'static str)>,
    /// The credentials for the admin API.
    pub(crate) authorization: Option<Authorization>,
    /// Warnings about the configuration, which each run prints.
    pub(crate) warnings: Vec<Warning>,
}

/// Where the credentials of a request come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Authorization {
    /// A flag or variable.
    Given(&'static str),
    /// User and password in the endpoint's address.
    UserInfo,
}

impl fmt::Display for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(origin) => write!(f, "`{origin}`"),
            Self::UserInfo => f.write_str("user and password in the endpoint"),
        }
    }
}
