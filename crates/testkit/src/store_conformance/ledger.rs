//! Promises about the rows that people ask for.

use fanfare_core::{ContractStatus, DeadLetterId, DeliveryId, DeliveryOutcome, DeliveryTerms};
use fanfare_store::{DeadLetterFilter, DeadLetters, DeliveryFilter};

use super::events::{accept, acknowledging, alarm, dead, end_of, forget, ladder, plain, run, settle};
use super::site::StoreSite;
use crate::{NOON, after_noon};

pub(super) async fn mere_repeats_are_counted_in_the_row_they_repeat(site: &impl StoreSite) {
    let store = site.open().await;
    let first = accept(&store, plain(), alarm("a"), NOON).await.alerts[0].id;
    for seconds in [60, 120] {
        let repeat = accept(&store, plain(), alarm("a"), after_noon(seconds)).await;
        assert_eq!((repeat.alerts[0].id, repeat.notifications.len()), (first, 0));
    }
    let history = store.history(first).await.unwrap().unwrap();
    assert_eq!((history.repeats, history.repeated_at), (2, Some(after_noon(120))));
    assert_eq!(history.repeat_reasons, ["already told, and the repeat interval has not passed"]);
    let mut other = alarm("a");
    other.annotations.set("description", "in other words");
    assert_ne!(accept(&store, plain(), other, after_noon(180)).await.alerts[0].id, first);
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.alerts, audit.repeats, audit.unaccounted), (2, 2, Vec::new()));
}

pub(super) async fn the_audit_accounts_for_everything(site: &impl StoreSite) {
    let store = site.open().await;
    let kept = accept(&store, plain(), alarm("a"), NOON).await;
    for delivery in &kept.deliveries {
        settle(&store, delivery, DeliveryOutcome::Delivered, after_noon(1)).await;
    }
    let broken = accept(&store, plain(), alarm("b"), NOON).await;
    settle(&store, &broken.deliveries[0], dead(), after_noon(1)).await;
    let climbing = accept(&store, ladder(), alarm("c"), NOON).await;
    run(&store, acknowledging(climbing.notifications[0].id, "Li", after_noon(2))).await.unwrap();
    let last = accept(&store, plain(), end_of("d"), after_noon(3)).await.alerts[0].id;
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.unaccounted, audit.unaccounted_in_all), (Vec::new(), 0));
    assert_eq!((audit.alerts, audit.newest, audit.told, audit.suppressed), (4, Some(last), 3, 1));
    let (delivered, given_up) = (audit.deliveries.delivered, audit.deliveries.dead);
    assert_eq!((delivered, given_up, audit.deliveries.pending), (2, 1, 5));
    assert_eq!((audit.notifications.kept, audit.notifications.abandoned), (1, 1));
}

pub(super) async fn dead_letters_are_found_page_by_page_and_resolved(site: &impl StoreSite) {
    let store = site.open().await;
    for eui in ["a", "b"] {
        for delivery in &accept(&store, plain(), alarm(eui), NOON).await.deliveries {
            settle(&store, delivery, dead(), after_noon(1)).await;
        }
    }
    let all = || DeadLetters::All(DeadLetterFilter::default());
    let mut pages = Vec::new();
    let mut after = None;
    loop {
        let page = store.dead_letters_by_notification(all(), after, 3).await.unwrap();
        let Some((_, letters)) = page.last() else { break };
        after = letters.last().copied();
        pages.push(page.iter().map(|(_, letters)| letters.len()).sum::<usize>());
    }
    assert_eq!(pages, [3, 1]);
    let on_mail = DeadLetterFilter { channel: Some("mail".into()), ..DeadLetterFilter::default() };
    let letters = store.dead_letters(on_mail, None, 9).await.unwrap().letters;
    assert_eq!(letters.len(), 2);
    assert_eq!(letters[0].contract, ContractStatus::Abandoned);
    assert_eq!(letters[0].reason, "too late; last answer: the provider's words");
    let later = DeadLetterFilter { since: Some(after_noon(2)), ..DeadLetterFilter::default() };
    assert!(store.dead_letters(later, None, 9).await.unwrap().letters.is_empty());
    let unknown = DeadLetters::These(vec![DeadLetterId::Delivery(DeliveryId(i64::MAX))]);
    assert!(store.dead_letters_by_notification(unknown, None, 9).await.unwrap().is_empty());
}

pub(super) async fn deliveries_on_unknown_channels_are_found(site: &impl StoreSite) {
    let store = site.open().await;
    let terms = DeliveryTerms::plain(vec!["ding".into(), "gone".into()]);
    let accepted = accept(&store, terms, alarm("a"), NOON).await;
    let find = |known: &[&str], before| {
        store.on_unknown_channels(known.iter().map(|it| (*it).into()).collect(), before, DeliveryId(0), 9)
    };
    let id = accepted.notifications[0].id;
    assert_eq!(find(&["ding"], after_noon(1)).await.unwrap(), [(id, vec![accepted.deliveries[1].id])]);
    assert!(find(&["ding"], NOON).await.unwrap().is_empty());
    assert!(find(&["ding", "gone"], after_noon(1)).await.unwrap().is_empty());
    assert_eq!(find(&[], after_noon(1)).await.unwrap()[0].1.len(), 2);
}

pub(super) async fn retention_deletes_what_is_over_and_nothing_else(site: &impl StoreSite) {
    let store = site.open().await;
    let told = accept(&store, plain(), alarm("over"), NOON).await;
    let end = accept(&store, plain(), end_of("over"), after_noon(1)).await;
    for delivery in told.deliveries.iter().chain(&end.deliveries) {
        settle(&store, delivery, DeliveryOutcome::Delivered, after_noon(2)).await;
    }
    let firing = accept(&store, plain(), alarm("fires"), NOON).await;
    for delivery in &firing.deliveries {
        settle(&store, delivery, DeliveryOutcome::Delivered, after_noon(2)).await;
    }
    let given_up = accept(&store, plain(), alarm("given up"), NOON).await;
    settle(&store, &given_up.deliveries[0], dead(), after_noon(2)).await;
    accept(&store, plain(), end_of("seen again"), NOON).await;
    accept(&store, plain(), end_of("seen again"), after_noon(90)).await;

    assert_eq!(forget(&store, after_noon(60)).await, 2);
    assert_eq!(forget(&store, after_noon(60)).await, 0);
    let left = store.deliveries(DeliveryFilter { limit: 99, ..DeliveryFilter::default() }).await.unwrap();
    assert_eq!(left.len(), 4);
    let audit = store.audit().await.unwrap();
    assert_eq!((audit.alerts, audit.repeats, audit.unaccounted), (3, 1, Vec::new()));
}
