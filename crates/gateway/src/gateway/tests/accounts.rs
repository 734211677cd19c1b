//! What one channel's provider asks for, its whole account keeps to, also across restarts.

use std::time::Duration;

use fanfare_core::{RetryPolicy, Severity};

use super::fake::{Answer, Fake, misconfigured, quota, throttled};
use super::harness::{HOUR, MINUTE, SECOND, World, alarm};

const DAY: i64 = 24 * 60 * 60;

/// Two channels of one account, of which the first is answered `first` once, and a channel of another.
fn robots(first: Answer) -> [Fake; 3] {
    let one = Fake::new("one").of_account("robot");
    [
        one.answering(move |call| if call.nth == 0 { first.clone() } else { Answer::Take }),
        Fake::new("two").of_account("robot"),
        Fake::new("other"),
    ]
}

/// An alert at noon that only `one` and `other` see in time, and one a second later.
async fn two_alerts(world: &World) {
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(SECOND).await;
    world.accept([alarm("b", Severity::Urgent)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_throttled_account_is_silent_on_all_its_channels_for_as_long_as_it_is_asked() {
    let world = World::new(robots(throttled(10 * MINUTE))).await;
    two_alerts(&world).await;
    world.pass(20 * MINUTE).await;
    assert_eq!(world.times_of("one"), [0.0, 600.0, 600.0]);
    assert_eq!(world.times_of("other"), [0.0, 1.0]);
    let of_two = world.times_of("two");
    assert_eq!(of_two[of_two.len() - 1], 600.0);
    assert!(of_two.iter().all(|at| *at == 0.0 || *at == 600.0), "{of_two:?}");
    assert_eq!(world.count("delivered"), 6);
}

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_end_the_silence() {
    let mut world = World::new(robots(throttled(10 * MINUTE))).await;
    two_alerts(&world).await;
    world.pass(MINUTE - SECOND).await;
    world.kill().await;
    world.start().await;
    world.pass(10 * MINUTE).await;
    assert_eq!(world.times_of("one"), [0.0, 600.0, 600.0]);
    assert!(world.times_of("two").iter().all(|at| *at == 0.0 || *at == 600.0));
    assert_eq!(world.count("delivered"), 6);
}

/// Longer than a delivery is tried for: that delivery is given up, and the account is silent all the same.
async fn check_silence_beyond_giving_up(restart: Restart) {
    let retry = RetryPolicy { give_up_after: HOUR, ..RetryPolicy::default() };
    let mut world = World::with_retry(retry, robots(quota(2 * HOUR))).await;
    two_alerts(&world).await;
    match restart {
        Restart::Kill => {
            world.kill().await;
            world.start().await;
        }
        Restart::None => {}
    }
    world.pass(2 * HOUR + MINUTE).await;
    assert_eq!(world.text("SELECT channel FROM deliveries WHERE state = 'dead'"), "one");
    let of_one = world.times_of("one");
    assert!(matches!(of_one[..], [first, second] if first == 0.0 && second >= 7200.0), "{of_one:?}");
    assert!(world.times_of("two").iter().all(|at| *at == 0.0 || *at >= 7200.0));
    assert_eq!((world.count("delivered"), world.count("pending")), (5, 0));
}

enum Restart {
    None,
    Kill,
}

#[tokio::test(start_paused = true)]
async fn a_quota_that_outlasts_a_delivery_silences_the_others_all_the_same() {
    check_silence_beyond_giving_up(Restart::None).await;
    check_silence_beyond_giving_up(Restart::Kill).await;
}

#[tokio::test(start_paused = true)]
async fn a_misconfigured_account_is_probed_by_one_send_at_a_time_and_ever_more_rarely() {
    let broken = Fake::new("ding").at_once(4).answering(|_| misconfigured());
    let world = World::new([broken]).await;
    world.accept(["a", "b", "c", "d", "e"].map(|eui| alarm(eui, Severity::High))).await;
    world.pass(HOUR - MINUTE).await;
    // Four were under way before anybody knew; then after 60, 120, 240, 480, 600 s and every 600 s.
    assert_eq!(
        world.times_of("ding"),
        [0.0, 0.0, 0.0, 0.0, 60.0, 180.0, 420.0, 900.0, 1500.0, 2100.0, 2700.0, 3300.0]
    );
    assert_eq!(world.count("pending"), 5);
}

#[tokio::test(start_paused = true)]
async fn once_the_settings_are_mended_and_a_probe_has_succeeded_the_rest_goes_at_once() {
    let broken = Fake::new("ding")
        .at_once(4)
        .answering(|call| if call.at < 2 * MINUTE { misconfigured() } else { Answer::TakeAfter(SECOND) });
    let world = World::new([broken]).await;
    world.accept(["a", "b", "c", "d", "e"].map(|eui| alarm(eui, Severity::High))).await;
    world.pass(5 * MINUTE).await;
    assert_eq!(world.times_of("ding"), [0.0, 0.0, 0.0, 0.0, 60.0, 180.0, 181.0, 181.0, 181.0, 181.0]);
    assert_eq!(world.count("delivered"), 5);
}

#[tokio::test(start_paused = true)]
async fn whoever_mends_the_settings_and_restarts_does_not_wait_for_the_next_probe() {
    let broken =
        Fake::new("ding").answering(|call| if call.nth < 3 { misconfigured() } else { Answer::Take });
    let mut world = World::new([broken]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(4 * MINUTE).await; // probed at 0, 60 and 180 s, and next at 420 s
    world.kill().await;
    world.start().await;
    assert_eq!(world.times_of("ding"), [0.0, 60.0, 180.0, 240.0]);
    assert_eq!(world.number("SELECT count(*) FROM holds"), 0);
}

#[tokio::test(start_paused = true)]
async fn a_provider_that_asks_for_no_silence_is_not_asked_without_a_pause() {
    let world = World::new([Fake::new("ding").answering(|_| throttled(Duration::ZERO))]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(3 * SECOND).await;
    assert_eq!(world.times_of("ding"), [0.0, 1.0, 2.0, 3.0]);
}

#[tokio::test(start_paused = true)]
async fn a_longer_silence_is_not_cut_short_by_a_shorter_one() {
    let one = Fake::new("one").at_once(2).answering(|call| match call.nth {
        0 => throttled(10 * MINUTE),
        1 => throttled(MINUTE),
        _ => Answer::Take,
    });
    let mut world = World::new([one]).await;
    world.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Urgent)]).await;
    world.kill().await;
    world.start().await;
    world.pass(11 * MINUTE).await;
    assert_eq!(world.times_of("one"), [0.0, 0.0, 600.0, 600.0]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_prolongs_no_silence_and_after_a_restart_by_no_more_than_its_own_length() {
    let mut world = World::new(robots(throttled(10 * MINUTE))).await;
    two_alerts(&world).await;
    world.pass(MINUTE).await;
    world.set_clock_by(-DAY);
    world.pass(9 * MINUTE).await;
    assert_eq!(world.count("delivered"), 6);

    world.kill().await;
    world.start().await; // the hold on the disk begins tomorrow
    world.accept([alarm("c", Severity::Urgent)]).await;
    world.pass(10 * MINUTE + 5 * SECOND).await;
    assert_eq!(world.count("delivered"), 9);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_back_keeps_no_delivery_waiting() {
    let ding = Fake::new("ding")
        .answering(|call| if call.nth < 6 { super::fake::transient() } else { Answer::Take });
    let mut world = World::new([ding]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(16 * SECOND).await; // the next attempt is due at 31
    world.set_clock_by(-DAY);
    world.pass(20 * SECOND).await;
    assert_eq!(world.times_of("ding").len(), 6);
    world.set_clock_by(-DAY);
    world.kill().await;
    world.start().await;
    world.pass(RetryPolicy::default().longest_pause()).await; // all that is known of a time that is wrong
    assert_eq!(world.count("delivered"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_clock_set_ahead_ends_no_silence() {
    let world = World::new(robots(throttled(10 * MINUTE))).await;
    two_alerts(&world).await;
    world.pass(MINUTE).await;
    world.set_clock_by(DAY);
    world.accept([alarm("c", Severity::Urgent)]).await;
    world.pass(10 * MINUTE).await;
    assert_eq!(world.times_of("one"), [0.0, 600.0, 600.0, 600.0]);
    assert_eq!(world.count("delivered"), 9);
}
