//! Data to standard output, remarks to standard error.

use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use serde::Serialize;

use super::{arguments::Colour, report::Failure};
use crate::render;

/// Where the program writes.
#[derive(Debug, Clone, Copy)]
pub struct Output {
    colour: Colour,
    quiet: bool,
}

impl Output {
    /// With colour as asked for, and without remarks where `quiet`.
    pub fn new(colour: Colour, quiet: bool) -> Self {
        Self { colour, quiet }
    }

    fn choice(self, stream: &impl anstream::stream::RawStream) -> ColorChoice {
        match self.colour {
            Colour::Always => ColorChoice::AlwaysAnsi,
            Colour::Never => ColorChoice::Never,
            // Also asks NO_COLOR, CLICOLOR and TERM.
            Colour::Auto => AutoStream::choice(stream),
        }
    }

    /// Whether remarks have colour.
    pub fn colours_remarks(self) -> bool {
        self.choice(&io::stderr()) != ColorChoice::Never
    }

    /// Writes text whose ANSI styles are dropped where nobody sees them.
    ///
    /// # Errors
    ///
    /// Where it can't be written. A reader that has gone away is no error.
    pub fn text(self, text: &str) -> Result<(), Failure> {
        let stdout = io::stdout();
        let choice = self.choice(&stdout);
        let mut stream = AutoStream::new(stdout.lock(), choice);
        written(stream.write_all(text.as_bytes()).and_then(|()| stream.flush()))
    }

    /// Writes data as it is.
    ///
    /// # Errors
    ///
    /// As [`Output::text`].
    pub fn raw(self, text: &str) -> Result<(), Failure> {
        let mut stdout = io::stdout().lock();
        written(stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()))
    }

    /// Writes a value as indented JSON in which nothing can harm a terminal.
    ///
    /// # Errors
    ///
    /// As [`Output::text`].
    pub fn json(self, value: &impl Serialize) -> Result<(), Failure> {
        let mut stdout = BufWriter::with_capacity(1 << 16, io::stdout().lock());
        written(write_json(&mut stdout, value).and_then(|()| stdout.flush()))
    }

    /// Writes a value as YAML; as JSON, which is YAML too, where plain YAML could harm a terminal.
    ///
    /// # Errors
    ///
    /// As [`Output::text`].
    pub fn yaml(self, value: &impl Serialize) -> Result<(), Failure> {
        let text = serde_yaml::to_string(value).map_err(unwritable)?;
        if !render::needs_care(&text) {
            return self.raw(&text);
        }
        let text = serde_json::to_string_pretty(value).map_err(unwritable)?;
        self.raw(&format!("{}\n", render::json_in_yaml(&text)))
    }

    /// Says something beside the data, unless nobody wants to know.
    pub fn remark(self, text: &str) {
        if !self.quiet {
            self.complain(&format!("{text}\n"));
        }
    }

    /// Writes to standard error, whatever comes of it.
    pub fn complain(self, text: &str) {
        let stderr = io::stderr();
        let choice = self.choice(&stderr);
        // There is nobody left to tell.
        let _ = AutoStream::new(stderr.lock(), choice).write_all(text.as_bytes());
    }
}

/// Writes a value as indented JSON, piece by piece, with a line feed at its end.
///
/// # Errors
///
/// What the system says.
pub fn write_json(to: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer_pretty(Careful(to), value)?;
    to.write_all(b"\n")
}

/// Escapes what could harm a terminal. Pieces of JSON come whole: none ends inside a character.
struct Careful<'w, W>(&'w mut W);

impl<W: Write> Write for Careful<'_, W> {
    fn write(&mut self, piece: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(piece) {
            Ok(text) => self.0.write_all(render::json(text).as_bytes())?,
            Err(_) => self.0.write_all(piece)?,
        }
        Ok(piece.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Whether there is somebody to ask.
pub fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritable(error)),
        _ => Ok(()),
    }
}

fn unwritable(error: impl ToString) -> Failure {
    Failure::new("the output can't be written", "check where it goes").because(error)
}
