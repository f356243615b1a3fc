//! What AXL says when it doesn't answer.

use crate::wire::xml::Element;

/// A SOAP fault with AXL's details.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Fault {
    /// `axlcode`; 0 where there is none.
    pub(super) code: i64,
    /// `axlmessage`, else `faultstring`; without control characters and not long.
    pub(super) message: String,
}

/// What a fault means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Meaning {
    /// The answer would be over 8 MB; so many rows might fit.
    TooLarge(Option<u64>),
    /// All answers in progress are over 16 MB, others' too.
    Busy,
    /// No such table or column.
    Lacks,
    /// No such object.
    Missing,
    /// The statement can't be read.
    Syntax,
    /// Anything else.
    Other,
}

impl Fault {
    /// Reads the element `Fault`; the detail's `axlError` comes with and without a prefix.
    pub(super) fn of(element: &Element) -> Self {
        let detail = element.child("detail");
        let axl = detail.and_then(|detail| detail.children().iter().find(|c| is_error(c)));
        let part = |name: &str| {
            let inner = axl.map_or("", |axl| axl.at(&[name]));
            // Some put the parts straight into the detail.
            if inner.is_empty() { detail.map_or("", |detail| detail.at(&[name])) } else { inner }
        };
        let code = part("axlcode").parse().unwrap_or_default();
        let said = [part("axlmessage"), element.at(&["faultstring"])];
        let said = said.into_iter().find(|text| !text.is_empty()).unwrap_or("no reason given");
        let calm = said.chars().map(|c| if c.is_control() { ' ' } else { c });
        Self { code, message: calm.take(300).collect() }
    }

    /// What it means, by its code or, where that says little, by its words.
    pub(super) fn meaning(&self) -> Meaning {
        let words = self.message.to_ascii_lowercase();
        if words.contains("row fetch") || words.contains("query request too large") {
            return Meaning::TooLarge(suggested(&words));
        }
        if words.contains("maximum axl memory allocation consumed") {
            return Meaning::Busy;
        }
        match self.code {
            -206 | -217 => Meaning::Lacks,
            -201 => Meaning::Syntax,
            5007 => Meaning::Missing,
            _ if words.contains("is not in the database") && words.contains("table") => {
                Meaning::Lacks
            }
            _ if words.contains("not found in any table in the query") => Meaning::Lacks,
            _ if words.contains("a syntax error has occurred") => Meaning::Syntax,
            _ if words.starts_with("item not valid") && words.contains("was not found") => {
                Meaning::Missing
            }
            _ => Meaning::Other,
        }
    }
}

fn is_error(element: &Element) -> bool {
    element.name().eq_ignore_ascii_case("axlError")
}

/// The number in "Suggestive Row Fetch: less than 844 rows" (also "Suggested row fetch").
fn suggested(words: &str) -> Option<u64> {
    let (_, after) = words.split_once("row fetch")?;
    let from = after.find(|c: char| c.is_ascii_digit())?;
    let digits = &after[from..];
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    digits[..end].parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(code: i64, message: &str) -> Fault {
        Fault { code, message: message.into() }
    }

    #[test]
    fn a_throttle_fault_tells_how_many_rows_might_fit() {
        let said = "Query request too large. Total rows matched: 2816 rows. \
                    Suggestive Row Fetch: less than 844 rows";
        assert_eq!(fault(-1, said).meaning(), Meaning::TooLarge(Some(844)));
        let other = "Query request too large. Suggested row fetch less than 9 rows";
        assert_eq!(fault(-1, other).meaning(), Meaning::TooLarge(Some(9)));
        let bare = "Query request too large. Total rows matched: 2816 rows.";
        assert_eq!(fault(-1, bare).meaning(), Meaning::TooLarge(None));
    }

    #[test]
    fn other_faults_are_told_by_code_and_by_words() {
        let memory = "Maximum AXL Memory Allocation Consumed. Please retry once requests in \
                      progress have completed";
        assert_eq!(fault(-1, memory).meaning(), Meaning::Busy);
        assert_eq!(fault(-206, "x").meaning(), Meaning::Lacks);
        assert_eq!(fault(-217, "x").meaning(), Meaning::Lacks);
        let table = "The specified table (devicehlogdynamic) is not in the database.";
        assert_eq!(fault(-1, table).meaning(), Meaning::Lacks);
        let column = "Column (site) not found in any table in the query (or SLV is undefined).";
        assert_eq!(fault(5000, column).meaning(), Meaning::Lacks);
        assert_eq!(fault(-201, "A syntax error has occurred.").meaning(), Meaning::Syntax);
        let user = "Item not valid: The specified User was not found";
        assert_eq!(fault(5007, user).meaning(), Meaning::Missing);
        assert_eq!(fault(0, user).meaning(), Meaning::Missing);
        assert_eq!(fault(5003, "something").meaning(), Meaning::Other);
    }
}
