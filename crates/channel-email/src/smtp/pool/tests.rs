use super::*;

#[derive(Debug, PartialEq)]
struct FakeConnection(u8);

impl Reusable for FakeConnection {
    fn may_be_reused(&self) -> bool {
        self.0 != WORN
    }
}

const WORN: u8 = 0;

#[tokio::test(start_paused = true)]
async fn the_connection_used_last_is_used_next() {
    let pool = ConnectionPool::default();
    pool.put(FakeConnection(1));
    pool.put(FakeConnection(2));
    assert_eq!(
        [pool.take(), pool.take(), pool.take()],
        [Some(FakeConnection(2)), Some(FakeConnection(1)), None]
    );
}

#[tokio::test(start_paused = true)]
async fn a_connection_kept_for_too_long_is_not_used_again() {
    let pool = ConnectionPool::default();
    pool.put(FakeConnection(1));
    tokio::time::advance(ConnectionPool::<FakeConnection>::IDLE_FOR - Duration::from_secs(1)).await;
    pool.put(FakeConnection(2));
    tokio::time::advance(Duration::from_secs(1)).await;
    assert_eq!([pool.take(), pool.take()], [Some(FakeConnection(2)), None]);
}

#[tokio::test(start_paused = true)]
async fn a_worn_connection_is_not_kept_nor_one_too_many() {
    let pool = ConnectionPool::default();
    pool.put(FakeConnection(WORN));
    assert_eq!(pool.take(), None);

    (1..=9).for_each(|i| pool.put(FakeConnection(i)));
    assert_eq!(std::iter::from_fn(|| pool.take()).count(), ConnectionPool::<FakeConnection>::SIZE);
}
