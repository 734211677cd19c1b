use super::*;

/// The expected values were read from a running Alertmanager 0.25.
#[track_caller]
fn check(identity: &[(&str, &str)], expected: &str) {
    let fingerprint = Fingerprint::of(&identity.iter().copied().collect());
    assert_eq!(fingerprint.to_string(), expected);
    assert_eq!(expected.parse(), Ok(fingerprint));
}

#[test]
fn it_is_the_one_alertmanager_computes() {
    check(&[("alertname", "good")], "fff7f30401697f7b");
    check(&[("alertname", "x"), ("a", "b")], "c5688262826c92f9");
}

#[test]
fn a_text_of_another_form_is_refused() {
    for text in ["", "c568", "C5688262826C92F9", "+5688262826c92f9", "c5688262826c92f90"] {
        assert!(text.parse::<Fingerprint>().is_err(), "{text}");
    }
}
