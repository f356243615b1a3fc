//! As much of HTTP/1.1 as an appliance's web server speaks.

use std::io::{self, BufRead, Read, Write};

/// A request, its header names in lower case.
#[derive(Debug, Clone, Default)]
pub struct Request {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The value of a cookie.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .filter(|(known, _)| known == "cookie")
            .flat_map(|(_, value)| value.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value)
    }

    /// The next request of a connection; none once it has ended.
    pub fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let line = line(from)?;
        let mut words = line.split(' ');
        let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
        let mut request =
            Self { method: method.to_owned(), path: path.to_owned(), ..Self::default() };
        loop {
            let line = self::line(from)?;
            let Some((name, value)) = line.split_once(':') else { break };
            request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        if request.header("transfer-encoding").is_some_and(|how| how.contains("chunked")) {
            loop {
                let size = usize::from_str_radix(self::line(from)?.trim(), 16)
                    .map_err(io::Error::other)?;
                let mut chunk = vec![0; size];
                from.read_exact(&mut chunk)?;
                request.body.extend(chunk);
                self::line(from)?;
                if size == 0 {
                    break;
                }
            }
        } else if let Some(length) = request.header("content-length") {
            request.body = vec![0; length.parse().map_err(io::Error::other)?];
            from.read_exact(&mut request.body)?;
        }
        Ok(Some(request))
    }
}

fn line(from: &mut impl BufRead) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.take(65_536).read_until(b'\n', &mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).trim_end_matches(['\r', '\n']).to_owned())
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Reply {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// In chunks, as large answers come, rather than with a length in front.
    pub chunked: bool,
    /// Bytes of the body after which the connection breaks.
    pub cut: Option<usize>,
}

impl Reply {
    pub fn new(status: u16, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        let headers = vec![("Content-Type".to_owned(), kind.to_owned())];
        Self { status, headers, body: body.into(), chunked: false, cut: None }
    }

    /// A page as the web server in front of AXL gives for whatever AXL itself doesn't answer.
    pub fn page(status: u16, title: &str) -> Self {
        let title = format!("HTTP Status {status} - {title}");
        let page = format!(
            "<!DOCTYPE html><html><head><title>{title}</title><style>h1 {{color:white}}</style>\
             </head><body><h1>{title}</h1><hr class=\"line\" /><p><b>type</b> Status report</p>\
             <hr class=\"line\" /></body></html>"
        );
        Self::new(status, "text/html;charset=utf-8", page)
    }

    /// The same with one header more.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// Writes it; whether the connection can be used again.
    pub fn write(&self, to: &mut impl Write) -> io::Result<bool> {
        let mut head = format!("HTTP/1.1 {} {}\r\n", self.status, reason(self.status));
        for (name, value) in &self.headers {
            head += &format!("{name}: {value}\r\n");
        }
        if self.chunked {
            head += "Transfer-Encoding: chunked\r\n\r\n";
        } else {
            head += &format!("Content-Length: {}\r\n\r\n", self.body.len());
        }
        to.write_all(head.as_bytes())?;
        let body = &self.body[..self.cut.unwrap_or(self.body.len()).min(self.body.len())];
        if self.chunked {
            for chunk in body.chunks(8_192) {
                write!(to, "{:x}\r\n", chunk.len())?;
                to.write_all(chunk)?;
                to.write_all(b"\r\n")?;
            }
            if self.cut.is_none() {
                to.write_all(b"0\r\n\r\n")?;
            }
        } else {
            to.write_all(body)?;
        }
        to.flush()?;
        Ok(self.cut.is_none())
    }
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        302 => "Found",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "",
    }
}

/// What stands behind `Basic `, as user and password.
pub fn credentials(header: &str) -> Option<(String, String)> {
    let text = header.strip_prefix("Basic ")?;
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for c in text.trim_end_matches('=').bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    let text = String::from_utf8(bytes).ok()?;
    let (user, password) = text.split_once(':')?;
    Some((user.to_owned(), password.to_owned()))
}
