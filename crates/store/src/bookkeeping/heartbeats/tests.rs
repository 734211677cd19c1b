use fanfare_core::SavedDue;

use super::*;
use crate::fixtures::{StoreFolder, after_noon};

fn key(text: &str) -> HeartbeatKey {
    text.parse().unwrap()
}

fn known(text: &str, due: Option<SavedDue>) -> KnownHeartbeat {
    KnownHeartbeat { key: key(text), due }
}

fn due(seconds: i64) -> SavedDue {
    SavedDue { saved_at: after_noon(0), due_at: after_noon(seconds), has_extension: seconds % 2 == 1 }
}

#[tokio::test]
async fn times_of_a_life_that_was_stopped_are_taken_up_once() {
    let folder = StoreFolder::new();
    let store = folder.open();
    assert_eq!(store.take_up_heartbeats().await.unwrap(), []);
    let saved =
        vec![known("cron", Some(due(60))), known("cron/backup", Some(due(61))), known("tkl/a1", None)];
    store.save_heartbeats(saved.clone()).await.unwrap();
    assert_eq!(folder.copy().open().take_up_heartbeats().await.unwrap(), saved);
    store.take_up_heartbeats().await.unwrap();
    let without_times = ["cron", "cron/backup", "tkl/a1"].map(|it| known(it, None));
    assert_eq!(folder.copy().open().take_up_heartbeats().await.unwrap(), without_times);
}

#[tokio::test]
async fn what_is_forgotten_is_gone_and_what_is_saved_again_is_replaced() {
    let store = StoreFolder::new().open();
    store.save_heartbeats(vec![known("a/1", None), known("a/2", None), known("a", None)]).await.unwrap();
    store.save_heartbeats(vec![known("a/1", Some(due(7)))]).await.unwrap();
    store.forget_heartbeats(vec![key("a/2"), key("a"), key("b")]).await.unwrap();
    assert_eq!(store.take_up_heartbeats().await.unwrap(), [known("a/1", Some(due(7)))]);
}

#[tokio::test]
async fn a_damaged_row_costs_only_itself() {
    let folder = StoreFolder::new();
    let store = folder.open();
    store.save_heartbeats(vec![known("a/1", Some(due(7))), known("a/2", Some(due(8)))]).await.unwrap();
    folder.raw().execute("UPDATE expected_heartbeats SET name = ' ' WHERE name = '1'", []).unwrap();
    folder.raw().execute("UPDATE expected_heartbeats SET due_at = NULL WHERE name = '2'", []).unwrap();
    assert_eq!(store.take_up_heartbeats().await.unwrap(), [known("a/2", None)]);
}
