//! Where a reader is, as the configuration names it.

use reader::Link;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};

/// Where a reader is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Address {
    /// A serial port, a hidraw device, or a socket that stands for one.
    Path(PathBuf),
    /// A unit that is reached over TCP.
    Host {
        /// A name, or an address without brackets.
        host: String,
        /// The TCP port.
        port: u16,
    },
}

/// What is wrong with an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// Nothing stands there.
    #[error("no port is named")]
    Empty,
    /// The unit is reached over TCP.
    #[error("the unit is reached over TCP: host:port is wanted, e.g. 192.168.7.2:50000 or [fd00::2]:50000")]
    NotHostAndPort,
    /// The address is neither loopback nor private.
    #[error("{0} is a public address: a reader stands behind its own USB network")]
    Public(IpAddr),
}

impl Address {
    /// Reads an address in the form that the link wants: a path, or `host:port`.
    ///
    /// # Errors
    /// [`AddressFault`], also for a number that is a public address. A name is looked up only when it is opened.
    pub fn for_link(link: Link, text: &str) -> Result<Self, AddressFault> {
        match link {
            _ if text.is_empty() => Err(AddressFault::Empty),
            Link::Serial(_) | Link::Hid { .. } => Ok(Self::Path(PathBuf::from(text))),
            Link::Tcp => host_and_port(text),
        }
    }

    /// The path, if it is one.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Path(path) => Some(path),
            Self::Host { .. } => None,
        }
    }
}

impl From<&Path> for Address {
    fn from(path: &Path) -> Self {
        Self::Path(path.to_owned())
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) => write!(f, "{}", path.display()),
            Self::Host { host, port } if host.contains(':') => write!(f, "[{host}]:{port}"),
            Self::Host { host, port } => write!(f, "{host}:{port}"),
        }
    }
}

fn host_and_port(text: &str) -> Result<Address, AddressFault> {
    let (host, port) = text.rsplit_once(':').ok_or(AddressFault::NotHostAndPort)?;
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let port = port.parse().ok().filter(|port| *port != 0).ok_or(AddressFault::NotHostAndPort)?;
    let number: Option<IpAddr> = match bare {
        Some(bare) => Some(bare.parse::<Ipv6Addr>().map_err(|_| AddressFault::NotHostAndPort)?.into()),
        None => host.parse::<Ipv4Addr>().ok().map(IpAddr::from),
    };
    let host = bare.unwrap_or(host);
    let sound = number.is_some() || (!host.is_empty() && host.chars().all(is_of_a_name));
    match number.filter(|number| !is_private(*number)) {
        Some(public) => Err(AddressFault::Public(public)),
        None if sound => Ok(Address::Host { host: host.to_owned(), port }),
        None => Err(AddressFault::NotHostAndPort),
    }
}

const fn is_of_a_name(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_')
}

/// Whether nothing beyond this house is reached by it: loopback, private or link-local.
pub(crate) fn is_private(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tcp(text: &str) -> Result<String, AddressFault> {
        Address::for_link(Link::Tcp, text).map(|address| address.to_string())
    }

    #[test]
    fn a_unit_over_tcp_is_named_by_host_and_port() {
        for good in
            ["127.0.0.1:9000", "192.168.7.2:1", "169.254.3.4:50000", "[::1]:9000", "[fd00::2]:80", "cara-1:9"]
        {
            assert_eq!(tcp(good).as_deref(), Ok(good));
        }
        for bad in [
            "/dev/ttyUSB0",
            "127.0.0.1",
            "127.0.0.1:0",
            "127.0.0.1:65536",
            ":9000",
            "[fd00::2:80",
            "::1:80",
            "a b:9",
        ] {
            assert_eq!(tcp(bad), Err(AddressFault::NotHostAndPort), "{bad}");
        }
        assert_eq!(tcp(""), Err(AddressFault::Empty));
    }

    #[test]
    fn a_public_address_is_refused() {
        for public in [
            "8.8.8.8:53",
            "172.32.0.1:9",
            "100.64.0.1:9",
            "0.0.0.0:9",
            "[2001:db8::1]:9",
            "[::]:9",
            "[::ffff:8.8.8.8]:9",
        ] {
            assert!(matches!(tcp(public), Err(AddressFault::Public(_))), "{public}");
        }
        assert!(tcp("[::ffff:10.0.0.1]:9").is_ok());
    }

    #[test]
    fn a_device_is_named_by_its_path() {
        let address = Address::for_link(Link::Hid { report: 64 }, "/dev/hidraw3").unwrap();
        assert_eq!(address.path(), Some(Path::new("/dev/hidraw3")));
        assert_eq!(Address::for_link(Link::Hid { report: 64 }, ""), Err(AddressFault::Empty));
    }
}
