//! A raw HTTP client, which can send what no browser would.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use url::{Position, Url};

/// A response, possibly incomplete.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Sends octets and reads until the other side closes the connection.
pub(crate) fn send(host: &str, port: u16, octets: &[u8]) -> Answer {
    let mut stream = TcpStream::connect((host.trim_matches(['[', ']']), port)).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    // A server may cut off a request that is too long: that is a result too.
    let _ = stream.write_all(octets);
    read(&mut stream)
}

/// Reads until the other side closes the connection.
pub(crate) fn read(stream: &mut TcpStream) -> Answer {
    let mut text = Vec::new();
    let mut part = [0; 4096];
    while let Ok(count @ 1..) = stream.read(&mut part) {
        text.extend_from_slice(&part[..count]);
    }
    let text = String::from_utf8_lossy(&text).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    Answer {
        status: head
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok())
            .unwrap_or(0),
        head: head.to_owned(),
        body: body.to_owned(),
    }
}

/// A plain GET request, as a browser sends it.
pub(crate) fn get(address: &str) -> Answer {
    let url = Url::parse(address).unwrap();
    get_at(url.host_str().unwrap(), address)
}

/// A GET request for `address`, sent to `host`, with the `Host` of `address`.
pub(crate) fn get_at(host: &str, address: &str) -> Answer {
    let url = Url::parse(address).unwrap();
    let authority = &url[Position::BeforeHost..Position::AfterPort];
    let target = &url[Position::BeforePath..];
    let request =
        format!("GET {target} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    send(host, url.port().unwrap(), request.as_bytes())
}
