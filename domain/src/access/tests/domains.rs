use super::super::MailDomain;

#[test]
fn a_domain_has_its_own_addresses_and_no_others() {
    let domain = MailDomain::try_from(" Shop.Example ").unwrap();
    assert_eq!(domain.as_str(), "shop.example");
    assert!(domain.is_of("ann@shop.example"));
    for address in [
        "ann@evil.example",
        "ann@below.shop.example",
        "ann@shop.example.evil.example",
        "ann@evilshop.example",
        "shop.example",
        "ann@shop.example@evil.example",
        "ann@shop.example.",
        "",
    ] {
        assert!(!domain.is_of(address), "{address}");
    }
}

#[test]
fn what_is_no_domain_is_refused() {
    let long = format!("{}.example", "a".repeat(64));
    for text in [
        "",
        "example",
        ".",
        "a..b",
        "-a.example",
        "a-.example",
        "*.example",
        "@shop.example",
        "shop.example.",
        "a b.example",
        "söme.example",
        "a/b.example",
        &long,
    ] {
        assert!(MailDomain::try_from(text).is_err(), "{text:?}");
    }
}
