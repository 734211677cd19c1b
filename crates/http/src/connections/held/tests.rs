use super::*;

#[test]
fn long_bodies_are_refused_when_memory_is_short_and_short_ones_are_not() {
    let all = Arc::new(HeldBytes::default());
    let mut long = HeldBody::new(Arc::clone(&all), Standing::Authenticated);
    assert_eq!(long.grow(HELD_AT_MOST), Ok(()));
    let mut other = HeldBody::new(Arc::clone(&all), Standing::Authenticated);
    assert_eq!(other.grow(SHORT), Ok(()), "an alert's body is always read");
    assert_eq!(other.grow(1), Err(NoMemory));
    assert_eq!(long.grow(1), Err(NoMemory));
    drop(long);
    assert_eq!(other.grow(1), Ok(()), "what is no longer held is free");
    drop(other);
    assert_eq!(all.all.load(Ordering::Relaxed), 0);
}

#[test]
fn what_strangers_leave_unfinished_leaves_as_much_for_those_who_have_shown_a_token() {
    let all = Arc::new(HeldBytes::default());
    let body = |sender| HeldBody::new(Arc::clone(&all), sender);
    let mut strangers = body(Standing::Stranger);
    assert_eq!(strangers.grow(OF_STRANGERS_AT_MOST), Ok(()));
    assert_eq!(strangers.grow(1), Err(NoMemory));
    assert_eq!(body(Standing::Stranger).grow(SHORT), Ok(()), "an alert's body is always read");
    let mut authenticated = body(Standing::Authenticated);
    assert_eq!(authenticated.grow(HELD_AT_MOST - OF_STRANGERS_AT_MOST - 1), Ok(()));
    assert_eq!(authenticated.grow(1), Err(NoMemory));
    drop(strangers);
    assert_eq!(authenticated.grow(1), Ok(()));
    assert_eq!(body(Standing::Stranger).grow(OF_STRANGERS_AT_MOST - 1), Ok(()));
    drop(authenticated);
    assert_eq!((all.all.load(Ordering::Relaxed), all.of_strangers.load(Ordering::Relaxed)), (0, 0));
}
