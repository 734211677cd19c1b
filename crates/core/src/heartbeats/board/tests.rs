use jiff::SignedDuration;
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::rule::ExpectedHeartbeats;
use super::*;
use crate::{Labels, Severity};

fn at(seconds: i64) -> Timestamp {
    "2026-03-08T12:00:00Z".parse::<Timestamp>().unwrap() + SignedDuration::from_secs(seconds)
}

fn key(text: &str) -> HeartbeatKey {
    text.parse().unwrap()
}

/// A rule for `SOURCE` or `SOURCE/PATTERN`, with 60 seconds and a grace of 30.
fn rule(text: &str) -> HeartbeatRule {
    timed(text, 60, 30)
}

fn timed(text: &str, every: u64, grace: u64) -> HeartbeatRule {
    let expected = match text.split_once('/') {
        None => ExpectedHeartbeats::AnyAlert,
        Some((_, pattern)) => ExpectedHeartbeats::Named(pattern.parse().unwrap()),
    };
    HeartbeatRule {
        source: text.split('/').next().unwrap().into(),
        expected,
        every: Duration::from_secs(every),
        grace: Duration::from_secs(grace),
        severity: Severity::High,
        labels: Labels::default(),
    }
}

fn board(rules: &[&str]) -> HeartbeatBoard {
    let mut board = HeartbeatBoard::default();
    assert_eq!(board.apply_rules(rules.iter().map(|it| rule(it)).collect(), at(0)), []);
    board
}

/// The heartbeats with their statuses at `now`.
fn statuses(board: &mut HeartbeatBoard, now: i64) -> Vec<(String, HeartbeatStatus)> {
    board.update(at(now));
    board.states().map(|it| (it.key.to_string(), it.status)).collect()
}

#[track_caller]
fn check(board: &mut HeartbeatBoard, now: i64, expected: &[(&str, HeartbeatStatus)]) {
    let expected: Vec<_> = expected.iter().map(|(key, status)| ((*key).to_owned(), *status)).collect();
    assert_eq!(statuses(board, now), expected);
}

use HeartbeatStatus::{Awaited, Away, Heard, Missing};

#[test]
fn what_has_a_name_is_expected_from_the_start_and_missing_after_interval_and_grace() {
    let mut board = board(&["cron/backup"]);
    check(&mut board, 89, &[("cron/backup", Awaited)]);
    check(&mut board, 90, &[("cron/backup", Missing)]);
    assert_eq!(board.hear(&key("cron/backup"), at(100)), BeatOutcome::Heard(at(190)));
    check(&mut board, 189, &[("cron/backup", Heard)]);
    check(&mut board, 190, &[("cron/backup", Missing)]);
}

#[test]
fn what_fits_a_pattern_is_expected_once_it_has_been_heard() {
    let mut board = board(&["tkl/a8*"]);
    check(&mut board, 1000, &[]);
    assert_eq!(board.hear(&key("tkl/a81"), at(1000)), BeatOutcome::Learned(at(1090)));
    assert_eq!(board.hear(&key("tkl/b81"), at(1000)), BeatOutcome::NotExpected);
    assert_eq!(board.hear(&key("other/a81"), at(1000)), BeatOutcome::NotExpected);
    assert_eq!(board.hear(&key("tkl"), at(1000)), BeatOutcome::NotExpected);
    check(&mut board, 1090, &[("tkl/a81", Missing)]);
    assert!(board.forget(&key("tkl/a81")));
    check(&mut board, 1091, &[]);
    assert!(!board.forget(&key("tkl/a81")));
}

#[test]
fn what_the_config_names_cannot_be_forgotten() {
    let mut board = board(&["cron/backup", "cron"]);
    assert!(!board.forget(&key("cron/backup")) && !board.forget(&key("cron")));
    check(&mut board, 0, &[("cron", Awaited), ("cron/backup", Awaited)]);
}

#[test]
fn a_rule_for_one_name_goes_before_a_pattern_and_the_first_pattern_before_others() {
    let mut board = HeartbeatBoard::default();
    let rules = vec![timed("tkl/*", 10, 0), timed("tkl/slow*", 100, 0), timed("tkl/slow", 1000, 0)];
    board.apply_rules(rules, at(0));
    assert_eq!(board.hear(&key("tkl/slow"), at(0)), BeatOutcome::Heard(at(1000)));
    assert_eq!(board.hear(&key("tkl/slower"), at(0)), BeatOutcome::Learned(at(10)));
}

#[test]
fn only_so_many_names_are_learned() {
    let mut board = board(&["tkl/*", "cron/backup", "zoo/*", "air/*"]);
    for number in 1..HeartbeatBoard::MOST {
        assert_eq!(board.hear(&key(&format!("tkl/{number}")), at(0)), BeatOutcome::Learned(at(90)));
    }
    assert_eq!(board.hear(&key("tkl/more"), at(0)), BeatOutcome::TooMany);
    for other in ["zoo", "air"] {
        for number in 0..HeartbeatBoard::ASSURED {
            let heard = board.hear(&key(&format!("{other}/{number}")), at(0));
            assert_eq!(heard, BeatOutcome::Learned(at(90)), "{other} has room of its own");
        }
        assert_eq!(board.hear(&key(&format!("{other}/more")), at(0)), BeatOutcome::TooMany);
    }
    assert_eq!(board.hear(&key("tkl/1"), at(1)), BeatOutcome::Heard(at(91)));
    assert_eq!(board.hear(&key("cron/backup"), at(1)), BeatOutcome::Heard(at(91)));
}

#[test]
fn new_rules_keep_what_was_heard_and_forget_what_they_are_not_about() {
    let mut board = board(&["tkl/*", "cron/backup"]);
    board.hear(&key("tkl/1"), at(0));
    board.hear(&key("cron/backup"), at(0));
    let forgotten = board.apply_rules(vec![timed("cron/backup", 600, 0), rule("cron/new")], at(50));
    assert_eq!(forgotten, [key("tkl/1")]);
    check(&mut board, 139, &[("cron/backup", Heard), ("cron/new", Awaited)]);
    check(&mut board, 599, &[("cron/backup", Heard), ("cron/new", Missing)]);
    check(&mut board, 600, &[("cron/backup", Missing), ("cron/new", Missing)]);
    assert_eq!(board.apply_rules(vec![timed("cron/backup", 600, 0)], at(700)), [key("cron/new")]);
    check(&mut board, 700, &[("cron/backup", Missing)]);
}

#[test]
fn an_absence_of_ours_grants_a_whole_interval_and_what_was_missing_stays_so() {
    let mut board = board(&["a/1", "a/2"]);
    board.hear(&key("a/1"), at(80));
    check(&mut board, 95, &[("a/1", Heard), ("a/2", Missing)]);
    board.resume(at(100), at(700));
    check(&mut board, 789, &[("a/1", Heard), ("a/2", Missing)]);
    check(&mut board, 790, &[("a/1", Missing), ("a/2", Missing)]);
}

#[test]
fn absences_one_after_the_other_do_not_put_off_for_ever_what_is_missing() {
    let mut board = board(&["a/1"]);
    board.hear(&key("a/1"), at(0));
    board.resume(at(49), at(50)); // due at 140
    for again in 0..8 {
        let gone_at = 60 + 10 * again;
        board.resume(at(gone_at), at(gone_at + 1));
    }
    check(&mut board, 147, &[("a/1", Heard)]);
    check(&mut board, 148, &[("a/1", Missing)]);
    board.hear(&key("a/1"), at(150));
    board.resume(at(200), at(201)); // heard meanwhile: a whole interval again
    check(&mut board, 290, &[("a/1", Heard)]);
    check(&mut board, 291, &[("a/1", Missing)]);
}

#[test]
fn while_nothing_can_come_from_a_source_nothing_of_it_is_missing() {
    let mut board = board(&["tkl/1", "cron/1"]);
    board.leave(&"tkl".into(), at(10));
    check(&mut board, 90, &[("cron/1", Missing), ("tkl/1", Away)]);
    board.leave(&"tkl".into(), at(1000));
    board.come_back(&"tkl".into(), at(2000));
    check(&mut board, 2089, &[("cron/1", Missing), ("tkl/1", Awaited)]);
    check(&mut board, 2090, &[("cron/1", Missing), ("tkl/1", Missing)]);
    board.come_back(&"tkl".into(), at(2100));
    check(&mut board, 2100, &[("cron/1", Missing), ("tkl/1", Missing)]);
}

#[test]
fn a_life_goes_on_where_one_that_was_stopped_has_left_off() {
    let mut first = board(&["a/*"]);
    first.hear(&key("a/1"), at(0));
    first.hear(&key("a/2"), at(40));
    let saved = first.saved(at(50));
    let mut second = board(&["a/*"]);
    assert_eq!(second.take_up(saved, &BTreeSet::new(), at(60)), []);
    check(&mut second, 149, &[("a/1", Awaited), ("a/2", Awaited)]);
    second.hear(&key("a/2"), at(149));
    check(&mut second, 150, &[("a/1", Missing), ("a/2", Heard)]);
    let mut third = board(&["a/*"]);
    third.take_up(second.saved(at(160)), &BTreeSet::from([key("a/1")]), at(165));
    check(&mut third, 254, &[("a/1", Missing), ("a/2", Awaited)]);
    check(&mut third, 255, &[("a/1", Missing), ("a/2", Missing)]);
}

#[test]
fn after_a_life_that_was_cut_off_each_gets_a_whole_interval() {
    let mut board = board(&["a/*", "b/1"]);
    let known = |text| KnownHeartbeat { key: key(text), due: None };
    let unwanted = board.take_up(vec![known("a/1"), known("c/1")], &BTreeSet::new(), at(1000));
    assert_eq!(unwanted, [key("c/1")]);
    check(&mut board, 1089, &[("a/1", Awaited), ("b/1", Missing)]);
    check(&mut board, 1090, &[("a/1", Missing), ("b/1", Missing)]);
}

/// One thing that happens to a sender or to the gateway.
#[derive(Debug, Clone, Copy)]
enum Event {
    /// Time passes, in seconds, with the gateway at work.
    Run(i64),
    /// The gateway is away for so long: what is sent meanwhile is lost.
    Absence(i64, AbsenceKind),
}

#[derive(Debug, Clone, Copy)]
enum AbsenceKind {
    Suspend,
    Restart,
    Kill,
    Broker,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let kind = prop_oneof![
        Just(AbsenceKind::Suspend),
        Just(AbsenceKind::Restart),
        Just(AbsenceKind::Kill),
        Just(AbsenceKind::Broker)
    ];
    let event = prop_oneof![
        (1..400_i64).prop_map(Event::Run),
        (1..400_i64, kind).prop_map(|(length, kind)| Event::Absence(length, kind)),
    ];
    vec(event, 1..12)
}

/// The gateway's side: the board, and the lives of the gateway.
struct World {
    board: HeartbeatBoard,
    told: BTreeSet<HeartbeatKey>,
}

impl World {
    fn tick(&mut self, now: i64) {
        self.board.update(at(now));
        let missing = self.board.states().filter(|it| it.status == Missing).map(|it| it.key);
        self.told.extend(missing);
    }

    fn is_told(&self) -> bool {
        !self.told.is_empty()
    }

    fn leave(&mut self, now: i64, kind: AbsenceKind) -> Vec<KnownHeartbeat> {
        match kind {
            AbsenceKind::Broker => self.board.leave(&"s".into(), at(now)),
            AbsenceKind::Suspend | AbsenceKind::Restart | AbsenceKind::Kill => {}
        }
        self.board.saved(at(now))
    }

    fn come_back(&mut self, gone_at: i64, now: i64, kind: AbsenceKind, mut saved: Vec<KnownHeartbeat>) {
        match kind {
            AbsenceKind::Suspend => self.board.resume(at(gone_at), at(now)),
            AbsenceKind::Broker => self.board.come_back(&"s".into(), at(now)),
            AbsenceKind::Restart | AbsenceKind::Kill => {
                if matches!(kind, AbsenceKind::Kill) {
                    saved.iter_mut().for_each(|it| it.due = None);
                }
                self.board = HeartbeatBoard::default();
                self.board.apply_rules(vec![rule("s/*")], at(now));
                self.board.take_up(saved, &self.told, at(now));
            }
        }
    }
}

/// Runs a sender that beats every `pace` seconds until it dies, second by second; the times at which it was
/// told as missing first, at which it last beat, and at which the gateway last came back.
fn run(events: &[Event], pace: i64, dies_at: i64) -> (Option<i64>, i64, i64) {
    let mut world = World { board: board(&["s/*"]), told: BTreeSet::new() };
    let (mut now, mut heard_at, mut back_at, mut told_at) = (0, 0, 0, None);
    world.board.hear(&key("s/1"), at(0));
    let whole = events.iter().copied().chain([Event::Run(200)]);
    for event in whole {
        let (length, absence) = match event {
            Event::Run(length) => (length, None),
            Event::Absence(length, kind) => (length, Some(kind)),
        };
        let (end, gone_at) = (now + length, now);
        let saved = absence.map(|kind| world.leave(now, kind));
        while now < end {
            now += 1;
            let beats = now % pace == 0 && now < dies_at;
            if absence.is_none() {
                if beats {
                    world.board.hear(&key("s/1"), at(now));
                    heard_at = now;
                }
                world.tick(now);
            }
            if told_at.is_none() && world.is_told() {
                told_at = Some(now);
            }
        }
        if let (Some(kind), Some(saved)) = (absence, saved) {
            world.come_back(gone_at, now, kind, saved);
            back_at = now;
        }
    }
    (told_at, heard_at, back_at)
}

proptest! {
    #[test]
    fn no_absence_makes_a_sender_missing_that_beats_in_time_if_each_lets_it_be_heard(
        runs in vec((100..400_i64, 1..400_i64), 1..8), pace in 1..=60_i64, kinds in events()
    ) {
        // Between two absences there is time for a beat.
        let kind = kinds.iter().find_map(|it| match it {
            Event::Absence(_, kind) => Some(*kind),
            Event::Run(_) => None,
        }).unwrap_or(AbsenceKind::Suspend);
        let events: Vec<_> = runs.iter().flat_map(|(run, gone)| [Event::Run(*run), Event::Absence(*gone, kind)]).collect();
        let (told_at, ..) = run(&events, pace, i64::MAX);
        prop_assert_eq!(told_at, None);
    }

    #[test]
    fn a_sender_that_has_died_is_missing_interval_and_grace_after_it_was_heard_or_we_came_back(
        events in events(), pace in 1..=60_i64, dies_at in 1..1000_i64
    ) {
        let (told_at, heard_at, back_at) = run(&events, pace, dies_at);
        let end: i64 = events.iter().map(|it| match it { Event::Run(it) | Event::Absence(it, _) => *it }).sum();
        if end > dies_at {
            prop_assert!(told_at.is_some_and(|told| told <= heard_at.max(back_at) + 90), "{told_at:?} {heard_at} {back_at}");
        }
    }
}
