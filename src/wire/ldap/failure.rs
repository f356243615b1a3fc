//! What LDAP's refusals mean, each with what to do about it.

use crate::source::FetchError;

/// A request that had no good end.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{problem}")]
pub struct Failure {
    /// The server's result code (RFC 4511), where it gave one.
    pub code: Option<u32>,
    /// What happened, with the address.
    pub problem: String,
    /// What the reader can do.
    pub help: String,
}

impl From<Failure> for FetchError {
    fn from(failure: Failure) -> Self {
        Self::Server { problem: failure.problem, help: failure.help }
    }
}

impl Failure {
    /// One without a result code.
    pub fn new(problem: impl Into<String>, help: impl Into<String>) -> Self {
        Self { code: None, problem: problem.into(), help: help.into() }
    }

    /// Whether the server's answer shows that a setting is wrong, however often it is asked again.
    pub fn is_a_wrong_setting(&self) -> bool {
        matches!(self.code, Some(1 | 2 | 7 | 8 | 10 | 12 | 13 | 18 | 21 | 32 | 34 | 48 | 49 | 50))
    }

    /// A refused login; `text` is the server's diagnostic.
    pub(super) fn login(user: &str, host: &str, code: u32, text: &str) -> Self {
        let (why, help) = match (code, sub_code(text)) {
            (49, Some(data)) => match meaning(data) {
                Some((why, help)) => (format!("{why} (data {data})"), help),
                None => (format!("data {data}"), WRONG_PASSWORD),
            },
            (49, None) => ("user or password is wrong".into(), WRONG_PASSWORD),
            (8 | 13, _) => (
                "the server wants the connection encrypted".into(),
                "write `ldaps://` in `url:`, or set `start_tls: true`",
            ),
            (48 | 7, _) => (
                format!("it does not take a password here ({})", shown(code, text)),
                "ask whoever runs the server how programs sign in",
            ),
            (32 | 34, _) => (
                "`user` is not a name that it knows".into(),
                "write `user:` as a distinguished name (`cn=reader,dc=example,dc=com`)",
            ),
            _ => (shown(code, text), "ask whoever runs the server what that means there"),
        };
        Self {
            code: Some(code),
            problem: format!("`{host}` refused the login of `{user}`: {why}"),
            help: help.into(),
        }
    }

    /// A refused search under `base`.
    pub(super) fn search(base: &str, host: &str, code: u32, text: &str) -> Self {
        let shown = shown(code, text);
        let (problem, help) = match code {
            32 => (
                format!("`{host}` has no `{base}`, or does not show it to this user"),
                "check `base:` (and `group:`) and what the user may read; some servers say this \
                 where reading is not allowed",
            ),
            34 => (
                format!("`{base}` is not a name that `{host}` takes: {shown}"),
                "write it as a distinguished name: `OU=Staff,DC=corp,DC=example`",
            ),
            10 => (
                format!("`{host}` does not hold `{base}` and points to another server: {shown}"),
                "write in `url:` the server that holds it; a referral in place of an answer is not followed",
            ),
            3 | 4 | 11 => (
                format!("`{host}` stopped at a limit of its own: {shown}"),
                "ask for the limit to be lifted for this user, or narrow `base:` or `filter:`",
            ),
            1 if text.contains("authentication") || text.contains("bind") => (
                format!("`{host}` shows nothing to whoever is not logged in"),
                "set `bind: { user: …, password: … }`",
            ),
            8 | 13 => (
                format!("`{host}` wants the connection encrypted: {shown}"),
                "write `ldaps://` in `url:`, or set `start_tls: true`",
            ),
            12 => (
                format!("`{host}` can't give its answer in pages: {shown}"),
                "ask whoever runs the server to allow the paged results control (RFC 2696)",
            ),
            50 => (
                format!("the user may not read `{base}` on `{host}`: {shown}"),
                "have the user given the right to list and read there",
            ),
            51..=53 => (
                format!("`{host}` did not want to answer: {shown}"),
                "try again later, and ask whoever runs the server if it stays so",
            ),
            _ => (
                format!("`{host}` ended the search of `{base}` with {shown}"),
                "ask whoever runs the server what that means there",
            ),
        };
        Self { code: Some(code), problem, help: help.into() }
    }
}

const WRONG_PASSWORD: &str = "check `bind:`; Active Directory takes a user as \
     `reader@corp.example`, `CORP\\reader` or a distinguished name, other servers only the last";

/// The number in "AcceptSecurityContext error, data 52e, v4563".
fn sub_code(text: &str) -> Option<&str> {
    let data = text.split_once("data ")?.1;
    let end = data.find(|character: char| !character.is_ascii_hexdigit()).unwrap_or(data.len());
    Some(&data[..end]).filter(|data| !data.is_empty())
}

/// What Active Directory's number in a refused login means (MS-ERREF; facts of [MS-ADTS]).
fn meaning(data: &str) -> Option<(&'static str, &'static str)> {
    Some(match data {
        "525" => ("there is no such user", "check `user:` in `bind:`"),
        "52e" => ("user or password is wrong", WRONG_PASSWORD),
        "530" => ("the user may not log in at this hour", "lift the account's logon hours"),
        "531" => ("the user may not log in from this machine", "lift the account's workstations"),
        "532" => ("the password has expired", "set a new one, and let it not expire"),
        "533" => ("the account is disabled", "have the account enabled"),
        "701" => ("the account has expired", "have the account's end date moved"),
        "773" => (
            "the password must be changed at the next login",
            "set a new one without `User must change password at next logon`",
        ),
        "775" => ("the account is locked out", "have it unlocked, and look who tried to log in"),
        _ => return None,
    })
}

fn shown(code: u32, text: &str) -> String {
    let text: String = text.chars().filter(|character| !character.is_control()).take(200).collect();
    let word = match code {
        1 => "operationsError",
        2 => "protocolError",
        3 => "timeLimitExceeded",
        4 => "sizeLimitExceeded",
        7 => "authMethodNotSupported",
        8 => "strongerAuthRequired",
        10 => "referral",
        11 => "adminLimitExceeded",
        12 => "unavailableCriticalExtension",
        13 => "confidentialityRequired",
        18 => "inappropriateMatching",
        32 => "noSuchObject",
        34 => "invalidDNSyntax",
        48 => "inappropriateAuthentication",
        49 => "invalidCredentials",
        50 => "insufficientAccessRights",
        51 => "busy",
        52 => "unavailable",
        53 => "unwillingToPerform",
        80 => "other",
        _ => "code",
    };
    if text.is_empty() { format!("{word} ({code})") } else { format!("{word} ({code}): {text}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn active_directorys_number_in_a_refused_login_is_told_in_words() {
        let text = "80090308: LdapErr: DSID-0C09041C, comment: AcceptSecurityContext error, data 532, v4563";
        let failure = Failure::login("svc@corp.example", "dc1", 49, text);
        assert_eq!(
            failure.problem,
            "`dc1` refused the login of `svc@corp.example`: the password has expired (data 532)"
        );
    }

    #[test]
    fn every_number_that_microsoft_documents_has_its_own_words() {
        let mut seen: Vec<_> = ["525", "52e", "530", "531", "532", "533", "701", "773", "775"]
            .map(|data| meaning(data).unwrap().0)
            .into();
        seen.dedup();
        assert_eq!(seen.len(), 9);
        assert_eq!(meaning("52f"), None);
    }

    #[test]
    fn what_a_server_says_is_told_without_control_characters() {
        assert_eq!(shown(80, "a\u{1b}[31mb\n"), "other (80): a[31mb");
    }
}
