//! How a client is recognized: by its id, by its name and owner together, or by the Kubernetes
//! resource that describes it.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

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

/// The `NAME/NAMESPACE` of a Kubernetes resource, which is the `owner` of its client. Never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceName(String);

impl ResourceName {
    /// The resource whose client has this owner.
    pub(crate) fn of_owner(owner: impl Into<String>) -> Self {
        Self(owner.into())
    }

    /// As text, which is the owner.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for ResourceName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ResourceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A namespace of Kubernetes: a DNS label (RFC 1123, section 2.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Namespace(String);

impl Namespace {
    /// The namespace as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Namespace {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_of_label =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        let is_label = (1..=63).contains(&text.len())
            && text.bytes().all(is_of_label)
            && !text.starts_with('-')
            && !text.ends_with('-');
        match is_label {
            true => Ok(Self(text.to_owned())),
            false => Err(
                "a namespace has lowercase letters, digits and hyphens, 63 at most, and neither begins nor ends with a hyphen",
            ),
        }
    }
}

/// How the next run recognizes a client.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Identity {
    /// By its `client_id`.
    Id(ClientId),
    /// By `client_name` and `owner`, which must be those of one client only.
    Name(Name),
    /// By the `owner` alone, as hydra-maester recognizes the client of a Kubernetes resource. Its
    /// name may change.
    Resource(ResourceName),
}

impl fmt::Display for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => write!(f, "{id}"),
            Self::Name(Name { client_name, owner }) => write!(f, "{client_name} ({owner})"),
            Self::Resource(resource) => write!(f, "{resource}"),
        }
    }
}
