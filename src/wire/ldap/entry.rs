//! One entry of an answer, read without panicking from the crate's raw tree.

use ldap3::asn1::StructureTag;

use super::ber::Malformed;

/// An entry as the server gave it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its distinguished name; what is not UTF-8 in it is replaced.
    pub dn: String,
    /// Whether the name was UTF-8.
    pub dn_is_text: bool,
    /// Names as the server spells them, without options, each once; never without values.
    pub attributes: Vec<(String, Vec<Vec<u8>>)>,
    /// Attributes that were cut (Active Directory's MaxValRange), and how many values are there.
    pub(super) cut: Vec<(String, usize)>,
}

impl Entry {
    /// One that was not read from a server, such as a recorded one.
    pub fn new(dn: &str, attributes: Vec<(String, Vec<Vec<u8>>)>) -> Self {
        Self { dn: dn.to_owned(), dn_is_text: true, attributes, cut: Vec::new() }
    }

    /// Reads one.
    ///
    /// # Errors
    ///
    /// [`Malformed`] where the tree is not an entry.
    pub(super) fn read(tree: StructureTag) -> Result<Self, Malformed> {
        let mut parts = tree.expect_constructed().ok_or(Malformed)?.into_iter();
        let name = parts.next().and_then(StructureTag::expect_primitive).ok_or(Malformed)?;
        let list = parts.next().and_then(StructureTag::expect_constructed).ok_or(Malformed)?;
        let (dn, dn_is_text) = match String::from_utf8(name) {
            Ok(dn) => (dn, true),
            Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), false),
        };
        let mut entry = Self { dn, dn_is_text, ..Self::default() };
        for attribute in list {
            let mut parts = attribute.expect_constructed().ok_or(Malformed)?.into_iter();
            let name = parts.next().and_then(StructureTag::expect_primitive).ok_or(Malformed)?;
            let values =
                parts.next().and_then(StructureTag::expect_constructed).ok_or(Malformed)?;
            let values = values
                .into_iter()
                .map(|value| value.expect_primitive().ok_or(Malformed))
                .collect::<Result<Vec<_>, _>>()?;
            entry.add(&String::from_utf8_lossy(&name), values);
        }
        Ok(entry)
    }

    /// The values of an attribute, whatever its case; none where it is absent.
    pub fn values(&self, name: &str) -> &[Vec<u8>] {
        self.attributes
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(name))
            .map_or(&[], |(_, values)| values)
    }

    /// The first value of an attribute, where it is text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.values(name).first().and_then(|value| std::str::from_utf8(value).ok())
    }

    /// Adds what another reading of the same entry gave.
    pub(super) fn join(&mut self, part: Self) {
        for (name, values) in part.attributes {
            let more = part.cut.iter().any(|(cut, _)| *cut == name);
            let described = if more { format!("{name};range=0-0") } else { name };
            self.add(&described, values);
        }
    }

    fn add(&mut self, described: &str, values: Vec<Vec<u8>>) {
        let (name, end) = range(described);
        if values.is_empty() {
            return;
        }
        let known = self.attributes.iter().position(|(known, _)| known.eq_ignore_ascii_case(name));
        let at = known.unwrap_or_else(|| {
            self.attributes.push((name.to_owned(), Vec::new()));
            self.attributes.len() - 1
        });
        let list = &mut self.attributes[at].1;
        list.extend(values);
        if let Some(End::At(_)) = end {
            self.cut.push((name.to_owned(), list.len()));
        }
    }
}

/// How far the values of a `member;range=0-1499` reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// To the value of this number; more follow.
    At(usize),
    /// To the last.
    Last,
}

/// The name without options, and the end of its range where it has one (MS-ADTS 3.1.1.3.1.3.3).
pub(super) fn range(described: &str) -> (&str, Option<End>) {
    let mut options = described.split(';');
    let name = options.next().unwrap_or_default();
    let end = options
        .filter_map(|option| {
            let (key, bounds) = option.split_once('=')?;
            let (_, end) = bounds.split_once('-')?;
            key.eq_ignore_ascii_case("range").then_some(end)
        })
        .find_map(|end| match end {
            "*" => Some(End::Last),
            number => number.parse().ok().map(End::At),
        });
    (name, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_tells_how_far_it_reaches() {
        assert_eq!(range("member;range=0-1499"), ("member", Some(End::At(1499))));
        assert_eq!(range("member;Range=1500-*"), ("member", Some(End::Last)));
        assert_eq!(range("cn;lang-en"), ("cn", None));
    }

    #[test]
    fn the_empty_attribute_beside_a_range_is_nothing() {
        let mut entry = Entry::default();
        entry.add("member", vec![]);
        entry.add("member;range=0-1", vec![b"a".to_vec(), b"b".to_vec()]);
        assert_eq!(entry.values("MEMBER").len(), 2);
        assert_eq!(entry.cut, [("member".to_owned(), 2)]);
    }
}
