use super::*;

#[test]
fn a_key_tells_apart_what_only_differs_in_where_a_part_ends() {
    assert_ne!(IdempotencyKey::new(&["ab", "c"]), IdempotencyKey::new(&["a", "bc"]));
    assert_ne!(IdempotencyKey::new(&["a"]), IdempotencyKey::new(&["a", ""]));
}

#[test]
fn a_key_is_the_same_every_time_and_fits_every_provider() {
    let key = IdempotencyKey::new(&["a store", "42"]);
    assert_eq!(key, IdempotencyKey::new(&["a store", "42"]));
    assert_eq!(key.as_str().len(), 32);
    assert!(key.as_str().bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')));
}

/// The first half of `printf '\0\0\0\0\0\0\0\1x' | sha256sum`.
#[test]
fn a_key_does_not_change_from_version_to_version() {
    assert_eq!(IdempotencyKey::new(&["x"]).as_str(), "028f0df5b8596fbcd10c9720b7a4784f");
}
