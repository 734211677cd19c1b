//! A critical alert is confirmed in time, or somebody else is told.

use std::time::Duration;

use fanfare_core::{DeliveryTerms, Severity, Unless, Why};

use super::fake::{
    Answer, Fake, blocked, misconfigured, quota, throttled, transient, unanswered, unsendable,
};
use super::harness::{Config, HOUR, MINUTE, SECOND, World, alarm, end_of};
use super::terms::{at_least, in_turn, or_else, together, within};

fn always(name: &'static str, answer: Answer) -> Fake {
    Fake::new(name).answering(move |_| answer.clone())
}

fn failing_until(name: &'static str, end: Duration) -> Fake {
    Fake::new(name).answering(move |call| if call.at < end { transient() } else { Answer::Take })
}

/// What was done about the first notification, in order.
fn steps(world: &World) -> Vec<String> {
    let sql = "SELECT coalesce(step ->> 'because', step ->> 'fulfilment') || ' ' || (step ->> 'step')
               FROM steps WHERE notification = 1 ORDER BY id";
    let mut statement = world.sql().prepare(sql).unwrap();
    statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
}

fn fulfilment(world: &World) -> String {
    world.text("SELECT fulfilment FROM notifications WHERE id = 1")
}

/// What was told of broken promises: where, in which seconds.
fn told_of_a_broken_promise(world: &World) -> Vec<(&'static str, u64)> {
    let calls = world.all_calls().into_iter();
    let broken =
        calls.filter(|it| it.told.iter().any(|it| it.alert.text_of("alertname") == "ContractBroken"));
    let mut told: Vec<_> = broken.map(|it| (it.channel, it.at.as_secs())).collect();
    told.sort_unstable();
    told
}

/// Where the first of two channels answers like this, the second is told at once.
async fn check_next_at_once(answer: Answer) {
    let terms = within(MINUTE, in_turn(&["ding", "mail"]));
    let world = World::promising(terms, [always("ding", answer), Fake::new("mail")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    assert_eq!(world.times_of("mail"), [0.0]);
    assert_eq!(fulfilment(&world), "kept");
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_is_told_at_once_when_the_one_before_refuses_for_whatever_reason() {
    for answer in [transient(), throttled(HOUR), quota(HOUR), blocked(HOUR), misconfigured(), unanswered()] {
        check_next_at_once(answer).await;
    }
    check_next_at_once(unsendable()).await;
    check_next_at_once(Answer::Panic).await;
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_is_not_told_where_the_first_takes_it() {
    let world = World::promising(in_turn(&["ding", "mail"]), [Fake::new("ding"), Fake::new("mail")]).await;
    world.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Low)]).await;
    world.pass(5 * MINUTE).await;
    assert_eq!((world.calls_of("ding").len(), world.calls_of("mail").len()), (2, 0));
    assert_eq!(world.number("SELECT count(*) FROM notifications WHERE fulfilment = 'kept'"), 2);
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_is_told_when_the_one_before_hangs_for_its_timeout() {
    for seconds in [3, 5] {
        let ding = always("ding", Answer::Hang).patient_for(seconds * SECOND);
        let world = World::promising(in_turn(&["ding", "mail"]), [ding, Fake::new("mail")]).await;
        world.accept([alarm("a", Severity::Urgent)]).await;
        world.pass(30 * SECOND).await;
        assert_eq!(world.times_of("mail"), [f64::from(seconds)]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_next_channel_is_told_after_ten_seconds_when_the_one_before_is_late() {
    let ding = always("ding", Answer::TakeAfter(14 * SECOND)).patient_for(MINUTE);
    let world = World::promising(in_turn(&["ding", "mail"]), [ding, Fake::new("mail")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(30 * SECOND).await;
    assert_eq!(world.times_of("mail"), [10.0]);
    assert_eq!(steps(&world), ["late take_turn", "kept settle"]);
    assert_eq!(world.count("delivered"), 2); // the first one took it after all
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_a_channel_is_told_elsewhere_as_soon_as_that_must_be_silent() {
    let ding = Fake::new("ding").answering(|call| match call.nth {
        0 => Answer::TakeAfter(2 * SECOND),
        _ => throttled(10 * MINUTE),
    });
    let world = World::promising(in_turn(&["ding", "mail"]), [ding, Fake::new("mail")]).await;
    world.accept(["a", "b", "c", "d"].map(|eui| alarm(eui, Severity::High))).await;
    world.pass(4 * SECOND).await;
    assert_eq!(world.times_of("ding"), [0.0, 2.0]);
    assert_eq!(world.times_of("mail"), [2.0, 2.0, 2.0]);
}

/// One of two channels is silenced by what befalls another one that shares something with it.
async fn check_told_elsewhere(first: Answer, one: Fake, other: Fake) {
    let slow = other.answering(|_| Answer::TakeAfter(9 * SECOND));
    let one = one.answering(move |_| first.clone());
    let config = Config::promising(in_turn(&["other", "mail"]), [one, slow, Fake::new("mail")])
        .and("one", together(&["one"]));
    let world = World::of(config).await;
    world.accept([alarm("a", Severity::High), alarm("b", Severity::High)]).await;
    world.pass(SECOND).await;
    world.accept([super::harness::alarm_for("one", "c", Severity::High)]).await;
    let waited: Vec<_> =
        world.calls_of("mail").iter().map(|it| (it.at.as_secs(), it.euis()[0].to_owned())).collect();
    // Also the one that is under way: who knows whether the provider still takes it?
    assert_eq!(waited, [(1, "a".to_owned()), (1, "b".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_silence_counts_for_whoever_waits_on_the_same_account_or_the_same_way_out() {
    let (one, other) = (|| Fake::new("one"), || Fake::new("other"));
    check_told_elsewhere(throttled(HOUR), one().of_account("robot"), other().of_account("robot")).await;
    check_told_elsewhere(blocked(HOUR), one().by_way_of("https://a"), other().by_way_of("https://a")).await;
}

#[tokio::test(start_paused = true)]
async fn while_a_channel_cannot_send_nobody_waits_for_it() {
    let world =
        World::promising(in_turn(&["ding", "mail"]), [always("ding", transient()), Fake::new("mail")]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(20 * SECOND).await; // its circuit is open
    let before = world.calls_of("ding").len();
    world.accept([alarm("b", Severity::Low)]).await;
    assert_eq!(world.times_of("mail"), [0.0, 20.0]);
    assert_eq!(world.calls_of("ding").len(), before); // though it is not given up
    assert_eq!(world.count("pending"), 2);
}

#[tokio::test(start_paused = true)]
async fn as_many_channels_are_told_as_must_confirm_and_one_more_for_each_that_fails() {
    let fakes = ["a", "c"].map(Fake::new).into_iter().chain([always("b", transient())]);
    let world = World::promising(at_least(2, in_turn(&["a", "b", "c"])), fakes).await;
    world.accept([alarm("x", Severity::High)]).await;
    for channel in ["a", "b", "c"] {
        assert_eq!(world.times_of(channel), [0.0], "{channel}");
    }
    assert_eq!(steps(&world), ["troubled take_turn", "kept settle"]);
}

/// `ding` and `mail` within a minute, or else `phone`; and `boss` after a quarter of an hour.
fn ladder() -> DeliveryTerms {
    let terms = within(MINUTE, together(&["ding", "mail"]));
    let terms = or_else(terms, MINUTE, Unless::Delivered, &["phone"]);
    or_else(terms, 15 * MINUTE, Unless::Acknowledged, &["boss"])
}

fn with_ding(ding: Fake) -> [Fake; 4] {
    [ding, Fake::new("mail"), Fake::new("phone"), Fake::new("boss")]
}

#[tokio::test(start_paused = true)]
async fn a_contract_that_is_kept_needs_no_ladder_and_who_must_act_is_told_all_the_same() {
    let world = World::promising(ladder(), with_ding(Fake::new("ding"))).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(HOUR).await;
    assert_eq!((world.times_of("phone"), world.times_of("boss")), (vec![], vec![900.0]));
    assert_eq!(steps(&world), ["delivered skip", "kept settle", "due climb"]);
    let to_boss = &world.calls_of("boss")[0];
    assert_eq!(to_boss.notification().escalated, Some(Unless::Acknowledged));
    assert_eq!(to_boss.notification().why, Why::Started);
}

#[tokio::test(start_paused = true)]
async fn the_ladder_is_climbed_in_time_while_a_channel_hangs() {
    let world =
        World::promising(ladder(), with_ding(always("ding", Answer::Hang).patient_for(25 * SECOND))).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(2 * MINUTE).await;
    assert_eq!(world.times_of("phone"), [60.0]);
    assert_eq!(steps(&world), ["due climb", "broken settle", "late settle"]); // the phone has it after a minute, and not within it
}

#[tokio::test(start_paused = true)]
async fn a_contract_that_cannot_be_kept_any_more_is_not_waited_for() {
    let world = World::promising(ladder(), with_ding(always("ding", transient()))).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(2 * MINUTE).await;
    assert_eq!(world.times_of("phone"), [3.0]); // when the circuit has opened
    assert_eq!(steps(&world), ["hopeless climb", "kept settle"]);
    world.accept([alarm("b", Severity::Urgent)]).await;
    assert_eq!(world.times_of("phone"), [3.0, 120.0]); // and the next one at once
}

#[tokio::test(start_paused = true)]
async fn what_has_ended_calls_nobody_who_was_to_acknowledge_it() {
    let world = World::promising(ladder(), with_ding(Fake::new("ding"))).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(10 * MINUTE).await;
    world.accept([end_of("a")]).await;
    world.pass(10 * MINUTE).await;
    assert_eq!(world.calls_of("boss").len(), 0);
    assert_eq!(steps(&world), ["delivered skip", "kept settle", "resolved skip"]);
}

/// Nobody is left to be told: everybody else is told of it, and it is on record.
#[tokio::test(start_paused = true)]
async fn a_promise_that_nobody_can_keep_is_told_to_every_other_channel_and_waits_for_a_person() {
    let fakes = [always("ding", transient()), Fake::new("mail"), Fake::new("wecom")];
    let world = World::promising(within(MINUTE, together(&["ding"])), fakes).await;
    let accepted = world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(2 * MINUTE).await;
    assert_eq!(steps(&world), ["abandoned settle"]);
    assert_eq!(told_of_a_broken_promise(&world), [("mail", 60), ("us", 60), ("wecom", 60)]);
    let broken = "SELECT count(*) FROM main.alerts WHERE alert ->> '$.labels.alertname' = 'ContractBroken'";
    assert_eq!(world.number(broken), 1);
    let to_mail = world.all_calls().into_iter().find(|it| it.channel == "mail").unwrap();
    let text = |name| to_mail.told[0].alert.annotations.get(name).unwrap_or_default();
    assert!(text("description").contains(&format!("fanfare explain {}", accepted[0].alerts[0].id)));
    assert!(text("content").contains("Cold room 3"));
    assert_eq!(world.count("pending"), 1); // and it is tried on
}

#[tokio::test(start_paused = true)]
async fn what_is_delivered_after_it_was_abandoned_is_late() {
    let fakes = [failing_until("ding", 90 * SECOND), Fake::new("mail")];
    let world = World::promising(within(MINUTE, together(&["ding"])), fakes).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(3 * MINUTE).await;
    assert_eq!(steps(&world), ["abandoned settle", "late settle"]);
    assert_eq!(fulfilment(&world), "late");
}

#[tokio::test(start_paused = true)]
async fn what_is_given_up_on_plain_terms_is_told_to_every_other_channel_too() {
    let world = World::new([always("ding", unsendable()), Fake::new("mail")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    assert_eq!(told_of_a_broken_promise(&world), [("us", 0)]); // mail has it anyway
    assert_eq!((world.count("dead"), world.count("delivered")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_new_policy_does_not_strand_a_ladder_that_was_promised() {
    let mut world =
        World::promising(ladder(), with_ding(always("ding", Answer::Hang).patient_for(25 * SECOND))).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(30 * SECOND).await;
    let config = Config::promising(together(&["mail"]), with_ding(always("ding", Answer::Hang)));
    world.reload(config).await;
    world.accept([alarm("b", Severity::Urgent)]).await;
    world.pass(20 * MINUTE).await;
    let told = |channel| -> Vec<_> {
        world.calls_of(channel).iter().map(|it| (it.at.as_secs(), it.euis()[0].to_owned())).collect()
    };
    assert_eq!(told("phone"), [(60, "a".to_owned())]);
    assert_eq!(told("boss"), [(900, "a".to_owned())]);
    assert_eq!(told("mail"), [(0, "a".to_owned()), (30, "b".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn a_rung_whose_channel_has_left_the_config_is_told_to_everybody_else() {
    let terms = or_else(within(MINUTE, together(&["ding"])), MINUTE, Unless::Delivered, &["phone"]);
    let hanging = || always("ding", Answer::Hang).patient_for(50 * SECOND);
    let fakes = [hanging(), Fake::new("phone"), Fake::new("mail")];
    let mut world = World::promising(terms, fakes).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(20 * SECOND).await;
    world.reload(Config::promising(together(&["mail"]), [hanging(), Fake::new("mail")])).await;
    world.pass(3 * MINUTE).await;
    let steps = steps(&world);
    assert_eq!(steps.first().map(String::as_str), Some("due climb"));
    assert_eq!(steps.last().map(String::as_str), Some("abandoned settle"));
    assert!(matches!(told_of_a_broken_promise(&world)[..], [("mail", _), ("us", _)]));
}

#[tokio::test(start_paused = true)]
async fn who_waits_for_a_channel_that_leaves_the_config_is_told_elsewhere() {
    let slow = || always("ding", Answer::TakeAfter(9 * SECOND));
    let mut world = World::promising(in_turn(&["ding", "mail"]), [slow(), Fake::new("mail")]).await;
    world.accept([alarm("a", Severity::High), alarm("b", Severity::High)]).await;
    world.pass(2 * SECOND).await;
    world.reload(Config::plain([Fake::new("mail")])).await;
    assert_eq!(world.times_of("mail"), [2.0, 2.0]);
}
