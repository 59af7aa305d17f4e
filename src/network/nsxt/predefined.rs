//! Services that every NSX Manager comes with, by the name in their path (`/infra/services/HTTPS`).
//!
//! VMware publishes no list with ports; these are the ones whose name and port are the protocol's own
//! (IANA) and that occur in public configurations. A name that is not here is unknown, never empty.

use crate::traffic::{Ports, Protocols};

const TCP: u8 = 6;
const UDP: u8 = 17;

/// Name (compared without case, with `_` for a blank), protocol, port.
const L4: &[(&str, u8, u16)] = &[
    ("dhcp-client", UDP, 68),
    ("dhcp-server", UDP, 67),
    ("dns", TCP, 53),
    ("dns-udp", UDP, 53),
    ("ftp", TCP, 21),
    ("http", TCP, 80),
    ("https", TCP, 443),
    ("imap", TCP, 143),
    ("kerberos-tcp", TCP, 88),
    ("kerberos-udp", UDP, 88),
    ("ldap", TCP, 389),
    ("ldap-over-ssl", TCP, 636),
    ("ldap-udp", UDP, 389),
    ("ms-ds-tcp", TCP, 445),
    ("ms-ds-udp", UDP, 445),
    ("ntp", UDP, 123),
    ("ntp_time_server", UDP, 123),
    ("rdp", TCP, 3389),
    ("smb", TCP, 445),
    ("smtp", TCP, 25),
    ("ssh", TCP, 22),
    ("tftp", UDP, 69),
];

/// Protocols and destination ports of a predefined service; `None` where it is not known.
#[must_use]
pub fn predefined(name: &str) -> Option<(Protocols, Ports)> {
    let name = name.trim().to_ascii_lowercase().replace(' ', "_");
    if matches!(&*name, "icmp-all" | "icmpv4-all") {
        return Some((Protocols::icmp(), Ports::all()));
    }
    let index = L4.binary_search_by(|(known, ..)| (*known).cmp(&name)).ok()?;
    let (_, protocol, port) = L4.get(index)?;
    Some((Protocols::number(*protocol), Ports::single(*port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_sorted_and_found_without_case() {
        assert!(L4.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert_eq!(predefined("HTTPS"), Some((Protocols::tcp(), Ports::single(443))));
        assert_eq!(predefined("DNS-UDP"), Some((Protocols::udp(), Ports::single(53))));
        assert_eq!(predefined("svc-https"), None);
    }
}
