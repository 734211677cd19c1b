use super::*;

#[test]
fn a_text_leads_where_its_link_does_and_nowhere_else() {
    assert_eq!(linked("Cold room 3", None), "Cold room 3");
    assert_eq!(linked("Cold room 3", Some("javascript:alert(1)")), "Cold room 3");
    assert_eq!(
        linked("a](http://evil.example) [b]", Some("https://a.example/(x)")),
        "[a］(http://evil.example) ［b］](https://a.example/%28x%29)"
    );
}

#[test]
fn a_link_cannot_end_early_or_lead_elsewhere() {
    assert_eq!(link_target("https://a.example/x_(1) y").as_deref(), Some("https://a.example/x_%281%29%20y"));
    assert_eq!(link_target("https://user:pw@a.example/").as_deref(), Some("https://a.example/"));
    assert_eq!(link_target("javascript:alert(1)"), None);
    assert_eq!(link_target("/relative"), None);
}
