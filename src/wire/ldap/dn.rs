//! Distinguished names (RFC 4514), as far as places in a tree are concerned.

/// The parts of a name from the leaf to the root, each as type and value with escapes undone.
///
/// A part of several pairs (`cn=a+uid=b`) gives them joined. What can't be read is kept as it is.
fn parts(dn: &str) -> Vec<Vec<(String, String)>> {
    let mut parts = vec![vec![]];
    let (mut name, mut value) = (String::new(), Vec::<u8>::new());
    let (mut in_value, mut quoted, mut kept) = (false, false, 0);
    let mut bytes = dn.bytes().peekable();
    let finish = |name: &mut String, value: &mut Vec<u8>, kept: &mut usize| {
        while value.len() > *kept && value.last() == Some(&b' ') {
            value.pop();
        }
        *kept = 0;
        let text = String::from_utf8_lossy(&std::mem::take(value)).into_owned();
        (std::mem::take(name).trim().to_ascii_lowercase(), text)
    };
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' => {
                let first = bytes.next().unwrap_or(b'\\');
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let second = bytes.peek().copied().and_then(digit);
                match (digit(first), second) {
                    (Some(high), Some(low)) => {
                        bytes.next();
                        value.push((high << 4 | low) as u8);
                    }
                    _ => value.push(first),
                }
                kept = value.len();
            }
            b'"' if in_value => quoted = !quoted,
            b'=' if !in_value => in_value = true,
            b',' | b';' | b'+' if !quoted && in_value => {
                let pair = finish(&mut name, &mut value, &mut kept);
                if let Some(part) = parts.last_mut() {
                    part.push(pair);
                }
                if byte != b'+' {
                    parts.push(vec![]);
                }
                in_value = false;
            }
            _ if !in_value => name.push(char::from(byte)),
            b' ' if value.is_empty() => {}
            _ => value.push(byte),
        }
    }
    let pair = finish(&mut name, &mut value, &mut kept);
    if let Some(part) = parts.last_mut() {
        if !pair.0.is_empty() || !pair.1.is_empty() {
            part.push(pair);
        }
        part.sort();
    }
    parts.retain(|part| !part.is_empty());
    parts
}

/// A form in which two writings of the same name are equal: case and white space don't count.
pub fn normal(dn: &str) -> String {
    let mut normal = String::with_capacity(dn.len());
    for part in parts(dn) {
        for (name, value) in part {
            let words: Vec<_> = value.split_whitespace().collect();
            normal.push_str(&name);
            normal.push('=');
            normal.push_str(&words.join(" ").to_lowercase());
            normal.push('\0');
        }
        normal.push('\n');
    }
    normal
}

/// Whether a name stands at or below a base.
pub fn is_within(dn: &str, base: &str) -> bool {
    let (dn, base) = (normal(dn), normal(base));
    dn.ends_with(&base) && (dn.len() == base.len() || dn[..dn.len() - base.len()].ends_with('\n'))
}

/// The values of one type in a name (`ou`), from the top of the tree, the leaf's own left out.
pub fn ancestors(dn: &str, wanted: &str) -> Vec<String> {
    let mut found: Vec<_> = parts(dn)
        .into_iter()
        .skip(1)
        .flatten()
        .filter(|(name, _)| name.eq_ignore_ascii_case(wanted))
        .map(|(_, value)| value)
        .collect();
    found.reverse();
    found
}

/// Whether a text has the form of a name: `ou=Staff,dc=corp,dc=example`.
///
/// # Errors
///
/// A phrase that says what is wrong.
pub fn of(text: &str) -> Result<String, String> {
    let wrong = parts(text).iter().flatten().any(|(name, value)| {
        name.is_empty()
            || value.is_empty()
            || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.')
    });
    if wrong || parts(text).is_empty() {
        return Err(format!(
            "`{text}` is not a distinguished name, such as `OU=Staff,DC=corp,DC=example`"
        ));
    }
    Ok(text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_within_its_base_whatever_its_case_and_spaces() {
        assert!(is_within("CN=Ada,OU=Sales,DC=corp,DC=example", "ou=sales, dc=corp,dc=example"));
        assert!(is_within("OU=Sales,DC=corp", "OU=Sales,DC=corp"));
        assert!(!is_within("CN=Ada,OU=Presales,DC=corp", "OU=Sales,DC=corp"));
        assert!(!is_within("CN=Ada,OU=A\\,OU=Sales,DC=corp", "OU=Sales,DC=corp"));
    }

    #[test]
    fn escapes_of_both_kinds_are_undone() {
        assert_eq!(
            ancestors("CN=x,OU=R\\26D\\, \\+ \\\"West\\\" \\<\\>\\;\\=,OU=\\C3\\9Cber,DC=a", "ou"),
            ["Über", "R&D, + \"West\" <>;="]
        );
        assert_eq!(normal("CN=Smith\\, John,DC=a"), normal("cn=Smith\\2c John, dc=A"));
    }

    #[test]
    fn a_leading_number_sign_and_spaces_at_the_ends_are_kept() {
        assert_eq!(ancestors("cn=x,ou=\\#1\\ ,dc=a", "ou"), ["#1 "]);
    }

    #[test]
    fn what_is_no_name_is_told() {
        assert!(of("OU=Staff,DC=corp,DC=example").is_ok());
        for wrong in ["", "Staff", "OU=,DC=corp", "corp.example/Staff", "O U=x"] {
            assert!(of(wrong).is_err(), "{wrong}");
        }
    }
}
