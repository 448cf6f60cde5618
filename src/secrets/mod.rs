//! Client secrets: made here, sealed, journaled before they are sent, recorded after, never shown.

mod clock;
mod files;
mod generate;
mod inspect;
mod intent;
mod journal;
mod key_server;
mod lines;
mod lock;
mod recipient;
mod record;
mod recover;
mod seal;
mod standing;
mod state;
mod store;
mod unwritten;
mod vault;

pub use clock::{Clock, SystemClock};
pub use files::{VaultFiles, folder_of, has_journal, has_leftovers};
pub use generate::client_secret;
pub use inspect::{Holder, Inspection, Journal, Store, inspect};
pub use intent::{About, Intent, Ticket};
pub use journal::replay;
pub use key_server::{KEYBASE, KeyAddress, fetch};
pub use lines::{Append, LineFile};
pub use lock::Lock;
pub use recipient::{Recipient, Recipients, is_encrypted_message, load};
pub use record::Record;
pub use recover::{Fate, Recovered, recover, settle};
pub use seal::{Seal, Sealed};
pub use standing::Standing;
pub use state::Closed;
pub use store::{Content, Mended};
pub use unwritten::Unwritten;
pub use vault::Vault;
