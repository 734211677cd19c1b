//! Random alerts, faults and kills, each run replayable from its seed; and what
//! must hold in all of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::time::Duration;

use fanfare_core::{Alert, RetryPolicy, SendError, Severity, Verdict};
use fanfare_store::Accepted;

use super::fake::{Answer, Call, Fake, misconfigured, quota, throttled, transient, unsendable};
use super::harness::{HOUR, MINUTE, SECOND, World, alarm, end_of};

/// The faults end then, so that all that can be delivered is.
const FAULTS_UNTIL: Duration = Duration::from_secs(4 * 60);

/// Long enough for every delivery to be settled after that.
const THEN: Duration = Duration::from_secs(20 * 60);

/// What was promised to the sources.
#[derive(Default)]
struct Promised {
    alerts: i64,
    deliveries: i64,
    suppressed: i64,
}

impl Promised {
    fn add(&mut self, accepted: &[Accepted]) {
        for one in accepted {
            self.alerts += 1;
            for decision in &one.plan.decisions {
                match &decision.verdict {
                    Verdict::Notify { terms, .. } => self.deliveries += terms.first().len() as i64,
                    Verdict::Hold(_) => self.suppressed += 1,
                }
            }
        }
    }
}

fn random_alert(random: &mut fastrand::Rng) -> Alert {
    let eui = random.choice(["a", "b", "c", "d", "e", "f", "g", "h"]).unwrap();
    if random.f64() < 0.3 { end_of(eui) } else { alarm(eui, *random.choice(&Severity::ALL).unwrap()) }
}

fn random_answer(random: &mut fastrand::Rng) -> Answer {
    match random.u32(0..100) {
        0..50 => Answer::Take,
        50..60 => Answer::TakeAfter(SECOND * random.u32(1..90) / 10),
        60..75 => transient(),
        75..79 => throttled(SECOND * random.u32(1..120)),
        79..80 => quota(10 * MINUTE),
        80..84 => unsendable(),
        84..87 => misconfigured(),
        87..91 => Answer::Hang,
        91..93 => Answer::Panic,
        93..96 => Answer::TakePart { refused: &["gone@example.com"], deferred: &["full@example.com"] },
        _ => Answer::Fail(SendError::Unanswered { reason: "connection reset".to_owned() }),
    }
}

/// Four channels, of which two share an account; each with chances of its own.
fn fakes(seed: u64) -> [Fake; 4] {
    let faulty = |fake: Fake, number: u64| {
        let random = Mutex::new(fastrand::Rng::with_seed(seed * 10 + number));
        fake.answering(move |call| {
            if call.at < FAULTS_UNTIL { random_answer(&mut random.lock().unwrap()) } else { Answer::Take }
        })
    };
    [
        faulty(Fake::new("one").of_account("robot").twenty_a_minute().at_once(2), 1),
        faulty(Fake::new("two").of_account("robot").twenty_a_minute(), 2),
        faulty(Fake::new("mail").at_once(4), 3),
        Fake::new("sound").twenty_a_minute(),
    ]
}

async fn check(seed: u64) {
    let mut random = fastrand::Rng::with_seed(seed);
    let retry = RetryPolicy { give_up_after: HOUR / 10, ..RetryPolicy::default() };
    let mut world = World::with_retry(retry, fakes(seed)).await;
    let began = world.now();
    let mut promised = Promised::default();
    let mut kills = Vec::new();
    while world.now().duration_since(began) < FAULTS_UNTIL.try_into().unwrap() {
        let alerts: Vec<_> = (0..random.usize(0..6)).map(|_| random_alert(&mut random)).collect();
        promised.add(&world.gateway().accept(alerts, world.now()).await.unwrap());
        if random.f64() < 0.1 {
            let now = world.now().duration_since(began);
            kills.push(Duration::try_from(now).unwrap());
            world.kill().await; // in the middle of what the last alerts set off
            world.start().await;
        }
        world.pass(SECOND * random.u32(1..150) / 10).await;
        check_conservation(&world, &promised, seed);
    }
    world.pass(THEN).await;
    check_conservation(&world, &promised, seed);
    assert_eq!(world.count("pending"), 0, "seed {seed}");
    assert!(world.count("delivered") > 40, "seed {seed}");
    check_deliveries(&world, &kills, seed);
    check_order(&world, seed);
    check_budget(&world, seed);
}

/// accepted = delivered + suppressed + pending + dead, as the file itself says.
#[track_caller]
fn check_conservation(world: &World, promised: &Promised, seed: u64) {
    let kept = world.number("SELECT count(*) FROM alerts");
    let suppressed = world.number("SELECT coalesce(sum(json_array_length(held)), 0) FROM alerts");
    let settled = world.count("delivered") + world.count("dead");
    assert_eq!(kept, promised.alerts, "seed {seed}");
    assert_eq!(suppressed, promised.suppressed, "seed {seed}");
    assert_eq!(settled + world.count("pending"), promised.deliveries, "seed {seed}");
    let unexplained = "SELECT count(*) FROM deliveries WHERE state = 'dead' AND coalesce(reason, '') = ''";
    assert_eq!(world.number(unexplained), 0, "seed {seed}");
}

/// The calls for each delivery; a delivery is known to its provider by its key.
fn by_delivery(world: &World) -> BTreeMap<String, Vec<Call>> {
    let mut deliveries: BTreeMap<_, Vec<Call>> = BTreeMap::new();
    for call in world.calls() {
        deliveries.entry(call.attempt.key.as_str().to_owned()).or_default().push(call);
    }
    deliveries
}

fn took(call: &Call) -> bool {
    matches!(call.answer, Some(Answer::Take))
}

/// Delivered is what a provider took; and only a lost answer or a kill repeats a message.
#[track_caller]
fn check_deliveries(world: &World, kills: &[Duration], seed: u64) {
    let mut taken = BTreeSet::new();
    for calls in by_delivery(world).values() {
        for (earlier, later) in calls.iter().zip(&calls[1..]) {
            // A message is taken and its answer written down within the time of one attempt.
            let killed = kills.iter().any(|kill| earlier.at <= *kill && *kill <= earlier.at + 10 * SECOND);
            assert!(!took(earlier) || killed, "seed {seed}: {earlier:?} was repeated by {later:?}");
        }
        if calls.iter().any(took) {
            taken.insert((calls[0].channel, calls[0].notification().id.0));
        }
    }
    let sql = "SELECT channel, notification FROM deliveries WHERE state = 'delivered'";
    let mut statement = world.sql().prepare(sql).unwrap();
    let delivered = statement.query_map([], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).unwrap();
    for delivered in delivered {
        let (channel, notification) = delivered.unwrap();
        assert!(
            taken.contains(&(channel.as_str(), notification)),
            "seed {seed}: {notification} on {channel}"
        );
    }
}

/// On one channel a message goes only after the earlier ones of its incident are
/// settled, or have only some of their recipients left.
#[track_caller]
fn check_order(world: &World, seed: u64) {
    let mut newest = BTreeMap::new();
    for call in world.calls().into_iter().filter(|it| it.attempt.only.is_none()) {
        let newest =
            newest.entry((call.channel, call.notification().incident)).or_insert(call.notification().id);
        assert!(*newest <= call.notification().id, "seed {seed}: {call:?} came after {newest}");
        *newest = call.notification().id;
    }
}

/// The shared account never sees more than its budget in a minute.
#[track_caller]
fn check_budget(world: &World, seed: u64) {
    for channels in [&["one", "two"][..], &["sound"]] {
        let times: Vec<_> =
            world.calls().iter().filter(|it| channels.contains(&it.channel)).map(|it| it.at).collect();
        for stretch in times.windows(19) {
            assert!(stretch[18] - stretch[0] >= MINUTE, "seed {seed}: {stretch:?}");
        }
    }
}

// In two parts, so that they run side by side.

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
