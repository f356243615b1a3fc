//! How far the work is: on standard error, only for eyes, only once it takes a while.

use std::{
    io::{self, IsTerminal},
    sync::mpsc::{self, RecvTimeoutError, Sender},
    thread,
    time::Duration,
};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::source::{Progress, Silent};

/// Nothing is shown before this.
const PATIENCE: Duration = Duration::from_secs(1);

/// All that is being worked at.
pub struct Board {
    shown: Option<(MultiProgress, Sender<()>)>,
}

impl Board {
    /// A board that shows itself when it is still there after a second; never where nobody looks.
    pub fn new(quiet: bool) -> Self {
        if quiet || !io::stderr().is_terminal() {
            return Self { shown: None };
        }
        let board = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        let (gone, over) = mpsc::channel::<()>();
        let later = board.clone();
        thread::spawn(move || {
            if let Err(RecvTimeoutError::Timeout) = over.recv_timeout(PATIENCE) {
                later.set_draw_target(ProgressDrawTarget::stderr());
            }
        });
        Self { shown: Some((board, gone)) }
    }

    /// A line for the reading of one source.
    pub fn reading(&self, source: &str) -> Box<dyn Progress> {
        let Some((board, _)) = &self.shown else { return Box::new(Silent) };
        let style =
            ProgressStyle::with_template("{spinner} {prefix}: {human_pos} records, {elapsed}");
        let bar = ProgressBar::new_spinner()
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()))
            .with_prefix(crate::render::safe(source).cut(60).to_string());
        let bar = board.add(bar);
        bar.enable_steady_tick(Duration::from_millis(200));
        Box::new(Line(bar))
    }
}

impl Drop for Board {
    fn drop(&mut self) {
        if let Some((board, _)) = &self.shown {
            // It was only ever decoration.
            let _ = board.clear();
        }
    }
}

struct Line(ProgressBar);

impl Progress for Line {
    fn advance(&self, count: u64) {
        self.0.inc(count);
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
