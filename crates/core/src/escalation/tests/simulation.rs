//! The laws of contracts, on random terms and among random faults.
//!
//! Here stands the decision alone. `fanfare-simulation` tries it within gateway and store, where what cannot be seen from
//! outside stays untried: that a second check of the same moment changes nothing, that no check is missed at which
//! something would be due, that each status becomes only those it may become, and that nobody is called needlessly.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::*;

const CHANNELS: [&str; 6] = ["ding", "mail", "wecom", "sms", "pager", "boss"];

/// The behaviour of a channel, in seconds after it is added; at least one.
#[derive(Debug, Clone, Copy)]
enum Behavior {
    Well { after: i64 },
    Nothing,
    Badly { after: i64, well_after: Option<i64> },
    Die { after: i64 },
}

/// A channel, and from when until when nothing goes out to it.
#[derive(Debug, Clone, Copy)]
struct SimulatedChannel {
    behavior: Behavior,
    blocked: (i64, i64),
}

/// All that happens, in seconds after noon.
#[derive(Debug, Clone)]
struct Scenario {
    terms: DeliveryTerms,
    channels: [SimulatedChannel; CHANNELS.len()],
    acknowledged: Option<i64>,
    resolved: Option<i64>,
    /// The times of checks at which nothing happens.
    idle_checks: Vec<i64>,
}

impl Behavior {
    fn progress(self, age: i64) -> DeliveryProgress {
        match self {
            Self::Well { after } if after <= age => Delivered,
            Self::Badly { well_after: Some(well), .. } if well <= age => Delivered,
            Self::Badly { after, .. } if after <= age => Retrying,
            Self::Die { after } if after <= age => Dead,
            Self::Well { .. } | Self::Badly { .. } | Self::Die { .. } | Self::Nothing => Pending,
        }
    }

    fn changes(self) -> impl Iterator<Item = i64> {
        let (first, second) = match self {
            Self::Well { after } | Self::Die { after } => (Some(after), None),
            Self::Badly { after, well_after } => (Some(after), well_after),
            Self::Nothing => (None, None),
        };
        first.into_iter().chain(second)
    }
}

impl Scenario {
    fn channel(&self, channel: &ChannelName) -> SimulatedChannel {
        self.channels[CHANNELS.iter().position(|it| *it == channel.as_str()).unwrap()]
    }

    /// Brings the notification to its state so many seconds after noon.
    fn apply(&self, story: &mut Story, now: i64) {
        for delivery in &mut story.contract.deliveries {
            delivery.progress =
                self.channel(&delivery.channel).behavior.progress(now - since_noon(delivery.at));
        }
        story.contract.acknowledged = self.acknowledged.is_some_and(|at| at <= now);
        story.contract.resolved = self.resolved.is_some_and(|at| at <= now);
        let is_blocked = |it: &SimulatedChannel| it.blocked.0 <= now && now < it.blocked.1;
        let blocked = CHANNELS.into_iter().zip(&self.channels).filter(|(_, it)| is_blocked(it));
        story.blocked = blocked.map(|(channel, _)| channel).collect();
    }

    /// The time of the next change.
    fn next_change(&self, story: &Story, now: i64) -> Option<i64> {
        let answers = story.contract.deliveries.iter().flat_map(|delivery| {
            let at = since_noon(delivery.at);
            self.channel(&delivery.channel).behavior.changes().map(move |after| at + after)
        });
        let blocks = self.channels.iter().flat_map(|it| [it.blocked.0, it.blocked.1]);
        let others = self.acknowledged.into_iter().chain(self.resolved);
        answers.chain(blocks).chain(others).filter(|at| *at > now).min()
    }

    /// The time of the next check at which nothing happens.
    fn next_idle_check(&self, now: i64) -> Option<i64> {
        self.idle_checks.iter().copied().filter(|at| *at > now).min()
    }
}

fn since_noon(at: Timestamp) -> i64 {
    at.duration_since(NOON).as_secs()
}

/// The actions so far, to be held against the laws.
struct Run {
    scenario: Scenario,
    story: Story,
    steps: Vec<(i64, Step)>,
}

impl Run {
    fn new(scenario: Scenario) -> Self {
        let story = Story::new(scenario.terms.clone());
        Self { scenario, story, steps: Vec::new() }
    }

    /// Follows the notification until nothing is left to be done and nothing happens any more.
    fn ended(mut self) -> Result<Self, TestCaseError> {
        let (mut now, mut is_expected) = (0, true);
        for _ in 0..500 {
            self.scenario.apply(&mut self.story, now);
            let done = self.steps.len();
            let next_check_at = self.evaluate(now)?;
            prop_assert!(is_expected || self.steps.len() == done, "no check was due at {}", now);
            let expected = self.scenario.next_change(&self.story, now).into_iter().chain(next_check_at).min();
            let Some(next) = expected.into_iter().chain(self.scenario.next_idle_check(now)).min() else {
                self.check_end()?;
                return Ok(self);
            };
            (now, is_expected) = (next, expected == Some(next));
        }
        Err(TestCaseError::fail("it never ends"))
    }

    /// Evaluates the contract; the time of the next check, in whole seconds.
    fn evaluate(&mut self, now: i64) -> Result<Option<i64>, TestCaseError> {
        let before = self.story.contract.clone();
        let at = after_noon(now);
        let done = self.story.follow(at);

        let again = self.story.evaluate_contract(at);
        prop_assert_eq!(&again.steps, &vec![], "a second check at {}", now);
        prop_assert_eq!(again.next_check_at, done.next_check_at);
        prop_assert_eq!((again.climbed, again.status), (done.climbed, done.status));
        prop_assert!(done.next_check_at.is_none_or(|it| it > at), "the next check is not after {}", now);

        self.check_turns(&before, &done)?;
        self.check_rungs(&before, &done, now)?;
        self.check_settling(&before, &done, now)?;
        self.steps.extend(done.steps.into_iter().map(|step| (now, step)));
        self.check_somebody_is_told(now)?;
        // A share of a time may end between two seconds.
        Ok(done.next_check_at.map(|it| since_noon(it + SignedDuration::from_nanos(999_999_999))))
    }

    fn check_turns(&self, before: &ContractState, done: &EscalationDecision) -> Result<(), TestCaseError> {
        let mut called: BTreeSet<_> = before.deliveries.iter().map(|it| &it.channel).collect();
        for step in &done.steps {
            match step {
                Step::TakeTurn { channel, instead_of, .. } => {
                    prop_assert!(self.scenario.terms.channels.contains(channel));
                    prop_assert!(called.contains(instead_of));
                    prop_assert!(called.insert(channel), "{channel} is added by turn a second time");
                }
                Step::Climb { to, .. } => called.extend(to),
                Step::Skip { .. } | Step::Settle { .. } | Step::Retried { .. } | Step::Discarded { .. } => {}
            }
        }
        Ok(())
    }

    /// Each rung is dealt with once, in order, for the reason it gives.
    fn check_rungs(
        &self,
        before: &ContractState,
        done: &EscalationDecision,
        now: i64,
    ) -> Result<(), TestCaseError> {
        let told = self.is_told();
        let mut next = before.climbed;
        for step in &done.steps {
            let number = match step {
                Step::Climb { rung, .. } | Step::Skip { rung, .. } => *rung,
                Step::TakeTurn { .. }
                | Step::Settle { .. }
                | Step::Retried { .. }
                | Step::Discarded { .. } => {
                    continue;
                }
            };
            prop_assert_eq!(number, next);
            next += 1;
            let Rung { after, unless, to } = &self.scenario.terms.escalate[number];
            let after = after.0.as_secs().cast_signed();
            match step {
                Step::Climb { unless: said, because: EscalationReason::Due, to: called, .. } => {
                    prop_assert!(after <= now && said == unless && called == to);
                    prop_assert!(before.climbed < number || self.is_first_check_since(after, now));
                }
                Step::Climb { unless: said, to: called, .. } => {
                    prop_assert!(now < after && *said == Unless::Delivered && called == to);
                    prop_assert!(!told && !before.acknowledged);
                }
                Step::Skip { because: Unless::Delivered, .. } => prop_assert!(told),
                Step::Skip { because: Unless::Acknowledged, .. } => {
                    prop_assert!(before.acknowledged && *unless != Unless::Resolved);
                }
                Step::Skip { because: Unless::Resolved, .. } => {
                    prop_assert!(before.resolved && *unless != Unless::Delivered);
                }
                Step::TakeTurn { .. }
                | Step::Settle { .. }
                | Step::Retried { .. }
                | Step::Discarded { .. } => {}
            }
        }
        prop_assert_eq!(done.climbed, next);
        if let Some(rung) = self.scenario.terms.escalate.get(next) {
            prop_assert!(now < rung.after.0.as_secs().cast_signed(), "rung {} is left out", next);
        }
        Ok(())
    }

    /// A rung whose time came at `after` waited for nothing but a check.
    fn is_first_check_since(&self, after: i64, now: i64) -> bool {
        after == now || self.steps.iter().all(|(at, _)| *at < after)
    }

    fn is_told(&self) -> bool {
        self.different(|it| it.progress == Delivered) >= self.scenario.terms.needed()
    }

    fn different(&self, counts: impl Fn(&ChannelDelivery) -> bool) -> usize {
        let called = self.story.contract.deliveries.iter().filter(|it| counts(it));
        called.map(|it| &it.channel).collect::<BTreeSet<_>>().len()
    }

    fn check_settling(
        &self,
        before: &ContractState,
        done: &EscalationDecision,
        now: i64,
    ) -> Result<(), TestCaseError> {
        use ContractStatus::{Abandoned, Broken, Kept, Late, Open};
        let (from, to) = (before.status, done.status);
        let settled: Vec<_> = done.steps.iter().filter(|it| matches!(it, Step::Settle { .. })).collect();
        let expected = Step::Settle { status: to };
        prop_assert_eq!(settled, if from == to { vec![] } else { vec![&expected] });
        let is_allowed = match (from, to) {
            (Open, _) | (Broken, Broken | Abandoned | Late) | (Abandoned, Abandoned | Late) => true,
            (Kept, to) => to == Kept,
            (Late, to) => to == Late,
            (Broken | Abandoned, _) => false,
        };
        prop_assert!(is_allowed, "{from} becomes {to}");
        let in_time = self.deadline().is_none_or(|deadline| now < deadline);
        match to {
            Kept => prop_assert!(self.is_told() && (from == Kept || in_time)),
            Late => prop_assert!(self.is_told() && (from != Open || !in_time)),
            Open => prop_assert!(!self.is_told() && in_time),
            Broken => prop_assert!(!self.is_told() && !in_time),
            Abandoned => prop_assert!(!self.is_told()),
        }
        Ok(())
    }

    fn deadline(&self) -> Option<i64> {
        self.scenario.terms.contract.within.map(|it| it.0.as_secs().cast_signed())
    }

    /// The product's purpose: enough have confirmed, or somebody else is told.
    fn check_somebody_is_told(&self, now: i64) -> Result<(), TestCaseError> {
        let ContractState { status, acknowledged, climbed, .. } = &self.story.contract;
        let left = &self.scenario.terms.escalate[*climbed..];
        let may_be_told = left.iter().any(|it| it.unless == Unless::Delivered);
        let untold =
            |it: &&ChannelName| !self.story.contract.deliveries.iter().any(|call| call.channel == **it);
        let untold = self.scenario.terms.channels.iter().filter(untold).count();

        // While too few could confirm, nobody who could be told is left out, and at last we say so.
        let not_dead = self.different(|it| it.progress != Dead) + untold;
        let could = |it: &ChannelDelivery| {
            it.progress == Delivered || it.progress != Dead && !self.is_blocked(&it.channel)
        };
        if self.different(could) < self.scenario.terms.needed() && !acknowledged {
            prop_assert!(!may_be_told && untold == 0, "somebody could be told at {}", now);
            let is_lost = not_dead < self.scenario.terms.needed();
            prop_assert!(!is_lost || *status == ContractStatus::Abandoned, "nobody says so at {}", now);
        }
        // When the time is over, somebody else has been told, or is now.
        if self.deadline().is_some_and(|deadline| deadline <= now) && !self.is_told() {
            let is_told =
                |(_, step): &(i64, Step)| matches!(step, Step::Climb { .. } | Step::TakeTurn { .. });
            let told_elsewhere = self.steps.iter().any(is_told);
            prop_assert!(*status == ContractStatus::Abandoned || told_elsewhere, "silence at {}", now);
        }
        Ok(())
    }

    fn is_blocked(&self, channel: &ChannelName) -> bool {
        self.story.blocked.contains(&channel.as_str())
    }

    /// No promise with a time, and none that nobody can keep, stays open for ever.
    fn check_end(&self) -> Result<(), TestCaseError> {
        let status = self.story.contract.status;
        let nobody_answers = self.different(|it| it.progress != Dead) < self.scenario.terms.needed();
        prop_assert_eq!(self.story.contract.climbed, self.scenario.terms.escalate.len());
        if self.deadline().is_some() || nobody_answers {
            prop_assert!(!matches!(status, ContractStatus::Open | ContractStatus::Broken), "{}", status);
        }
        Ok(())
    }
}

fn any_channel() -> impl Strategy<Value = SimulatedChannel> {
    let behavior = prop_oneof![
        (1_i64..90).prop_map(|after| Behavior::Well { after }),
        Just(Behavior::Nothing),
        (1_i64..40, prop::option::of(40_i64..120))
            .prop_map(|(after, well_after)| Behavior::Badly { after, well_after }),
        (1_i64..120).prop_map(|after| Behavior::Die { after }),
    ];
    let blocked = prop_oneof![Just((0, 0)), (0_i64..60, 1_i64..600).prop_map(|(at, time)| (at, at + time))];
    (behavior, blocked).prop_map(|(behavior, blocked)| SimulatedChannel { behavior, blocked })
}

fn any_terms() -> impl Strategy<Value = DeliveryTerms> {
    let own = prop::sample::subsequence(CHANNELS[..4].to_vec(), 1..=4);
    let to = prop::sample::subsequence(CHANNELS.to_vec(), 1..=2);
    let unless = prop_oneof![
        3 => Just(Unless::Delivered),
        1 => Just(Unless::Acknowledged),
        1 => Just(Unless::Resolved),
    ];
    let ladder = prop::collection::vec((0_u64..200, unless, to), 0..4);
    let succeed = prop::option::of(1_usize..4);
    let within = prop::option::of(1_u64..120);
    (own, any::<bool>(), succeed, within, ladder).prop_map(|(own, in_turn, succeed, within, mut ladder)| {
        let mut terms = DeliveryTerms::together(&own);
        if in_turn {
            terms.send = Sending::InTurn;
        }
        if let Some(number) = succeed {
            terms = terms.succeed(number);
        }
        if let Some(within) = within {
            terms = terms.within(within);
        }
        ladder.sort_by_key(|(after, ..)| *after);
        ladder.into_iter().fold(terms, |terms, (after, unless, to)| terms.rung(after, unless, &to))
    })
}

fn any_scenario() -> impl Strategy<Value = Scenario> {
    let channels = prop::array::uniform6(any_channel());
    let sometime = || prop::option::weighted(0.3, 0_i64..200);
    let idle_checks = prop::collection::vec(0_i64..300, 0..6);
    (any_terms(), channels, sometime(), sometime(), idle_checks).prop_map(
        |(terms, channels, acknowledged, resolved, idle_checks)| Scenario {
            terms,
            channels,
            acknowledged,
            resolved,
            idle_checks,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn enough_confirm_or_somebody_else_is_told_and_it_always_ends(scenario in any_scenario()) {
        Run::new(scenario).ended()?;
    }
}

/// Three channels of which some fail in one way and the others do well, and one more on the ladder.
#[test]
fn whichever_of_three_channels_fail_and_however_somebody_is_told_in_time() {
    let faults = [
        Behavior::Nothing,
        Behavior::Die { after: 1 },
        Behavior::Die { after: 30 },
        Behavior::Badly { after: 1, well_after: None },
        Behavior::Badly { after: 1, well_after: Some(300) },
        Behavior::Well { after: 300 },
    ];
    let well = SimulatedChannel { behavior: Behavior::Well { after: 1 }, blocked: (0, 0) };
    let faulty = faults.map(|behavior| SimulatedChannel { behavior, ..well }).into_iter();
    let faulty =
        faulty.chain([SimulatedChannel { behavior: Behavior::Well { after: 1_000 }, blocked: (0, 600) }]);
    let own = &CHANNELS[..3];
    for fault in faulty {
        for dead in 1_usize..8 {
            for terms in [
                DeliveryTerms::together(own),
                DeliveryTerms::together(own).succeed(1),
                DeliveryTerms::in_turn(1, own),
                DeliveryTerms::in_turn(2, own),
            ] {
                let terms = terms.within(60).rung(60, Unless::Delivered, &["sms"]);
                let needed = terms.needed();
                let mut channels = [well; CHANNELS.len()];
                (0..3).filter(|it| dead & (1 << it) != 0).for_each(|it| channels[it] = fault);
                let living = 3 - dead.count_ones() as usize;
                let scenario =
                    Scenario { terms, channels, acknowledged: None, resolved: None, idle_checks: vec![] };
                let case = format!("{scenario:?}");
                let run = Run::new(scenario).ended().unwrap_or_else(|err| panic!("{err} in {case}"));
                let kept = run
                    .steps
                    .iter()
                    .find(|(_, it)| matches!(it, Step::Settle { status: ContractStatus::Kept }));
                let escalated = run.steps.iter().find(|(_, it)| matches!(it, Step::Climb { .. }));
                assert!(kept.is_some() || escalated.is_some_and(|(at, _)| *at <= 60), "{case}");
                assert!(living < needed || escalated.is_none(), "needless: {case}");
                assert!(living < needed || kept.is_some(), "{case}");
            }
        }
    }
}

proptest! {
    // The channels that are asked first hang; those that are asked last answer right before the time is over.
    #[test]
    fn in_turn_every_channel_is_asked_in_time_for_the_contract_however_short_that_is(
        within in 1_u64..60,
        (channels, needed) in (1_usize..=6).prop_flat_map(|channels| (Just(channels), 1..=channels)),
        rung in prop::option::of(0_u64..90),
    ) {
        let own = &CHANNELS[..channels];
        let mut terms = DeliveryTerms::in_turn(needed, own).within(within);
        if let Some(after) = rung {
            terms = terms.rung(after, Unless::Delivered, &["console"]);
        }
        let mut story = Story::new(terms);
        let deadline = NOON + SignedDuration::from_secs(within.cast_signed());
        let mut now = NOON;
        for _ in 0..100 {
            let next = story.follow(now).next_check_at;
            if story.contract.deliveries.iter().filter(|it| own.contains(&it.channel.as_str())).count() == channels {
                break;
            }
            let Some(next) = next.filter(|at| *at < deadline) else { break };
            prop_assert!(next > now, "the next check is not after {now}");
            now = next;
        }
        for channel in own {
            let asked = story.contract.deliveries.iter().find(|it| it.channel.as_str() == *channel);
            prop_assert!(asked.is_some_and(|it| it.at < deadline), "{channel} is not asked in time");
        }
        // As many as must confirm do so on those that were asked last, right before the time is over.
        let mut left = needed;
        for delivery in story.contract.deliveries.iter_mut().rev() {
            if left > 0 && own.contains(&delivery.channel.as_str()) {
                delivery.progress = Delivered;
                left -= 1;
            }
        }
        story.follow(deadline - SignedDuration::from_millis(1));
        prop_assert_eq!(story.contract.status, ContractStatus::Kept);
    }
}
