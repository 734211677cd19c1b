use super::*;
use crate::Labels;

fn key(source: &str, fingerprint: Fingerprint) -> IncidentKey {
    IncidentKey { source: source.into(), fingerprint }
}

#[test]
fn what_an_earlier_version_wrote_of_a_thing_goes_in_one_order_with_what_is_told_of_it_now() {
    let labels: Labels = [("alertname", "DoorOpen")].into_iter().collect();
    let now = Fingerprint::from_labels(&labels);
    let earlier = Fingerprint::from_bits(now.to_bits());
    assert!(now.identity().is_some() && earlier.identity().is_none());
    assert_eq!(key("tkl", now).digest(), key("tkl", earlier).digest());
    assert_ne!(key("tkl", now), key("tkl", earlier));
}

#[test]
fn what_another_source_tells_under_the_same_checksum_goes_in_its_own_order() {
    let checksum = Fingerprint::from_bits(7);
    assert_ne!(key("tkl", checksum).digest(), key("prometheus", checksum).digest());
}
