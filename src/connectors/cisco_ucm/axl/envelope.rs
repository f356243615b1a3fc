//! A request as SOAP 1.1: the operation's own element is in AXL's namespace, all within it in none.

/// What stands in the element of an operation.
#[derive(Debug, Default)]
pub(super) struct Body {
    xml: String,
    refused: Option<char>,
}

impl Body {
    /// An element with a text, escaped.
    pub(super) fn text(&mut self, name: &str, text: &str) {
        self.within(name, |body| text.chars().for_each(|character| body.character(character)));
    }

    /// An element with others in it.
    pub(super) fn within(&mut self, name: &str, inner: impl FnOnce(&mut Self)) {
        self.xml.extend(["<", name, ">"]);
        inner(self);
        self.xml.extend(["</", name, ">"]);
    }

    /// An element without content.
    pub(super) fn empty(&mut self, name: &str) {
        self.xml.extend(["<", name, "/>"]);
    }

    fn character(&mut self, character: char) {
        match character {
            '&' => self.xml.push_str("&amp;"),
            '<' => self.xml.push_str("&lt;"),
            '>' => self.xml.push_str("&gt;"),
            '"' => self.xml.push_str("&quot;"),
            '\'' => self.xml.push_str("&apos;"),
            '\t' | '\n' | '\r' => self.xml.push_str(&format!("&#{};", u32::from(character))),
            character if character.is_control() => self.refused = Some(character),
            '\u{fffe}' | '\u{ffff}' => self.refused = Some(character),
            character => self.xml.push(character),
        }
    }

    /// What was written.
    ///
    /// # Errors
    ///
    /// A character that XML can't carry.
    pub(super) fn finish(self) -> Result<String, char> {
        self.refused.map_or(Ok(self.xml), Err)
    }
}

/// The whole request. `operation` is one of our own names.
pub(super) fn envelope(version: &str, operation: &str, body: &str) -> String {
    format!(
        "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:ns=\"http://www.cisco.com/AXL/API/{version}\"><soapenv:Body>\
         <ns:{operation}>{body}</ns:{operation}></soapenv:Body></soapenv:Envelope>"
    )
}

/// The value of the header `SOAPAction`; its version is always the body's.
pub(super) fn action(version: &str, operation: &str) -> String {
    format!("\"CUCM:DB ver={version} {operation}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_can_leave_its_element() {
        let mut body = Body::default();
        body.text("sql", "a < 'b' & \"c\" ]]> \n é");
        assert_eq!(
            body.finish().unwrap(),
            "<sql>a &lt; &apos;b&apos; &amp; &quot;c&quot; ]]&gt; &#10; é</sql>"
        );
    }

    #[test]
    fn control_characters_are_refused() {
        for wrong in ["\0", "\u{1b}", "\u{85}", "\u{ffff}"] {
            let mut body = Body::default();
            body.text("sql", wrong);
            assert!(body.finish().is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn the_version_is_the_same_in_header_and_body() {
        assert_eq!(action("12.5", "getCCMVersion"), "\"CUCM:DB ver=12.5 getCCMVersion\"");
        assert_eq!(
            envelope("12.5", "getCCMVersion", ""),
            "<soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
             xmlns:ns=\"http://www.cisco.com/AXL/API/12.5\"><soapenv:Body>\
             <ns:getCCMVersion></ns:getCCMVersion></soapenv:Body></soapenv:Envelope>"
        );
    }
}
