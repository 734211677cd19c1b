//! Random alerts, terms, faults, acknowledgements, new configs and kills, each run
//! replayable from its seed; and what must hold in all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fanfare_core::{Alert, Committed, NotificationId, RetryPolicy, Severity, Unless, Verdict};

use super::fake::{
    Answer, Call, Fake, blocked, misconfigured, quota, throttled, transient, unanswered, unsendable,
};
use super::harness::{Config, HOUR, MINUTE, SECOND, World, alarm_for, end_of};
use super::laws::{check_budget, check_ledger, check_order};
use super::terms::{at_least, in_turn, or_else, together, within};

/// The faults end then, so that all that can be delivered is.
const FAULTS_UNTIL: Duration = Duration::from_secs(4 * 60);

/// Long enough for every delivery to be settled after that.
const THEN: Duration = Duration::from_secs(20 * 60);

/// How many one message has room for.
const ROOM: usize = 4;

/// What was promised to the sources.
#[derive(Default)]
struct Promised {
    alerts: i64,
    notifications: Vec<NotificationId>,
    suppressed: i64,
}

impl Promised {
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
        end_of(&eui)
    } else {
        alarm_for(to, &eui, *random.choice(&Severity::ALL).unwrap())
    }
}

fn random_answer(random: &mut fastrand::Rng) -> Answer {
    match random.u32(0..100) {
        0..50 => Answer::Take,
        50..60 => Answer::TakeAfter(SECOND * random.u32(1..90) / 10),
        60..74 => transient(),
        74..78 => throttled(SECOND * random.u32(1..120)),
        78..79 => quota(10 * MINUTE),
        79..80 => blocked(MINUTE),
        80..84 => unsendable(),
        84..87 => misconfigured(),
        87..91 => Answer::Hang,
        91..93 => Answer::Panic,
        93..96 => Answer::TakePart { refused: &["gone@example.com"], deferred: &["full@example.com"] },
        _ => unanswered(),
    }
}

/// Channels of which two share an account and its way out; each with chances of its own.
fn fakes(seed: u64) -> Vec<Fake> {
    let faulty = |fake: Fake, number: u64| {
        let random = Mutex::new(fastrand::Rng::with_seed(seed * 10 + number));
        fake.with_room_for(ROOM).answering(move |call| {
            if call.at < FAULTS_UNTIL { random_answer(&mut random.lock().unwrap()) } else { Answer::Take }
        })
    };
    let robot = |name| Fake::new(name).of_account("robot").by_way_of("https://robots").twenty_a_minute();
    vec![
        faulty(robot("one").at_once(2), 1),
        faulty(robot("two"), 2),
        faulty(Fake::new("mail").at_once(4), 3),
        faulty(Fake::new("phone").twenty_a_minute(), 4),
        Fake::new("sound").twenty_a_minute().with_room_for(ROOM),
    ]
}

/// Promises of every kind, with times of this length.
fn config(fakes: &[Fake], time: Duration) -> Config {
    let ladder = or_else(within(time, together(&["one", "mail"])), time, Unless::Delivered, &["phone"]);
    let ladder = or_else(ladder, 2 * time, Unless::Acknowledged, &["sound"]);
    let two = or_else(at_least(2, in_turn(&["mail", "two", "one"])), 3 * time, Unless::Resolved, &["sound"]);
    let retry = RetryPolicy { give_up_after: HOUR / 10, ..RetryPolicy::default() };
    let plain = Config::promising(together(&["one", "two", "mail", "sound"]), fakes.iter().cloned());
    Config { retry, ..plain }
        .and("in-turn", within(time, in_turn(&["one", "two", "sound"])))
        .and("ladder", ladder)
        .and("two-of-three", within(time, two))
}

/// One run.
struct Run {
    seed: u64,
    random: fastrand::Rng,
    fakes: Vec<Fake>,
    world: World,
    promised: Promised,
    kills: Vec<Duration>,
}

impl Run {
    async fn begin(seed: u64) -> Self {
        let fakes = fakes(seed);
        let world = World::jumping(config(&fakes, MINUTE)).await;
        let (random, promised) = (fastrand::Rng::with_seed(seed), Promised::default());
        Self { seed, random, fakes, world, promised, kills: Vec::new() }
    }

    fn now(&self) -> Duration {
        Duration::try_from(self.world.now().duration_since(self.world.began())).unwrap()
    }

    async fn turn(&mut self) {
        let alerts: Vec<_> = (0..self.random.usize(0..6)).map(|_| random_alert(&mut self.random)).collect();
        self.promised.add(&self.world.gateway().accept(alerts, self.world.now()).await.unwrap());
        match self.random.u32(0..10) {
            0 => {
                self.kills.push(self.now());
                self.world.kill().await; // in the middle of what the last alerts set off
                self.world.start().await;
            }
            1 => self.reload().await,
            2 | 3 => {
                if let Some(id) = self.random.choice(&self.promised.notifications) {
                    drop(self.world.acknowledge(*id, "Wang Min").await); // it may be over
                }
            }
            _ => {}
        }
        self.world.pass(SECOND * self.random.u32(1..150) / 10).await;
        self.check();
    }

    /// Some channels have new settings, one may leave, and the promises are others.
    async fn reload(&mut self) {
        for fake in &mut self.fakes {
            if self.random.f64() < 0.3 {
                *fake = fake.clone().of_version(self.random.u32(..));
            }
        }
        let time = SECOND * self.random.u32(10..90);
        let config = if self.random.bool() {
            config(&self.fakes, time)
        } else {
            let without = self.random.usize(0..self.fakes.len() - 1);
            let left = self.fakes.iter().enumerate().filter(|(index, _)| *index != without);
            Config::promising(together(&["sound"]), left.map(|(_, fake)| fake.clone()))
        };
        self.world.reload(config).await;
    }

    #[track_caller]
    fn check(&self) {
        let Self { world, promised, seed, .. } = self;
        check_ledger(world, &format!("seed {seed} after {:?}", self.now()));
        let suppressed = world.number(
            "SELECT coalesce(sum(coalesce(json_array_length(held), 0) + repeats * decided), 0) FROM alerts",
        );
        assert_eq!(
            world.number("SELECT coalesce(sum(1 + repeats), 0) FROM alerts"),
            promised.alerts,
            "seed {seed}"
        );
        assert_eq!(suppressed, promised.suppressed, "seed {seed}");
        let kept = world.number("SELECT count(*) FROM notifications WHERE acknowledgement IS NULL");
        assert_eq!(usize::try_from(kept), Ok(promised.notifications.len()), "seed {seed}");
    }

    #[track_caller]
    fn check_end(&self) {
        let Self { world, seed, .. } = self;
        let context = format!("seed {seed}");
        assert_eq!(
            world.number("SELECT count(*) FROM main.deliveries WHERE state = 'pending'"),
            0,
            "{context}"
        );
        assert!(world.count("delivered") > 40, "{context}");
        let open = "SELECT count(*) FROM notifications WHERE terms IS NOT NULL
                    AND fulfilment NOT IN ('kept', 'late', 'abandoned')";
        assert_eq!(world.number(open), 0, "{context}");
        assert!(world.calls().iter().all(|it| it.told.len() <= ROOM), "{context}");
        check_deliveries(world, &self.kills, *seed);
        check_order(world, &context);
        for channels in [&["one", "two"][..], &["phone"], &["sound"]] {
            check_budget(world, channels, &context);
        }
    }
}

fn took(call: &Call) -> bool {
    matches!(call.answer, Some(Answer::Take))
}

/// Delivered is what a provider took; and only a lost answer or a kill repeats a message.
#[track_caller]
fn check_deliveries(world: &World, kills: &[Duration], seed: u64) {
    let mut told: BTreeMap<(&str, i64, bool), Vec<Call>> = BTreeMap::new();
    for call in world.calls() {
        for one in &call.told {
            let escalated = one.escalated.is_some();
            told.entry((call.channel, one.id.0, escalated)).or_default().push(call.clone());
        }
    }
    for ((channel, id, _), calls) in &told {
        for (earlier, later) in calls.iter().zip(&calls[1..]) {
            // A message is taken and its answer written down within the time of one attempt.
            let killed = kills.iter().any(|kill| earlier.at <= *kill && *kill <= earlier.at + 10 * SECOND);
            assert!(
                !took(earlier) || killed,
                "seed {seed}: {id} on {channel} was taken at {:?} and told again at {:?}",
                earlier.at,
                later.at
            );
        }
    }
    let taken: BTreeSet<_> =
        told.iter().filter(|(_, calls)| calls.iter().any(Call::was_taken)).map(|(key, _)| *key).collect();
    let sql = "SELECT channel, notification, escalated IS NOT NULL FROM deliveries WHERE state = 'delivered'";
    let mut statement = world.sql().prepare(sql).unwrap();
    let mut rows = statement.query([]).unwrap();
    while let Some(row) = rows.next().unwrap() {
        let (channel, id, escalated): (String, _, _) =
            (row.get(0).unwrap(), row.get(1).unwrap(), row.get(2).unwrap());
        assert!(taken.contains(&(channel.as_str(), id, escalated)), "seed {seed}: {id} on {channel}");
    }
}

async fn check(seed: u64) {
    let mut run = Run::begin(seed).await;
    while run.now() < FAULTS_UNTIL {
        run.turn().await;
    }
    let fakes = run.fakes.clone();
    run.world.reload(config(&fakes, MINUTE)).await; // every channel is there
    run.world.pass(THEN).await;
    run.check();
    run.check_end();
}

// In parts, so that they run side by side.

#[tokio::test(start_paused = true)]
async fn whatever_happens_nothing_is_lost_repeated_mixed_up_or_sent_too_fast() {
    for seed in 0..3 {
        check(seed).await;
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_else_happens_nothing_is_lost() {
    for seed in 3..6 {
        check(seed).await;
    }
}
