use fanfare_core::{DeliveryOutcome, DeliveryTerms, Severity};

use crate::Store;
use crate::fixtures::{
    Accepted, Consequences, Decider, NOON, StoreFolder, accept_by, after_noon, alarm, deliveries, give_up,
    ladder, plain, settle_by, settlement, try_accept,
};

async fn accepted_on(store: &Store, terms: DeliveryTerms, eui: &str) -> Accepted {
    accept_by(store, &Decider::on(terms), alarm(eui, Severity::High), NOON).await
}

/// Gives up, ten minutes after noon, what is older than so many seconds after noon.
async fn give_up_before(store: &Store, known: &[&str], seconds: i64) -> (usize, Consequences) {
    let unknown = ["ding", "mail"].into_iter().filter(|it| !known.contains(it));
    let decider = Decider::on(plain());
    let decider = unknown.fold(decider, |decider, channel| decider.without(channel));
    give_up(store, &decider, known, after_noon(seconds)).await
}

#[tokio::test]
async fn what_waits_for_a_channel_that_is_gone_is_given_up_and_its_promise_abandoned() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let accepted = accepted_on(&store, plain(), "a").await;
    settle_by(
        &store,
        &Decider::on(plain()),
        settlement(&deliveries(&accepted)[1], DeliveryOutcome::Delivered),
    )
    .await;
    let (many, told) = give_up_before(&store, &["mail"], 1).await;
    assert_eq!((many, told.abandoned.len()), (1, 1));
    let letters = store.dead_letters(Default::default(), None, 10).await.unwrap().letters;
    let [letter] = &letters[..] else { panic!("{letters:?}") };
    assert_eq!(letter.reason, "the channel is no longer in the config");
    assert_eq!((letter.channel.clone(), letter.given_up_at), (Some("ding".into()), after_noon(600)));
    assert_eq!(store.audit().await.unwrap().unaccounted, []);
    assert_eq!(give_up_before(&store, &["mail"], 1).await.0, 0);
}

#[tokio::test]
async fn on_a_ladder_the_next_rung_is_climbed_for_a_channel_that_is_gone() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accepted_on(&store, ladder(), "a").await;
    let (many, more) = give_up_before(&store, &["mail", "phone", "boss"], 1).await;
    assert_eq!((many, more.abandoned.len()), (1, 0));
    let called: Vec<_> = more.deliveries.iter().map(|it| it.channel.as_str()).collect();
    assert_eq!(called, ["phone"]);
}

#[tokio::test]
async fn a_channel_that_is_known_or_was_gone_for_a_moment_only_keeps_what_waits() {
    let folder = StoreFolder::new();
    let store = folder.open();
    accepted_on(&store, plain(), "a").await;
    assert_eq!(give_up_before(&store, &["ding", "mail"], 1).await.0, 0);
    assert_eq!(give_up_before(&store, &[], 0).await.0, 0);
    assert_eq!(store.pending_deliveries().await.unwrap().len(), 2);
}

#[tokio::test]
async fn of_many_some_are_given_up_at_a_time() {
    let folder = StoreFolder::new();
    let store = folder.open();
    let alerts = (0..150).map(|number| alarm(&number.to_string(), Severity::High)).collect();
    try_accept(&store, alerts, NOON).await.unwrap();
    let mut given_up = Vec::new();
    while let many @ 1.. = give_up_before(&store, &[], 1).await.0 {
        given_up.push(many);
    }
    assert_eq!(given_up, [200, 100]);
}
