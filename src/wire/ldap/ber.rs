//! Reads BER one element at a time, without trusting what it reads.

/// What is not BER as LDAP uses it (RFC 4511 section 5.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("malformed BER")]
pub struct Malformed;

/// One element: its tag, its content, and what follows it.
pub struct Element<'a> {
    /// Class, form and number in one byte: LDAP needs no more.
    pub tag: u8,
    /// What it holds.
    pub content: &'a [u8],
    /// What stands behind it.
    pub rest: &'a [u8],
}

/// Deepest nesting that is read; a filter may nest, an answer never passes eight.
const DEEPEST: u8 = 32;

/// Takes the first element off.
///
/// # Errors
///
/// [`Malformed`] for a tag of several bytes, a length that is indefinite, of more than four bytes
/// or longer than what is there.
pub fn first(bytes: &[u8]) -> Result<Element<'_>, Malformed> {
    let (&tag, bytes) = bytes.split_first().ok_or(Malformed)?;
    if tag & 0x1f == 0x1f {
        return Err(Malformed);
    }
    let (&short, mut bytes) = bytes.split_first().ok_or(Malformed)?;
    let mut length = usize::from(short);
    if short >= 0x80 {
        let count = usize::from(short & 0x7f);
        let (digits, rest) = bytes.split_at_checked(count).ok_or(Malformed)?;
        if count == 0 || count > 4 {
            return Err(Malformed);
        }
        length = digits.iter().fold(0, |length, &digit| length << 8 | usize::from(digit));
        bytes = rest;
    }
    let (content, rest) = bytes.split_at_checked(length).ok_or(Malformed)?;
    Ok(Element { tag, content, rest })
}

/// Takes the first element off, which must have that tag.
///
/// # Errors
///
/// [`Malformed`] as [`first`], and for another tag.
pub fn expect(bytes: &[u8], tag: u8) -> Result<Element<'_>, Malformed> {
    first(bytes).and_then(|element| if element.tag == tag { Ok(element) } else { Err(Malformed) })
}

/// Whether these bytes are elements all the way down, and nowhere too deep.
///
/// # Errors
///
/// [`Malformed`] where they are not.
pub fn check(bytes: &[u8]) -> Result<(), Malformed> {
    fn within(mut bytes: &[u8], depth: u8) -> Result<(), Malformed> {
        if depth > DEEPEST {
            return Err(Malformed);
        }
        while !bytes.is_empty() {
            let element = first(bytes)?;
            if element.tag & 0x20 != 0 {
                within(element.content, depth + 1)?;
            }
            bytes = element.rest;
        }
        Ok(())
    }
    within(bytes, 0)
}

/// A non-negative number of at most four bytes.
///
/// # Errors
///
/// [`Malformed`] where it is none.
pub fn number(content: &[u8]) -> Result<u32, Malformed> {
    match content {
        [] => Err(Malformed),
        [high, ..] if *high >= 0x80 || content.len() > 4 => Err(Malformed),
        _ => Ok(content.iter().fold(0, |number, &byte| number << 8 | u32::from(byte))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_element_ends_where_its_length_says() {
        let element = first(&[4, 2, b'a', b'b', 9]).unwrap();
        assert_eq!((element.tag, element.content, element.rest), (4, &b"ab"[..], &[9][..]));
    }

    #[test]
    fn a_length_beyond_what_is_there_is_malformed() {
        assert!(first(&[4, 3, b'a', b'b']).is_err());
        assert!(first(&[4, 0x84, 0xff, 0xff, 0xff, 0xff]).is_err());
        assert!(first(&[4, 0x80, 0, 0]).is_err());
    }

    #[test]
    fn deep_nesting_is_refused_before_the_stack_ends() {
        let mut bytes = Vec::new();
        for _ in 0..100 {
            bytes.splice(0..0, [0x30, u8::try_from(bytes.len().min(127)).unwrap()]);
            if bytes.len() > 120 {
                break;
            }
        }
        assert_eq!(check(&bytes), Err(Malformed));
    }

    #[test]
    fn no_bytes_at_all_make_it_panic() {
        let mut seed = 1_u32;
        for length in 0..600 {
            let bytes: Vec<u8> = (0..length % 40)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    (seed >> 24) as u8
                })
                .collect();
            let _ = check(&bytes);
            let _ = number(&bytes);
        }
    }
}
