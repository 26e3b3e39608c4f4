//! The addresses that the sign-in server may send its answer to: RFC 8252
//! section 7.3.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use common::{Failure, Result};
use url::{Host, Url};

/// A registered `redirect_uri`, parsed for the listener.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RedirectUri {
    /// As registered: servers compare it as a string (RFC 9700 section 2.1).
    pub uri: String,
    /// `localhost`, `127.0.0.1` or `[::1]`.
    pub host: String,
    /// The port to listen on; 0 for any that is free.
    pub port: u16,
    /// The only path that the listener serves.
    pub path: String,
}

impl RedirectUri {
    /// Parses the `redirect_uri`.
    ///
    /// # Errors
    /// Exit code 2 unless it is a plain http URL on this machine, as RFC 8252
    /// section 7.3 describes for apps without a server.
    pub(crate) fn parse(uri: &str) -> Result<RedirectUri> {
        let refuse = || {
            Failure::usage(format!(
                "The callback address '{uri}' is not one that this program can listen on"
            ))
            .with_hint(
                "it must be http://localhost:PORT/PATH; 127.0.0.1 or [::1] may stand for localhost",
            )
        };
        let url = Url::parse(uri).map_err(|_| refuse())?;
        let host = match url.host() {
            Some(Host::Domain("localhost")) => "localhost".to_owned(),
            Some(Host::Ipv4(ip)) if ip.is_loopback() => ip.to_string(),
            Some(Host::Ipv6(ip)) if ip.is_loopback() => format!("[{ip}]"),
            _ => return Err(refuse()),
        };
        let plain = url.scheme() == "http"
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty();
        // Any port is for addresses only (RFC 8252 section 7.3): with a name,
        // the browser might choose another address than the one that is free.
        let any_port = host != "localhost";
        match url.port_or_known_default() {
            Some(port) if plain && (port > 0 || any_port) => Ok(RedirectUri {
                uri: uri.to_owned(),
                host,
                port,
                path: url.path().to_owned(),
            }),
            _ => Err(refuse()),
        }
    }

    /// The `Host` header that a browser sends to this URI.
    pub(crate) fn authority(&self) -> String {
        match self.port {
            80 => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }

    /// The addresses to listen on: for `localhost` both, as a browser may use
    /// either.
    pub(crate) fn socket_addresses(&self) -> Vec<SocketAddr> {
        let both = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
        let host = self.host.trim_matches(['[', ']']);
        let ips = host.parse().map_or(both.to_vec(), |ip: IpAddr| vec![ip]);
        ips.into_iter()
            .map(|ip| SocketAddr::from((ip, self.port)))
            .collect()
    }

    /// The same URI with the port that was free, if any would do.
    pub(crate) fn at(&self, port: u16) -> RedirectUri {
        if self.port != 0 {
            return self.clone();
        }
        let own = RedirectUri {
            port,
            ..self.clone()
        };
        let uri = format!("http://{}{}", own.authority(), own.path);
        RedirectUri { uri, ..own }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listener_s_port_and_path_come_from_the_registered_address() {
        let callback = RedirectUri::parse("http://localhost:8083/callback").unwrap();
        assert_eq!((callback.port, callback.path.as_str()), (8083, "/callback"));
        assert_eq!(callback.authority(), "localhost:8083");
        assert_eq!(
            RedirectUri::parse("http://[::1]:1/").unwrap().authority(),
            "[::1]:1"
        );
    }

    #[test]
    fn a_name_is_both_addresses_and_an_address_is_itself() {
        let listens = |uri| {
            let addresses = RedirectUri::parse(uri).unwrap().socket_addresses();
            let shown: Vec<String> = addresses.iter().map(ToString::to_string).collect();
            shown.join(" ")
        };
        assert_eq!(listens("http://localhost:1/"), "127.0.0.1:1 [::1]:1");
        assert_eq!(listens("http://127.0.0.1:1/"), "127.0.0.1:1");
        assert_eq!(listens("http://127.0.0.2:1/"), "127.0.0.2:1");
        assert_eq!(listens("http://[::1]:1/"), "[::1]:1");
    }

    #[test]
    fn any_port_becomes_the_one_that_was_free() {
        let any = RedirectUri::parse("http://127.0.0.1:0/callback").unwrap();
        assert_eq!(any.at(4711).uri, "http://127.0.0.1:4711/callback");
        assert_eq!(any.at(4711).authority(), "127.0.0.1:4711");
        let fixed = RedirectUri::parse("http://127.0.0.1:1/callback").unwrap();
        assert_eq!(fixed.at(4711), fixed);
    }

    #[test]
    fn only_this_machine_can_be_called_back() {
        for bad in [
            "http://example.com:8083/callback",
            "https://localhost:8083/callback",
            "http://localhost:8083/callback?x=1",
            "http://localhost:0/callback",
            "http://me@localhost:8083/callback",
            "http://localhost.example.com/",
            "http://0.0.0.0:8083/",
            "myapp://callback",
            "",
        ] {
            let error = RedirectUri::parse(bad).unwrap_err();
            assert_eq!(error.exit(), common::Exit::Usage, "{bad}");
        }
    }
}
