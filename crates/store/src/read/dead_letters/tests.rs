use super::*;
use crate::fixtures::{
    Decider, NOON, StoreFolder, accept, accept_by, after_noon, alarm, dead, deliveries, in_turn, recheck_at,
    settle, settle_by, settlement,
};
use fanfare_core::{DeliveryId, DeliveryOutcome};

/// A store with three dead deliveries, `d1`, `d2` and `d4`, and the abandoned notification `n3`.
async fn filled(folder: &StoreFolder) -> Store {
    let store = folder.open();
    let first = accept(&store, alarm("a", Severity::Urgent), NOON).await;
    for (delivery, seconds) in deliveries(&first).iter().zip([10, 20]) {
        let settlement = settlement(delivery, dead());
        settle(&store, fanfare_core::Settlement { ended_at: after_noon(seconds), ..settlement }).await;
    }
    let second = accept(&store, alarm("b", Severity::High), NOON).await;
    let [ding, mail] = &deliveries(&second)[..] else { panic!() };
    settle(&store, settlement(ding, DeliveryOutcome::Delivered)).await;
    let of_mail = settlement(mail, dead());
    settle(&store, fanfare_core::Settlement { ended_at: after_noon(30), ..of_mail }).await;
    let hanging = accept_by(&store, &Decider::on(in_turn()), alarm("c", Severity::Low), NOON).await;
    for seconds in [10, 60] {
        let id = hanging.owed[0].notification.id;
        recheck_at(&store, &Decider::on(in_turn()), id, after_noon(seconds)).await;
    }
    store
}

fn all() -> DeadLetterFilter {
    DeadLetterFilter::default()
}

async fn check(filter: DeadLetterFilter, after: Option<&str>, limit: u32, expected: &[&str]) {
    let folder = StoreFolder::new();
    let after = after.map(|it| it.parse().unwrap());
    let letters = filled(&folder).await.dead_letters(filter, after, limit).await.unwrap().letters;
    let names: Vec<_> = letters.iter().map(|it| it.id.to_string()).collect();
    assert_eq!(names, expected);
}

#[tokio::test]
async fn dead_letters_are_told_newest_first_page_by_page() {
    check(all(), None, 9, &["n3", "d4", "d2", "d1"]).await;
    check(all(), None, 2, &["n3", "d4"]).await;
    check(all(), Some("n3"), 2, &["d4", "d2"]).await;
    check(all(), Some("d2"), 2, &["d1"]).await;
    check(all(), Some("d1"), 2, &[]).await;
}

#[tokio::test]
async fn dead_letters_can_be_asked_for_by_channel_receiver_and_time() {
    check(DeadLetterFilter { channel: Some("mail".into()), ..all() }, None, 9, &["d4", "d2"]).await;
    check(DeadLetterFilter { receiver: Some("nobody".into()), ..all() }, None, 9, &[]).await;
    check(DeadLetterFilter { receiver: Some("on-call".into()), ..all() }, None, 9, &["n3", "d4", "d2", "d1"])
        .await;
    check(DeadLetterFilter { since: Some(after_noon(20)), ..all() }, None, 9, &["n3", "d4", "d2"]).await;
    check(DeadLetterFilter { until: Some(after_noon(20)), ..all() }, None, 9, &["d1"]).await;
    let between = DeadLetterFilter { since: Some(after_noon(11)), until: Some(after_noon(30)), ..all() };
    check(between, None, 9, &["d2"]).await;
}

#[tokio::test]
async fn a_dead_letter_tells_what_was_not_told_to_whom_and_why() {
    let folder = StoreFolder::new();
    let letters = filled(&folder).await.dead_letters(all(), None, 2).await.unwrap().letters;
    let [whole, mail] = &letters[..] else { panic!() };
    let expected = DeadLetter {
        id: DeadLetterId::Delivery(DeliveryId(4)),
        alert_id: AlertId(2),
        title: "Temperature too high".to_owned(),
        title_zh: None,
        severity: Severity::High,
        notification_id: NotificationId(2),
        receiver: "on-call".into(),
        channel: Some("mail".into()),
        reason: "too late; last answer: errcode 0: ok".to_owned(),
        attempts: 1,
        given_up_at: after_noon(30),
        contract: ContractStatus::Abandoned,
    };
    assert_eq!(*mail, expected);
    assert_eq!((whole.channel.as_ref(), whole.given_up_at, whole.attempts), (None, after_noon(60), 0));
    assert_eq!(whole.reason, "too few of its channels confirmed in time, and nobody is left to be told");
    assert_eq!(whole.id.to_string(), "n3");
}

#[tokio::test]
async fn nothing_is_dead_that_is_owed_or_delivered() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = accept(&store, alarm("a", Severity::High), NOON).await;
    settle_by(
        &store,
        &Decider::on(in_turn()),
        settlement(&deliveries(&accepted)[0], DeliveryOutcome::Delivered),
    )
    .await;
    assert!(store.dead_letters(all(), None, 9).await.unwrap().letters.is_empty());
}
