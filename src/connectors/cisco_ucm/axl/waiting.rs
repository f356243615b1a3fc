//! How long to wait before a question is asked again, and how often.

use std::{iter::FusedIterator, time::Duration};

use backon::{BackoffBuilder, ExponentialBuilder};

/// The longest wait that a server may ask for.
const LONGEST: Duration = Duration::from_secs(120);

/// A server that is busy (503, its memory used up): 2, 4, 8, 16, 32 s and a little.
const BUSY: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_secs(2))
    .with_factor(2.0)
    .with_max_delay(Duration::from_secs(60))
    .with_max_times(5);

/// A connection that broke: soon again, as a server often just closes one that was idle.
const LOST: ExponentialBuilder = ExponentialBuilder::new()
    .with_min_delay(Duration::from_millis(100))
    .with_factor(3.0)
    .with_max_delay(Duration::from_secs(10))
    .with_max_times(4);

/// What is left of the patience with one question.
pub(super) struct Patience {
    busy: Box<dyn FusedIterator<Item = Duration>>,
    lost: Box<dyn FusedIterator<Item = Duration>>,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            busy: Box::new(BUSY.with_jitter().build().fuse()),
            lost: Box::new(LOST.with_jitter().build().fuse()),
        }
    }
}

impl Patience {
    /// How long to leave a busy server alone, which may have asked for a time (`Retry-After` in
    /// seconds); nothing where it was asked often enough.
    pub(super) fn busy(&mut self, asked: Option<&str>) -> Option<Duration> {
        let ours = self.busy.next()?;
        let asked = asked.and_then(|seconds| seconds.trim().parse().ok()).map(Duration::from_secs);
        Some(asked.map_or(ours, |asked| asked.min(LONGEST)))
    }

    /// How long to wait after a connection broke; nothing where that was often enough.
    pub(super) fn lost(&mut self) -> Option<Duration> {
        self.lost.next()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_busy_server_is_left_alone_for_longer_each_time() {
        let mut patience = Patience::default();
        let waits: Vec<f32> =
            std::iter::from_fn(|| patience.busy(None)).map(|wait| wait.as_secs_f32()).collect();
        assert_eq!(waits.len(), 5);
        for (nth, wait) in waits.iter().enumerate() {
            let least = 2_f32.powi(nth as i32 + 1);
            assert!((least..=2.0 * least).contains(wait), "{waits:?}");
        }
    }

    #[test]
    fn a_server_may_ask_for_a_time_within_bounds() {
        let mut patience = Patience::default();
        assert_eq!(patience.busy(Some("7")), Some(Duration::from_secs(7)));
        assert_eq!(patience.busy(Some("0")), Some(Duration::ZERO));
        assert_eq!(patience.busy(Some("86400")), Some(LONGEST));
        let date = patience.busy(Some("Wed, 21 Oct 2026 07:28:00 GMT")).unwrap();
        assert!(date >= Duration::from_secs(16) && date <= Duration::from_secs(32), "{date:?}");
    }
}
