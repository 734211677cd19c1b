use fanfare_core::Severity;

use super::*;

#[test]
fn a_list_names_each_once_and_in_order() {
    assert_eq!(list([3, 1, 3, 2]), "1,2,3");
    assert_eq!(list([] as [u8; 0]), "");
}

#[test]
fn a_long_title_is_cut_at_a_character() {
    let mut alert = fanfare_testkit::alert(Severity::High);
    alert.annotations.set("title", "警".repeat(100));
    assert_eq!(title(&alert), "警".repeat(53)); // 159 of 160 bytes
}

#[test]
fn an_alert_without_a_title_goes_by_its_name() {
    let mut alert = fanfare_testkit::labelled_alert(&[("alertname", "Door open")]);
    alert.annotations.set("title", "");
    assert_eq!(title(&alert), "Door open");
}
