//! Which addresses may be reached: those of the public Internet, and networks that an operator names.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(a: u16, b: u16, length: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, 0, 0, 0, 0, 0, 0), length)
}

/// Not of the public Internet (IANA's registry of special addresses).
const SPECIAL_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),       // this machine
    v4(10, 0, 0, 0, 8),      // private
    v4(100, 64, 0, 0, 10),   // behind a carrier's NAT
    v4(127, 0, 0, 0, 8),     // loopback
    v4(169, 254, 0, 0, 16),  // link-local; clouds tell their machines' secrets there
    v4(172, 16, 0, 0, 12),   // private
    v4(192, 0, 0, 0, 24),    // protocols
    v4(192, 0, 2, 0, 24),    // examples
    v4(192, 31, 196, 0, 24), // AS112
    v4(192, 88, 99, 0, 24),  // 6to4 relays
    v4(192, 168, 0, 0, 16),  // private
    v4(198, 18, 0, 0, 15),   // benchmarks
    v4(198, 51, 100, 0, 24), // examples
    v4(203, 0, 113, 0, 24),  // examples
    v4(224, 0, 0, 0, 4),     // multicast
    v4(240, 0, 0, 0, 4),     // reserved, broadcast
];

/// All that is given out for the public Internet. Outside of it are loopback, link-local, private and
/// multicast addresses, and those that stand for one of IPv4: mapped, compatible, and NAT64.
const GLOBAL_V6: Ipv6Net = v6(0x2000, 0, 3);

/// What is special within that.
const SPECIAL_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 23),      // protocols; Teredo, which stands for an address of IPv4
    v6(0x2001, 0x0db8, 32), // examples
    v6(0x2002, 0, 16),      // 6to4, which stands for an address of IPv4
    v6(0x3fff, 0, 20),      // examples
];

/// Whether `address` may be reached, `allowed` being the networks an operator names.
#[must_use]
pub fn may_be_reached(address: IpAddr, allowed: &[IpNet]) -> bool {
    is_public(address) || is_allowed(address, allowed)
}

/// Whether an operator names a network of it.
#[must_use]
pub fn is_allowed(address: IpAddr, allowed: &[IpNet]) -> bool {
    let address = address.to_canonical();
    allowed.iter().any(|network| network.contains(&address))
}

fn is_public(address: IpAddr) -> bool {
    // `::ffff:127.0.0.1` connects to 127.0.0.1.
    match address.to_canonical() {
        IpAddr::V4(address) => !SPECIAL_V4.iter().any(|special| special.contains(&address)),
        IpAddr::V6(address) => {
            GLOBAL_V6.contains(&address)
                && !SPECIAL_V6.iter().any(|special| special.contains(&address))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reached(address: &str, allowed: &str) -> bool {
        let allowed: Vec<IpNet> = allowed
            .split_whitespace()
            .map(|n| n.parse().unwrap())
            .collect();
        may_be_reached(address.parse().unwrap(), &allowed)
    }

    #[test]
    fn public_addresses_are_reached() {
        for address in [
            "1.1.1.1",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "223.255.255.255",
            "::ffff:1.1.1.1",
            "2001:200::1",
            "2606:4700:4700::1111",
            "2a00::1",
        ] {
            assert!(reached(address, ""), "{address}");
        }
    }

    #[test]
    fn special_addresses_are_not() {
        for address in [
            "0.0.0.0",
            "0.1.2.3",
            "10.0.0.1",
            "100.64.0.1",
            "100.127.255.255",
            "127.0.0.1",
            "127.255.255.254",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.0.2.1",
            "192.168.1.1",
            "198.18.0.1",
            "198.19.255.255",
            "198.51.100.1",
            "203.0.113.1",
            "224.0.0.1",
            "239.255.255.250",
            "240.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::127.0.0.1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "::ffff:0:127.0.0.1",
            "64:ff9b::127.0.0.1",
            "64:ff9b::8.8.8.8",
            "64:ff9b:1::1",
            "100::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
            "2002:a9fe:a9fe::1",
            "3fff::1",
            "4000::1",
            "5f00::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
        ] {
            assert!(!reached(address, ""), "{address}");
        }
    }

    #[test]
    fn a_network_that_is_named_is_reached_and_no_other() {
        assert!(reached("10.1.2.3", "10.1.0.0/16"));
        assert!(reached("::ffff:10.1.2.3", "10.1.0.0/16"));
        assert!(!reached("10.2.0.1", "10.1.0.0/16"));
        assert!(reached("fd00::1", "127.0.0.0/8 fd00::/8"));
        assert!(!reached("fe80::1", "127.0.0.0/8 fd00::/8"));
    }
}
