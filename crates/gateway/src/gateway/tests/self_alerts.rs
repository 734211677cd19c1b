//! What a gateway says about itself.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use fanfare_core::{
    Account, Alert, Attempt, ChannelName, DeliveryTerms, Digest, Egress, Limits, Notification, Notifier,
    Policy, Quota, QuotaPeriod, Receipt, Receiver, RetryPolicy, Route, SendError, Severity,
};
use fanfare_store::{DeadLetterFilter, Store};
use jiff::civil::{date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::fake::{Answer, Fake, misconfigured, transient};
use super::harness::{HOUR, MINUTE, SECOND, World, alarm};
use crate::{ChannelHealth, ChannelSetup, Drill, GatewaySettings, SELF_SOURCE, TestError, WatchedSource};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// What was told of us: the names, the subjects and why.
fn told(world: &World) -> Vec<String> {
    let calls = world.all_calls().into_iter().filter(|it| it.was_taken());
    let told = calls.flat_map(|call| call.told);
    told.filter(|it| it.alert.text_of("source") == SELF_SOURCE).map(|it| line(&it)).collect()
}

fn line(told: &Notification) -> String {
    let Notification { alert, why, .. } = told;
    format!("{} {}: {why}", alert.text_of("alertname"), alert.text_of("subject"))
}

/// Fails until so long after the test began.
fn failing_until(name: &'static str, end: Duration, answer: Answer) -> Fake {
    Fake::new(name).answering(move |call| if call.at < end { answer.clone() } else { Answer::Take })
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_breaks_is_told_and_so_is_its_recovery() {
    let world = World::new([failing_until("bad", MINUTE, transient()), Fake::new("good")]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(10 * SECOND).await;
    assert!(told(&world).is_empty(), "it may be a hiccup");
    world.pass(20 * SECOND).await;
    assert_eq!(told(&world), ["ChannelBroken bad: started"]);
    world.pass(3 * MINUTE).await;
    assert_eq!(told(&world), ["ChannelBroken bad: started", "ChannelBroken bad: resolved"]);
}

#[tokio::test(start_paused = true)]
async fn a_misconfigured_channel_is_told_at_once_and_seen_by_people() {
    let world = World::new([Fake::new("bad").answering(|_| misconfigured()), Fake::new("good")]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(6 * SECOND).await;
    assert_eq!(told(&world), ["ChannelBroken bad: started"]);
    let [bad, good, _us] = &world.gateway().channels().await.unwrap()[..] else { panic!() };
    assert_eq!((bad.name.as_str(), bad.kind, bad.health), ("bad", "fake", ChannelHealth::Broken));
    assert_eq!(bad.broken_since, Some(world.now() - SignedDuration::from_secs(6)));
    let words = "misconfigured: errcode 300005: token is not exist";
    assert_eq!(bad.reason.as_deref(), Some(words));
    assert_eq!(bad.last_error.as_ref().map(|it| it.words.as_str()), Some(words));
    assert!(bad.blocked_until > Some(world.now()) && bad.proven_at.is_none());
    assert_eq!(bad.pending, 1);
    assert_eq!((good.name.as_str(), good.health, good.pending), ("good", ChannelHealth::Working, 0));
    assert_eq!(good.proven_at, Some(world.now() - SignedDuration::from_secs(6)));
    assert_eq!((good.broken_since, &good.reason, good.blocked_until), (None, &None, None));
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_a_broken_channel_has_not_recovered_before_it_works() {
    let bad = failing_until("bad", 10 * MINUTE, transient());
    let mut world = World::new([bad, Fake::new("good")]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(30 * SECOND).await;
    world.kill().await;
    world.start().await;
    world.pass(5 * MINUTE).await;
    assert_eq!(told(&world), ["ChannelBroken bad: started"]);
    world.pass(10 * MINUTE).await;
    assert_eq!(told(&world), ["ChannelBroken bad: started", "ChannelBroken bad: resolved"]);
}

#[tokio::test(start_paused = true)]
async fn dead_letters_are_told_until_a_person_has_dealt_with_them() {
    let retry = RetryPolicy { give_up_after: 20 * SECOND, ..RetryPolicy::default() };
    let world =
        World::with_retry(retry, [failing_until("bad", 10 * MINUTE, transient()), Fake::new("good")]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(2 * MINUTE).await;
    let dead_letters = |world: &World| -> Vec<String> {
        told(world).into_iter().filter(|it| it.starts_with("DeadLetters")).collect()
    };
    assert_eq!(dead_letters(&world), ["DeadLetters bad: started"]);
    let of_bad = DeadLetterFilter { channel: Some("bad".into()), ..DeadLetterFilter::default() };
    let discarded = world.gateway().discard_dead_letters(of_bad, "Wang Min", "a test").await.unwrap();
    assert_eq!(discarded, 1);
    world.pass(2 * MINUTE).await;
    assert_eq!(dead_letters(&world), ["DeadLetters bad: started", "DeadLetters bad: resolved"]);
}

#[tokio::test(start_paused = true)]
async fn dead_letters_that_are_retried_go_out_at_once() {
    let retry = RetryPolicy { give_up_after: 20 * SECOND, ..RetryPolicy::default() };
    let world =
        World::with_retry(retry, [failing_until("bad", MINUTE, transient()), Fake::new("good")]).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(2 * MINUTE).await;
    assert_eq!((world.count("dead"), world.count("delivered")), (1, 1));
    let retried = world.gateway().retry_dead_letters(DeadLetterFilter::default(), "Wang Min").await.unwrap();
    assert!(retried >= 1);
    world.settle().await;
    world.pass(20 * SECOND).await; // the circuit lets one after the other through
    assert_eq!((world.count("dead"), world.count("delivered")), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_test_goes_through_the_one_channel_and_says_that_it_is_one() {
    let world = World::new([Fake::new("ding"), Fake::new("mail")]).await;
    let test = world.gateway().test_channel(&"mail".into(), "Wang\nMin").await.unwrap();
    world.settle().await;
    let [call] = &world.all_calls()[..] else { panic!() };
    assert_eq!((call.channel, call.told[0].alert_id), ("mail", test.alert));
    let alert = &call.told[0].alert;
    assert_eq!(alert.annotations.get("title"), Some("TEST of channel `mail`, nothing to do"));
    assert!(alert.annotations.get("description").unwrap().contains("(asked for by Wang Min)"));
    assert_eq!(world.number("SELECT count(*) FROM main.deliveries"), 1);
    assert_eq!(world.number("SELECT id FROM main.deliveries"), test.delivery.0);
    assert_eq!(world.number("SELECT count(*) FROM main.deliveries WHERE state = 'delivered'"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_not_in_the_config_cannot_be_tested() {
    let world = World::new([Fake::new("ding")]).await;
    let err = world.gateway().test_channel(&"fax".into(), "Wang Min").await.unwrap_err();
    assert!(matches!(&err, TestError::UnknownChannel(name) if name.as_str() == "fax"), "{err:?}");
    assert_eq!(err.to_string(), "there is no channel `fax` in the config");
    assert_eq!(world.number("SELECT count(*) FROM main.alerts"), 0);
}

/// What a channel of [`orders`] was told, and when.
type Log = Arc<Mutex<Vec<String>>>;

/// Answers everything alike.
#[derive(Debug)]
struct Clerk {
    log: Log,
    limits: Limits,
    clock_offset: Option<SignedDuration>,
    answer: Answering,
}

type Answering = fn() -> Result<Receipt, SendError>;

#[async_trait]
impl Notifier for Clerk {
    async fn notify(&self, notification: &Notification, _: &Attempt) -> Result<Receipt, SendError> {
        self.log.lock().unwrap().push(line(notification));
        (self.answer)()
    }

    async fn digest(&self, digest: &Digest, _: &Attempt) -> Result<Receipt, SendError> {
        self.log.lock().unwrap().extend(digest.notifications().iter().map(|it| line(it)));
        (self.answer)()
    }

    fn capacity(&self, digest: &Digest) -> usize {
        digest.notifications().len()
    }

    fn limits(&self) -> Limits {
        self.limits.clone()
    }

    fn clock_offset(&self) -> Option<SignedDuration> {
        self.clock_offset
    }
}

/// A gateway that tells of itself where it tells of all else: on one channel, unless it has more.
struct Desk {
    channels: &'static [&'static str],
    answer: Answering,
    log: Log,
    quota: Option<u32>,
    clock_offset: Option<SignedDuration>,
    rotated_at: Option<jiff::civil::Date>,
    drill: Option<Drill>,
}

impl Desk {
    fn new() -> Self {
        Self {
            channels: &["desk"],
            answer: || Ok(Receipt::default()),
            log: Log::default(),
            quota: None,
            clock_offset: None,
            rotated_at: None,
            drill: None,
        }
    }

    fn orders(&self) -> GatewaySettings {
        let route = Route {
            matchers: Vec::new(),
            receiver: "everyone".into(),
            r#continue: false,
            repeat_interval: 4 * HOUR,
            routes: Vec::new(),
        };
        let terms = DeliveryTerms::plain(self.channels.iter().map(|it| ChannelName::from(*it)).collect());
        let everyone = Receiver { name: "everyone".into(), terms: Arc::new(terms) };
        GatewaySettings {
            policy: Policy::new(route, vec![everyone]).unwrap(),
            channels: self.channels.iter().map(|it| self.channel(it)).collect(),
            retry: RetryPolicy::default(),
            retention: 30 * DAY,
            external_url: None,
            sources: Vec::new(),
        }
    }

    fn channel(&self, name: &str) -> ChannelSetup {
        let quota = self.quota.map(|messages| Quota {
            pool: "desk".to_owned(),
            messages: NonZeroU32::new(messages).unwrap(),
            per: QuotaPeriod::Day,
            zone: TimeZone::UTC,
        });
        let limits = Limits {
            account: Account::new("desk", &[name]),
            egress: Egress::new("https://desk.example.com", None),
            budgets: Vec::new(),
            quota,
            concurrency: NonZeroUsize::MIN,
        };
        let (log, clock_offset, answer) = (Arc::clone(&self.log), self.clock_offset, self.answer);
        ChannelSetup {
            name: name.into(),
            kind: "desk",
            version: String::new(),
            notifier: Arc::new(Clerk { log, limits: limits.clone(), clock_offset, answer }),
            limits,
            timeout: 10 * SECOND,
            rotated_at: self.rotated_at,
            drill: self.drill.clone(),
        }
    }

    async fn world(&self) -> World {
        let world = World::new([Fake::new("other")]).await;
        world.gateway().apply_settings(self.orders()).await.unwrap();
        world
    }

    fn told(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

#[tokio::test(start_paused = true)]
async fn a_quota_is_told_as_it_runs_short_and_when_it_begins_anew() {
    let desk = Desk { quota: Some(20), ..Desk::new() };
    let world = desk.world().await;
    let alarms = |from: u32, to: u32| (from..to).map(|number| alarm(&number.to_string(), Severity::High));
    let about_quota =
        || -> Vec<String> { desk.told().into_iter().filter(|it| it.starts_with("QuotaShort")).collect() };
    world.accept(alarms(0, 9)).await;
    world.pass(2 * MINUTE).await;
    assert!(about_quota().is_empty());
    world.accept(alarms(9, 10)).await;
    world.pass(2 * MINUTE).await;
    assert_eq!(about_quota(), ["QuotaShort desk: started"]);
    world.accept(alarms(10, 15)).await;
    world.pass(2 * MINUTE).await;
    assert_eq!(about_quota(), ["QuotaShort desk: worsened from low"]);
    world.accept(alarms(15, 17)).await;
    world.pass(2 * MINUTE).await;
    assert_eq!(about_quota(), ["QuotaShort desk: worsened from mid"]);
    let view = world.gateway().channels().await.unwrap().remove(0).quota.unwrap();
    assert_eq!((view.pool.as_str(), view.messages, view.used), ("desk", 20, 20));
    assert_eq!((view.period.as_str(), view.level), ("2026-03-08", "nearly_gone"));
    assert_eq!(view.resets_at, "2026-03-09T00:00:00Z".parse::<Timestamp>().unwrap());
    world.pass(12 * HOUR).await;
    assert_eq!(about_quota().last().unwrap(), "QuotaShort desk: resolved");
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_old_is_told_until_the_config_has_a_new_one() {
    let mut desk = Desk { rotated_at: Some(date(2025, 11, 1)), ..Desk::new() };
    let world = desk.world().await;
    world.pass(10 * SECOND).await;
    assert_eq!(desk.told(), ["SecretOld desk: started"]);
    desk.rotated_at = Some(date(2026, 3, 8));
    world.gateway().apply_settings(desk.orders()).await.unwrap();
    world.pass(10 * SECOND).await;
    assert_eq!(desk.told(), ["SecretOld desk: resolved"]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_off_is_told() {
    let desk = Desk { clock_offset: Some(SignedDuration::from_secs(-3600)), ..Desk::new() };
    let world = desk.world().await;
    world.pass(10 * SECOND).await;
    assert_eq!(desk.told(), ["ClockOff clock: started"]);
    let view = world.gateway().channels().await.unwrap().remove(0);
    assert_eq!(view.clock_offset_seconds, Some(-3600));
}

#[tokio::test(start_paused = true)]
async fn a_source_that_goes_quiet_is_told_until_it_is_heard_again() {
    let desk = Desk::new();
    let world = desk.world().await;
    let sources = vec![WatchedSource { name: "thinklink".into(), every: HOUR }];
    world.gateway().apply_settings(GatewaySettings { sources, ..desk.orders() }).await.unwrap();
    world.pass(HOUR / 2).await;
    world.accept([alarm("a", Severity::High)]).await;
    world.pass(HOUR - 10 * SECOND).await;
    assert_eq!(desk.told(), ["over_temp : started"]);
    world.pass(20 * SECOND).await;
    assert_eq!(desk.told(), ["SourceQuiet thinklink: started"]);
    world.accept([alarm("b", Severity::High)]).await;
    world.pass(10 * SECOND).await;
    assert_eq!(desk.told(), ["over_temp : started", "SourceQuiet thinklink: resolved"]);
}

/// Drills every other day at one o'clock; it is noon when a test begins.
fn drilled() -> Desk {
    let drill = Drill { every: 2 * DAY, at: time(13, 0, 0, 0), zone: TimeZone::UTC };
    Desk { drill: Some(drill), ..Desk::new() }
}

#[tokio::test(start_paused = true)]
async fn a_drill_is_held_at_its_time_and_remembered_over_a_restart() {
    let desk = drilled();
    let mut world = desk.world().await;
    world.pass(HOUR - 10 * SECOND).await;
    assert!(desk.told().is_empty());
    world.pass(20 * SECOND).await;
    assert_eq!(desk.told(), ["ChannelTest desk: notice"]);
    let view = world.gateway().channels().await.unwrap().remove(0);
    let drilled_at = view.drilled_at.unwrap();
    assert!(drilled_at.duration_since(world.now()).abs() <= SignedDuration::from_secs(20));
    assert_eq!(view.proven_at, view.drilled_at);

    world.kill().await;
    world.start().await;
    world.gateway().apply_settings(desk.orders()).await.unwrap();
    let view = world.gateway().channels().await.unwrap().remove(0);
    assert_eq!(view.drilled_at, Some(drilled_at));
    world.pass(47 * HOUR).await;
    assert!(desk.told().is_empty());
    world.pass(2 * HOUR).await;
    assert_eq!(desk.told(), ["ChannelTest desk: notice"]);
}

#[tokio::test(start_paused = true)]
async fn when_a_channel_was_last_proven_survives_a_stop_and_a_kill() {
    let desk = Desk::new();
    let mut world = desk.world().await;
    let proven = |store: Store| async move {
        let states = store.channel_states().await.unwrap();
        states.into_iter().find(|it| it.name.as_str() == "desk").and_then(|it| it.proven_at)
    };
    let first = world.now();
    world.accept([alarm("a", Severity::High)]).await;
    assert_eq!(proven(world.gateway().store().clone()).await, None);
    world.pass(2 * MINUTE).await;
    world.kill().await;
    world.start().await;
    assert_eq!(proven(world.gateway().store().clone()).await, Some(first));

    world.gateway().apply_settings(desk.orders()).await.unwrap();
    let second = world.now();
    world.accept([alarm("b", Severity::High)]).await;
    world.shut_down(SECOND).await;
    world.start().await;
    assert_eq!(proven(world.gateway().store().clone()).await, Some(second));
}

#[tokio::test(start_paused = true)]
async fn what_we_say_is_an_alert_like_any_other_and_is_held_while_it_is_known() {
    let desk = Desk { clock_offset: Some(SignedDuration::from_secs(3600)), ..Desk::new() };
    let world = desk.world().await;
    world.pass(3 * HOUR).await;
    assert_eq!(desk.told(), ["ClockOff clock: started"]);
    assert_eq!(world.number("SELECT sum(1 + repeats) FROM main.alerts"), 3);
    world.pass(2 * HOUR).await;
    assert_eq!(desk.told(), ["ClockOff clock: still firing"]);
    let alert: Alert = serde_json::from_str(&world.text("SELECT alert FROM main.alerts LIMIT 1")).unwrap();
    assert_eq!(alert.text_of("source"), SELF_SOURCE);
    assert_eq!(alert.text_of("severity"), "high");
}

/// Lets days pass in large steps: enough for timers that are minutes apart.
async fn pass_days(world: &World, days: u32) {
    for _ in 0..days * 24 * 6 {
        tokio::time::advance(10 * MINUTE).await;
        world.settle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn while_every_channel_is_dead_what_we_say_does_not_feed_on_itself() {
    let refuse = || Err(SendError::Transient { reason: "HTTP 503".to_owned() });
    let world = Desk { channels: &["one", "two", "three"], answer: refuse, ..Desk::new() }.world().await;
    world.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Urgent)]).await;
    let mut alerts_of_each_day = Vec::new();
    let mut before = 0;
    for _ in 0..7 {
        pass_days(&world, 1).await;
        let alerts =
            world.number(r#"SELECT count(*) FROM main.alerts WHERE instr(alert, '"source":"fanfare"') > 0"#);
        alerts_of_each_day.push(alerts - before);
        before = alerts;
    }
    // Six states at most, three broken channels and dead letters on them, said once an hour; on
    // the second day also that two alerts reached nobody.
    assert!(alerts_of_each_day.iter().all(|it| *it <= 6 * 24 + 6 + 2), "{alerts_of_each_day:?}");
    let [.., sixth, seventh] = alerts_of_each_day[..] else { panic!() };
    assert!(seventh <= sixth + 1, "{alerts_of_each_day:?}");
    // Each is told every four hours on three channels, and then given up.
    let told = world.number(
        "SELECT count(*) FROM main.notifications WHERE alert IN
           (SELECT id FROM main.alerts WHERE instr(alert, '\"source\":\"fanfare\"') > 0)",
    );
    assert!(told <= 6 * (7 * 6 + 1) + 2, "{told}");
    // Of what we said ourselves much has been given up by now, and nothing was said about that.
    let dead =
        |view: &str| world.number(&format!("SELECT count(*) FROM {view}deliveries WHERE state = 'dead'"));
    assert_eq!(dead(""), 6);
    assert!(dead("main.") > 100, "{}", dead("main."));
    let title = "SELECT json_extract(alert, '$.annotations.title') FROM main.alerts
                 WHERE instr(alert, 'DeadLetters') > 0 ORDER BY id DESC LIMIT 1";
    assert!(world.text(title).contains(": 2 given up, "), "{}", world.text(title));
}
