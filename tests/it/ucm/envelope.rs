//! A request's envelope, held against what the vendor's schema says of every one of them.

use quick_xml::{
    events::Event,
    name::{Namespace, ResolveResult},
    reader::NsReader,
};

const SOAP: &str = "http://schemas.xmlsoap.org/soap/envelope/";
const AXL: &str = "http://www.cisco.com/AXL/API/";

/// An element and what is in it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    /// Empty for a name without one.
    pub namespace: String,
    pub attributes: Vec<(String, String)>,
    pub text: String,
    pub children: Vec<Element>,
}

impl Element {
    /// The first child with this name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|child| child.name == name)
    }

    /// The text of the first child with this name.
    pub fn text_of(&self, name: &str) -> Option<&str> {
        self.child(name).map(|child| child.text.as_str())
    }
}

/// The operation that an envelope asks for, and the version that its namespace names.
///
/// # Errors
///
/// What the vendor would refuse, in words.
pub fn operation(body: &str) -> Result<(Element, String), String> {
    let envelope = tree(body)?;
    let soap = |element: &Element, name: &str| {
        if element.name == name && element.namespace == SOAP {
            Ok(())
        } else {
            Err(format!("`{}` of `{}` for `{name}`", element.name, element.namespace))
        }
    };
    soap(&envelope, "Envelope")?;
    let body = match envelope.children.as_slice() {
        [body] => body,
        [header, body] => {
            soap(header, "Header")?;
            body
        }
        _ => return Err("an envelope of neither one nor two parts".into()),
    };
    soap(body, "Body")?;
    let [operation] = body.children.as_slice() else {
        return Err("a body with not exactly one operation".into());
    };
    let Some(version) = operation.namespace.strip_prefix(AXL) else {
        return Err(format!("an operation of `{}`", operation.namespace));
    };
    fn unqualified(element: &Element) -> Result<(), String> {
        element.children.iter().try_for_each(|child| {
            if !child.namespace.is_empty() {
                return Err(format!("`{}` is qualified", child.name));
            }
            if !child.children.is_empty() && !child.text.trim().is_empty() {
                return Err(format!("`{}` has both text and elements", child.name));
            }
            unqualified(child)
        })
    }
    unqualified(operation)?;
    Ok((operation.clone(), version.to_owned()))
}

fn tree(body: &str) -> Result<Element, String> {
    let wrong = |error: &dyn std::fmt::Display| format!("no XML: {error}");
    let mut reader = NsReader::from_str(body);
    let mut open: Vec<Element> = Vec::new();
    let mut root = None;
    loop {
        let (namespace, event) = reader.read_resolved_event().map_err(|e| wrong(&e))?;
        let namespace = match namespace {
            ResolveResult::Bound(Namespace(uri)) => uri.to_owned(),
            ResolveResult::Unbound => String::new(),
            ResolveResult::Unknown(prefix) => return Err(format!("unknown prefix {prefix:?}")),
        };
        let closed = match event {
            Event::Start(ref start) | Event::Empty(ref start) => {
                let mut element = Element {
                    name: start.local_name().as_ref().to_owned(),
                    namespace,
                    ..Element::default()
                };
                for attribute in start.attributes() {
                    let attribute = attribute.map_err(|e| wrong(&e))?;
                    let name: &str = attribute.key.as_ref();
                    if !name.starts_with("xmlns") {
                        element.attributes.push((name.to_owned(), attribute.value.to_string()));
                    }
                }
                open.push(element);
                matches!(event, Event::Empty(_))
            }
            Event::End(_) => true,
            Event::Text(text) => {
                let text = text.xml10_content();
                match open.last_mut() {
                    Some(element) => element.text += &text,
                    None if text.trim().is_empty() => {}
                    None => return Err("text outside of the envelope".into()),
                }
                false
            }
            Event::GeneralRef(entity) => {
                let c = match entity.resolve_char_ref().map_err(|e| wrong(&e))? {
                    Some(c) => c,
                    None => match &*entity {
                        "lt" => '<',
                        "gt" => '>',
                        "amp" => '&',
                        "quot" => '"',
                        "apos" => '\'',
                        other => return Err(format!("the entity `{other}`")),
                    },
                };
                open.last_mut().ok_or("an entity outside of the envelope")?.text.push(c);
                false
            }
            Event::CData(text) => {
                let element = open.last_mut().ok_or("text outside of the envelope")?;
                element.text += &text.xml10_content();
                false
            }
            Event::DocType(_) | Event::PI(_) => return Err("more than elements".into()),
            Event::Eof => break,
            Event::Decl(_) | Event::Comment(_) => false,
        };
        if closed {
            let element = open.pop().ok_or("an end without a start")?;
            match open.last_mut() {
                Some(parent) => parent.children.push(element),
                None if root.is_none() => root = Some(element),
                None => return Err("two documents".into()),
            }
        }
    }
    if !open.is_empty() {
        return Err("no XML: it ends in the middle".into());
    }
    root.ok_or_else(|| "no XML: nothing".into())
}
