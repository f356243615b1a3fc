//! Searches: page by page, and whole only when the server has said so.

use std::collections::BTreeSet;

use ldap3::{
    LdapError, LdapResult, ResultEntry, Scope,
    asn1::StructureTag,
    controls::{MakeCritical, PagedResults, RawControl},
};

use super::{ANSWER, Connection, Entry, Failure, ber};

/// Paged results, RFC 2696.
pub(super) const PAGED: &str = "1.2.840.113556.1.4.319";

/// LDAP_SERVER_DOMAIN_SCOPE_OID: no referrals to other domains.
const DOMAIN_SCOPE: &str = "1.2.840.113556.1.4.1339";

/// LDAP_SERVER_SHOW_DELETED_OID.
const SHOW_DELETED: &str = "1.2.840.113556.1.4.417";

/// More entries, values or pages than any directory has: a server that sends them is broken.
const MOST: usize = 20_000_000;

/// Pages in a row without an entry, after which the server is taken for broken.
const EMPTY_PAGES: usize = 100;

/// What is asked of a whole tree.
#[derive(Debug, Clone)]
pub struct Search<'a> {
    /// Where the tree begins.
    pub base: &'a str,
    /// Which entries are wanted.
    pub filter: &'a str,
    /// Which of their attributes; never empty, `1.1` for none.
    pub attributes: &'a [String],
    /// How many entries a page has.
    pub page_size: u32,
    /// Whether to ask Active Directory for no referrals.
    pub domain_scope: bool,
    /// Whether to ask Active Directory for deleted objects.
    pub deleted: bool,
    /// Whether the first page is enough: such an answer proves nothing about who is absent.
    pub sample: bool,
}

/// A search that ended well: every page ended in success, and the last had an empty cookie.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Answer {
    /// How many pages there were.
    pub pages: usize,
    /// Where the server said that more is; never followed.
    pub referrals: Vec<String>,
}

impl Connection {
    /// Reads all entries that a search takes, giving each as it comes.
    ///
    /// # Errors
    ///
    /// [`Failure`] at the first page that did not end in success, at a lost connection, at a
    /// server that does not page or never comes to an end. What was given until then is true, and
    /// not all.
    pub fn search(
        &mut self,
        search: &Search<'_>,
        found: &mut dyn FnMut(Entry),
    ) -> Result<Answer, Failure> {
        let mut answer = Answer::default();
        let mut cookie = Vec::new();
        let mut begun = BTreeSet::new();
        let (mut total, mut empty) = (0, 0);
        loop {
            let mut controls = vec![
                PagedResults { size: page_size(search.page_size), cookie: cookie.clone() }
                    .critical()
                    .into(),
            ];
            if search.domain_scope {
                controls.push(control(DOMAIN_SCOPE, false));
            }
            if search.deleted {
                controls.push(control(SHOW_DELETED, true));
            }
            let mut page = Page::default();
            let read = self.page(
                search.base,
                Scope::Subtree,
                search.filter,
                search.attributes,
                controls,
                &mut page,
            );
            total += page.entries.len();
            tracing::debug!("ldap: page {}: {} entries", answer.pages + 1, page.entries.len());
            empty = if page.entries.is_empty() { empty + 1 } else { 0 };
            let again = page.entries.first().is_some_and(|first| !begun.insert(first.dn.clone()));
            for mut entry in page.entries {
                self.complete(&mut entry)?;
                found(entry);
            }
            answer.referrals.append(&mut page.referrals);
            let result = read?;
            answer.pages += 1;
            cookie = next(&result).ok_or_else(|| {
                Failure::new(
                    format!("`{}` ignores that pages were asked for", self.host()),
                    "ask whoever runs the server to allow the paged results control (RFC 2696)",
                )
            })?;
            if cookie.is_empty() || search.sample {
                return Ok(answer);
            }
            if again || total > MOST || empty >= EMPTY_PAGES {
                return Err(Failure::new(
                    format!(
                        "the pages of `{}` have no end: page {} repeats",
                        self.host(),
                        answer.pages
                    ),
                    "ask whoever runs the server to look at its paged results control",
                ));
            }
        }
    }

    /// Reads one object by its name, with every value of the attributes.
    ///
    /// # Errors
    ///
    /// [`Failure`]; its code is 32 where there is no such object.
    pub fn object(
        &mut self,
        dn: &str,
        attributes: &[String],
        deleted: bool,
    ) -> Result<Option<Entry>, Failure> {
        let controls = if deleted { vec![control(SHOW_DELETED, true)] } else { vec![] };
        let mut page = Page::default();
        self.page(dn, Scope::Base, "(objectClass=*)", attributes, controls, &mut page)?;
        let mut entry = page.entries.into_iter().next();
        if let Some(entry) = &mut entry {
            self.complete(entry)?;
        }
        Ok(entry)
    }

    /// Fetches the values beyond what the server gave at once (MaxValRange).
    fn complete(&mut self, entry: &mut Entry) -> Result<(), Failure> {
        while let Some((name, have)) = entry.cut.pop() {
            let more = [format!("{name};range={have}-*")];
            let mut page = Page::default();
            self.page(&entry.dn, Scope::Base, "(objectClass=*)", &more, vec![], &mut page)?;
            let part = page.entries.into_iter().next().unwrap_or_default();
            let before = entry.values(&name).len();
            entry.join(part);
            if entry.values(&name).len() == before || before > MOST {
                return Err(Failure::new(
                    format!(
                        "`{}` gives no more than {before} values of `{name}` of `{}`",
                        self.host(),
                        entry.dn
                    ),
                    "try again: the object may have changed while it was read",
                ));
            }
        }
        Ok(())
    }

    /// One exchange: what was read stands in `page`, even where it did not end well.
    fn page(
        &mut self,
        base: &str,
        scope: Scope,
        filter: &str,
        attributes: &[String],
        controls: Vec<RawControl>,
        page: &mut Page,
    ) -> Result<LdapResult, Failure> {
        let read = self.wait(async |ldap| {
            let mut stream = ldap
                .with_timeout(ANSWER)
                .with_controls(controls)
                .streaming_search(base, scope, filter, attributes)
                .await?;
            while let Some(item) = stream.next().await? {
                page.take(item)?;
            }
            Ok::<_, LdapError>(stream.finish().await)
        });
        let result = read.map_err(|error| self.lost(&error))?;
        match result.rc {
            0 => Ok(result),
            code => {
                let mut text = result.text.clone();
                if let (10, Some(first)) = (code, result.refs.first()) {
                    text.clone_from(first);
                }
                Err(Failure::search(base, self.host(), code, &text))
            }
        }
    }
}

/// What one exchange gave.
#[derive(Default)]
struct Page {
    entries: Vec<Entry>,
    referrals: Vec<String>,
}

impl Page {
    fn take(&mut self, item: ResultEntry) -> Result<(), LdapError> {
        if item.is_ref() {
            let addresses = item.0.expect_constructed().unwrap_or_default();
            let texts = addresses.into_iter().filter_map(StructureTag::expect_primitive);
            self.referrals.extend(texts.map(|text| String::from_utf8_lossy(&text).into_owned()));
        } else if !item.is_intermediate() {
            // The guard has already refused what is not an entry.
            self.entries.push(Entry::read(item.0).map_err(|_| LdapError::DecodingUTF8)?);
        }
        Ok(())
    }
}

fn control(name: &str, critical: bool) -> RawControl {
    RawControl { ctype: name.to_owned(), crit: critical, val: None }
}

fn page_size(size: u32) -> i32 {
    i32::try_from(size).unwrap_or(i32::MAX)
}

/// The cookie for the next page, empty at the end; nothing where the server did not page.
fn next(result: &LdapResult) -> Option<Vec<u8>> {
    let value = result.ctrls.iter().find(|control| control.1.ctype == PAGED)?.1.val.as_ref()?;
    let both = ber::expect(value, 0x30).ok()?;
    let size = ber::expect(both.content, 0x02).ok()?;
    ber::expect(size.rest, 0x04).ok().map(|cookie| cookie.content.to_vec())
}
