use std::sync::Mutex;

use super::*;

/// The result of a search in which everything up to `limit` is borne, and the numbers tried.
async fn search(most: u32, limit: u32) -> (u32, Vec<u32>) {
    let tried = Mutex::new(Vec::new());
    let is_borne = async |number| {
        tried.lock().unwrap().push(number);
        Ok(number <= limit)
    };
    let found = highest(most, is_borne).await.unwrap();
    (found, tried.into_inner().unwrap())
}

#[tokio::test]
async fn the_highest_rate_is_found_whatever_it_is() {
    for limit in 0..=20 {
        assert_eq!(search(16, limit).await.0, limit.min(16));
    }
}

#[tokio::test]
async fn rates_are_doubled_before_the_gap_is_halved() {
    assert_eq!(search(16, 6).await.1, [1, 2, 4, 8, 6, 7]);
    assert_eq!(search(10, 10).await.1, [1, 2, 4, 8, 10]);
}
