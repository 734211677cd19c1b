use super::*;

fn queue() -> (Arc<WriteQueue>, Gauge) {
    let shown = Gauge::default();
    (Arc::new(WriteQueue::new(shown.clone())), shown)
}

#[test]
fn no_more_gets_in_than_the_limit_and_what_leaves_makes_room() {
    let (queue, shown) = queue();
    let most = queue.enter(LIMIT - 10).unwrap();
    let rest = queue.enter(10).unwrap();
    assert_eq!(queue.enter(1).unwrap_err(), QueueFull);
    assert_eq!(queue.check(), Err(QueueFull));
    assert_eq!(shown.get(), i64::try_from(LIMIT).unwrap());
    drop(rest);
    assert_eq!((queue.check(), queue.enter(11).unwrap_err()), (Ok(()), QueueFull));
    drop(queue.enter(10).unwrap());
    drop(most);
    assert_eq!(shown.get(), 0);
}

#[test]
fn one_request_that_is_longer_than_the_limit_gets_in_alone() {
    let (queue, _) = queue();
    let alone = queue.enter(3 * LIMIT).unwrap();
    assert_eq!(queue.enter(1).unwrap_err(), QueueFull);
    drop(alone);
    let small = queue.enter(1).unwrap();
    assert_eq!(queue.enter(3 * LIMIT).unwrap_err(), QueueFull);
    drop(small);
}

#[tokio::test]
async fn long_requests_take_turns_and_short_ones_wait_for_none() {
    let (queue, _) = queue();
    let mut first = queue.enter(1).unwrap();
    first.wait_for_turn(LONG).await;
    let mut second = queue.enter(1).unwrap();
    let mut waits = Box::pin(second.wait_for_turn(LONG));
    assert!(futures_util::poll!(&mut waits).is_pending());
    queue.enter(1).unwrap().wait_for_turn(LONG - 1).await;
    drop(first);
    waits.await;
}

#[tokio::test]
async fn a_long_request_whose_sender_goes_while_it_waits_takes_no_turn() {
    let (queue, shown) = queue();
    let mut first = queue.enter(1).unwrap();
    first.wait_for_turn(LONG).await;
    let mut gone = queue.enter(5).unwrap();
    assert!(futures_util::poll!(Box::pin(gone.wait_for_turn(LONG))).is_pending());
    drop(gone);
    assert_eq!(shown.get(), 1);
    drop(first);
    queue.enter(1).unwrap().wait_for_turn(LONG).await;
}
