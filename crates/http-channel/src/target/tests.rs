use super::*;

#[track_caller]
fn check_private(addresses: &[&str]) {
    for address in addresses {
        assert!(is_private(address.parse().unwrap()), "{address}");
    }
}

#[track_caller]
fn check_public(addresses: &[&str]) {
    for address in addresses {
        assert!(!is_private(address.parse().unwrap()), "{address}");
    }
}

/// The rows of IANA's registries of special addresses.
#[test]
fn an_address_that_is_not_reached_over_the_internet_is_private() {
    check_private(&[
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.127.255.255",
        "127.0.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.8",
        "192.0.2.1",
        "192.168.1.1",
        "198.18.0.1",
        "198.19.255.255",
        "203.0.113.9",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
    ]);
    check_private(&["::", "::1", "fc00::1", "fd12:3456::1", "fe80::1", "ff02::1", "2001:db8::1"]);
    check_private(&["fec0::1", "2001::1", "2001:1ff::1", "100::1", "3fff:fff::1"]);
}

#[test]
fn a_private_address_in_the_clothes_of_another_family_is_private() {
    check_private(&["::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::"]);
    check_private(&["::127.0.0.1", "::10.0.0.1", "64:ff9b:1::a00:1", "64:ff9b:1::a9fe:a9fe"]);
    check_public(&["::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::1"]);
}

#[test]
fn an_address_of_the_internet_is_public() {
    check_public(&["1.1.1.1", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "198.20.0.1"]);
    check_public(&["2606:4700:4700::1111", "2001:4860:4860::8888", "2400:3200::1", "100:1::1"]);
}

#[test]
fn only_an_address_that_is_a_number_is_checked_before_it_is_resolved() {
    let refused = |url: &str| Targets::Public.check(&url.parse().unwrap()).is_err();
    assert!(refused("http://127.0.0.1/hook"));
    assert!(refused("http://[::1]:8080/hook"));
    for same in ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]"] {
        assert!(refused(&format!("http://{same}/hook")), "the same address as {same}");
    }
    assert!(refused("http://169.254.169.254/latest/meta-data"));
    assert!(!refused("http://localhost/hook"));
    assert!(Targets::Any.check(&"http://127.0.0.1/hook".parse().unwrap()).is_ok());
}

#[test]
fn of_a_name_with_public_and_private_addresses_only_the_public_ones_are_used() {
    let found = |addresses: &[&str]| {
        let addresses = addresses.iter().map(|it| SocketAddr::new(it.parse().unwrap(), 0));
        only_public("hooks.example.com", addresses.collect::<Vec<_>>().into_iter())
    };
    let hosts = |addresses: &[&str]| -> Vec<String> {
        found(addresses).unwrap().iter().map(|it| it.ip().to_string()).collect()
    };
    assert_eq!(
        hosts(&["127.0.0.1", "1.1.1.1", "fd00::1", "2606:4700:4700::1111"]),
        ["1.1.1.1", "2606:4700:4700::1111"]
    );
    for inside in [&["10.0.0.1"][..], &["::1", "127.0.0.1"], &["::ffff:169.254.169.254"]] {
        let err = found(inside).unwrap_err().to_string();
        assert!(err.starts_with("`hooks.example.com` is an address of a private network"), "{err}");
    }
    assert!(hosts(&[]).is_empty(), "a name without an address is for the client to tell");
}
