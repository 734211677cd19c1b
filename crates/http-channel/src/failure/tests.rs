use std::io;

use super::*;

#[test]
fn causes_are_told_once() {
    let inner = io::Error::other(io::Error::other("connection reset"));
    assert_eq!(chain(&inner), "connection reset");
}
