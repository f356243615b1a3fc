//! A limit on the length of one piece of a document, whatever comes.

use std::io::{self, BufRead, Read};

/// How long one tag or text may be, in bytes.
pub(super) const PIECE: usize = 1 << 20;

/// A stream that ends in an error where one piece of the document is too long.
pub(super) struct Pieces<R> {
    pub(super) input: R,
    /// Bytes that this piece may still take.
    pub(super) left: usize,
}

/// A piece is longer than [`PIECE`].
#[derive(Debug, thiserror::Error)]
#[error("too long")]
pub(super) struct TooLong;

impl<R: BufRead> Read for Pieces<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.input.read(buffer)
    }
}

impl<R: BufRead> BufRead for Pieces<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            return Err(io::Error::other(TooLong));
        }
        self.input.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.left = self.left.saturating_sub(amount);
        self.input.consume(amount);
    }
}
