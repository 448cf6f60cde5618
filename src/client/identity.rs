//! The identity of a client: its id, or its name together with its owner.

use std::fmt;

/// A client's id in Hydra (RFC 6749, section 2.2). Never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClientId(String);

impl ClientId {
    /// The id, unless it is empty: to Hydra, an empty id is no id.
    #[must_use]
    pub fn new(id: impl Into<String>) -> Option<Self> {
        let id = id.into();
        (!id.is_empty()).then_some(Self(id))
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A client's name and owner, which together replace an id. Neither is empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name {
    /// `client_name`.
    pub client_name: String,
    /// `owner`.
    pub owner: String,
}

/// How the next run recognizes a client.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// By its `client_id`.
    Id(ClientId),
    /// By `client_name` and `owner`, which must be those of one client only.
    Name(Name),
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Name(Name { client_name, owner }) => write!(f, "{client_name} ({owner})"),
        }
    }
}
