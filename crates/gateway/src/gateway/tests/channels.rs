//! The channels of one alert are independent.

use fanfare_core::Severity;

use super::fake::{Answer, Fake, misconfigured, quota, throttled, transient, unsendable};
use super::harness::{HOUR, SECOND, World, alarm};

#[tokio::test(start_paused = true)]
async fn an_alert_goes_to_all_channels_of_its_receiver_at_the_same_time() {
    let slow = || Fake::new("slow").answering(|_| Answer::TakeAfter(SECOND));
    let world = World::new([slow(), Fake::new("ding"), Fake::new("mail")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    for channel in ["slow", "ding", "mail"] {
        assert_eq!(world.times_of(channel), [0.0], "{channel}");
    }
    assert_eq!((world.count("delivered"), world.count("pending")), (2, 1));
    world.pass(SECOND).await;
    assert_eq!(world.count("delivered"), 3);
}

/// A channel that always answers like this keeps no other waiting.
async fn check_harmless(answer: Answer) {
    let bad = Fake::new("bad").answering(move |_| answer.clone());
    let world = World::new([bad, Fake::new("good")]).await;
    world.accept([alarm("a", Severity::High), alarm("b", Severity::High)]).await;
    world.pass(5 * SECOND).await;
    world.accept([alarm("c", Severity::Low)]).await;
    world.pass(15 * SECOND).await;
    assert_eq!(world.times_of("good"), [0.0, 0.0, 5.0]);
    assert_eq!(
        world.number("SELECT count(*) FROM deliveries WHERE channel = 'good' AND state = 'delivered'"),
        3
    );
    assert_eq!(
        world.number("SELECT count(*) FROM deliveries WHERE channel = 'bad' AND state = 'delivered'"),
        0
    );
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_fails_delays_no_other() {
    check_harmless(transient()).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_hangs_delays_no_other() {
    check_harmless(Answer::Hang).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_panics_delays_no_other() {
    check_harmless(Answer::Panic).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_throttled_or_out_of_quota_delays_no_other() {
    check_harmless(throttled(HOUR)).await;
    check_harmless(quota(HOUR)).await;
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_misconfigured_or_takes_nothing_delays_no_other() {
    check_harmless(misconfigured()).await;
    check_harmless(unsendable()).await;
}

#[tokio::test(start_paused = true)]
async fn a_silent_provider_costs_the_timeout_and_nothing_is_called_delivered() {
    let ding = Fake::new("ding").answering(|call| if call.nth == 0 { Answer::Hang } else { Answer::Take });
    let world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(10 * SECOND - SECOND / 10).await;
    assert_eq!(world.number("SELECT count(*) FROM attempts"), 0);
    world.pass(SECOND / 10).await;
    assert_eq!(
        world.text("SELECT outcome || ', ' || words FROM attempts"),
        "unanswered, unanswered: no answer within 10s"
    );
    assert_eq!((world.count("pending"), world.count("delivered")), (1, 0));
    world.pass(8 * SECOND).await;
    assert_eq!(world.times_of("ding"), [0.0, 18.0]);
    assert_eq!(world.count("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_panic_is_an_attempt_that_may_have_been_delivered_and_is_made_again() {
    let ding = Fake::new("ding").answering(|call| if call.nth == 0 { Answer::Panic } else { Answer::Take });
    let world = World::new([ding.twenty_a_minute()]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    assert_eq!(world.text("SELECT outcome FROM attempts"), "unanswered");
    world.pass(8 * SECOND).await;
    assert_eq!(world.times_of("ding"), [0.0, 8.0]);
    assert_eq!(world.count("delivered"), 1);
    assert_eq!(world.number("SELECT count(*) FROM sends WHERE ended_at IS NULL"), 0);
}

#[tokio::test(start_paused = true)]
async fn no_more_attempts_are_under_way_than_the_channel_allows() {
    let slow = Fake::new("slow").at_once(3).answering(|_| Answer::TakeAfter(SECOND));
    let world = World::new([slow]).await;
    world.accept(["a", "b", "c", "d", "e"].map(|eui| alarm(eui, Severity::High))).await;
    world.pass(2 * SECOND).await;
    assert_eq!(world.times_of("slow"), [0.0, 0.0, 0.0, 1.0, 1.0]);
}
