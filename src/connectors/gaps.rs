//! What speaks against a file's being whole.

/// Lines or items that leave it open who is in a file, and whether all of it is there.
pub(super) struct Gaps {
    key: String,
    unclosed: Option<u64>,
    cut: Option<u64>,
    ragged: Places,
    keyless: Places,
    /// `line`, `item`.
    place: &'static str,
}

/// The first few, and how many there are.
#[derive(Default)]
struct Places {
    first: Vec<u64>,
    count: u64,
}

impl Gaps {
    /// None yet; with the name of the key.
    pub(super) fn new(key: &str) -> Self {
        Self {
            key: key.to_owned(),
            unclosed: None,
            cut: None,
            ragged: Places::default(),
            keyless: Places::default(),
            place: "line",
        }
    }

    /// Counts items of a list rather than lines.
    pub(super) fn by_item(self) -> Self {
        Self { place: "item", ..self }
    }

    /// A row with a quote that is never closed.
    pub(super) fn unclosed(&mut self, at: u64) {
        self.unclosed = Some(at);
    }

    /// A last row that stops in the middle.
    pub(super) fn cut(&mut self, at: u64) {
        self.cut = Some(at);
    }

    /// A row that isn't divided as the header is.
    pub(super) fn ragged(&mut self, at: u64) {
        self.ragged.note(at);
    }

    /// A record that doesn't say who it is about.
    pub(super) fn keyless(&mut self, at: u64) {
        self.keyless.note(at);
    }

    /// Why nothing follows from the absence of a record among so many, where that is so.
    pub(super) fn because(&self, records: usize, none: &str) -> Option<String> {
        let Self { key, unclosed, cut, ragged, keyless, place } = self;
        let mut all = Vec::new();
        if records == 0 {
            all.push(none.to_owned());
        }
        if let Some(at) = unclosed {
            all.push(format!("a quote in the row from {place} {at} on is never closed"));
        }
        if let Some(at) = cut {
            all.push(format!("it stops in the middle of {place} {at}"));
        }
        if ragged.count > 0 {
            let are = if ragged.count == 1 { "is" } else { "are" };
            all.push(format!("{} {are} not divided as the header is", ragged.named(place)));
        }
        if keyless.count > 0 {
            let have = if keyless.count == 1 { "has" } else { "have" };
            let whom = "could be about anybody";
            all.push(format!("{} {have} no `{key}` and {whom}", keyless.named(place)));
        }
        (!all.is_empty()).then(|| all.join("; "))
    }
}

impl Places {
    const SHOWN: usize = 3;

    fn note(&mut self, at: u64) {
        self.count += 1;
        if self.first.len() < Self::SHOWN {
            self.first.push(at);
        }
    }

    fn named(&self, place: &str) -> String {
        let more = self.count - self.first.len() as u64;
        let mut all: Vec<String> = self.first.iter().map(u64::to_string).collect();
        if more > 0 {
            all.push(format!("{more} more"));
        }
        let s = if self.count == 1 { "" } else { "s" };
        match all.split_last() {
            Some((last, [])) => format!("{place}{s} {last}"),
            Some((last, rest)) => format!("{place}{s} {} and {last}", rest.join(", ")),
            None => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_without_gaps_is_whole() {
        assert_eq!(Gaps::new("id").because(1, "empty"), None);
    }

    #[test]
    fn every_gap_is_named_with_the_first_few_places() {
        let mut gaps = Gaps::new("id");
        assert_eq!(gaps.because(0, "empty").unwrap(), "empty");
        gaps.cut(9);
        gaps.ragged(3);
        (4..=6).for_each(|line| gaps.keyless(line));
        assert_eq!(
            gaps.because(4, "empty").unwrap(),
            "it stops in the middle of line 9; line 3 is not divided as the header is; \
             lines 4, 5 and 6 have no `id` and could be about anybody"
        );
        gaps.keyless(7);
        assert!(gaps.by_item().because(4, "").unwrap().contains("items 4, 5, 6 and 1 more have"));
    }
}
