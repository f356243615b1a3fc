//! How an answer is written: as differently as real clusters and releases write it.

use super::{envelope::Element, http::Reply};

/// An element of an answer.
#[derive(Debug, Clone)]
pub struct Node {
    pub name: String,
    pub attributes: Vec<(String, String)>,
    pub value: Value,
}

#[derive(Debug, Clone)]
pub enum Value {
    Null,
    Text(String),
    Children(Vec<Node>),
}

impl Node {
    pub fn new(name: &str, children: Vec<Node>) -> Self {
        Self { name: name.into(), attributes: Vec::new(), value: Value::Children(children) }
    }

    pub fn text(name: &str, text: impl Into<String>) -> Self {
        Self { name: name.into(), attributes: Vec::new(), value: Value::Text(text.into()) }
    }

    pub fn null(name: &str) -> Self {
        Self { name: name.into(), attributes: Vec::new(), value: Value::Null }
    }

    /// The same with an attribute more.
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.attributes.push((name.to_owned(), value.to_owned()));
        self
    }
}

impl Node {
    /// Its text; empty where it has none.
    pub fn words(&self) -> &str {
        match &self.value {
            Value::Text(text) => text,
            Value::Null | Value::Children(_) => "",
        }
    }

    /// Only what is asked for of it; all where nothing in particular is.
    pub fn asked(&self, wanted: &Element) -> Self {
        let Value::Children(children) = &self.value else { return self.clone() };
        let of = |child: &Self| {
            let wanted = wanted.child(&child.name)?;
            Some(child.asked(wanted))
        };
        let value = match wanted.children.as_slice() {
            [] => self.value.clone(),
            _ => Value::Children(children.iter().filter_map(of).collect()),
        };
        Self { value, ..self.clone() }
    }
}

/// What stands in `<return>`.
#[derive(Debug, Clone, Default)]
pub struct Returned(pub Vec<Node>);

/// Which of the ways in which answers differ this one takes.
#[derive(Debug, Clone, Copy)]
pub struct Style(pub usize);

impl Style {
    fn soap(self) -> &'static str {
        ["soapenv", "SOAP-ENV", "S"][self.0 % 3]
    }

    fn open(self) -> String {
        let (soap, declared) = (self.soap(), self.0 % 4 != 1);
        let declaration =
            if self.0.is_multiple_of(2) { "<?xml version='1.0' encoding='UTF-8'?>" } else { "" };
        // Sometimes `xsi` is declared where it is needed, sometimes on top.
        let xsi = if declared { XSI } else { "" };
        format!(
            "{declaration}<{soap}:Envelope xmlns:{soap}=\"http://schemas.xmlsoap.org/soap/envelope/\"\
             {xsi}><{soap}:Body>"
        )
    }

    fn close(self) -> String {
        format!("</{0}:Body></{0}:Envelope>", self.soap())
    }

    fn null(self, name: &str, out: &mut String) {
        *out += &match self.0 % 4 {
            0 => format!("<{name}/>"),
            1 => format!("<{name}{XSI} xsi:nil=\"true\"/>"),
            2 => format!("<{name}></{name}>"),
            _ => format!("<{name} xsi:nil=\"true\"/>"),
        };
    }

    fn text(self, text: &str, out: &mut String) {
        let plain = self.0 % 5 != 2;
        for c in text.chars() {
            match c {
                '&' if plain => *out += "&amp;",
                '<' if plain => *out += "&lt;",
                '>' => *out += "&gt;",
                '"' if self.0 % 2 == 1 => *out += "&quot;",
                '&' | '<' | '\r' => *out += &format!("&#{};", u32::from(c)),
                c if self.0 % 7 == 3 && u32::from(c) > 0xffff => {
                    *out += &format!("&#x{:x};", u32::from(c));
                }
                c => out.push(c),
            }
        }
    }

    fn node(self, node: &Node, out: &mut String) {
        let mut start = node.name.clone();
        for (name, value) in &node.attributes {
            let mut text = String::new();
            Style(1).text(value, &mut text);
            start += &format!(" {name}=\"{text}\"");
        }
        match &node.value {
            Value::Null if node.attributes.is_empty() => self.null(&start, out),
            Value::Null => *out += &format!("<{start}/>"),
            Value::Text(text) => {
                *out += &format!("<{start}>");
                self.text(text, out);
                *out += &format!("</{}>", node.name);
            }
            Value::Children(children) => {
                *out += &format!("<{start}>");
                // Children come in whatever order; never those of a list of equals.
                let equals = children.windows(2).any(|pair| pair[0].name == pair[1].name);
                let turned =
                    if equals || children.is_empty() { 0 } else { self.0 % children.len() };
                let (end, front) = children.split_at(turned);
                for child in front.iter().chain(end) {
                    self.node(child, out);
                }
                *out += &format!("</{}>", node.name);
                if self.0 % 3 == 1 {
                    out.push('\n');
                }
            }
        }
    }
}

const XSI: &str = " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";

/// The answer of an operation.
pub fn answer(style: Style, version: &str, operation: &str, returned: &Returned) -> Reply {
    let mut out = style.open();
    let name = format!("{operation}Response");
    let uri = format!("http://www.cisco.com/AXL/API/{version}");
    let (start, end) = match style.0 % 3 {
        0 => (format!("ns:{name} xmlns:ns=\"{uri}\""), format!("ns:{name}")),
        1 => (
            format!("axlapi:{name} xmlns:axlapi=\"{uri}\" sequence=\"1\""),
            format!("axlapi:{name}"),
        ),
        _ => (format!("{name} xmlns=\"{uri}\""), name),
    };
    out += &format!("<{start}>");
    if returned.0.is_empty() {
        out += ["<return/>", "<return></return>"][style.0 % 2];
    } else {
        out += "<return>";
        for node in &returned.0 {
            style.node(node, &mut out);
        }
        out += "</return>";
    }
    out += &format!("</{end}>");
    out += &style.close();
    let mut reply = Reply::new(200, "text/xml;charset=utf-8", out);
    reply.chunked = style.0 % 4 != 3;
    reply
}

/// A fault, with status 500.
pub fn fault(style: Style, version: &str, code: i32, words: &str) -> Reply {
    let mut text = String::new();
    style.text(words, &mut text);
    let (prefix, declared) = if style.0.is_multiple_of(2) {
        ("ns:", format!(" xmlns:ns=\"http://www.cisco.com/AXL/API/{version}\""))
    } else {
        ("", String::new())
    };
    let soap = style.soap();
    let body = format!(
        "{}<{soap}:Fault><faultcode>{soap}:Server</faultcode><faultstring>{text}</faultstring>\
         <detail><{prefix}axlError{declared}><axlcode>{code}</axlcode><axlmessage>{text}</axlmessage>\
         <request>executeSQLQuery</request></{prefix}axlError></detail></{soap}:Fault>{}",
        style.open(),
        style.close()
    );
    Reply::new(500, "text/xml;charset=utf-8", body)
}
