//! One commit's facts as bytes.
//!
//! Numbers are little-endian. After the [`Head`] come the touches, the numbers, and the texts that
//! both point to; touches and numbers are of one size each and in the order of their hashes.

use std::collections::{BTreeMap, BTreeSet};

use git2::Oid;

use super::facts::{Facts, Hash, Mask, NumberFact, TouchFact};
use crate::directory::Text;

/// Bytes of a touch: hash, mask, where its folder stands.
const TOUCH: usize = 16 + 4 + 4;
/// Bytes of a number: hash, where the rest stands.
const NUMBER: usize = 16 + 4;

/// What a block begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) commit: Oid,
    /// Its first parent; none where it has none.
    pub(super) parent: Option<Oid>,
    /// Its committer's time, in seconds since 1970.
    pub(super) when: i64,
    pub(super) readable: bool,
    touches: u32,
    numbers: u32,
    /// Bytes of what follows the head.
    pub(super) body: u32,
    /// CRC-32 of the head before it and of the body.
    check: u32,
}

impl Head {
    /// Bytes of a head.
    pub(super) const SIZE: usize = 20 + 20 + 8 + 4 + 4 + 4 + 4 + 4;

    /// Reads it; nothing where it makes no sense.
    pub(super) fn read(bytes: &[u8; Self::SIZE]) -> Option<Self> {
        let mut at = Reader { bytes, at: 0 };
        let commit = Oid::from_bytes(at.take(20)?).ok()?;
        let parent = Oid::from_bytes(at.take(20)?).ok()?;
        let when = i64::from_le_bytes(at.take(8)?.try_into().ok()?);
        let flags = at.number()?;
        let (touches, numbers, body, check) =
            (at.number()?, at.number()?, at.number()?, at.number()?);
        let fits = TOUCH * touches as usize + NUMBER * numbers as usize <= body as usize;
        let parent = (!parent.is_zero()).then_some(parent);
        let readable = flags == 1;
        let head = Self { commit, parent, when, readable, touches, numbers, body, check };
        (fits && flags < 2).then_some(head)
    }

    fn write(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(Self::SIZE);
        out.extend_from_slice(self.commit.as_bytes());
        out.extend_from_slice(self.parent.unwrap_or(Oid::ZERO_SHA1).as_bytes());
        out.extend_from_slice(&self.when.to_le_bytes());
        for number in [u32::from(self.readable), self.touches, self.numbers, self.body, self.check]
        {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out
    }

    fn sum(&self, body: &[u8]) -> u32 {
        let mut sum = crc32fast::Hasher::new();
        sum.update(&self.write()[..Self::SIZE - 4]);
        sum.update(body);
        sum.finalize()
    }

    /// Whether this is the body that it was written with.
    pub(super) fn is_of(&self, body: &[u8]) -> bool {
        self.sum(body) == self.check
    }
}

/// Facts as bytes, head and body; nothing where they are more than a block can hold.
pub(super) fn write(commit: Oid, parent: Option<Oid>, when: i64, facts: &Facts) -> Option<Vec<u8>> {
    let Facts { readable, touches, numbers } = facts;
    let mut texts = Vec::new();
    let start = TOUCH * touches.len() + NUMBER * numbers.len();
    let mut body = Vec::with_capacity(start + 80 * numbers.len() + 64);
    let mut folders: BTreeMap<&str, u32> = BTreeMap::new();
    for TouchFact { who, mask, folder } in touches {
        let at = match folders.get(folder.as_str()) {
            Some(at) => *at,
            None => {
                let at = u32::try_from(start + texts.len()).ok()?;
                text(&mut texts, folder)?;
                folders.insert(folder, at);
                at
            }
        };
        body.extend_from_slice(who);
        body.extend_from_slice(&mask.0.to_le_bytes());
        body.extend_from_slice(&at.to_le_bytes());
    }
    for NumberFact { hash, pbx, number, given, person, name } in numbers {
        let at = u32::try_from(start + texts.len()).ok()?;
        texts.push(u8::from(*given));
        for part in [pbx, number, person, name] {
            text(&mut texts, part)?;
        }
        body.extend_from_slice(hash);
        body.extend_from_slice(&at.to_le_bytes());
    }
    body.append(&mut texts);
    let [touches, numbers, size] = [touches.len(), numbers.len(), body.len()].map(u32::try_from);
    let (touches, numbers, size) = (touches.ok()?, numbers.ok()?, size.ok()?);
    let mut head =
        Head { commit, parent, when, readable: *readable, touches, numbers, body: size, check: 0 };
    head.check = head.sum(&body);
    let mut block = head.write();
    block.append(&mut body);
    Some(block)
}

fn text(out: &mut Vec<u8>, text: &str) -> Option<()> {
    out.extend_from_slice(&u32::try_from(text.len()).ok()?.to_le_bytes());
    out.extend_from_slice(text.as_bytes());
    Some(())
}

/// A block whose body was held against its head.
pub(super) struct Block<'a> {
    pub(super) head: &'a Head,
    pub(super) body: &'a [u8],
}

impl Block<'_> {
    /// What it did to somebody.
    pub(super) fn touch(&self, who: &Hash) -> Option<(Mask, Text)> {
        let touches = self.body.get(..TOUCH * self.head.touches as usize)?;
        let (entries, _) = touches.as_chunks::<TOUCH>();
        let at = entries.binary_search_by(|entry| entry[..16].cmp(who)).ok()?;
        let mut entry = Reader { bytes: &entries[at], at: 16 };
        let mask = Mask(entry.number()?);
        let mut texts = Reader { bytes: self.body, at: entry.number()? as usize };
        Some((mask, texts.text()?))
    }

    /// What it did to a number, in each pbx; taken before given.
    pub(super) fn numbers(&self, number: &Hash) -> Vec<NumberFact> {
        let entries = self.entries();
        let start = entries.partition_point(|entry| entry[..16] < number[..]);
        let these = entries[start..].iter().take_while(|entry| entry[..16] == number[..]);
        these.filter_map(|entry| self.number(entry)).collect()
    }

    /// What it did to these numbers.
    pub(super) fn numbers_of(&self, wanted: &BTreeSet<Hash>) -> Vec<NumberFact> {
        let entries = self.entries();
        if wanted.len() < entries.len() / 16 {
            return wanted.iter().flat_map(|number| self.numbers(number)).collect();
        }
        let is_wanted = |entry: &&[u8; NUMBER]| {
            entry.first_chunk::<16>().is_some_and(|hash| wanted.contains(hash))
        };
        entries.iter().filter(is_wanted).filter_map(|entry| self.number(entry)).collect()
    }

    /// What it did to all numbers, in the order of their hashes.
    pub(super) fn all_numbers(&self) -> impl Iterator<Item = NumberFact> {
        self.entries().iter().filter_map(|entry| self.number(entry))
    }

    fn entries(&self) -> &[[u8; NUMBER]] {
        let start = TOUCH * self.head.touches as usize;
        let end = start + NUMBER * self.head.numbers as usize;
        self.body.get(start..end).map_or(&[], |entries| entries.as_chunks().0)
    }

    fn number(&self, entry: &[u8; NUMBER]) -> Option<NumberFact> {
        let mut hash = [0; 16];
        hash.copy_from_slice(&entry[..16]);
        let at = Reader { bytes: entry, at: 16 }.number()? as usize;
        let mut texts = Reader { bytes: self.body, at };
        let given = texts.take(1)? == [1];
        let (pbx, number) = (texts.text()?, texts.text()?);
        let (person, name) = (texts.text()?, texts.text()?);
        Some(NumberFact { hash, pbx, number, given, person, name })
    }
}

/// Bytes, and how far they have been read.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let end = self.at.checked_add(count)?;
        let taken = self.bytes.get(self.at..end)?;
        self.at = end;
        Some(taken)
    }

    fn number(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn text(&mut self) -> Option<Text> {
        let size = self.number()? as usize;
        Some(std::str::from_utf8(self.take(size)?).ok()?.into())
    }
}

#[cfg(test)]
mod tests {
    use proptest::{collection::vec, prelude::*};

    use super::{super::facts::hash, *};

    fn facts(ids: &[String]) -> Facts {
        let mut facts = Facts { readable: true, ..Facts::default() };
        for (at, id) in ids.iter().enumerate() {
            let folder = format!("team-{}", at % 2).into();
            facts.touches.push(TouchFact { who: hash(id), mask: Mask(at as u32 + 1), folder });
            facts.numbers.push(NumberFact {
                hash: hash("4021"),
                pbx: "main".into(),
                number: "4021".into(),
                given: at % 2 == 0,
                person: id.as_str().into(),
                name: "Zoë".into(),
            });
        }
        facts.touches.sort();
        facts.touches.dedup_by(|one, other| one.who == other.who);
        facts.numbers.sort();
        facts
    }

    fn opened(block: &[u8]) -> Option<(Head, &[u8])> {
        let (head, body) = block.split_at_checked(Head::SIZE)?;
        let head = Head::read(head.try_into().ok()?)?;
        (head.body as usize == body.len() && head.is_of(body)).then_some((head, body))
    }

    proptest! {
        #[test]
        fn what_is_written_is_found(ids in vec(any::<String>(), 0..12), when in any::<i64>()) {
            let facts = facts(&ids);
            let commit = Oid::from_bytes(&[7; 20]).unwrap();
            let bytes = write(commit, None, when, &facts).unwrap();
            let (head, body) = opened(&bytes).unwrap();
            prop_assert_eq!((head.commit, head.parent, head.when), (commit, None, when));
            let block = Block { head: &head, body };
            for TouchFact { who, mask, folder } in &facts.touches {
                prop_assert_eq!(block.touch(who), Some((*mask, folder.clone())));
            }
            prop_assert_eq!(block.touch(&hash("nobody at all")), None);
            prop_assert_eq!(block.numbers(&hash("4021")), facts.numbers.clone());
            prop_assert_eq!(block.all_numbers().collect::<Vec<_>>(), facts.numbers.clone());
            prop_assert_eq!(block.numbers(&hash("4022")), []);
            let wanted = [hash("4021"), hash("4022")].into();
            prop_assert_eq!(block.numbers_of(&wanted), facts.numbers);
        }

        #[test]
        fn a_bit_that_is_another_is_seen(ids in vec(any::<String>(), 0..6), at in any::<prop::sample::Index>(), bit in 0..8) {
            let mut bytes = write(Oid::from_bytes(&[7; 20]).unwrap(), None, 5, &facts(&ids)).unwrap();
            let at = at.index(bytes.len());
            bytes[at] ^= 1_u8 << bit;
            prop_assert!(opened(&bytes).is_none());
        }
    }
}
