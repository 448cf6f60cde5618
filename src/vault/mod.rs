//! Client secrets: generated, sealed, journaled before they are sent, recorded after, and
//! opened only where that is asked for.

mod by_owner;
mod choice;
mod clock;
mod files;
mod inspect;
mod journal;
mod lines;
mod lock;
mod locked_output;
mod open_intents;
mod opening;
mod outputs;
mod rescue;
mod scan;
mod seal;
mod secrets_file;
mod settled;
mod side_file;
mod sops;
mod write_ahead;

pub use by_owner::{ByOwner, OwnerRule};
pub use choice::Choice;
pub use clock::{Boot, Clock, Moment, SystemClock};
pub use files::{VaultFiles, folder_of, has_journal, has_leftovers};
pub use inspect::{Holder, Inspection, Journal, Store, inspect};
pub use journal::{Intent, IntentDetails, SealedFor, Ticket, count_intents, replay};
pub use lines::{Append, LineFile};
pub use lock::Lock;
pub use locked_output::LockedOutput;
pub use opening::{Opened, Opener};
pub use outputs::Outputs;
pub use scan::{Scanned, scan};
pub use seal::{Seal, Sealed, client_secret};
pub use secrets_file::{ClientRecords, Content, Record, Repair, Standing};
pub use sops::{Exported, quoted_yaml, sops_document};
pub use sops::{NameTemplate, SecretKeys, SopsFile, SopsForm, SopsKind, SopsOutput};
pub use write_ahead::{Closed, InMemory, Vault, arrives_within};
