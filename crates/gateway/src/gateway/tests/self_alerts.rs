//! Self-alerts of a running gateway.

use std::num::{NonZeroU32, NonZeroUsize};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use fanfare_core::{
    Account, Alert, Attempt, ChannelName, DeliveryTerms, Digest, Egress, ExpectedHeartbeats, HeartbeatRule,
    Labels, Limits, Notification, Notifier, Policy, Quota, QuotaPeriod, Receipt, Receiver, RetryPolicy,
    Route, SendError, Severity,
};
use fanfare_store::{DeadLetterFilter, Store};
use jiff::civil::{date, time};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::fake::{FakeAnswer, FakeChannel, misconfigured, transient};
use super::harness::{GatewayHarness, alarm};
use super::times::{HOUR, MINUTE, SECOND};
use crate::{ChannelHealth, ChannelSetup, Drill, GatewaySettings, SELF_SOURCE, TestError};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// The self-alerts that providers accepted: name, subject and reason of each.
fn self_alerts(harness: &GatewayHarness) -> Vec<String> {
    let calls = harness.all_calls().into_iter().filter(|it| it.was_accepted());
    let accepted = calls.flat_map(|call| call.notifications);
    accepted.filter(|it| it.alert.text_of("source") == SELF_SOURCE).map(|it| summary(&it)).collect()
}

fn summary(notification: &Notification) -> String {
    let Notification { alert, why, .. } = notification;
    format!("{} {}: {why}", alert.text_of("alertname"), alert.text_of("subject"))
}

/// A channel that gives `answer` until `end`, and accepts everything afterwards.
fn failing_until(name: &'static str, end: Duration, answer: FakeAnswer) -> FakeChannel {
    FakeChannel::new(name)
        .answering(move |call| if call.at < end { answer.clone() } else { FakeAnswer::Accept })
}

#[tokio::test(start_paused = true)]
async fn a_broken_channel_raises_a_self_alert_and_its_recovery_resolves_it() {
    let harness =
        GatewayHarness::new([failing_until("bad", MINUTE, transient()), FakeChannel::new("good")]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(10 * SECOND).await;
    assert!(self_alerts(&harness).is_empty(), "a short failure");
    harness.advance(20 * SECOND).await;
    assert_eq!(self_alerts(&harness), ["ChannelBroken bad: started"]);
    harness.advance(3 * MINUTE).await;
    assert_eq!(self_alerts(&harness), ["ChannelBroken bad: started", "ChannelBroken bad: resolved"]);
}

#[tokio::test(start_paused = true)]
async fn a_misconfigured_channel_raises_a_self_alert_at_once_and_shows_in_its_view() {
    let harness = GatewayHarness::new([
        FakeChannel::new("bad").answering(|_| misconfigured()),
        FakeChannel::new("good"),
    ])
    .await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(6 * SECOND).await;
    assert_eq!(self_alerts(&harness), ["ChannelBroken bad: started"]);
    let [bad, good, _self_alerts] = &harness.gateway().channels().await.unwrap()[..] else { panic!() };
    assert_eq!((bad.name.as_str(), bad.kind, bad.health), ("bad", "fake", ChannelHealth::Broken));
    assert_eq!(bad.broken_since, Some(harness.now() - SignedDuration::from_secs(6)));
    let words = "misconfigured: errcode 300005: token is not exist";
    assert_eq!(bad.reason.as_deref(), Some(words));
    assert_eq!(bad.last_error.as_ref().map(|it| it.words.as_str()), Some(words));
    assert!(bad.blocked_until > Some(harness.now()) && bad.proven_at.is_none());
    assert_eq!(bad.pending, 1);
    assert_eq!((good.name.as_str(), good.health, good.pending), ("good", ChannelHealth::Working, 0));
    assert_eq!(good.proven_at, Some(harness.now() - SignedDuration::from_secs(6)));
    assert_eq!((good.broken_since, &good.reason, good.blocked_until), (None, &None, None));
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_a_broken_channels_alert_stays_until_a_delivery_succeeds() {
    let bad = failing_until("bad", 10 * MINUTE, transient());
    let mut harness = GatewayHarness::new([bad, FakeChannel::new("good")]).await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(30 * SECOND).await;
    harness.kill().await;
    harness.start().await;
    harness.advance(5 * MINUTE).await;
    assert_eq!(self_alerts(&harness), ["ChannelBroken bad: started"]);
    harness.advance(10 * MINUTE).await;
    assert_eq!(self_alerts(&harness), ["ChannelBroken bad: started", "ChannelBroken bad: resolved"]);
}

#[tokio::test(start_paused = true)]
async fn the_self_alert_of_dead_letters_lasts_until_a_person_has_handled_them() {
    let retry = RetryPolicy { give_up_after: 20 * SECOND, ..RetryPolicy::default() };
    let harness = GatewayHarness::with_retry(
        retry,
        [failing_until("bad", 10 * MINUTE, transient()), FakeChannel::new("good")],
    )
    .await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(2 * MINUTE).await;
    let dead_letters = |harness: &GatewayHarness| -> Vec<String> {
        self_alerts(harness).into_iter().filter(|it| it.starts_with("DeadLetters")).collect()
    };
    assert_eq!(dead_letters(&harness), ["DeadLetters bad: started"]);
    let of_bad = DeadLetterFilter { channel: Some("bad".into()), ..DeadLetterFilter::default() };
    let discarded = harness.gateway().discard_dead_letters(of_bad, "Wang Min", "a test").await.unwrap();
    assert_eq!(discarded, 1);
    harness.advance(2 * MINUTE).await;
    assert_eq!(dead_letters(&harness), ["DeadLetters bad: started", "DeadLetters bad: resolved"]);
}

#[tokio::test(start_paused = true)]
async fn retried_dead_letters_go_out_at_once() {
    let retry = RetryPolicy { give_up_after: 20 * SECOND, ..RetryPolicy::default() };
    let harness = GatewayHarness::with_retry(
        retry,
        [failing_until("bad", MINUTE, transient()), FakeChannel::new("good")],
    )
    .await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!((harness.count_deliveries("dead"), harness.count_deliveries("delivered")), (1, 1));
    let retried =
        harness.gateway().retry_dead_letters(DeadLetterFilter::default(), "Wang Min").await.unwrap();
    assert!(retried >= 1);
    harness.run_until_idle().await;
    harness.advance(20 * SECOND).await; // the circuit lets them through one by one
    assert_eq!((harness.count_deliveries("dead"), harness.count_deliveries("delivered")), (0, 2));
}

#[tokio::test(start_paused = true)]
async fn a_channel_test_goes_through_its_one_channel_and_is_marked_as_a_test() {
    let harness = GatewayHarness::new([FakeChannel::new("ding"), FakeChannel::new("mail")]).await;
    let test = harness.gateway().test_channel(&"mail".into(), "Wang\nMin").await.unwrap();
    harness.run_until_idle().await;
    let [call] = &harness.all_calls()[..] else { panic!() };
    assert_eq!((call.channel, call.notifications[0].alert_id), ("mail", test.alert));
    let alert = &call.notifications[0].alert;
    assert_eq!(alert.annotations.get("title"), Some("TEST of channel `mail`, nothing to do"));
    assert!(alert.annotations.get("description").unwrap().contains("(asked for by Wang Min)"));
    assert_eq!(harness.query_number("SELECT count(*) FROM main.deliveries"), 1);
    assert_eq!(harness.query_number("SELECT id FROM main.deliveries"), test.delivery.0);
    assert_eq!(harness.query_number("SELECT count(*) FROM main.deliveries WHERE state = 'delivered'"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_channel_that_is_not_in_the_config_cannot_be_tested() {
    let harness = GatewayHarness::new([FakeChannel::new("ding")]).await;
    let err = harness.gateway().test_channel(&"fax".into(), "Wang Min").await.unwrap_err();
    assert!(matches!(&err, TestError::UnknownChannel(name) if name.as_str() == "fax"), "{err:?}");
    assert_eq!(err.to_string(), "there is no channel `fax` in the config");
    assert_eq!(harness.query_number("SELECT count(*) FROM main.alerts"), 0);
}

/// The summaries of a channel's messages.
type MessageLog = Arc<Mutex<Vec<String>>>;

/// A notifier that records summaries and gives one fixed answer.
#[derive(Debug)]
struct RecordingNotifier {
    log: MessageLog,
    limits: Limits,
    clock_offset: Option<SignedDuration>,
    answer: FixedAnswer,
}

type FixedAnswer = fn() -> Result<Receipt, SendError>;

#[async_trait]
impl Notifier for RecordingNotifier {
    async fn notify(&self, notification: &Notification, _: &Attempt) -> Result<Receipt, SendError> {
        self.log.lock().unwrap().push(summary(notification));
        (self.answer)()
    }

    async fn digest(&self, digest: &Digest, _: &Attempt) -> Result<Receipt, SendError> {
        self.log.lock().unwrap().extend(digest.notifications().iter().map(|it| summary(it)));
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

/// Settings of a gateway with one receiver, which gets self-alerts and all other alerts alike.
struct SelfAlertSetup {
    channels: &'static [&'static str],
    answer: FixedAnswer,
    log: MessageLog,
    quota: Option<u32>,
    clock_offset: Option<SignedDuration>,
    rotated_at: Option<jiff::civil::Date>,
    drill: Option<Drill>,
}

impl SelfAlertSetup {
    fn new() -> Self {
        Self {
            channels: &["ops"],
            answer: || Ok(Receipt::default()),
            log: MessageLog::default(),
            quota: None,
            clock_offset: None,
            rotated_at: None,
            drill: None,
        }
    }

    fn settings(&self) -> GatewaySettings {
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
            heartbeats: Vec::new(),
        }
    }

    fn channel(&self, name: &str) -> ChannelSetup {
        let quota = self.quota.map(|messages| Quota {
            pool: "ops".to_owned(),
            messages: NonZeroU32::new(messages).unwrap(),
            per: QuotaPeriod::Day,
            zone: TimeZone::UTC,
        });
        let limits = Limits {
            account: Account::new("ops", &[name]),
            egress: Egress::new("https://ops.example.com", None),
            budgets: Vec::new(),
            quota,
            concurrency: NonZeroUsize::MIN,
        };
        let (log, clock_offset, answer) = (Arc::clone(&self.log), self.clock_offset, self.answer);
        ChannelSetup {
            name: name.into(),
            kind: "ops",
            version: String::new(),
            notifier: Arc::new(RecordingNotifier { log, limits: limits.clone(), clock_offset, answer }),
            limits,
            timeout: 10 * SECOND,
            rotated_at: self.rotated_at,
            drill: self.drill.clone(),
        }
    }

    async fn start(&self) -> GatewayHarness {
        let harness = GatewayHarness::new([FakeChannel::new("other")]).await;
        harness.gateway().apply_settings(self.settings()).await.unwrap();
        harness
    }

    /// Takes the summaries of the messages so far.
    fn take_messages(&self) -> Vec<String> {
        std::mem::take(&mut self.log.lock().unwrap())
    }
}

#[tokio::test(start_paused = true)]
async fn a_quota_raises_a_self_alert_as_it_runs_short_and_resolves_it_at_the_reset() {
    let setup = SelfAlertSetup { quota: Some(20), ..SelfAlertSetup::new() };
    let harness = setup.start().await;
    let alarms = |from: u32, to: u32| (from..to).map(|number| alarm(&number.to_string(), Severity::High));
    let about_quota = || -> Vec<String> {
        setup.take_messages().into_iter().filter(|it| it.starts_with("QuotaShort")).collect()
    };
    harness.accept(alarms(0, 9)).await;
    harness.advance(2 * MINUTE).await;
    assert!(about_quota().is_empty());
    harness.accept(alarms(9, 10)).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!(about_quota(), ["QuotaShort ops: started"]);
    harness.accept(alarms(10, 15)).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!(about_quota(), ["QuotaShort ops: worsened from low"]);
    harness.accept(alarms(15, 17)).await;
    harness.advance(2 * MINUTE).await;
    assert_eq!(about_quota(), ["QuotaShort ops: worsened from mid"]);
    let view = harness.gateway().channels().await.unwrap().remove(0).quota.unwrap();
    assert_eq!((view.pool.as_str(), view.messages, view.used), ("ops", 20, 20));
    assert_eq!((view.period.as_str(), view.level), ("2026-03-08", "nearly_gone"));
    assert_eq!(view.resets_at, "2026-03-09T00:00:00Z".parse::<Timestamp>().unwrap());
    harness.advance(12 * HOUR).await;
    assert_eq!(about_quota().last().unwrap(), "QuotaShort ops: resolved");
}

#[tokio::test(start_paused = true)]
async fn the_self_alert_of_an_old_secret_lasts_until_the_config_has_a_new_one() {
    let mut setup = SelfAlertSetup { rotated_at: Some(date(2025, 11, 1)), ..SelfAlertSetup::new() };
    let harness = setup.start().await;
    harness.advance(10 * SECOND).await;
    assert_eq!(setup.take_messages(), ["SecretOld ops: started"]);
    setup.rotated_at = Some(date(2026, 3, 8));
    harness.gateway().apply_settings(setup.settings()).await.unwrap();
    harness.advance(10 * SECOND).await;
    assert_eq!(setup.take_messages(), ["SecretOld ops: resolved"]);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_clock_raises_a_self_alert() {
    let setup =
        SelfAlertSetup { clock_offset: Some(SignedDuration::from_secs(-3600)), ..SelfAlertSetup::new() };
    let harness = setup.start().await;
    harness.advance(10 * SECOND).await;
    assert_eq!(setup.take_messages(), ["ClockOff clock: started"]);
    let view = harness.gateway().channels().await.unwrap().remove(0);
    assert_eq!(view.clock_offset_seconds, Some(-3600));
}

#[tokio::test(start_paused = true)]
async fn the_self_alert_of_a_quiet_source_lasts_until_its_next_alert() {
    let setup = SelfAlertSetup::new();
    let harness = setup.start().await;
    let rule = HeartbeatRule {
        source: "thinklink".into(),
        expected: ExpectedHeartbeats::AnyAlert,
        every: HOUR,
        grace: Duration::ZERO,
        severity: Severity::High,
        labels: Labels::default(),
    };
    let settings = GatewaySettings { heartbeats: vec![rule], ..setup.settings() };
    harness.gateway().apply_settings(settings).await.unwrap();
    harness.advance(HOUR / 2).await;
    harness.accept([alarm("a", Severity::High)]).await;
    harness.advance(HOUR - 10 * SECOND).await;
    assert_eq!(setup.take_messages(), ["over_temp : started"]);
    harness.advance(20 * SECOND).await;
    assert_eq!(setup.take_messages(), ["SourceQuiet thinklink: started"]);
    harness.accept([alarm("b", Severity::High)]).await;
    harness.advance(10 * SECOND).await;
    assert_eq!(setup.take_messages(), ["over_temp : started", "SourceQuiet thinklink: resolved"]);
}

/// Settings with a drill every other day at one o'clock; a test starts at noon.
fn with_drill() -> SelfAlertSetup {
    let drill = Drill { every: 2 * DAY, at: time(13, 0, 0, 0), zone: TimeZone::UTC };
    SelfAlertSetup { drill: Some(drill), ..SelfAlertSetup::new() }
}

#[tokio::test(start_paused = true)]
async fn a_drill_runs_at_its_time_and_is_remembered_over_a_restart() {
    let setup = with_drill();
    let mut harness = setup.start().await;
    harness.advance(HOUR - 10 * SECOND).await;
    assert!(setup.take_messages().is_empty());
    harness.advance(20 * SECOND).await;
    assert_eq!(setup.take_messages(), ["ChannelTest ops: notice"]);
    let view = harness.gateway().channels().await.unwrap().remove(0);
    let drilled_at = view.drilled_at.unwrap();
    assert!(drilled_at.duration_since(harness.now()).abs() <= SignedDuration::from_secs(20));
    assert_eq!(view.proven_at, view.drilled_at);

    harness.kill().await;
    harness.start().await;
    harness.gateway().apply_settings(setup.settings()).await.unwrap();
    let view = harness.gateway().channels().await.unwrap().remove(0);
    assert_eq!(view.drilled_at, Some(drilled_at));
    harness.advance(47 * HOUR).await;
    assert!(setup.take_messages().is_empty());
    harness.advance(2 * HOUR).await;
    assert_eq!(setup.take_messages(), ["ChannelTest ops: notice"]);
}

#[tokio::test(start_paused = true)]
async fn the_last_proven_time_of_a_channel_survives_a_shutdown_and_a_kill() {
    let setup = SelfAlertSetup::new();
    let mut harness = setup.start().await;
    let proven = |store: Store| async move {
        let states = store.channel_states().await.unwrap();
        states.into_iter().find(|it| it.name.as_str() == "ops").and_then(|it| it.proven_at)
    };
    let first = harness.now();
    harness.accept([alarm("a", Severity::High)]).await;
    assert_eq!(proven(harness.gateway().store().clone()).await, None);
    harness.advance(2 * MINUTE).await;
    harness.kill().await;
    harness.start().await;
    assert_eq!(proven(harness.gateway().store().clone()).await, Some(first));

    harness.gateway().apply_settings(setup.settings()).await.unwrap();
    let second = harness.now();
    harness.accept([alarm("b", Severity::High)]).await;
    harness.shut_down(SECOND).await;
    harness.start().await;
    assert_eq!(proven(harness.gateway().store().clone()).await, Some(second));
}

#[tokio::test(start_paused = true)]
async fn a_self_alert_is_an_ordinary_alert_whose_repeats_are_suppressed() {
    let setup =
        SelfAlertSetup { clock_offset: Some(SignedDuration::from_secs(3600)), ..SelfAlertSetup::new() };
    let harness = setup.start().await;
    harness.advance(3 * HOUR).await;
    assert_eq!(setup.take_messages(), ["ClockOff clock: started"]);
    assert_eq!(harness.query_number("SELECT sum(1 + repeats) FROM main.alerts"), 3);
    harness.advance(2 * HOUR).await;
    assert_eq!(setup.take_messages(), ["ClockOff clock: still firing"]);
    let alert: Alert =
        serde_json::from_str(&harness.query_text("SELECT alert FROM main.alerts LIMIT 1")).unwrap();
    assert_eq!(alert.text_of("source"), SELF_SOURCE);
    assert_eq!(alert.text_of("severity"), "high");
}

/// Lets days pass in steps of ten minutes.
async fn advance_days(harness: &GatewayHarness, days: u32) {
    for _ in 0..days * 24 * 6 {
        tokio::time::advance(10 * MINUTE).await;
        harness.run_until_idle().await;
    }
}

#[tokio::test(start_paused = true)]
async fn while_every_channel_is_dead_self_alerts_raise_no_further_self_alerts() {
    let refuse = || Err(SendError::Transient { reason: "HTTP 503".to_owned() });
    let harness =
        SelfAlertSetup { channels: &["one", "two", "three"], answer: refuse, ..SelfAlertSetup::new() }
            .start()
            .await;
    harness.accept([alarm("a", Severity::Urgent), alarm("b", Severity::Urgent)]).await;
    let mut alerts_of_each_day = Vec::new();
    let mut before = 0;
    for _ in 0..7 {
        advance_days(&harness, 1).await;
        let alerts = harness
            .query_number(r#"SELECT count(*) FROM main.alerts WHERE instr(alert, '"source":"fanfare"') > 0"#);
        alerts_of_each_day.push(alerts - before);
        before = alerts;
    }
    // At most six conditions, three broken channels and their dead letters, raised once an hour; on
    // the second day also one notice of two abandoned contracts, told every four hours.
    assert!(alerts_of_each_day.iter().all(|it| *it <= 6 * 24 + 6 + 6), "{alerts_of_each_day:?}");
    let [.., sixth, seventh] = alerts_of_each_day[..] else { panic!() };
    assert!(seventh <= sixth + 1, "{alerts_of_each_day:?}");
    // Each is notified every four hours on three channels, and then given up.
    let notifications = harness.query_number(
        "SELECT count(*) FROM main.notifications WHERE alert IN
           (SELECT id FROM main.alerts WHERE instr(alert, '\"source\":\"fanfare\"') > 0)",
    );
    assert!(notifications <= 7 * (7 * 6 + 1), "{notifications}");
    // Many self-alerts have been given up by now, and raise no self-alert of their own.
    let dead = |view: &str| {
        harness.query_number(&format!("SELECT count(*) FROM {view}deliveries WHERE state = 'dead'"))
    };
    assert_eq!(dead(""), 6);
    assert!(dead("main.") > 100, "{}", dead("main."));
    let title = "SELECT json_extract(alert, '$.annotations.title') FROM main.alerts
                 WHERE instr(alert, 'DeadLetters') > 0 ORDER BY id DESC LIMIT 1";
    assert!(harness.query_text(title).contains(": 2 given up, "), "{}", harness.query_text(title));
}

#[tokio::test(start_paused = true)]
async fn the_self_alert_of_a_saved_store_lasts_until_it_is_moved_away() {
    let setup = SelfAlertSetup::new();
    let harness = setup.start().await;
    let path = harness.store_path();
    let saved = path.with_file_name(format!("{}.saved", path.file_name().unwrap().to_str().unwrap()));
    std::fs::copy(&path, &saved).unwrap();
    harness.advance(10 * MINUTE).await;
    assert_eq!(setup.take_messages(), ["StoreSaved store: started"]);
    std::fs::remove_file(&saved).unwrap();
    harness.advance(10 * MINUTE).await;
    assert_eq!(setup.take_messages(), ["StoreSaved store: resolved"]);
}
