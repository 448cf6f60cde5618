//! SOPS files and forms of them in a journal, opened with an age identity of the campaign's own.

use std::collections::{HashMap, HashSet};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::consts::U32;
use aes_gcm::{AesGcm, Nonce};
use age::secrecy::ExposeSecret as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;

use super::setting::Secrets;
use crate::support::gpg::Gpg;
use crate::support::key::Key;
use crate::support::requirement::Missing;
use crate::support::sops::Sops;

/// The folder of SOPS files.
pub(crate) const FOLDER: &str = "out";

/// Opens what is sealed, and remembers it: the files of a series are looked at again and again.
pub(crate) struct Opener {
    identity: age::x25519::Identity,
    opened: HashMap<String, String>,
    /// A folder with the identity in a file.
    folder: TempDir,
    /// The real program, where there are SOPS files.
    sops: Option<Sops>,
    /// GnuPG with the private key, where it opens the lines of the secrets file.
    gpg: Option<Gpg>,
    /// How many files sops has opened.
    pub(crate) sampled: usize,
}

/// A SOPS file, opened.
#[derive(Debug, Clone)]
pub(crate) struct Opened {
    pub(crate) path: PathBuf,
    pub(crate) client_id: String,
    pub(crate) unconfirmed: bool,
    pub(crate) secret: String,
}

/// Of whom a journal holds secrets that can be opened.
#[derive(Debug, Default)]
pub(crate) struct Journaled {
    pub(crate) ids: HashSet<String>,
    pub(crate) names: HashSet<String>,
}

impl Opener {
    pub(crate) fn new(secrets: Secrets, key: &Key) -> Result<Self, Missing> {
        let identity = age::x25519::Identity::generate();
        let folder = tempfile::tempdir().unwrap();
        let text = identity.to_string();
        std::fs::write(folder.path().join("own.txt"), text.expose_secret()).unwrap();
        let gpg = secrets.is_encrypted().then(|| {
            if !Gpg::is_installed() {
                return Err(Missing("`gpg` is needed to open secrets".to_owned()));
            }
            let gpg = Gpg::new();
            gpg.run(["--import"], key.private().as_bytes());
            Ok(gpg)
        });
        Ok(Self {
            identity,
            opened: HashMap::new(),
            folder,
            sops: secrets.in_sops().then(Sops::new).transpose()?,
            gpg: gpg.transpose()?,
            sampled: 0,
        })
    }

    pub(crate) fn recipient(&self) -> String {
        self.identity.to_public().to_string()
    }

    /// Opens every SOPS file of the folder. Each is whole, and no two are the same.
    pub(crate) fn files(&mut self, folder: &Path) -> Vec<Opened> {
        let Ok(entries) = folder.read_dir() else {
            return Vec::new();
        };
        let mut macs = HashSet::new();
        let mut files = Vec::new();
        for entry in entries {
            let path = entry.unwrap().path();
            if !path.to_string_lossy().ends_with(".sops.yaml") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let document: Value = serde_saphyr::from_str(&text)
                .unwrap_or_else(|error| panic!("{} is not whole: {error}\n{text}", path.display()));
            let note = |name: &str| text_of(&document["metadata"]["annotations"], name);
            let secret = text_of(&document["stringData"], "CLIENT_SECRET");
            let mac = text_of(&document["sops"], "mac");
            assert!(macs.insert(mac), "{} is there twice", path.display());
            files.push(Opened {
                client_id: note("hydra-gitops/client-id"),
                unconfirmed: note("hydra-gitops/unconfirmed") == "true",
                secret: self.open(&secret, &document["sops"]["age"]),
                path,
            });
        }
        files
    }

    /// Of whom the journal holds secrets.
    pub(crate) fn journal(&mut self, text: &str) -> Journaled {
        let mut journaled = Journaled::default();
        for line in text.split_inclusive('\n') {
            // A torn last line was never sent.
            let Ok(entry) = serde_json::from_str::<Value>(line) else {
                assert!(!line.ends_with('\n'), "{line}");
                continue;
            };
            let intent = &entry["intent"];
            for form in intent["sops"].as_array().into_iter().flatten() {
                let secret = self.open(&text_of(form, "secret"), &form["age"]);
                assert!(!secret.is_empty());
                journaled.ids.insert(text_of(intent, "client_id"));
                journaled.names.insert(text_of(intent, "client_name"));
            }
        }
        journaled.ids.remove("");
        journaled.names.remove("");
        journaled
    }

    /// The secret that an `ENC[…]` holds.
    fn open(&mut self, sealed: &str, age: &Value) -> String {
        if let Some(known) = self.opened.get(sealed) {
            return known.clone();
        }
        let enc = text_of(&age[0], "enc");
        let armored = age::armor::ArmoredReader::new(enc.as_bytes());
        let decryptor = age::Decryptor::new(armored).unwrap();
        let identity: &dyn age::Identity = &self.identity;
        let mut key = Vec::new();
        let mut reader = decryptor.decrypt(std::iter::once(identity)).unwrap();
        reader.read_to_end(&mut key).unwrap();
        let part = |name: &str| {
            let (_, rest) = sealed.split_once(&format!("{name}:")).unwrap();
            STANDARD
                .decode(rest.split([',', ']']).next().unwrap())
                .unwrap()
        };
        let [mut data, iv, tag] = ["data", "iv", "tag"].map(part);
        data.extend(tag);
        let payload = Payload {
            msg: &data,
            aad: b"stringData:CLIENT_SECRET:",
        };
        let cipher = AesGcm::<Aes256, U32>::new_from_slice(&key).unwrap();
        let secret = cipher.decrypt(Nonce::from_slice(&iv), payload).unwrap();
        let secret = String::from_utf8(secret).unwrap();
        self.opened.insert(sealed.to_owned(), secret.clone());
        secret
    }

    /// Lets a command open everything with the real programs.
    pub(crate) fn lend(&self, command: &mut Command) {
        command.arg("--identity").arg(self.identity());
        if let Some(gpg) = &self.gpg {
            command.env("GNUPGHOME", gpg.home());
        }
        if let Some(folder) = self.sops.as_ref().and_then(Sops::folder) {
            let path = std::env::var("PATH").unwrap();
            command.env("PATH", format!("{}:{path}", folder.display()));
        }
    }

    fn identity(&self) -> PathBuf {
        self.folder.path().join("own.txt")
    }

    /// Has the real sops open a file, authentication code included.
    pub(crate) fn sample(&mut self, file: &Opened) {
        let Some(sops) = &self.sops else {
            return;
        };
        let words = ["decrypt", "--extract", r#"["stringData"]["CLIENT_SECRET"]"#];
        let mut command: Command = sops.command(&words, &file.path);
        command.env("SOPS_AGE_KEY_FILE", self.identity());
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{}: {said}", file.path.display());
        assert_eq!(String::from_utf8_lossy(&output.stdout), file.secret);
        self.sampled += 1;
    }
}

fn text_of(json: &Value, member: &str) -> String {
    json[member].as_str().unwrap_or_default().to_owned()
}
