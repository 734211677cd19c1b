use fanfare_core::{ClockLeads, DeliveryOutcome, Moment, Severity};
use jiff::SignedDuration;

use super::*;
use crate::fixtures::{
    Decider, NOON, StoreFolder, accept, accept_by, account, after_noon, again, alarm, deliveries, ladder,
    settle, settlement,
};
use crate::{NewSend, SendDigest};

fn beat(seconds: i64) -> TimeRecord {
    TimeRecord {
        moment: Moment {
            wall: after_noon(seconds),
            promise: after_noon(seconds + 3_600),
            certain: after_noon(seconds - 60),
        },
        boot_id: "a run".to_owned(),
        since_boot: Duration::from_millis(12_345),
    }
}

#[tokio::test]
async fn the_newest_times_are_read_back_after_a_kill() {
    let folder = StoreFolder::new();
    let store = folder.open();
    assert_eq!(store.last_times().await.unwrap(), None);
    for seconds in [0, 5] {
        store.record_times(beat(seconds)).await.unwrap();
    }
    assert_eq!(folder.copy().open().last_times().await.unwrap(), Some(beat(5)));
    assert_eq!(folder.number("SELECT count(*) FROM heartbeat"), 1);
}

#[tokio::test]
async fn a_store_of_an_earlier_version_has_the_newest_time_that_it_holds() {
    let folder = StoreFolder::new();
    let store = folder.open();
    store.enter_policy("{}".to_owned(), after_noon(-9)).await.unwrap();
    assert_eq!(store.last_times().await.unwrap().unwrap().moment, Moment::at(after_noon(-9)));
    accept(&store, alarm("a", Severity::High), after_noon(7)).await;
    let last = store.last_times().await.unwrap().unwrap();
    assert_eq!((last.moment, last.boot_id.as_str()), (Moment::at(after_noon(7)), ""));
}

#[tokio::test]
async fn sends_of_a_life_that_entered_no_times_are_not_taken_for_older_than_they_are() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let now = Moment { certain: after_noon(-86_400), ..Moment::at(NOON) };
    let decider = Decider { leads: now.leads(), ..Decider::on(ladder()) };
    let accepted = accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    assert_eq!(store.last_times().await.unwrap().unwrap().moment, now);
    let begun = NewSend {
        account: account("robot"),
        deliveries: vec![deliveries(&accepted)[0].id],
        digest: SendDigest::None,
        usage: None,
        now: Moment { certain: after_noon(-86_399), ..now },
    };
    store.begin_send(begun).await.unwrap();
    let last = store.last_times().await.unwrap().unwrap().moment;
    assert_eq!((last.wall, last.certain), (NOON, after_noon(-86_399)));
}

#[tokio::test]
async fn the_latest_due_time_is_that_of_a_check_or_of_an_attempt() {
    let folder = StoreFolder::new();
    let store = folder.open();
    assert_eq!(store.latest_due().await.unwrap(), None);
    let accepted = accept_by(&store, &Decider::on(ladder()), alarm("a", Severity::High), NOON).await;
    assert_eq!(store.latest_due().await.unwrap(), Some(after_noon(60)));
    settle(&store, settlement(&deliveries(&accepted)[0], again(300))).await;
    assert_eq!(store.latest_due().await.unwrap(), Some(after_noon(300)));
    settle(&store, settlement(&deliveries(&accepted)[0], DeliveryOutcome::Delivered)).await;
    assert_eq!(store.latest_due().await.unwrap(), Some(after_noon(60)));
}

#[tokio::test]
async fn what_was_promised_by_a_clock_that_was_wrong_is_due_on_the_scale_of_promises() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let lead = SignedDuration::from_hours(1);
    let decider =
        Decider { leads: ClockLeads { promise: lead, ..ClockLeads::default() }, ..Decider::on(ladder()) };
    accept_by(&store, &decider, alarm("a", Severity::High), NOON).await;
    let due = store.rechecks().await.unwrap();
    assert_eq!(due[0].at, Some(after_noon(60) + lead));
    let pending = store.pending_deliveries().await.unwrap();
    assert!(pending.iter().all(|it| it.next_at == NOON + lead && it.owed_at == NOON), "{pending:?}");
    assert_eq!(pending[0].leads.promise, lead);
}

#[tokio::test]
async fn the_beginnings_of_the_last_hundred_lives_are_kept_beside_the_newest_times() {
    let folder = StoreFolder::new();
    let store = folder.open();
    assert_eq!(store.life_beginnings().await.unwrap(), []);
    for life in 0..105 {
        store.begin_life(after_noon(life * 10), beat(life * 10 + 1)).await.unwrap();
        store.record_times(beat(life * 10 + 5)).await.unwrap();
        assert_eq!(store.last_times().await.unwrap(), Some(beat(life * 10 + 5)));
    }
    let expected: Vec<_> = (5..105).map(|life| after_noon(life * 10)).collect();
    assert_eq!(folder.copy().open().life_beginnings().await.unwrap(), expected);
    assert_eq!(folder.number("SELECT count(*) FROM heartbeat"), 1);
}

#[tokio::test]
async fn a_beginning_that_is_damaged_costs_itself_only() {
    let folder = StoreFolder::new();
    let store = folder.open();
    for life in 0..3 {
        store.begin_life(after_noon(life), beat(life)).await.unwrap();
    }
    folder.raw().execute("UPDATE lives SET began_at = 9223372036854775807 WHERE id = 2", []).unwrap();
    assert_eq!(store.life_beginnings().await.unwrap(), [after_noon(0), after_noon(2)]);
    assert_eq!(store.last_times().await.unwrap(), Some(beat(2)));
}
