//! A store whose files are touched by others while a gateway runs on it.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use super::refusal;
use crate::harness::{FakeProviders, PATIENCE, TestFolder, TestGateway, until};
use crate::ledger::{alarm, deliveries};
use crate::samples::{config, dingtalk};

fn post(gateway: &TestGateway, device: u32) -> u16 {
    gateway.post("thinklink", &alarm("over_temp", device, "urgent").to_string()).status
}

/// The number of messages with these words in their title that were seen.
fn count(providers: &FakeProviders, words: &str) -> usize {
    providers.seen("ding").iter().filter(|it| it.shown.title.contains(words)).count()
}

const SELF_ALERT: &str = "Alerts are refused";

/// After `damage` to a running gateway's store in the folder it is given, it is noticed and told; and every alert
/// that is answered 202 is there after `kill -9`.
#[track_caller]
fn check_nothing_is_lost(damage: impl Fn(&Path)) {
    let providers = FakeProviders::start([dingtalk().account("ding")]);
    let site = Arc::new(TestFolder::new(&config(&[("ding", dingtalk().settings("ding", &providers))])));
    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    assert_eq!(post(&gateway, 1), 202);
    damage(&site.path("data"));
    let accepted: Vec<u32> = (2..5).filter(|device| post(&gateway, *device) == 202).collect();
    until("it is told", || count(&providers, SELF_ALERT) == 1, PATIENCE);
    until("all is written back", || gateway.get("/-/ready").status == 200, PATIENCE);
    assert_eq!(post(&gateway, 5), 202);
    gateway.kill9();
    let gateway = TestGateway::start_at(&site, &[], &[]);
    gateway.until_nothing_is_owed();
    let found = deliveries(&gateway, "ding").len();
    assert!(accepted.len() + 2 <= found, "{accepted:?} {found}");
    for device in accepted.into_iter().chain([1, 5]) {
        assert!(count(&providers, &format!("reported by {device}.")) >= 1, "{device}");
    }
}

#[test]
fn a_store_that_is_deleted_loses_nothing_that_was_accepted() {
    check_nothing_is_lost(|data| fs::remove_file(data.join("fanfare.db")).unwrap());
}

#[test]
fn a_folder_that_is_deleted_loses_nothing_that_was_accepted() {
    // Out of the way first: the gateway would write into it while it is being deleted.
    check_nothing_is_lost(|data| {
        let gone = data.with_extension("gone");
        fs::rename(data, &gone).unwrap();
        fs::remove_dir_all(gone).unwrap();
    });
}

#[test]
fn a_store_that_is_moved_away_loses_nothing_that_was_accepted() {
    check_nothing_is_lost(|data| fs::rename(data, data.with_extension("old")).unwrap());
}

#[test]
fn a_write_ahead_log_that_is_deleted_loses_nothing_that_was_accepted() {
    check_nothing_is_lost(|data| fs::remove_file(data.join("fanfare.db-wal")).unwrap());
}

#[test]
fn a_store_in_whose_place_another_stands_is_refused_and_told_and_left_alone() {
    let providers = FakeProviders::start([dingtalk().account("ding")]);
    let site = Arc::new(TestFolder::new(&config(&[("ding", dingtalk().settings("ding", &providers))])));
    let gateway = TestGateway::start_at(&site, &[], &[]);
    assert_eq!(post(&gateway, 1), 202);
    let (store, copy) = (site.path("data/fanfare.db"), site.path("data/copy.db"));
    fs::copy(&store, &copy).unwrap();
    let stands = fs::read(&copy).unwrap();
    fs::rename(copy, &store).unwrap();
    assert_eq!(post(&gateway, 2), 503);
    until("it is told", || count(&providers, SELF_ALERT) == 1, PATIENCE);
    let ready = gateway.get("/-/ready");
    assert_eq!(ready.status, 503);
    assert_eq!(ready.body, "the store cannot be used: another file stands in the place of its file");
    assert_eq!(fs::read(&store).unwrap(), stands);

    fs::remove_file(&store).unwrap();
    until("it is written back", || gateway.get("/-/ready").status == 200, PATIENCE);
    assert_eq!(post(&gateway, 3), 202);
    assert_eq!(deliveries(&gateway, "ding").len(), 2);
}

#[test]
fn a_second_gateway_is_not_started_without_the_lock_file_nor_by_another_path() {
    let providers = FakeProviders::start([dingtalk().account("ding")]);
    let text = config(&[("ding", dingtalk().settings("ding", &providers))]);
    let gateway = TestGateway::start(&text, &[], &[]);
    let site = gateway.site();
    let data = site.path("data");
    fs::remove_file(data.join("fanfare.db.lock")).unwrap();
    fs::hard_link(data.join("fanfare.db"), data.join("hard.db")).unwrap();
    std::os::unix::fs::symlink(data.join("fanfare.db"), data.join("soft.db")).unwrap();
    for name in ["data/fanfare.db", "data/hard.db", "data/soft.db", "data/../data/fanfare.db"] {
        site.write("fanfare.yaml", &text.replace("data/fanfare.db", name));
        let refusal = refusal(site);
        let expected = format!("error: {name} is in use by another fanfare process");
        assert!(refusal.starts_with(&expected), "{refusal}");
    }
    assert_eq!(post(&gateway, 1), 202, "the first goes on");
}

#[test]
fn a_start_beside_a_store_that_an_earlier_life_had_to_save_says_so() {
    let providers = FakeProviders::start([dingtalk().account("ding")]);
    let site = Arc::new(TestFolder::new(&config(&[("ding", dingtalk().settings("ding", &providers))])));
    let gateway = TestGateway::start_at(&site, &[], &[]);
    assert!(!gateway.log().contains("under another name"), "{}", gateway.log());
    drop(gateway);
    for name in ["fanfare.db.saved", "fanfare.db.saved-2"] {
        fs::copy(site.path("data/fanfare.db"), site.path("data").join(name)).unwrap();
    }
    let gateway = TestGateway::start_at(&site, &[], &[]);
    for name in ["fanfare.db.saved\n", "fanfare.db.saved-2\n"] {
        assert!(gateway.log().contains(&format!("store.saved=data/{name}")), "{}", gateway.log());
    }
}
