//! What kind of place an address is. The IANA registries of special addresses say it (RFC 6890 and
//! what was added since); an address that carries another one inside is judged by that one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// What kind of place an address is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ground {
    /// Anybody's, in the world.
    Public,
    /// Of this machine or this house: only where the operator allows it by name.
    Private,
    /// Nobody has business there, whatever is allowed: where clouds tell machines their keys,
    /// links without a router, groups, and what no server has.
    Never,
}

/// Where clouds answer their machines outside of the link-local addresses: Azure and Alibaba.
const TELL_KEYS: [Ipv4Addr; 2] =
    [Ipv4Addr::new(168, 63, 129, 16), Ipv4Addr::new(100, 100, 100, 200)];
/// Amazon's, in version 6.
const TELLS_KEYS_V6: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);

/// Judges an address.
pub fn ground(address: IpAddr) -> Ground {
    match address {
        IpAddr::V4(v4) => ground_v4(v4),
        IpAddr::V6(v6) => ground_v6(v6),
    }
}

fn ground_v4(v4: Ipv4Addr) -> Ground {
    if TELL_KEYS.contains(&v4) {
        return Ground::Never;
    }
    match v4.octets() {
        [0, ..] | [169, 254, ..] | [192, 0, 0 | 2, _] | [198, 51, 100, _] | [203, 0, 113, _] => {
            Ground::Never
        }
        [192, 88, 99, _] | [224..=255, ..] => Ground::Never,
        [10 | 127, ..] | [172, 16..=31, ..] | [192, 168, ..] => Ground::Private,
        [100, 64..=127, ..] | [198, 18 | 19, ..] => Ground::Private,
        _ => Ground::Public,
    }
}

fn ground_v6(v6: Ipv6Addr) -> Ground {
    let inside = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        ground_v4(Ipv4Addr::new(a, b, c, d))
    };
    if v6 == TELLS_KEYS_V6 {
        return Ground::Never;
    }
    match v6.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Ground::Private,
        // A version 4 address in another coat: mapped, translated (RFC 6052), 6to4.
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] => {
            inside(high, low)
        }
        [0x2002, high, low, ..] => inside(high, low),
        [0xfc00..=0xfdff, ..] => Ground::Private,
        // Teredo carries addresses hidden; documentation is nobody's.
        [0x2001, 0, ..] | [0x2001, 0xdb8, ..] | [0x3fff, 0..=0x0fff, ..] => Ground::Never,
        [0x2000..=0x3fff, ..] => Ground::Public,
        _ => Ground::Never,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &str) -> Ground {
        ground(text.parse().expect("an address"))
    }

    #[test]
    fn addresses_of_the_world_are_public() {
        for text in ["1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "2606:4700::1111"] {
            assert_eq!(of(text), Ground::Public, "{text}");
        }
    }

    #[test]
    fn addresses_of_the_house_are_private_in_every_coat() {
        let plain = ["127.0.0.1", "127.9.9.9", "10.1.2.3", "172.16.0.1", "192.168.1.1", "::1"];
        let other = ["100.64.0.1", "198.18.0.1", "fd12::1", "fc00::1"];
        let coats = ["::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::"];
        for text in plain.iter().chain(&other).chain(&coats) {
            assert_eq!(of(text), Ground::Private, "{text}");
        }
    }

    #[test]
    fn nobody_goes_where_clouds_tell_keys() {
        let plain = ["169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"];
        let coats = ["::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::"];
        let others = ["0.0.0.0", "::", "fe80::1", "224.0.0.1", "255.255.255.255", "ff02::1"];
        for text in plain.iter().chain(&coats).chain(&others) {
            assert_eq!(of(text), Ground::Never, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_mapped_address_is_judged_as_the_one_inside(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            prop_assert_eq!(ground(v4.to_ipv6_mapped().into()), ground(v4.into()));
        }

        #[test]
        fn what_the_library_calls_private_is_never_public(bits: u32) {
            let v4 = Ipv4Addr::from(bits);
            if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast() {
                prop_assert_ne!(ground(v4.into()), Ground::Public);
            }
        }
    }
}
