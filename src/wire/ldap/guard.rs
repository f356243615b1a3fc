//! Stands between the network and the `ldap3` crate, and lets only sound messages through.
//!
//! The crate's decoder has no limit on the size or the nesting of a message and panics on one that
//! is malformed. So the network is read here: each message is held against RFC 4511 before the
//! crate sees it, and only what reads may leave: bind, unbind, search and abandon.

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::io::{
    AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, BufWriter,
};

use super::ber::{self, Malformed};

/// Longest message that is read, in bytes; an entry has some hundreds.
const LONGEST: usize = 16 << 20;

/// Why a connection ended, where that is known; shared with whoever waits for an answer.
pub(super) type Ending = Arc<Mutex<Option<String>>>;

/// What answers are awaited: message id and the request's tag.
type Awaited = Mutex<BTreeMap<u32, u8>>;

/// What a mutex holds; nobody panics while holding one of these.
pub(super) fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const BIND: u8 = 0x60;
const UNBIND: u8 = 0x42;
const SEARCH: u8 = 0x63;
const ABANDON: u8 = 0x50;
const SEARCH_DONE: u8 = 0x65;
pub(super) const EXTENDED: u8 = 0x78;

/// Carries messages both ways until one side ends; `ending` then says why.
pub(super) async fn carry<N, C>(network: N, client: C, ending: Ending)
where
    N: AsyncRead + AsyncWrite,
    C: AsyncRead + AsyncWrite,
{
    let awaited = Awaited::default();
    let (from_network, to_network) = tokio::io::split(network);
    let (from_client, to_client) = tokio::io::split(client);
    let why = tokio::select! {
        why = outwards(from_client, to_network, &awaited) => why,
        why = inwards(from_network, to_client, &awaited) => why,
    };
    held(&ending).get_or_insert(why);
}

/// Requests, until the client has none any more.
async fn outwards(
    client: impl AsyncRead + Unpin,
    mut network: impl AsyncWrite + Unpin,
    awaited: &Awaited,
) -> String {
    let mut client = BufReader::new(client);
    loop {
        let message = match message(&mut client).await {
            Ok(Some(message)) => message,
            _ => return "it was closed here".into(),
        };
        match envelope(&message) {
            Ok((id, operation, _)) if matches!(operation, BIND | SEARCH) => {
                held(awaited).insert(id, operation);
            }
            Ok((_, UNBIND | ABANDON, _)) => {}
            _ => return "a request that does more than read was held back".into(),
        }
        let sent = async {
            network.write_all(&message).await?;
            network.flush().await
        };
        if let Err(error) = sent.await {
            return format!("a request could not be sent: {error}");
        }
    }
}

/// Answers, each held against what was asked.
async fn inwards(
    network: impl AsyncRead + Unpin,
    client: impl AsyncWrite + Unpin,
    awaited: &Awaited,
) -> String {
    let mut client = BufWriter::with_capacity(64 << 10, client);
    let why = deliver(network, &mut client, awaited).await;
    // What came before the fault is still of use; whether it arrives changes nothing.
    let _ = client.flush().await;
    why
}

async fn deliver(
    network: impl AsyncRead + Unpin,
    client: &mut (impl AsyncWrite + Unpin),
    awaited: &Awaited,
) -> String {
    let mut network = BufReader::with_capacity(64 << 10, network);
    loop {
        let message = match message(&mut network).await {
            Ok(Some(message)) => message,
            Ok(None) => return "the server closed it".into(),
            Err(error) => return error.to_string(),
        };
        match envelope(&message) {
            Ok((0, EXTENDED, body)) => return farewell(body),
            Ok((id, operation, body)) => {
                if let Err(why) = expected(id, operation, body, awaited) {
                    return why;
                }
            }
            Err(Malformed) => return "the server sent a malformed message".into(),
        }
        let mut delivered = client.write_all(&message).await;
        if delivered.is_ok() && network.buffer().is_empty() {
            delivered = client.flush().await;
        }
        if delivered.is_err() {
            return "it was closed here".into();
        }
    }
}

/// Whether an answer is sound and belongs to something that was asked.
fn expected(id: u32, operation: u8, body: &[u8], awaited: &Awaited) -> Result<(), String> {
    let mut awaited = held(awaited);
    let request = awaited.get(&id).copied();
    let sound = match (request, operation) {
        (Some(BIND), 0x61) | (Some(SEARCH), SEARCH_DONE) => {
            awaited.remove(&id);
            result(body).is_ok()
        }
        (Some(SEARCH), 0x64) => entry(body).is_ok(),
        (Some(SEARCH), 0x73) => texts(body).is_ok(),
        (Some(SEARCH), 0x79) => ber::check(body).is_ok(),
        _ => return Err("the server sent an answer to nothing that was asked".into()),
    };
    if sound { Ok(()) } else { Err("the server sent a malformed answer".into()) }
}

/// What a notice of disconnection says (RFC 4511 section 4.4.1).
fn farewell(body: &[u8]) -> String {
    match result(body) {
        Ok((_, text)) if !text.is_empty() => {
            let text: String = text.chars().filter(|c| !c.is_control()).take(200).collect();
            format!("the server ended it: {text}")
        }
        Ok((code, _)) => format!("the server ended it with code {code}"),
        Err(Malformed) => "the server ended it".into(),
    }
}

/// Reads one message off; nothing at the end of the stream.
pub(super) async fn message(
    stream: &mut (impl AsyncBufReadExt + Unpin),
) -> io::Result<Option<Vec<u8>>> {
    let mut message = vec![0; 2];
    if stream.fill_buf().await?.is_empty() {
        return Ok(None);
    }
    stream.read_exact(&mut message).await?;
    let mut length = usize::from(message[1]);
    if length >= 0x80 {
        let count = length & 0x7f;
        if count == 0 || count > 4 {
            return Err(io::Error::other("the server sent what is not LDAP"));
        }
        message.resize(2 + count, 0);
        stream.read_exact(&mut message[2..]).await?;
        length = message[2..].iter().fold(0, |length, &byte| length << 8 | usize::from(byte));
    }
    if message[0] != 0x30 {
        return Err(io::Error::other("the server sent what is not LDAP"));
    }
    if length > LONGEST {
        return Err(io::Error::other(format!(
            "the server announced a message of {length} bytes, and {LONGEST} are the most"
        )));
    }
    let read = stream.take(length as u64).read_to_end(&mut message).await?;
    if read < length {
        return Err(io::Error::other("the server closed it in the middle of a message"));
    }
    Ok(Some(message))
}

/// Message id, operation and the operation's content; the controls are held against their shape.
pub(super) fn envelope(message: &[u8]) -> Result<(u32, u8, &[u8]), Malformed> {
    let whole = ber::expect(message, 0x30)?;
    let id = ber::expect(whole.content, 0x02)?;
    let operation = ber::first(id.rest)?;
    let number = ber::number(id.content)?;
    // Active Directory's notice of disconnection has its object id behind the operation.
    if !operation.rest.is_empty() && number != 0 {
        let controls = ber::expect(operation.rest, 0xa0)?;
        if !controls.rest.is_empty() {
            return Err(Malformed);
        }
        check_controls(controls.content)?;
    }
    Ok((number, operation.tag, operation.content))
}

fn check_controls(mut bytes: &[u8]) -> Result<(), Malformed> {
    while !bytes.is_empty() {
        let control = ber::expect(bytes, 0x30)?;
        let name = ber::expect(control.content, 0x04)?;
        text(name.content)?;
        let mut rest = name.rest;
        if rest.first() == Some(&0x01) {
            let critical = ber::first(rest)?;
            if critical.content.len() != 1 {
                return Err(Malformed);
            }
            rest = critical.rest;
        }
        if !rest.is_empty() && !ber::expect(rest, 0x04)?.rest.is_empty() {
            return Err(Malformed);
        }
        bytes = control.rest;
    }
    Ok(())
}

/// Code and text of a result (RFC 4511 section 4.1.9).
pub(super) fn result(body: &[u8]) -> Result<(u32, &str), Malformed> {
    let code = ber::expect(body, 0x0a)?;
    let matched = ber::expect(code.rest, 0x04)?;
    let diagnostic = ber::expect(matched.rest, 0x04)?;
    text(matched.content)?;
    let mut rest = diagnostic.rest;
    while !rest.is_empty() {
        let more = ber::first(rest)?;
        match more.tag {
            0xa3 => texts(more.content)?,
            0x87 | 0x8a | 0x8b => {}
            _ => return Err(Malformed),
        }
        rest = more.rest;
    }
    Ok((ber::number(code.content)?, text(diagnostic.content)?))
}

/// An entry has a name and attributes, each with a name and values.
fn entry(body: &[u8]) -> Result<(), Malformed> {
    let name = ber::expect(body, 0x04)?;
    let attributes = ber::expect(name.rest, 0x30)?;
    if !attributes.rest.is_empty() {
        return Err(Malformed);
    }
    let mut bytes = attributes.content;
    while !bytes.is_empty() {
        let attribute = ber::expect(bytes, 0x30)?;
        let name = ber::expect(attribute.content, 0x04)?;
        let values = ber::expect(name.rest, 0x31)?;
        let mut value = values.content;
        while !value.is_empty() {
            value = ber::expect(value, 0x04)?.rest;
        }
        if !values.rest.is_empty() {
            return Err(Malformed);
        }
        bytes = attribute.rest;
    }
    Ok(())
}

fn texts(mut bytes: &[u8]) -> Result<(), Malformed> {
    while !bytes.is_empty() {
        let element = ber::expect(bytes, 0x04)?;
        text(element.content)?;
        bytes = element.rest;
    }
    Ok(())
}

fn text(bytes: &[u8]) -> Result<&str, Malformed> {
    std::str::from_utf8(bytes).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_result_without_a_search_is_held_back() {
        let awaited = Awaited::default();
        assert!(expected(3, SEARCH_DONE, &[10, 1, 0, 4, 0, 4, 0], &awaited).is_err());
        held(&awaited).insert(3, SEARCH);
        assert!(expected(3, SEARCH_DONE, &[10, 1, 0, 4, 0, 4, 0], &awaited).is_ok());
        assert!(expected(3, SEARCH_DONE, &[10, 1, 0, 4, 0, 4, 0], &awaited).is_err());
    }

    #[test]
    fn a_result_has_a_code_and_two_texts() {
        assert_eq!(result(&[10, 1, 49, 4, 0, 4, 2, b'n', b'o']), Ok((49, "no")));
        assert_eq!(result(&[10, 1, 49, 4, 0, 4, 1, 0xff]), Err(Malformed));
        assert_eq!(result(&[10, 1, 49, 4, 0]), Err(Malformed));
    }

    #[test]
    fn an_entry_is_a_name_and_a_list_of_attributes() {
        assert!(entry(&[4, 1, b'n', 0x30, 7, 0x30, 5, 4, 1, b'a', 0x31, 0]).is_ok());
        assert!(entry(&[4, 1, b'n', 0x30, 5, 0x30, 3, 4, 1, b'a']).is_err());
        assert!(entry(&[4, 1, b'n']).is_err());
    }

    #[test]
    fn active_directorys_odd_notice_of_disconnection_is_understood() {
        let notice = [0x30, 14, 2, 1, 0, 0x78, 7, 10, 1, 52, 4, 0, 4, 0, 0x8a, 0];
        let (id, operation, body) = envelope(&notice).unwrap();
        assert_eq!((id, operation), (0, EXTENDED));
        assert_eq!(farewell(body), "the server ended it with code 52");
    }
}
