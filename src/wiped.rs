//! Reads and collects secrets in memory that is wiped. What a growing buffer leaves behind is not, so
//! each buffer here has its final size, or makes way for a larger one and is wiped itself.

use std::io::{self, ErrorKind, Read};

use tokio::io::{AsyncRead, AsyncReadExt as _};
use zeroize::Zeroizing;

/// How much is read at once, in bytes.
const CHUNK: usize = 4 << 10;

/// Reads up to one byte more than `most` from another program, and returns the number of bytes read.
/// The pipe is closed afterwards.
pub(crate) async fn read(
    pipe: Option<impl AsyncRead + Unpin>,
    most: usize,
) -> (Zeroizing<Vec<u8>>, usize) {
    let mut buffer = Zeroizing::new(vec![0; most + 1]);
    let mut length = 0;
    if let Some(mut pipe) = pipe {
        while length < buffer.len()
            && let Ok(read @ 1..) = pipe.read(&mut buffer[length..]).await
        {
            length += read;
        }
    }
    (buffer, length)
}

/// Reads to the end, or one byte more than `most`.
///
/// # Errors
/// When it cannot be read.
pub(crate) fn read_all(from: impl Read, most: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut from = from.take(most + 1);
    let most = usize::try_from(most + 1).unwrap_or(usize::MAX);
    let mut all = Zeroizing::new(Vec::new());
    let mut chunk = Zeroizing::new([0; CHUNK]);
    loop {
        match from.read(&mut *chunk) {
            Ok(0) => return Ok(all),
            Ok(length) => extend(&mut all, &chunk[..length], most),
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

/// Appends bytes. The buffer takes no more than `most` bytes, or what it has to hold.
pub(crate) fn extend(bytes: &mut Zeroizing<Vec<u8>>, more: &[u8], most: usize) {
    if let Some(room) = larger_room(bytes.capacity(), bytes.len() + more.len(), most) {
        let mut larger = Zeroizing::new(Vec::with_capacity(room));
        larger.extend_from_slice(bytes);
        *bytes = larger;
    }
    bytes.extend_from_slice(more);
}

/// Appends text.
pub(crate) fn push(text: &mut Zeroizing<String>, more: &str) {
    if let Some(room) = larger_room(text.capacity(), text.len() + more.len(), usize::MAX) {
        let mut larger = Zeroizing::new(String::with_capacity(room));
        larger.push_str(text);
        *text = larger;
    }
    text.push_str(more);
}

/// The room of a buffer that makes way for a larger one: twice as much, within the limit. `None` if
/// what is needed fits.
fn larger_room(room: usize, needed: usize, most: usize) -> Option<usize> {
    (needed > room).then(|| (2 * room).max(CHUNK).min(most).max(needed))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use std::io::{self, Read as _};

    use zeroize::Zeroizing;

    use super::{CHUNK, extend, push, read_all};

    #[test]
    fn all_is_read_up_to_one_byte_more_than_the_limit() {
        let text: Vec<u8> = (0..=255).cycle().take(3 * CHUNK + 7).collect();
        for more in [0, 1] {
            assert_eq!(*read_all(&*text, text.len() as u64 + more).unwrap(), text);
        }
        for most in [0, 1, CHUNK - 1, CHUNK, 2 * CHUNK] {
            assert_eq!(*read_all(&*text, most as u64).unwrap(), text[..=most]);
            assert_eq!(
                read_all(io::repeat(1), most as u64).unwrap().len(),
                most + 1
            );
        }
        assert!(read_all(io::empty().chain(&*text), 0).is_ok_and(|read| read.len() == 1));
    }

    #[test]
    fn room_is_doubled_within_the_limit() {
        let mut bytes = Zeroizing::new(Vec::new());
        let most = 3 * CHUNK;
        for length in 1..=most {
            extend(&mut bytes, b"a", most);
            let room = [CHUNK, 2 * CHUNK, most];
            let room = room.into_iter().find(|room| *room >= length).unwrap();
            assert_eq!((bytes.len(), bytes.capacity()), (length, room));
        }
        extend(&mut bytes, b"bc", most);
        assert_eq!((bytes.len(), bytes.capacity()), (most + 2, most + 2));
        assert!(bytes.ends_with(b"abc"));
    }

    #[test]
    fn texts_keep_what_they_hold() {
        let mut text = Zeroizing::new(String::new());
        let all: String = (0..2_000).map(|number| number.to_string()).collect();
        for number in 0..2_000 {
            push(&mut text, &number.to_string());
        }
        assert_eq!(*text, all);
    }
}
