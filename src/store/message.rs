//! Commits as values: who made them, when, and what they say.

use jiff::Timestamp;

use super::{StoreError, text::hides};

/// What a new commit says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line: `staff, phones: 2 added, 9 changed, 1 disabled`.
    pub subject: String,
    /// The changes, folded by meaning; may be empty.
    pub body: String,
    /// `Plan`, `Base`, `Source` (several), `Applied-by`, in this order.
    pub trailers: Vec<(&'static str, String)>,
    /// When the run was made: author's and committer's time, to the second.
    pub when: Timestamp,
    /// Digest of the manifest that made it, `sha256:…`.
    pub manifest: String,
}

/// A commit of the state repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// 40 hexadecimal digits.
    pub id: String,
    /// The committer's time.
    pub when: Timestamp,
    /// `Name <address>` of the author.
    pub author: String,
    /// The first line.
    pub subject: String,
    /// What follows, without the trailers.
    pub body: String,
    /// Name and value of each line of the last paragraph, in order.
    pub trailers: Vec<(String, String)>,
}

impl Message {
    /// The text that git keeps: nothing in it hides, or passes for a trailer.
    pub(super) fn text(&self) -> String {
        let mut text = line(&self.subject);
        if text.is_empty() {
            text.push_str("the directory");
        }
        let body: Vec<String> = self.body.lines().map(line).collect();
        let body = body.join("\n");
        if !body.trim().is_empty() {
            text.push_str("\n\n");
            text.push_str(body.trim_matches('\n'));
        }
        text.push_str("\n\n");
        for (name, value) in &self.trailers {
            text.push_str(&format!("{name}: {}\n", line(value).trim()));
        }
        text.truncate(text.trim_end().len());
        text.push('\n');
        text
    }
}

/// A text on one line; what hides becomes `?`, but for spaces.
fn line(text: &str) -> String {
    let show = |c: char| match c {
        c if c.is_whitespace() => ' ',
        c if hides(c) => '?',
        c => c,
    };
    text.chars().map(show).collect::<String>().trim_end().to_owned()
}

impl Commit {
    /// Takes a commit of git apart.
    pub(super) fn of(commit: &git2::Commit<'_>) -> Self {
        let text = String::from_utf8_lossy(commit.message_bytes()).into_owned();
        let (subject, body, trailers) = parts(&text);
        let author = commit.author();
        let author = format!(
            "{} <{}>",
            String::from_utf8_lossy(author.name_bytes()),
            String::from_utf8_lossy(author.email_bytes())
        );
        let when = Timestamp::from_second(commit.time().seconds()).unwrap_or_default();
        Self { id: commit.id().to_string(), when, author, subject, body, trailers }
    }

    /// The value of the first trailer of that name.
    pub fn trailer(&self, name: &str) -> Option<&str> {
        self.trailers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Subject, body and trailers of a message.
fn parts(text: &str) -> (String, String, Vec<(String, String)>) {
    let text = text.trim_end();
    let (subject, rest) = text.split_once('\n').unwrap_or((text, ""));
    let rest = rest.trim_matches('\n');
    let (body, last) = rest.rsplit_once("\n\n").unwrap_or(("", rest));
    let trailers: Option<Vec<_>> = last.lines().map(trailer).collect();
    match trailers {
        Some(trailers) if !trailers.is_empty() => {
            (subject.into(), body.trim_end().into(), trailers)
        }
        _ => (subject.into(), rest.into(), Vec::new()),
    }
}

fn trailer(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(": ")?;
    let word = |c: char| c.is_ascii_alphanumeric() || c == '-';
    (!name.is_empty() && name.chars().all(word)).then(|| (name.into(), value.trim().into()))
}

/// Reads `Name <address>`.
pub(super) fn author(text: &str) -> Result<(String, String), StoreError> {
    let parts = text.trim().strip_suffix('>').and_then(|text| text.split_once('<'));
    let plain = |text: &str| !text.is_empty() && !text.contains(['<', '>', '\n', '\0']);
    match parts.map(|(name, address)| (name.trim(), address.trim())) {
        Some((name, address)) if plain(name) && plain(address) => Ok((name.into(), address.into())),
        _ => Err(StoreError::BadSetting {
            key: "author",
            value: text.into(),
            wanted: "a name and an address: `Rollbook <rollbook@corp.example>`",
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: &str) -> Message {
        Message {
            subject: "staff: 1 changed".into(),
            body: body.into(),
            trailers: vec![("Plan", "abc".into()), ("Source", "staff 3 complete\nPlan: x".into())],
            when: Timestamp::UNIX_EPOCH,
            manifest: String::new(),
        }
    }

    #[test]
    fn a_message_is_read_as_it_was_written() {
        let text = message("~ Ada\n\n~ Zoë\u{1b}[31m\u{202e}").text();
        assert_eq!(
            text,
            "staff: 1 changed\n\n~ Ada\n\n~ Zoë?[31m?\n\nPlan: abc\nSource: staff 3 complete Plan: x\n"
        );
        let (subject, body, trailers) = parts(&text);
        assert_eq!(subject, "staff: 1 changed");
        assert_eq!(body, "~ Ada\n\n~ Zoë?[31m?");
        assert_eq!(trailers[0], ("Plan".into(), "abc".into()));
    }

    #[test]
    fn a_body_cannot_pass_for_trailers() {
        let (_, body, trailers) = parts(&message("x\n\nPlan: forged").text());
        assert_eq!(body, "x\n\nPlan: forged");
        assert_eq!(trailers.len(), 2);
        assert_eq!(trailers[0].1, "abc");
    }

    #[test]
    fn an_author_is_a_name_and_an_address() {
        assert_eq!(author("Ada L <ada@x>").unwrap(), ("Ada L".into(), "ada@x".into()));
        for text in ["", "Ada", "Ada <>", "<a@x>", "Ada <a@x> x", "A <<b>>"] {
            assert!(author(text).is_err(), "{text}");
        }
    }
}
