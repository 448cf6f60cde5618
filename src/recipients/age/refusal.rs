//! Why a text is no age recipient that is accepted, and what to do about it.

use std::fmt;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Refusal {
    Empty,
    /// A private identity, whose owner it was meant to identify.
    PrivateIdentity,
    /// A recipient of this plugin.
    Plugin(String),
    /// A post-quantum recipient.
    PostQuantum,
    /// A recipient bound to hardware or to another key type of age itself, by its prefix.
    NewerKind(String),
    /// An SSH key of this type.
    SshType(String),
    /// An SSH key of a FIDO token, by its type.
    SecurityKey(String),
    /// An RSA key with fewer than 2048 bits.
    WeakRsa,
    /// An RSA key that is longer than the library reads.
    LongRsa,
    /// A key that anybody could compute the shared secret of.
    WeakPoint,
    /// `age1…` with a wrong checksum.
    Checksum,
    /// `AGE1…`: the tool `age` reads only lower case.
    UpperCase,
    /// An SSH key that is cut off or damaged.
    DamagedSsh,
    /// Text of an OpenPGP key.
    OpenPgp,
    /// An SSH key that a link or a certificate stands for.
    SshCertificate,
    Unknown,
}

impl Refusal {
    /// What to do about it.
    pub(super) fn advice(&self) -> &'static str {
        match self {
            Self::PrivateIdentity => {
                "give its public recipient: `age-keygen -y FILE` prints it. If the identity was committed or logged, make a new one: whoever has it opens every secret"
            }
            Self::Plugin(_) | Self::NewerKind(_) | Self::PostQuantum => {
                "give an `age1…` recipient as `age-keygen` prints it, an `ssh-ed25519` or `ssh-rsa` key, or an OpenPGP key; plugins are never run"
            }
            Self::SshType(_) | Self::SecurityKey(_) | Self::SshCertificate => {
                "give an `ssh-ed25519` or `ssh-rsa` public key, or a recipient that `age-keygen` prints"
            }
            Self::WeakRsa => "give a key of 2048 bits or more, or an `ssh-ed25519` key",
            Self::LongRsa => "give a key of at most 4096 bits, or an `ssh-ed25519` key",
            Self::WeakPoint => {
                "give a recipient that its owner made with `age-keygen` or `ssh-keygen`"
            }
            Self::Checksum | Self::DamagedSsh => {
                "copy it again, whole: a typo would lock everybody out"
            }
            Self::UpperCase => "write it in lower case",
            Self::OpenPgp => "give an OpenPGP key with `--pgp-key-file FILE`",
            Self::Empty | Self::Unknown => {
                "give `age1…`, `ssh-ed25519 …` or `ssh-rsa …`; for a file of them, use `--age-recipients-file FILE`"
            }
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("it is empty"),
            Self::PrivateIdentity => f.write_str("it is a private identity, not a recipient"),
            Self::Plugin(name) => write!(f, "it is a recipient of the plugin `{name}`"),
            Self::PostQuantum => f.write_str("post-quantum recipients are not supported"),
            Self::NewerKind(prefix) => {
                write!(f, "recipients of the kind `{prefix}` are not supported")
            }
            Self::SshType(kind) => write!(f, "age does not encrypt to SSH keys of type `{kind}`"),
            Self::SecurityKey(kind) => write!(
                f,
                "a key of type `{kind}` is held by a security key, which can sign but not decrypt"
            ),
            Self::WeakRsa => f.write_str("its RSA key is shorter than 2048 bits"),
            Self::LongRsa => f.write_str("its RSA key is longer than 4096 bits"),
            Self::WeakPoint => {
                f.write_str("it is a weak point: anybody could open what is encrypted to it")
            }
            Self::Checksum => f.write_str("its checksum is wrong, so it is mistyped or cut off"),
            Self::UpperCase => f.write_str("it is written in upper case"),
            Self::DamagedSsh => f.write_str("it is a damaged SSH public key"),
            Self::OpenPgp => f.write_str("it is an OpenPGP key"),
            Self::SshCertificate => f.write_str("it is an SSH certificate"),
            Self::Unknown => f.write_str("it is not an age recipient"),
        }
    }
}
