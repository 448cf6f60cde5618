//! From what a user gives to blocks of OpenPGP packets.
//!
//! Accepted are armored text, several blocks of it with other text between them, binary, and base64
//! of either (as in Ory's CLI), in either alphabet and wrapped in any way.

use std::io::Read;

use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use pgp::armor::{Dearmor, DearmorOptions};

use super::refusal::Unreadable;

/// More than a thousand keys need; gpg's exports are a few kilobytes.
const MOST_BYTES: usize = 1 << 20;
/// No key is shorter, unlike words and paths that happen to be base64.
const FEWEST_BYTES: usize = 50;
const UTF8_MARK: &[u8] = b"\xEF\xBB\xBF";
const BEGIN: &str = "-----BEGIN ";
const END: &str = "-----END ";

/// The blocks of packets in `input` in order, at least one.
pub(super) fn blocks(input: &[u8]) -> Result<Vec<Vec<u8>>, Unreadable> {
    if input.len() > MOST_BYTES {
        return Err(Unreadable::TooLarge);
    }
    let input = input.strip_prefix(UTF8_MARK).unwrap_or(input);
    if input.trim_ascii().is_empty() {
        return Err(Unreadable::Empty);
    }
    if input.starts_with(b"\xFF\xFE") || input.starts_with(b"\xFE\xFF") {
        return Err(Unreadable::Utf16);
    }
    let garbage = || Err(Unreadable::Garbage);
    let found = plain(input).unwrap_or_else(|| {
        unwrap_base64(input).and_then(|bytes| plain(&bytes).unwrap_or_else(garbage))
    });
    found.map_err(|why| match why {
        // A key server's page about a key, for example.
        Unreadable::Garbage | Unreadable::Damaged if input.trim_ascii_start().starts_with(b"<") => {
            Unreadable::WebPage
        }
        other => other,
    })
}

/// The blocks of armored or binary input; `None` if it is neither.
fn plain(input: &[u8]) -> Option<Result<Vec<Vec<u8>>, Unreadable>> {
    let input = input.strip_prefix(UTF8_MARK).unwrap_or(input);
    let mut parts = input.windows(BEGIN.len());
    if parts.any(|part| part == BEGIN.as_bytes()) {
        return Some(match input.iter().any(|byte| *byte < b'\t') {
            true => Err(Unreadable::Mixed),
            false => armored(&String::from_utf8_lossy(input)),
        });
    }
    // Every packet begins with a set high bit, and no text in ASCII does.
    let is_binary = input.first().is_some_and(|byte| byte & 0x80 != 0);
    is_binary.then(|| Ok(vec![input.to_vec()]))
}

fn unwrap_base64(input: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let mut text: Vec<u8> = input
        .iter()
        .filter(|byte| !byte.is_ascii_whitespace())
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    while text.last() == Some(&b'=') {
        text.pop();
    }
    match STANDARD_NO_PAD.decode(text) {
        Ok(bytes) if bytes.len() >= FEWEST_BYTES => Ok(bytes),
        _ => Err(Unreadable::Garbage),
    }
}

/// Extracts and decodes each armored block.
fn armored(text: &str) -> Result<Vec<Vec<u8>>, Unreadable> {
    // If a file has no final line break, the block of the next file begins within a line.
    let text = text.replace(BEGIN, &format!("\n{BEGIN}"));
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim);
    while let Some(line) = lines.next() {
        match label(line) {
            Some(label) => check_label(label)?,
            // Whoever's block is ignored could not open the secrets.
            None if line.starts_with(BEGIN) => return Err(Unreadable::Damaged),
            None => continue,
        }
        // Joining trimmed lines removes indentation and carriage returns.
        let mut block = format!("{line}\n");
        loop {
            let line = lines.next().ok_or(Unreadable::CutOff)?;
            if line.starts_with(BEGIN) {
                return Err(Unreadable::CutOff);
            }
            block.push_str(line);
            block.push('\n');
            if line.starts_with(END) {
                break;
            }
        }
        blocks.push(dearmor(&block)?);
    }
    if blocks.is_empty() {
        return Err(Unreadable::Damaged);
    }
    Ok(blocks)
}

/// `PGP PUBLIC KEY BLOCK` of `-----BEGIN PGP PUBLIC KEY BLOCK-----`.
fn label(line: &str) -> Option<&str> {
    line.strip_prefix(BEGIN)?.strip_suffix("-----")
}

fn check_label(label: &str) -> Result<(), Unreadable> {
    match label {
        "PGP PUBLIC KEY BLOCK" | "PGP ARMORED FILE" => Ok(()),
        "PGP MESSAGE" | "PGP SIGNED MESSAGE" => Err(Unreadable::Message),
        "PGP SIGNATURE" => Err(Unreadable::Signature),
        _ if label.contains("PRIVATE KEY") || label.contains("SECRET KEY") => {
            Err(Unreadable::PrivateKey)
        }
        _ => Err(Unreadable::OtherBlock(label.chars().take(40).collect())),
    }
}

fn dearmor(block: &str) -> Result<Vec<u8>, Unreadable> {
    let options = DearmorOptions::new().set_limit(MOST_BYTES);
    let mut packets = Vec::new();
    Dearmor::with_options(block.as_bytes(), options)
        .read_to_end(&mut packets)
        .map_err(|_| Unreadable::Damaged)?;
    if packets.is_empty() {
        return Err(Unreadable::Damaged);
    }
    Ok(packets)
}
