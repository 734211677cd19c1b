//! A gateway whose disk cannot be written: it starts, says so, and sends what is owed.

use super::small_disk::SmallDisk;
use super::two_channel_site::{CHANNELS, SELF_ALERT, TwoChannelSite, post};
use crate::harness::{PATIENCE, TestGateway, text, until};
use crate::ledger::{alarm, deliveries};

const OWED: &str = "reported by 1.";

fn metric(gateway: &TestGateway, name: &str) -> Option<String> {
    let metrics = gateway.get("/metrics").body;
    let line = metrics.lines().find(|it| it.starts_with(name))?;
    line.split(' ').next_back().map(str::to_owned)
}

/// The gateway refuses alerts and says why, is alive, and has told what is owed and of its state.
#[track_caller]
fn check_degraded(site: &TwoChannelSite, gateway: &TestGateway, reason: &str) {
    until("it notices", || gateway.get("/-/ready").status == 503, PATIENCE);
    assert_eq!(gateway.get("/-/ready").body, format!("the store cannot be used: {reason}"));
    assert_eq!(gateway.get("/-/healthy").status, 200);
    let answer = gateway.post("thinklink", &alarm("over_temp", 99, "urgent").to_string());
    assert_eq!(answer.status, 503);
    assert_eq!(
        text(&answer.json()["error"], "message"),
        format!("not accepted, please send again: the store cannot be used: {reason}")
    );
    assert_eq!(metric(gateway, "fanfare_store_degraded").as_deref(), Some("1"));
    site.providers.clear_all_faults();
    for channel in CHANNELS {
        until("what is owed goes out", || site.count(channel, OWED) == 1, PATIENCE);
        until("it says so itself", || site.count(channel, SELF_ALERT) == 1, PATIENCE);
    }
}

/// The gateway takes alerts again, and everything was told once.
#[track_caller]
fn check_well_again(site: &TwoChannelSite, gateway: &TestGateway) {
    until("it is ready again", || gateway.get("/-/ready").status == 200, PATIENCE);
    assert_eq!(post(gateway, 2), 202);
    let shows_it = || metric(gateway, "fanfare_store_degraded").as_deref() == Some("0");
    until("the metric shows it", shows_it, PATIENCE);
    for channel in CHANNELS {
        let all_told = || deliveries(gateway, channel).iter().all(|it| it.state == "delivered");
        until("all that was accepted is told", all_told, PATIENCE);
        until("it is told", || site.count(channel, "reported by 2.") == 1, PATIENCE);
        assert_eq!(site.count(channel, OWED), 1, "{:?}", site.titles(channel));
        assert_eq!(site.count(channel, "reported by 99."), 0, "what was refused is not told");
        let over = || site.count(channel, "The store keeps alerts again") == 1;
        until("it says that it is over", over, PATIENCE);
        assert_eq!(site.count(channel, SELF_ALERT), 1);
    }
}

#[test]
fn on_a_disk_that_fills_up_what_is_owed_goes_out_by_the_reserve_and_nothing_twice() {
    let site = TwoChannelSite::new();
    let Some(disk) = SmallDisk::mount(&site.site, 24) else { return };
    site.break_providers();
    let gateway = disk.start();
    assert_eq!(post(&gateway, 1), 202);
    disk.fill();
    until("it is full", || post(&gateway, 50) == 503, PATIENCE);
    check_degraded(&site, &gateway, "the disk is full");
    disk.make_room();
    check_well_again(&site, &gateway);
    drop(gateway);
    let gateway = disk.start();
    gateway.until_nothing_is_owed();
    assert_eq!((site.count("ding", OWED), site.count("mail", OWED)), (1, 1));
}

#[test]
fn a_gateway_starts_on_a_full_disk_and_what_is_owed_goes_out() {
    let site = TwoChannelSite::new();
    let Some(disk) = SmallDisk::mount(&site.site, 24) else { return };
    site.break_providers();
    let mut gateway = disk.start();
    assert_eq!(post(&gateway, 1), 202);
    gateway.kill9();
    disk.fill();
    let gateway = disk.start();
    check_degraded(&site, &gateway, "the disk is full");
    disk.make_room();
    check_well_again(&site, &gateway);
}

#[test]
fn a_gateway_without_a_reserve_sends_what_is_owed_from_memory() {
    let site = TwoChannelSite::new();
    let Some(disk) = SmallDisk::mount(&site.site, 24) else { return };
    site.break_providers();
    let mut gateway = disk.start();
    assert_eq!(post(&gateway, 1), 202);
    gateway.kill9();
    std::fs::remove_file(disk.path("fanfare.db.reserve")).unwrap();
    std::fs::remove_file(disk.path("fanfare.db-shm")).unwrap();
    disk.fill();
    let gateway = disk.start();
    check_degraded(&site, &gateway, "the disk is full");
    disk.make_room();
    check_well_again(&site, &gateway);
}

#[test]
fn a_gateway_starts_on_a_full_disk_without_a_store() {
    let site = TwoChannelSite::new();
    let Some(disk) = SmallDisk::mount(&site.site, 24) else { return };
    disk.fill();
    let gateway = disk.start();
    until("it notices", || gateway.get("/-/ready").status == 503, PATIENCE);
    assert_eq!(post(&gateway, 1), 503);
    until("it says so itself", || site.count("ding", SELF_ALERT) == 1, PATIENCE);
    disk.make_room();
    until("it takes alerts", || post(&gateway, 2) == 202, PATIENCE);
    until("it is told", || site.count("ding", "reported by 2.") == 1, PATIENCE);
    drop(gateway);
    let gateway = disk.start();
    assert_eq!(deliveries(&gateway, "ding").len(), 1, "it is on the disk");
}

#[test]
fn a_gateway_starts_on_a_read_only_disk_and_what_is_owed_goes_out() {
    for ending in ["kill", "stop"] {
        let site = TwoChannelSite::new();
        let Some(disk) = SmallDisk::mount(&site.site, 24) else { return };
        site.break_providers();
        let mut gateway = disk.start();
        assert_eq!(post(&gateway, 1), 202);
        if ending == "kill" {
            gateway.kill9();
        } else {
            gateway.terminate_and_wait();
        }
        disk.remount("ro");
        let gateway = disk.start();
        check_degraded(&site, &gateway, "it can only be read");
        disk.remount("rw");
        check_well_again(&site, &gateway);
    }
}
