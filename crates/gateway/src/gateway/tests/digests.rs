//! What the budget does not carry one by one is gathered, and everybody is told.

use std::collections::BTreeMap;
use std::time::Duration;

use fanfare_core::{Alert, MessageForm, Severity, Why};

use super::fake::{Answer, Call, Fake, transient, unanswered, unsendable};
use super::harness::{Config, MINUTE, SECOND, World, alarm, end_of};
use super::laws::{check_budget, check_ledger, check_order, check_urgent_first};

fn ding() -> Fake {
    Fake::new("ding").twenty_a_minute().with_room_for(40)
}

fn alarms(severity: Severity, numbers: std::ops::Range<usize>) -> impl Iterator<Item = Alert> {
    numbers.map(move |number| alarm(&number.to_string(), severity))
}

/// The digests that were sent, the first attempt of each first.
fn digests(world: &World) -> Vec<Vec<Call>> {
    let mut digests: BTreeMap<String, Vec<Call>> = BTreeMap::new();
    for call in world.calls().into_iter().filter(|it| it.told.len() > 1) {
        digests.entry(call.attempt.key.as_str().to_owned()).or_default().push(call);
    }
    let mut digests: Vec<_> = digests.into_values().collect();
    digests.sort_by_key(|calls| calls[0].at);
    digests
}

/// An alert of a large burst: one of twenty is urgent, and one of ten ends what began shortly before.
fn of_burst(number: usize) -> Alert {
    match number % 20 {
        0 => alarm(&number.to_string(), Severity::Urgent),
        10 | 19 => end_of(&(number - 9).to_string()),
        other => alarm(&number.to_string(), Severity::ALL[other % 3]),
    }
}

#[tokio::test(start_paused = true)]
async fn of_ten_thousand_alerts_in_a_minute_all_are_told_within_the_budget_the_urgent_ones_first() {
    const MANY: usize = 10_000;
    let world = World::new([ding()]).await;
    for request in 0..200 {
        world.accept((0..MANY / 200).map(|number| of_burst(request * MANY / 200 + number))).await;
        world.pass(MINUTE / 200).await;
    }
    let urgent = world.calls().into_iter().find(|it| it.severity() == Severity::Urgent).unwrap();
    assert!(urgent.at <= 5 * SECOND, "{:?}", urgent.at);
    for _ in 0..28 {
        check_ledger(&world, "in the burst");
        world.pass_by(2 * SECOND, MINUTE).await;
    }
    let owed = world.number("SELECT count(*) FROM deliveries");
    assert!(owed > 9_000);
    assert_eq!(world.count("delivered"), owed);
    assert_eq!(world.calls().iter().map(|it| it.told.len()).sum::<usize>(), usize::try_from(owed).unwrap());
    assert!(world.calls().iter().all(|it| it.told.len() <= 40));
    check_budget(&world, &["ding"], "a burst");
    check_order(&world, "a burst");
    check_urgent_first(&world, "ding");
}

#[tokio::test(start_paused = true)]
async fn a_digest_lists_the_most_urgent_first() {
    let world = World::new([ding()]).await;
    world
        .accept(
            Severity::ALL
                .into_iter()
                .cycle()
                .take(100)
                .enumerate()
                .map(|(number, severity)| alarm(&number.to_string(), severity)),
        )
        .await;
    world.pass(MINUTE).await;
    for digest in digests(&world) {
        let severities: Vec<_> =
            digest[0].told.iter().map(|it| std::cmp::Reverse(it.alert.severity)).collect();
        assert!(severities.is_sorted(), "{severities:?}");
    }
}

/// A digest that must go out again goes out as it was, whatever else waits meanwhile.
#[track_caller]
fn check_repeated(world: &World, times: usize) {
    let digests = digests(world);
    assert!(!digests.is_empty());
    for calls in &digests {
        assert_eq!(calls.len(), times);
        assert!(calls.iter().all(|it| it.ids() == calls[0].ids()));
    }
    assert_eq!(world.count("pending"), 0);
    check_order(world, "a repeated digest");
}

#[tokio::test(start_paused = true)]
async fn a_digest_whose_answer_was_lost_goes_out_again_under_the_same_key_with_the_same_alerts() {
    let ding = ding().answering(|call| match (call.told.len(), call.attempt.ordinal) {
        (1, _) | (_, 2..) => Answer::Take,
        _ => unanswered(),
    });
    let world = World::new([ding]).await;
    world.accept(alarms(Severity::High, 0..30)).await;
    world.pass(SECOND).await;
    world.accept(alarms(Severity::Low, 30..40).chain(alarms(Severity::Urgent, 40..41))).await;
    world.pass(3 * MINUTE).await;
    check_repeated(&world, 2);
}

#[tokio::test(start_paused = true)]
async fn a_digest_under_way_at_a_kill_goes_out_again_under_the_same_key_with_the_same_alerts() {
    let ding = ding().answering(|call| match (call.told.len(), call.at) {
        (2.., Duration::ZERO) => Answer::TakeAfter(5 * SECOND),
        _ => Answer::Take,
    });
    let mut world = World::new([ding]).await;
    let mixed = alarms(Severity::Low, 0..15).chain(alarms(Severity::High, 15..30));
    world.accept(mixed.chain(["0", "20"].map(end_of))).await;
    world.pass(SECOND).await;
    world.kill().await;
    world.start().await;
    world.accept(alarms(Severity::High, 40..43)).await;
    world.pass(3 * MINUTE).await;
    let first = digests(&world).remove(0);
    assert_eq!((first.len(), first[0].ids()), (2, first[1].ids()));
    assert_eq!(world.count("pending"), 0);
    check_order(&world, "a kill in a digest");
    check_ledger(&world, "a kill in a digest");
}

#[tokio::test(start_paused = true)]
async fn an_urgent_one_does_not_wait_for_the_pause_of_a_digest_that_holds_its_beginning() {
    let ding = ding().answering(|call| {
        if call.told.len() > 1 && call.at < 20 * SECOND { unanswered() } else { Answer::Take }
    });
    let world = World::new([ding]).await;
    world.accept(alarms(Severity::Low, 0..30)).await;
    world.pass(20 * SECOND).await; // twice in vain; the third time would be at 24
    world.accept([alarm("29", Severity::Urgent)]).await;
    let calls = world.calls();
    let [.., digest, urgent] = &calls[..] else { panic!() };
    assert_eq!((digest.at, urgent.at), (20 * SECOND, 20 * SECOND));
    assert_eq!(urgent.notification().why, Why::Worsened { from: Severity::Low });
    check_order(&world, "an urgent one behind a digest");
}

/// Some of thirty that are told together can be told in no form at all.
async fn check_poison(poison: &'static [&'static str]) {
    let ding = ding().answering(|call| {
        if call.euis().iter().any(|it| poison.contains(it)) { unsendable() } else { Answer::Take }
    });
    let mut world = World::new([ding]).await;
    world.accept(alarms(Severity::High, 0..30).chain([end_of("11"), end_of("12")])).await;
    world.pass(5 * SECOND).await;
    world.kill().await;
    world.start().await;
    world.pass(6 * MINUTE).await;
    assert_eq!(world.count("pending"), 0);
    let dead = "SELECT count(DISTINCT a.fingerprint) FROM alerts a JOIN notifications n ON n.alert = a.id
                JOIN deliveries d ON d.notification = n.id WHERE d.state = 'dead'";
    assert_eq!(usize::try_from(world.number(dead)), Ok(poison.len()));
    for call in world.calls().iter().filter(|it| it.attempt.form == MessageForm::Plain) {
        assert!(call.told.len() == 1 && poison.contains(&call.euis()[0]), "{call:?}");
    }
    check_order(&world, "a digest with poison");
    check_budget(&world, &["ding"], "a digest with poison");
    check_ledger(&world, "a digest with poison");
}

#[tokio::test(start_paused = true)]
async fn a_digest_that_cannot_be_sent_is_split_until_what_cannot_be_sent_is_alone() {
    check_poison(&["17"]).await;
    check_poison(&["29"]).await;
    check_poison(&["11"]).await;
    check_poison(&["8", "9", "25"]).await;
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_not_gathered_again_while_others_keep_coming() {
    let ding = ding().answering(|call| if call.euis().contains(&"17") { unsendable() } else { Answer::Take });
    let world = World::new([ding]).await;
    for second in 0..60 {
        world.accept(alarms(Severity::High, second * 10..second * 10 + 10)).await;
        world.pass_by(SECOND / 2, SECOND).await;
    }
    world.pass(4 * MINUTE).await;
    assert_eq!((world.count("dead"), world.count("delivered")), (1, 599));
    let with_poison: Vec<_> = world.calls().into_iter().filter(|it| it.euis().contains(&"17")).collect();
    let sizes: Vec<_> = with_poison.iter().map(|it| it.told.len()).collect();
    assert!(sizes.is_sorted_by(|before, after| before >= after), "{sizes:?}");
    let forms: Vec<_> =
        with_poison.iter().filter(|it| it.told.len() == 1).map(|it| it.attempt.form).collect();
    assert_eq!(forms, [MessageForm::Full, MessageForm::Plain]);
}

#[tokio::test(start_paused = true)]
async fn a_digest_holds_more_again_once_a_message_has_room_for_more() {
    let mut world = World::new([ding().with_room_for(3)]).await;
    world.accept(alarms(Severity::High, 0..60)).await;
    world.pass(2 * MINUTE).await;
    world.reload(Config::plain([ding().of_version(1)])).await;
    world.accept(alarms(Severity::High, 100..500)).await;
    world.pass(4 * MINUTE).await;
    let sizes = digests(&world).into_iter().map(|calls| calls[0].told.len());
    assert_eq!(sizes.max(), Some(40));
    assert_eq!(world.count("pending"), 0);
}

#[tokio::test(start_paused = true)]
async fn what_began_and_ended_while_a_channel_was_down_is_told_as_such_when_it_is_back() {
    let outage = 10 * MINUTE;
    let ding = ding().answering(move |call| if call.at < outage { transient() } else { Answer::Take });
    let world = World::new([ding]).await;
    for ten in 0..50 {
        world.accept(alarms(Severity::High, ten * 10..ten * 10 + 10)).await;
        world.pass_by(SECOND, 5 * SECOND).await;
        world.accept((ten * 10..ten * 10 + 10).map(|number| end_of(&number.to_string()))).await;
        world.pass_by(SECOND, 5 * SECOND).await;
    }
    assert!(world.calls().iter().all(|it| !it.was_taken()));
    world.pass_by(SECOND, outage - 500 * SECOND + 30 * SECOND).await;
    assert!(world.calls().last().unwrap().was_taken());
    world.pass(3 * MINUTE).await;
    assert_eq!(world.count("delivered"), 1_000);
    check_order(&world, "after an outage");
    check_budget(&world, &["ding"], "after an outage");
}
