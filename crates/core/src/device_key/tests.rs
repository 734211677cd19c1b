use super::*;

fn key(labels: &[(&str, &str)]) -> String {
    DeviceKey::new("thinklink".into(), &labels.iter().copied().collect()).device
}

#[test]
fn all_ways_of_writing_an_eui_name_one_device() {
    let ways = ["6353012af1093062", "6353012AF1093062", "63:53:01:2A:F1:09:30:62", "63-53-01-2a-f1-09-30-62"];
    for eui in ways {
        assert_eq!(key(&[("eui", eui), ("device", "Cold room 3")]), "6353012af1093062");
    }
}

#[test]
fn what_is_no_eui_keeps_its_signs_as_two_names_may_differ_in_them() {
    assert_eq!(key(&[("eui", "Pump-3")]), "pump-3");
    assert_ne!(key(&[("eui", "p-12")]), key(&[("eui", "p1-2")]));
}

#[test]
fn a_device_without_eui_goes_by_its_name_and_an_alarm_of_the_site_has_none() {
    assert_eq!(key(&[("device", "Cold room 3")]), "Cold room 3");
    let site = DeviceKey::new("thinklink".into(), &Labels::default());
    assert!(!site.has_device());
}
