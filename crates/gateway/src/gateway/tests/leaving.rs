//! Channels that leave, settings that are old, people who do not want to wait.

use fanfare_core::DeadLetterId;
use fanfare_core::{Severity, Unless, Why};
use fanfare_store::DeadLetters;

use super::fake::{Answer, Fake, transient, unanswered};
use super::harness::{Config, HOUR, MINUTE, SECOND, World, alarm, end_of};
use super::terms::{or_else, together, within};

#[tokio::test(start_paused = true)]
async fn what_is_owed_to_a_channel_that_does_not_come_back_is_told_elsewhere_in_the_end() {
    let dead = Fake::new("ding").answering(|_| transient());
    let mut world = World::new([dead]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(20 * SECOND).await;
    world.reload(Config::plain([Fake::new("mail")])).await;
    world.pass(26 * HOUR).await;
    assert_eq!((world.count("pending"), world.count("dead")), (0, 1));
    assert_eq!(world.text("SELECT fulfilment FROM notifications WHERE id = 1"), "abandoned");
    let told = world.all_calls().into_iter().filter(|it| it.channel == "mail");
    let about_it = told.flat_map(|it| it.told).filter(|it| it.alert.text_of("alertname") == "ContractBroken");
    assert_eq!(about_it.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_was_called_in_hears_that_it_is_over() {
    let terms = or_else(together(&["ding"]), 15 * MINUTE, Unless::Acknowledged, &["boss"]);
    let world = World::promising(terms, [Fake::new("ding"), Fake::new("boss")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(20 * MINUTE).await;
    world.accept([end_of("a")]).await;
    world.pass(MINUTE).await;
    for channel in ["ding", "boss"] {
        let told: Vec<_> = world.calls_of(channel).iter().map(|call| call.notification().why).collect();
        assert_eq!(told, [Why::Started, Why::Resolved], "{channel}");
    }
}

#[tokio::test(start_paused = true)]
async fn who_was_not_called_in_hears_nothing() {
    let terms = or_else(together(&["ding"]), 15 * MINUTE, Unless::Acknowledged, &["boss"]);
    let world = World::promising(terms, [Fake::new("ding"), Fake::new("boss")]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(MINUTE).await;
    world.accept([end_of("a")]).await;
    world.pass(20 * MINUTE).await;
    assert_eq!(world.calls_of("boss").len(), 0);
}

#[tokio::test(start_paused = true)]
async fn what_the_old_settings_still_meet_is_not_held_against_the_new_ones() {
    let old = Fake::new("ding").at_once(3).answering(|_| Answer::Hang).patient_for(10 * SECOND);
    let new = Fake::new("ding").at_once(3).of_version(1);
    let mut world = World::new([old]).await;
    world.accept(["a", "b", "c"].map(|eui| alarm(eui, Severity::High))).await;
    world.pass(5 * SECOND).await;
    world.reload(Config::plain([new])).await;
    world.pass(5 * SECOND + SECOND / 2).await;
    world.accept([alarm("d", Severity::Urgent)]).await;
    world.pass(SECOND).await;
    let told = world.calls_of("ding").iter().any(|call| call.euis().contains(&"d"));
    assert!(told, "{:?}", world.times_of("ding"));
}

#[tokio::test(start_paused = true)]
async fn what_a_person_has_tried_again_is_tried_at_once_though_it_rests() {
    let script = |call: &super::fake::Call| if call.at < 10 * MINUTE { unanswered() } else { Answer::Take };
    let ding = Fake::new("ding").answering(script);
    let world = World::promising(within(MINUTE, together(&["ding"])), [ding]).await;
    world.accept([alarm("a", Severity::Urgent)]).await;
    world.pass(11 * MINUTE).await;
    let before = world.times_of("ding").len();
    let letter = DeadLetterId::Notification(fanfare_core::NotificationId(1));
    world.gateway().retry_dead_letters(DeadLetters::These(vec![letter]), "the engineer").await.unwrap();
    world.pass(SECOND).await;
    assert_eq!(world.times_of("ding").len(), before + 1);
    assert_eq!(world.text("SELECT fulfilment FROM notifications WHERE id = 1"), "late");
}
