//! `kill -9` of the gateway, of the broker and of both, while alarms are published.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::{BrokerSite, TOPIC, alarms, is_connected, until_told};
use crate::harness::{PATIENCE, TestGateway, until};
use crate::ledger::deliveries;

#[test]
fn what_the_broker_has_taken_is_told_once_although_both_are_killed_before_we_have_it() {
    let mut site = BrokerSite::open();
    let mut gateway = site.gateway();
    gateway.kill9();
    assert!(site.broker.publish(TOPIC, &alarms(0..40)));
    site.broker.kill9();
    site.broker.restart();
    until_told(&site.gateway(), 40);
}

/// A gateway that is killed again and again while it takes what has piled up.
#[test]
fn what_has_piled_up_is_told_once_however_often_we_are_killed_over_it() {
    let site = BrokerSite::open();
    let mut gateway = site.gateway();
    gateway.kill9();
    assert!(site.broker.publish(TOPIC, &alarms(0..300)));
    for millis in [0, 5, 10, 20, 40, 80] {
        let mut gateway = TestGateway::start_at(&site.folder, &[], &[]);
        std::thread::sleep(Duration::from_millis(millis));
        gateway.kill9();
    }
    until_told(&site.gateway(), 300);
}

#[test]
fn a_broker_that_is_killed_under_us_loses_and_repeats_nothing() {
    let mut site = BrokerSite::open();
    let gateway = site.gateway();
    for round in 0..3 {
        assert!(site.broker.publish(TOPIC, &alarms(round * 10..round * 10 + 10)));
        site.broker.kill9();
        site.broker.restart();
        until("it is connected again", || is_connected(&gateway), PATIENCE);
    }
    until_told(&gateway, 30);
}

/// Alarms are published all the while; a publisher that gets no confirmation publishes again.
#[test]
fn kills_of_us_while_alarms_are_published_lose_and_repeat_nothing() {
    let site = Arc::new(Mutex::new(BrokerSite::open()));
    let number = 60;
    let folder = Arc::clone(&site.lock().unwrap().folder);
    let mut gateway = site.lock().unwrap().gateway();
    let is_over = Arc::new(AtomicBool::new(false));
    let publisher = {
        let (site, is_over) = (Arc::clone(&site), Arc::clone(&is_over));
        std::thread::spawn(move || {
            for device in 0..number {
                assert!(site.lock().unwrap().broker.publish(TOPIC, &alarms(device..device + 1)));
            }
            is_over.store(true, Ordering::Relaxed);
        })
    };
    while !is_over.load(Ordering::Relaxed) {
        std::thread::sleep(Duration::from_millis(70));
        gateway.kill9();
        gateway = TestGateway::start_at(&folder, &[], &[]);
    }
    publisher.join().unwrap();
    until_told(&gateway, usize::try_from(number).unwrap());
    let rows = deliveries(&gateway, "ding");
    assert!(rows.iter().all(|it| it.state == "delivered"), "{rows:?}");
}
