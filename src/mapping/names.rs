//! Names in expressions: what a bare one looks like, and which one was meant.

/// Words that are never a name.
const KEYWORDS: [&str; 13] = [
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "none", "True", "False", "None",
];

/// The text as one attribute's name, where it is nothing else: `ipPhone`, `msRTCSIP-Line`,
/// `Staff No`, `user.phone`.
///
/// Words of letters, digits, `_`, `-` and `.` with single spaces between; none of them an operator.
/// `a-b` is a name, as LDAP's are; texts can't be subtracted anyway.
pub(super) fn bare(source: &str) -> Option<&str> {
    let name = source.trim();
    let word = |word: &str| {
        word.starts_with(|c: char| c.is_alphanumeric() || c == '_')
            && word.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
            && !KEYWORDS.contains(&word)
    };
    let starts = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (starts && name.split(' ').all(word)).then_some(name)
}

/// The known word that was probably meant; none where nothing is near.
pub(crate) fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = plain(word);
    let reach = (wanted.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&wanted, &plain(candidate)), candidate))
        .filter(|(distance, _)| *distance <= reach)
        .min()
        .map(|(_, candidate)| candidate)
}

/// A word without what people get wrong first: case, spaces, `_` and `-`.
fn plain(word: &str) -> String {
    let letters = word.chars().filter(|c| !matches!(c, ' ' | '_' | '-'));
    letters.flat_map(char::to_lowercase).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_may_have_hyphens_dots_and_spaces() {
        for name in ["ipPhone", "msRTCSIP-Line", "Staff No", "user.phone", "Größe", "_x", "E-Mail"]
        {
            assert_eq!(bare(name), Some(name));
        }
        assert_eq!(bare(" mail "), Some("mail"));
    }

    #[test]
    fn what_could_be_an_expression_is_no_bare_name() {
        for source in
            ["a or b", "not x", "'x'", "42", "a - b", "a | digits", "true", "", "a  b", "x is y"]
        {
            assert_eq!(bare(source), None, "{source}");
        }
    }

    #[test]
    fn the_nearest_word_is_near() {
        let known = ["telephoneNumber", "mobile", "job_title"];
        assert_eq!(nearest("telephonenumber", known), Some("telephoneNumber"));
        assert_eq!(nearest("jobTitel", known), Some("job_title"));
        assert_eq!(nearest("fax", known), None);
    }
}
