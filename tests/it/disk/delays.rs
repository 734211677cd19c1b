//! A disk that hangs, and a store that another program has locked: alerts are refused, and what is owed goes out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use rusqlite::Connection;
use tokio::time::Instant;

use super::two_channel_site::{CHANNELS, SELF_ALERT, TwoChannelSite, post};
use crate::harness::{PATIENCE, TestGateway, until};
use crate::ledger::deliveries;

/// While the store is delayed from `delay` to `end`, alerts are refused at once, with `reason`; three that are owed
/// go out, each once; and afterwards all is as before.
#[track_caller]
fn check_delay(site: &TwoChannelSite, gateway: TestGateway, reason: &str, delay: impl Fn(), end: impl Fn()) {
    site.break_providers();
    for device in 1..=3 {
        assert_eq!(post(&gateway, device), 202);
    }
    delay();
    until("alerts are refused", || post(&gateway, 50) == 503, PATIENCE);
    assert_eq!(gateway.get("/-/ready").body, format!("the store cannot be used: {reason}"));
    assert_eq!(gateway.get("/-/healthy").status, 200);
    let began = Instant::now();
    for device in 51..60 {
        assert_eq!(post(&gateway, device), 503);
    }
    assert!(began.elapsed() < PATIENCE, "nobody waits for the disk: {:?}", began.elapsed());
    site.providers.clear_all_faults();
    for device in 1..=3 {
        site.await_one(&format!("reported by {device}."));
    }
    site.await_one(SELF_ALERT);
    end();
    until("it is ready again", || gateway.get("/-/ready").status == 200, PATIENCE);
    assert_eq!(post(&gateway, 4), 202);
    site.await_one("reported by 4.");
    site.await_one("The store keeps alerts again");
    gateway.until_nothing_is_owed();
    drop(gateway);
    let gateway = TestGateway::start_at(&site.site, &[], &[]);
    gateway.until_nothing_is_owed();
    for channel in CHANNELS {
        for device in 1..=4 {
            assert_eq!(site.count(channel, &format!("reported by {device}.")), 1, "{channel} {device}");
        }
        for device in 51..60 {
            assert_eq!(site.count(channel, &format!("reported by {device}.")), 0, "{device} was refused");
        }
        assert!(deliveries(&gateway, channel).iter().all(|it| it.state == "delivered"));
    }
}

/// The library that makes the disk hang, built in `folder`.
fn hanging_disk(folder: &Path) -> PathBuf {
    let (source, library) = (folder.join("hanging_disk.c"), folder.join("hanging_disk.so"));
    fs::write(&source, include_str!("hanging_disk.c")).unwrap();
    let arguments = ["-shared", "-fPIC", "-o"];
    let built = Command::new("cc").args(arguments).arg(&library).arg(&source).arg("-ldl").status().unwrap();
    assert!(built.success());
    library
}

#[test]
fn while_the_disk_hangs_alerts_are_refused_and_what_is_owed_goes_out_once() {
    let site = TwoChannelSite::new();
    let library = hanging_disk(site.site.folder());
    let hangs = site.site.path("hangs");
    let environment = [
        ("LD_PRELOAD", library.to_str().unwrap().to_owned()),
        ("HANGS_WHILE", hangs.to_str().unwrap().to_owned()),
    ];
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let gateway = TestGateway::start_at(&site.site, &[], &environment);
    let (delay, end) = (|| fs::write(&hangs, "").unwrap(), || fs::remove_file(&hangs).unwrap());
    check_delay(&site, gateway, "the disk does not answer in time", delay, end);
}

#[test]
fn while_another_program_has_locked_the_store_alerts_are_refused_and_what_is_owed_goes_out_once() {
    let site = TwoChannelSite::new();
    let gateway = TestGateway::start_at(&site.site, &[], &[]);
    let other = Connection::open(site.site.path("data/fanfare.db")).unwrap();
    other.busy_timeout(Duration::from_secs(20)).unwrap();
    let (delay, end) =
        (|| other.execute_batch("BEGIN IMMEDIATE").unwrap(), || other.execute_batch("ROLLBACK").unwrap());
    check_delay(&site, gateway, "another program has locked it", delay, end);
}

#[test]
fn a_gateway_starts_while_another_program_has_locked_the_store_and_what_is_owed_goes_out() {
    let site = TwoChannelSite::new();
    site.break_providers();
    let mut gateway = TestGateway::start_at(&site.site, &[], &[]);
    assert_eq!(post(&gateway, 1), 202);
    gateway.kill9();
    let other = Connection::open(site.site.path("data/fanfare.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let gateway = TestGateway::start_at(&site.site, &[], &[]);
    assert_eq!(post(&gateway, 50), 503);
    site.providers.clear_all_faults();
    site.await_one("reported by 1.");
    site.await_one(SELF_ALERT);
    other.execute_batch("ROLLBACK").unwrap();
    drop(other);
    until("it is ready again", || gateway.get("/-/ready").status == 200, PATIENCE);
    assert_eq!(post(&gateway, 2), 202);
    site.await_one("reported by 2.");
    gateway.until_nothing_is_owed();
    assert_eq!(site.count("ding", "reported by 1."), 1);
}

#[test]
fn a_lock_that_is_gone_within_a_second_is_seen_to_be_gone() {
    let site = TwoChannelSite::new();
    let gateway = TestGateway::start_at(&site.site, &[], &[]);
    let other = Connection::open(site.site.path("data/fanfare.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    until("alerts are refused", || post(&gateway, 1) == 503, PATIENCE);
    drop(other);
    until("they are taken again", || post(&gateway, 2) == 202, PATIENCE);
    let degraded = || {
        let metrics = gateway.get("/metrics").body;
        metrics.lines().filter(|it| it.starts_with("fanfare_store_degraded ")).any(|it| it.ends_with(" 1"))
    };
    until("the metric shows it", || !degraded(), PATIENCE);
    site.await_one("reported by 2.");
}
