//! Reads secrets from other programs into memory that is wiped.

use tokio::io::{AsyncRead, AsyncReadExt as _};
use zeroize::Zeroizing;

/// Reads up to one byte more than `most`, and returns the number of bytes read. The buffer never
/// grows, because the memory that a growing buffer leaves behind is not wiped. The pipe is closed
/// afterwards.
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
