use proptest::prelude::*;

use super::*;

/// The expected values were read from a running Alertmanager 0.25.
#[track_caller]
fn check(identity: &[(&str, &str)], expected: &str) {
    let fingerprint = Fingerprint::from_labels(&identity.iter().copied().collect());
    assert_eq!(fingerprint.to_string(), expected);
    assert_eq!(expected.parse(), Ok(fingerprint.with_identity(None)));
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

#[test]
fn every_label_matters_and_so_does_where_a_text_ends() {
    let of = |labels: &[(&str, &str)]| Fingerprint::from_labels(&labels.iter().copied().collect());
    assert_ne!(of(&[("a", "b")]), of(&[("a", "b"), ("c", "d")]));
    assert_ne!(of(&[("a", "bc")]), of(&[("ab", "c")]));
    assert_eq!(of(&[("a", "b")]), of(&[("a", "b"), ("empty", "")]));
}

proptest! {
    #[test]
    fn the_order_of_insertion_does_not_matter(
        (labels, shuffled) in prop::collection::btree_map(".{1,4}", ".{0,4}", 0..6)
            .prop_map(|labels| labels.into_iter().collect::<Vec<_>>())
            .prop_flat_map(|labels| (Just(labels.clone()), Just(labels).prop_shuffle())),
    ) {
        prop_assert_eq!(Fingerprint::from_labels(&labels.into_iter().collect()), Fingerprint::from_labels(&shuffled.into_iter().collect()));
    }

    #[test]
    fn what_is_written_reads_as_the_same(bits: u64) {
        let fingerprint = Fingerprint::from_bits(bits);
        prop_assert_eq!(fingerprint.to_string().parse(), Ok(fingerprint));
        prop_assert_eq!(fingerprint.to_bits(), bits);
    }
}
