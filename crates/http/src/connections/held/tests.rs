use super::*;

#[test]
fn long_bodies_are_refused_when_memory_is_short_and_short_ones_are_not() {
    let all = Arc::new(HeldBytes::default());
    let mut long = HeldBody::new(Arc::clone(&all));
    assert_eq!(long.grow(HELD_AT_MOST), Ok(()));
    let mut other = HeldBody::new(Arc::clone(&all));
    assert_eq!(other.grow(SHORT), Ok(()), "an alert's body is always read");
    assert_eq!(other.grow(1), Err(NoMemory));
    assert_eq!(long.grow(1), Err(NoMemory));
    drop(long);
    assert_eq!(other.grow(1), Ok(()), "what is no longer held is free");
    drop(other);
    assert_eq!(all.0.load(Ordering::Relaxed), 0);
}
