//! Combines the three things that creating clients needs from a Hydra.

use secrecy::SecretString;

use super::creator::{Body, Create, Created, Creator};
use super::dialect::Generation;
use super::prove::{Proof, Prove, Prover};
use super::reader::{Read, Reader};
use crate::client::{ClientId, Existing, Identity};
use crate::hydra::failure::Failure;

/// Reads, creates and verifies. It can neither change nor delete.
#[derive(Debug, Clone)]
pub(crate) struct Session {
    /// The read side.
    pub reader: Reader,
    creator: Creator,
    prover: Prover,
}

impl Session {
    /// A session with the Hydra that `reader` reads.
    pub(crate) fn new(reader: Reader, prover: Prover) -> Self {
        let creator = Creator::new(&reader);
        Self {
            reader,
            creator,
            prover,
        }
    }
}

impl Session {
    /// Uses the dialect of that family from now on.
    pub(super) fn speak(&mut self, generation: Generation) {
        self.reader.speak(generation);
        self.creator = Creator::new(&self.reader);
    }
}

impl Read for Session {
    async fn find(&self, identity: &Identity) -> Result<Option<Existing>, Failure> {
        self.reader.find(identity).await
    }
}

impl Create for Session {
    async fn create(&self, body: &Body) -> Result<Created, Failure> {
        self.creator.create(body).await
    }
}

impl Prove for Session {
    async fn prove(&self, id: &ClientId, secret: &SecretString, method: &str) -> Proof {
        self.prover.prove(id, secret, method).await
    }
}
