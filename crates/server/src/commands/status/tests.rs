use super::*;

#[test]
fn a_size_is_told_in_the_largest_unit() {
    for (size, expected) in [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.0 KiB"),
        (1536, "1.5 KiB"),
        (10 * 1024 * 1024, "10 MiB"),
        (u64::MAX, "16777215 TiB"),
    ] {
        assert_eq!(bytes(size), expected);
    }
}
