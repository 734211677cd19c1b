//! Simulation: random alerts, terms, faults, acknowledgements, reloads and kills, and the
//! invariants of every run.
//!
//! `fanfare-simulation` draws whole worlds, and shares most of the invariants. Of its own this one has: the counts of
//! suppressions and notifications are exactly those that the senders were answered, also after a kill; a budget keeps a
//! tenth in hand for the provider's clock; and at the end nothing at all is pending on any channel.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fanfare_core::{Alert, Committed, NotificationId, RetryPolicy, Severity, Unless, Verdict};

use super::fake::{
    FakeAnswer, FakeChannel, RecordedCall, blocked, misconfigured, quota, throttled, transient, unanswered,
    unsendable,
};
use super::harness::{GatewayHarness, HarnessConfig, alarm_for, resolved_alarm};
use super::invariants::{check_budget, check_ledger, check_order};
use super::terms::{at_least, in_turn, together, with_rung, within};
use super::times::{HOUR, MINUTE, SECOND};

/// The end of all faults: later, every channel accepts everything.
const FAULTS_UNTIL: Duration = Duration::from_secs(4 * 60);

/// The time after the faults in which every delivery reaches its end.
const RECOVERY: Duration = Duration::from_secs(20 * 60);

/// The number of notifications that one message has room for.
const CAPACITY: usize = 4;

/// The totals of everything that the gateway accepted.
#[derive(Default)]
struct AcceptedTotals {
    alerts: i64,
    notifications: Vec<NotificationId>,
    suppressed: i64,
}

impl AcceptedTotals {
    fn add(&mut self, accepted: &[Arc<Committed>]) {
        for one in accepted {
            self.alerts += 1;
            let sent = &one.alerts[0]; // a self-alert may follow
            let held = sent.decisions.iter().filter(|it| matches!(it.verdict, Verdict::Suppress(_)));
            self.suppressed += held.count() as i64;
            self.notifications
                .extend(one.notifications.iter().filter(|it| it.alert_id == sent.id).map(|it| it.id));
        }
    }
}

fn random_alert(random: &mut fastrand::Rng) -> Alert {
    let number = random.usize(0..12);
    let (eui, to) = (number.to_string(), ["everyone", "in-turn", "ladder", "two-of-three"][number % 4]);
    if random.f64() < 0.3 {
        resolved_alarm(&eui)
    } else {
        alarm_for(to, &eui, *random.choice(&Severity::ALL).unwrap())
    }
}

fn random_answer(random: &mut fastrand::Rng) -> FakeAnswer {
    match random.u32(0..100) {
        0..50 => FakeAnswer::Accept,
        50..60 => FakeAnswer::AcceptAfter(SECOND * random.u32(1..90) / 10),
        60..74 => transient(),
        74..78 => throttled(SECOND * random.u32(1..120)),
        78..79 => quota(10 * MINUTE),
        79..80 => blocked(MINUTE),
        80..84 => unsendable(),
        84..87 => misconfigured(),
        87..91 => FakeAnswer::Hang,
        91..93 => FakeAnswer::Panic,
        93..96 => FakeAnswer::AcceptPart { refused: &["gone@example.com"], deferred: &["full@example.com"] },
        _ => unanswered(),
    }
}

/// Channels with random faults, each from random numbers of its own; two share an account and its egress.
fn faulty_channels(seed: u64) -> Vec<FakeChannel> {
    let faulty = |channel: FakeChannel, number: u64| {
        let random = Mutex::new(fastrand::Rng::with_seed(seed * 10 + number));
        channel.with_capacity(CAPACITY).answering(move |call| {
            if call.at < FAULTS_UNTIL {
                random_answer(&mut random.lock().unwrap())
            } else {
                FakeAnswer::Accept
            }
        })
    };
    let robot = |name| {
        FakeChannel::new(name).with_account("robot").with_egress("https://robots").with_twenty_per_minute()
    };
    vec![
        faulty(robot("one").with_concurrency(2), 1),
        faulty(robot("two"), 2),
        faulty(FakeChannel::new("mail").with_concurrency(4), 3),
        faulty(FakeChannel::new("phone").with_twenty_per_minute(), 4),
        FakeChannel::new("sound").with_twenty_per_minute().with_capacity(CAPACITY),
    ]
}

/// A config with terms of every kind, whose times are multiples of `time`.
fn config(channels: &[FakeChannel], time: Duration) -> HarnessConfig {
    let ladder = with_rung(within(time, together(&["one", "mail"])), time, Unless::Delivered, &["phone"]);
    let ladder = with_rung(ladder, 2 * time, Unless::Acknowledged, &["sound"]);
    let two =
        with_rung(at_least(2, in_turn(&["mail", "two", "one"])), 3 * time, Unless::Resolved, &["sound"]);
    let retry = RetryPolicy { give_up_after: HOUR / 10, ..RetryPolicy::default() };
    let plain =
        HarnessConfig::with_terms(together(&["one", "two", "mail", "sound"]), channels.iter().cloned());
    HarnessConfig { retry, ..plain }
        .with_receiver("in-turn", within(time, in_turn(&["one", "two", "sound"])))
        .with_receiver("ladder", ladder)
        .with_receiver("two-of-three", within(time, two))
}

/// One run of a seed.
struct SimulationRun {
    seed: u64,
    random: fastrand::Rng,
    channels: Vec<FakeChannel>,
    harness: GatewayHarness,
    accepted: AcceptedTotals,
    kills: Vec<Duration>,
}

impl SimulationRun {
    async fn start(seed: u64) -> Self {
        let channels = faulty_channels(seed);
        let harness = GatewayHarness::with_jumping_time(config(&channels, MINUTE)).await;
        let (random, accepted) = (fastrand::Rng::with_seed(seed), AcceptedTotals::default());
        Self { seed, random, channels, harness, accepted, kills: Vec::new() }
    }

    fn now(&self) -> Duration {
        Duration::try_from(self.harness.now().duration_since(self.harness.started_at())).unwrap()
    }

    async fn step(&mut self) {
        let alerts: Vec<_> = (0..self.random.usize(0..6)).map(|_| random_alert(&mut self.random)).collect();
        self.accepted.add(&self.harness.gateway().accept(alerts, self.harness.now()).await.unwrap());
        match self.random.u32(0..10) {
            0 => {
                self.kills.push(self.now());
                self.harness.kill().await; // amid the deliveries of the last alerts
                self.harness.start().await;
            }
            1 => self.reload().await,
            2 | 3 => {
                if let Some(id) = self.random.choice(&self.accepted.notifications) {
                    drop(self.harness.acknowledge(*id, "Wang Min").await); // it may be resolved
                }
            }
            _ => {}
        }
        self.harness.advance(SECOND * self.random.u32(1..150) / 10).await;
        self.check();
    }

    /// Reloads with new settings of some channels, perhaps without one of them, and with other terms.
    async fn reload(&mut self) {
        for channel in &mut self.channels {
            if self.random.f64() < 0.3 {
                *channel = channel.clone().with_version(self.random.u32(..));
            }
        }
        let time = SECOND * self.random.u32(10..90);
        let config = if self.random.bool() {
            config(&self.channels, time)
        } else {
            let without = self.random.usize(0..self.channels.len() - 1);
            let left = self.channels.iter().enumerate().filter(|(index, _)| *index != without);
            HarnessConfig::with_terms(together(&["sound"]), left.map(|(_, channel)| channel.clone()))
        };
        self.harness.reload(config).await;
    }

    #[track_caller]
    fn check(&self) {
        let Self { harness, accepted, seed, .. } = self;
        check_ledger(harness, &format!("seed {seed} after {:?}", self.now()));
        let suppressed = harness.query_number(
            "SELECT coalesce(sum(coalesce(json_array_length(held), 0) + repeats * decided), 0) FROM alerts",
        );
        assert_eq!(
            harness.query_number("SELECT coalesce(sum(1 + repeats), 0) FROM alerts"),
            accepted.alerts,
            "seed {seed}"
        );
        assert_eq!(suppressed, accepted.suppressed, "seed {seed}");
        let kept = harness.query_number("SELECT count(*) FROM notifications WHERE acknowledgement IS NULL");
        assert_eq!(usize::try_from(kept), Ok(accepted.notifications.len()), "seed {seed}");
    }

    #[track_caller]
    fn check_end(&self) {
        let Self { harness, seed, .. } = self;
        let context = format!("seed {seed}");
        assert_eq!(
            harness.query_number("SELECT count(*) FROM main.deliveries WHERE state = 'pending'"),
            0,
            "{context}"
        );
        assert!(harness.count_deliveries("delivered") > 40, "{context}");
        let open = "SELECT count(*) FROM notifications WHERE terms IS NOT NULL
                    AND fulfilment NOT IN ('kept', 'late', 'abandoned')";
        assert_eq!(harness.query_number(open), 0, "{context}");
        assert!(harness.calls().iter().all(|it| it.notifications.len() <= CAPACITY), "{context}");
        check_deliveries(harness, &self.kills, *seed);
        check_order(harness, &context);
        for channels in [&["one", "two"][..], &["phone"], &["sound"]] {
            check_budget(harness, channels, &context);
        }
    }
}

fn accepted_in_full(call: &RecordedCall) -> bool {
    matches!(call.answer, Some(FakeAnswer::Accept))
}

/// Checks that a delivered delivery was accepted by its provider, and that only a kill repeats an accepted one.
#[track_caller]
fn check_deliveries(harness: &GatewayHarness, kills: &[Duration], seed: u64) {
    let mut calls_by_delivery: BTreeMap<(&str, i64, bool), Vec<RecordedCall>> = BTreeMap::new();
    for call in harness.calls() {
        for one in &call.notifications {
            let escalated = one.escalated.is_some();
            calls_by_delivery.entry((call.channel, one.id.0, escalated)).or_default().push(call.clone());
        }
    }
    for ((channel, id, _), calls) in &calls_by_delivery {
        for (earlier, later) in calls.iter().zip(&calls[1..]) {
            // A message is accepted and its answer stored within the time of one attempt.
            let killed = kills.iter().any(|kill| earlier.at <= *kill && *kill <= earlier.at + 10 * SECOND);
            assert!(
                !accepted_in_full(earlier) || killed,
                "seed {seed}: {id} on {channel} was accepted at {:?} and sent again at {:?}",
                earlier.at,
                later.at
            );
        }
    }
    let accepted: BTreeSet<_> = calls_by_delivery
        .iter()
        .filter(|(_, calls)| calls.iter().any(RecordedCall::was_accepted))
        .map(|(key, _)| *key)
        .collect();
    let sql = "SELECT channel, notification, escalated IS NOT NULL FROM deliveries WHERE state = 'delivered'";
    let mut statement = harness.ledger().prepare(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (channel, id, escalated): (String, _, _) =
            (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
        assert!(accepted.contains(&(channel.as_str(), id, escalated)), "seed {seed}: {id} on {channel}");
    }
}

/// The calls of each channel in a run: the time, the notifications, the number of the attempt, and the answer.
type Trace = BTreeMap<&'static str, Vec<(Duration, Vec<NotificationId>, u32, String)>>;

fn trace(calls: Vec<RecordedCall>) -> Trace {
    let mut trace = Trace::new();
    for call in calls {
        let step = (call.at, call.ids(), call.attempt.ordinal, format!("{:?}", call.answer));
        trace.entry(call.channel).or_default().push(step);
    }
    trace
}

/// Runs a seed, checks its invariants, and returns its trace.
async fn check(seed: u64) -> Trace {
    let mut run = SimulationRun::start(seed).await;
    while run.now() < FAULTS_UNTIL {
        run.step().await;
    }
    let channels = run.channels.clone();
    run.harness.reload(config(&channels, MINUTE)).await; // every channel is in the config
    run.harness.advance(RECOVERY).await;
    run.check();
    run.check_end();
    trace(run.harness.all_calls())
}

// Two tests, so that they run side by side.

#[tokio::test(start_paused = true)]
async fn under_random_faults_nothing_is_lost_repeated_reordered_or_sent_too_fast() {
    for seed in 0..10 {
        check(seed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn under_other_random_faults_nothing_is_lost() {
    for seed in 10..20 {
        check(seed).await;
    }
}

/// The trace of a seed, in a runtime of its own: the order of tasks depends on those before.
fn replay(seed: u64) -> Trace {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_all().start_paused(true).build().unwrap().block_on(check(seed))
}

#[test]
fn a_seed_replays_the_same_run() {
    for seed in 20..24 {
        let (first, second) = (replay(seed), replay(seed));
        assert!(first.values().map(Vec::len).sum::<usize>() > 40, "seed {seed}");
        assert!(first.keys().eq(second.keys()), "seed {seed}");
        for (channel, calls) in &first {
            let again = &second[channel];
            let differing = calls.iter().zip(again).find(|(call, again)| call != again);
            assert_eq!(differing, None, "seed {seed}: {channel}");
            assert_eq!(calls.len(), again.len(), "seed {seed}: {channel}");
        }
    }
}
