//! A small piece of a document as a tree.

use std::io::BufRead;

use super::{Fault, Step, Tag, Xml, malformed};

/// How many bytes one tree may come from.
const TREE: u64 = 1 << 20;

/// An element with all that is in it, by local names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    name: Box<str>,
    attributes: Vec<(String, String)>,
    text: String,
    children: Vec<Element>,
}

impl Element {
    /// The element of a tag that was just read, up to its end.
    ///
    /// # Errors
    ///
    /// [`Fault`], also where it is too large to be held as a tree.
    pub fn read<R: BufRead>(opened: Opened, xml: &mut Xml<R>) -> Result<Self, Fault> {
        let start = xml.position();
        let mut open = vec![opened.0];
        loop {
            if xml.position() - start > TREE {
                return Err(malformed(format!(
                    "an element in it is longer than {} MB",
                    TREE >> 20
                )));
            }
            match xml.step()? {
                Step::Open(tag) => open.push(Opened::of(&tag).0),
                Step::Text(part) => {
                    if let Some(element) = open.last_mut() {
                        element.text.push_str(&part);
                    }
                }
                Step::Close => {
                    let Some(mut closed) = open.pop() else { return Err(Fault::Ended) };
                    let trimmed = closed.text.trim_ascii();
                    if trimmed.len() != closed.text.len() {
                        closed.text = trimmed.to_owned();
                    }
                    match open.last_mut() {
                        Some(parent) => parent.children.push(closed),
                        None => return Ok(closed),
                    }
                }
                Step::Aside => {}
                Step::End => return Err(Fault::Ended),
            }
        }
    }

    /// The local name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its own text without blanks at either end; empty where there is none.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// An attribute by its local name; empty where it isn't there.
    pub fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The first child of that local name.
    pub fn child(&self, name: &str) -> Option<&Self> {
        self.children.iter().find(|child| &*child.name == name)
    }

    /// The text of the element that a path of local names leads to; empty where there is none.
    pub fn at(&self, path: &[&str]) -> &str {
        let found = path.iter().try_fold(self, |element, name| element.child(name));
        found.map_or("", Self::text)
    }

    /// All children, in their order.
    pub fn children(&self) -> &[Self] {
        &self.children
    }

    /// The children of that local name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| &*child.name == name)
    }
}

/// What is known of an element where it begins.
pub struct Opened(Element);

impl Opened {
    /// Of a tag.
    pub fn of(tag: &Tag<'_>) -> Self {
        let (name, attributes) = (tag.name().into(), tag.attributes());
        Self(Element { name, attributes, ..Element::default() })
    }
}
