use super::*;

#[test]
fn the_last_part_of_a_topic_is_a_hint_if_it_is_an_eui() {
    let eui = |topic: &str| hints(&Format::tkl(), topic).eui;
    assert_eq!(eui("/v32/acme/tkl/up/alarm/6353012AF1093062").as_deref(), Some("6353012AF1093062"));
    assert_eq!(eui("/v32/acme/as/dn/data/fanfare"), None);
    assert_eq!(eui("6353012af10930620"), None, "seventeen digits");
    assert_eq!(eui("/6353012af109306g"), None);
    assert_eq!(eui(""), None);
}
