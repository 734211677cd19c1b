use fanfare_sources::FormatKind;

use super::*;

#[test]
fn every_mapping_that_is_shipped_is_sound() {
    let mut shipped = 0;
    for kind in FormatKind::all() {
        if let Some(MappingOrigin::Shipped(_)) = kind.mapping() {
            assert!(format(kind, None).is_some(), "{kind}");
            shipped += 1;
        }
    }
    assert!(shipped >= 6, "{shipped}");
}

#[test]
fn a_format_that_needs_no_mapping_is_ready() {
    for kind in FormatKind::all().filter(|it| it.mapping().is_none()) {
        assert_eq!(format(kind, None).map(|it| it.kind()), Some(kind));
    }
}
