//! The cookies of a session, which stand for the login.

/// How many are kept, and how long one may be.
const MOST: usize = 16;
const LONGEST: usize = 4096;

/// Names and values, in the order in which they came.
#[derive(Default)]
pub(super) struct Cookies(Vec<(String, String)>);

impl Cookies {
    /// Takes what `Set-Cookie` says; a value without an end replaces the one of that name.
    pub(super) fn take<'h>(&mut self, headers: impl Iterator<Item = &'h str>) {
        for header in headers {
            let mut parts = header.split(';').map(str::trim);
            let Some((name, value)) = parts.next().and_then(|pair| pair.split_once('=')) else {
                continue;
            };
            let (name, value) = (name.trim(), value.trim());
            let gone = value.is_empty()
                || parts.any(|part| part.to_ascii_lowercase().replace(' ', "") == "max-age=0");
            self.0.retain(|(known, _)| known != name);
            let fits = header.len() <= LONGEST && self.0.len() < MOST && !name.is_empty();
            if fits && !gone {
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    /// The value of the header `Cookie`; nothing where there are none.
    pub(super) fn line(&self) -> Option<String> {
        let pairs: Vec<String> =
            self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        (!pairs.is_empty()).then(|| pairs.join("; "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_sets_is_sent_back() {
        let mut cookies = Cookies::default();
        assert_eq!(cookies.line(), None);
        cookies.take(
            ["JSESSIONIDSSO=A1; Path=/; Secure; HttpOnly", "JSESSIONID=b=c; Path=/axl"].into_iter(),
        );
        assert_eq!(cookies.line().as_deref(), Some("JSESSIONIDSSO=A1; JSESSIONID=b=c"));
        cookies.take(["JSESSIONIDSSO=A2; Path=/"].into_iter());
        assert_eq!(cookies.line().as_deref(), Some("JSESSIONID=b=c; JSESSIONIDSSO=A2"));
        cookies.take(["JSESSIONIDSSO=x; Max-Age=0", "JSESSIONID=", "nonsense"].into_iter());
        assert_eq!(cookies.line(), None);
    }

    #[test]
    fn a_flood_of_cookies_is_not_kept() {
        let mut cookies = Cookies::default();
        let many: Vec<String> = (0..100).map(|nth| format!("c{nth}=1")).collect();
        cookies.take(many.iter().map(String::as_str));
        let long = format!("long={}", "x".repeat(5000));
        cookies.take([long.as_str()].into_iter());
        assert_eq!(cookies.line().map(|line| line.split("; ").count()), Some(MOST));
    }
}
