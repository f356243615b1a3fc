//! Records that were found to be one person, and by which rule they came together.

/// Sets of records that only grow together. They are small, so nothing is done for large ones.
#[derive(Debug)]
pub(super) struct Clusters {
    parent: Vec<u32>,
    /// The step at which a record's set was put under its parent's.
    step: Vec<u16>,
    /// The next member of the set, round and round.
    next: Vec<u32>,
    size: Vec<u16>,
}

impl Clusters {
    /// Each record by itself.
    pub(super) fn new(count: usize) -> Self {
        let alone: Vec<u32> = (0..).take(count).collect();
        Self { parent: alone.clone(), step: vec![0; count], next: alone, size: vec![1; count] }
    }

    /// The record that stands for the set.
    pub(super) fn root(&self, mut at: u32) -> u32 {
        while self.parent[at as usize] != at {
            at = self.parent[at as usize];
        }
        at
    }

    /// All of the set.
    pub(super) fn members(&self, at: u32) -> impl Iterator<Item = u32> {
        let mut next = Some(at);
        std::iter::from_fn(move || {
            let this = next?;
            next = Some(self.next[this as usize]).filter(|next| *next != at);
            Some(this)
        })
    }

    /// Puts two sets together.
    pub(super) fn join(&mut self, a: u32, b: u32, step: u16) {
        let (a, b) = (self.root(a), self.root(b));
        if a == b {
            return;
        }
        // The smaller under the larger; of equal ones the later under the earlier.
        let a_is_first = (self.size[b as usize], a) <= (self.size[a as usize], b);
        let (over, under) = if a_is_first { (a, b) } else { (b, a) };
        self.parent[under as usize] = over;
        self.step[under as usize] = step;
        self.size[over as usize] =
            self.size[over as usize].saturating_add(self.size[under as usize]);
        self.next.swap(over as usize, under as usize);
    }

    /// The step at which two records came together; none where they didn't, or are the same.
    pub(super) fn step(&self, a: u32, b: u32) -> Option<u16> {
        let above = |mut at: u32| {
            let mut way = vec![(at, 0)];
            let mut last = 0;
            while self.parent[at as usize] != at {
                last = last.max(self.step[at as usize]);
                at = self.parent[at as usize];
                way.push((at, last));
            }
            way
        };
        let (from_a, from_b) = (above(a), above(b));
        from_a.iter().find_map(|(at, one)| {
            let (_, other) = from_b.iter().find(|(other, _)| other == at)?;
            (a != b).then_some(*one.max(other))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sets_know_their_members_and_when_they_met() {
        let mut clusters = Clusters::new(6);
        clusters.join(4, 1, 0);
        clusters.join(3, 5, 1);
        clusters.join(5, 4, 2);
        let mut members: Vec<u32> = clusters.members(3).collect();
        members.sort();
        assert_eq!(members, [1, 3, 4, 5]);
        assert_eq!(clusters.members(0).collect::<Vec<_>>(), [0]);
        assert_eq!(clusters.step(1, 4), Some(0));
        assert_eq!(clusters.step(5, 3), Some(1));
        assert_eq!((clusters.step(1, 3), clusters.step(1, 5)), (Some(2), Some(2)));
        assert_eq!((clusters.step(0, 1), clusters.step(1, 1)), (None, None));
        assert_eq!(clusters.root(1), clusters.root(3));
    }
}
