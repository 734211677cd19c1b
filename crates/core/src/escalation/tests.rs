use std::num::NonZeroUsize;

use super::*;
use crate::fixtures::{NOON, after_noon, rung, seconds};
use crate::{Contract, Succeed};

mod simulation;

use DeliveryProgress::{Dead, Delivered, Pending, Retrying};

impl DeliveryTerms {
    fn together(channels: &[&str]) -> Self {
        Self::plain(channels.iter().map(|name| (*name).into()).collect())
    }

    /// Until `number` of them have confirmed.
    fn in_turn(number: usize, channels: &[&str]) -> Self {
        Self { send: Sending::InTurn, ..Self::together(channels) }.succeed(number)
    }

    fn succeed(mut self, number: usize) -> Self {
        self.contract.succeed = Succeed::AtLeast(NonZeroUsize::new(number).unwrap());
        self
    }

    fn within(self, within: u64) -> Self {
        Self { contract: Contract { within: Some(seconds(within)), ..self.contract }, ..self }
    }

    fn rung(mut self, after: u64, unless: Unless, to: &[&str]) -> Self {
        self.escalate.push(rung(after, unless, to));
        self
    }
}

/// A notification owed at noon, and what became of it so far.
#[derive(Debug)]
struct Story {
    terms: DeliveryTerms,
    contract: ContractState,
    blocked: Vec<&'static str>,
}

impl Story {
    fn new(terms: DeliveryTerms) -> Self {
        let called =
            |channel: &ChannelName| ChannelDelivery { channel: channel.clone(), at: NOON, progress: Pending };
        let contract = ContractState {
            owed_at: NOON,
            deliveries: terms.first().iter().map(called).collect(),
            climbed: 0,
            status: ContractStatus::Open,
            acknowledged: false,
            resolved: false,
        };
        Self { terms, contract, blocked: Vec::new() }
    }

    /// The result of the last time `channel` was added.
    fn hear(&mut self, channel: &str, progress: DeliveryProgress) {
        let called = self.contract.deliveries.iter_mut().rfind(|it| it.channel.as_str() == channel);
        called.unwrap().progress = progress;
    }

    fn evaluate_contract(&self, now: Timestamp) -> EscalationDecision {
        let blocked = |channel: &ChannelName| self.blocked.contains(&channel.as_str());
        evaluate_contract(&self.terms, &self.contract, &blocked, now)
    }

    /// Does what is to be done, as the store would.
    fn follow(&mut self, now: Timestamp) -> EscalationDecision {
        let decision = self.evaluate_contract(now);
        if decision.status.must_be_checked(&self.terms, decision.climbed) {
            assert!(decision.next_check_at.is_some(), "{decision:?}");
        }
        for step in &decision.steps {
            let called = match step {
                Step::TakeTurn { channel, .. } => std::slice::from_ref(channel),
                Step::Climb { to, .. } => to,
                Step::Skip { .. } | Step::Settle { .. } | Step::Retried { .. } | Step::Discarded { .. } => {
                    &[]
                }
            };
            let calls =
                called.iter().map(|it| ChannelDelivery { channel: it.clone(), at: now, progress: Pending });
            self.contract.deliveries.extend(calls);
        }
        self.contract.climbed = decision.climbed;
        self.contract.status = decision.status;
        decision
    }

    /// The actions so many seconds after noon, and the time of the next check.
    #[track_caller]
    fn check(&mut self, now: i64, expected: &[&str]) {
        let now = after_noon(now);
        let done = self.follow(now);
        let next_check_at = match done.next_check_at {
            Some(at) => format!("next check at {}", at.duration_since(NOON).as_secs()),
            None => "no further check".to_owned(),
        };
        let words: Vec<String> = done.steps.iter().map(in_words).chain([next_check_at]).collect();
        assert_eq!(words, expected);

        let again = self.evaluate_contract(now);
        assert_eq!((again.steps, again.next_check_at), (vec![], done.next_check_at), "a second time");
    }
}

fn in_words(step: &Step) -> String {
    match step {
        Step::TakeTurn { channel, instead_of, because } => {
            format!("{channel} instead of {instead_of}: {because:?}")
        }
        Step::Climb { rung, unless, to, because } => {
            let to: Vec<&str> = to.iter().map(ChannelName::as_str).collect();
            format!("rung {rung} to {}: {because:?}, not {unless}", to.join(" and "))
        }
        Step::Skip { rung, because } => format!("no rung {rung}: {because}"),
        Step::Settle { status } => status.to_string(),
        Step::Retried { .. } | Step::Discarded { .. } => panic!("only a person does this: {step:?}"),
    }
}

#[test]
fn a_promise_is_kept_when_as_many_as_must_have_confirmed() {
    let mut story = Story::new(DeliveryTerms::together(&["ding", "mail"]).within(60));
    story.check(0, &["next check at 60"]);
    story.hear("ding", Delivered);
    story.check(1, &["next check at 60"]);
    story.hear("mail", Delivered);
    story.check(59, &["kept", "no further check"]);
    story.check(60, &["no further check"]);

    let mut one_is_enough = Story::new(DeliveryTerms::together(&["ding", "mail"]).succeed(1).within(60));
    one_is_enough.hear("mail", Delivered);
    one_is_enough.check(1, &["kept", "no further check"]);
    one_is_enough.hear("ding", Dead);
    one_is_enough.check(2, &["no further check"]);
}

#[test]
fn a_promise_without_a_time_is_kept_whenever() {
    let mut story = Story::new(DeliveryTerms::together(&["ding"]));
    story.check(0, &["no further check"]);
    story.hear("ding", Retrying);
    story.check(86_400, &["no further check"]);
    story.hear("ding", Delivered);
    story.check(86_401, &["kept", "no further check"]);
}

#[test]
fn who_confirms_when_the_time_is_over_is_late() {
    let mut just_late = Story::new(DeliveryTerms::together(&["ding"]).within(60));
    just_late.hear("ding", Delivered);
    just_late.check(60, &["late", "no further check"]);

    let mut after_all = Story::new(DeliveryTerms::together(&["ding"]).within(60));
    after_all.check(60, &["abandoned", "no further check"]);
    after_all.hear("ding", Delivered);
    after_all.check(300, &["late", "no further check"]);
    after_all.check(301, &["no further check"]);
}

#[test]
fn a_channel_that_confirms_twice_counts_once() {
    let terms = DeliveryTerms::together(&["ding", "mail"]).within(60).rung(30, Unless::Delivered, &["ding"]);
    let mut story = Story::new(terms);
    story.hear("ding", Delivered);
    story.check(30, &["rung 0 to ding: Due, not delivered", "next check at 60"]);
    story.hear("ding", Delivered);
    story.check(31, &["next check at 60"]);
    story.hear("mail", Delivered);
    story.check(32, &["kept", "no further check"]);
}

#[test]
fn when_too_few_are_left_and_there_is_no_ladder_it_is_abandoned_at_once() {
    let mut story = Story::new(DeliveryTerms::together(&["ding", "mail"]).within(60));
    story.hear("ding", Dead);
    story.check(1, &["abandoned", "no further check"]);
    story.hear("mail", Delivered);
    story.check(2, &["no further check"]);

    let mut one_is_enough = Story::new(DeliveryTerms::together(&["ding", "mail"]).succeed(1));
    one_is_enough.hear("ding", Dead);
    one_is_enough.check(1, &["no further check"]);
    one_is_enough.hear("mail", Dead);
    one_is_enough.check(2, &["abandoned", "no further check"]);
}

#[test]
fn who_cannot_send_for_now_may_until_the_time_is_over() {
    let mut story = Story::new(DeliveryTerms::together(&["ding"]).within(60));
    story.blocked = vec!["ding"];
    story.check(0, &["next check at 60"]);
    story.check(59, &["next check at 60"]);
    story.check(60, &["abandoned", "no further check"]);
}

#[test]
fn who_is_tried_again_by_a_person_is_late_and_no_longer_abandoned() {
    let mut story = Story::new(DeliveryTerms::together(&["ding"]));
    story.hear("ding", Dead);
    story.check(1, &["abandoned", "no further check"]);
    story.hear("ding", Retrying);
    story.check(600, &["no further check"]);
    story.hear("ding", Delivered);
    story.check(601, &["late", "no further check"]);
}

mod turns {
    use super::*;

    #[test]
    fn the_next_channel_waits_while_the_first_does_well() {
        let mut story = Story::new(DeliveryTerms::in_turn(1, &["ding", "mail", "wecom"]));
        assert_eq!(story.contract.deliveries.len(), 1);
        story.check(0, &["next check at 10"]);
        story.hear("ding", Delivered);
        story.check(9, &["kept", "no further check"]);
        story.check(10, &["no further check"]);
    }

    #[test]
    fn the_next_channel_is_told_when_the_one_before_fails() {
        for (progress, why) in [(Retrying, "AttemptFailed"), (Dead, "Dead")] {
            let mut story = Story::new(DeliveryTerms::in_turn(1, &["ding", "mail", "wecom"]));
            story.hear("ding", progress);
            story.check(1, &[&format!("mail instead of ding: {why}"), "next check at 11"]);
            story.hear("mail", progress);
            story.check(2, &[&format!("wecom instead of mail: {why}"), "no further check"]);
            story.hear("wecom", Delivered);
            story.check(3, &["kept", "no further check"]);
        }
    }

    #[test]
    fn a_channel_that_cannot_send_is_passed_over_at_once() {
        let mut story = Story::new(DeliveryTerms::in_turn(1, &["ding", "mail", "wecom"]));
        story.blocked = vec!["ding", "mail"];
        story.check(
            0,
            &["mail instead of ding: Blocked", "wecom instead of mail: Blocked", "no further check"],
        );
    }

    #[test]
    fn a_channel_that_says_nothing_is_late_after_ten_seconds_and_not_before() {
        let mut story = Story::new(DeliveryTerms::in_turn(1, &["ding", "mail", "wecom"]).within(60));
        story.check(9, &["next check at 10"]);
        story.check(10, &["mail instead of ding: Late", "next check at 20"]);
        story.check(20, &["wecom instead of mail: Late", "next check at 60"]);
        story.check(60, &["abandoned", "no further check"]);
    }

    #[test]
    fn everybody_s_turn_comes_before_a_short_time_is_over() {
        let mut story = Story::new(DeliveryTerms::in_turn(1, &["ding", "mail", "wecom"]).within(6));
        story.check(1, &["next check at 2"]);
        story.check(2, &["mail instead of ding: Late", "next check at 4"]);
        story.check(4, &["wecom instead of mail: Late", "next check at 6"]);
        story.check(6, &["broken", "next check at 34"]);
        story.check(34, &["abandoned", "no further check"]);
    }

    #[test]
    fn as_many_as_must_confirm_are_under_way_at_the_same_time() {
        let mut story = Story::new(DeliveryTerms::in_turn(2, &["ding", "mail", "wecom", "sms"]));
        story.check(0, &["next check at 10"]);
        story.hear("mail", Dead);
        story.check(1, &["wecom instead of mail: Dead", "next check at 10"]);
        story.hear("ding", Delivered);
        story.check(2, &["next check at 11"]);
        story.check(11, &["sms instead of wecom: Late", "no further check"]);
        story.hear("wecom", Delivered);
        story.check(12, &["kept", "no further check"]);
    }

    #[test]
    fn of_several_that_fail_each_is_replaced_by_one() {
        let mut story = Story::new(DeliveryTerms::in_turn(2, &["ding", "mail", "wecom", "sms", "pager"]));
        story.hear("ding", Dead);
        story.hear("mail", Retrying);
        story.blocked = vec!["wecom"];
        story.check(
            1,
            &[
                "wecom instead of ding: Dead",
                "sms instead of mail: AttemptFailed",
                "pager instead of wecom: Blocked",
                "no further check",
            ],
        );
    }

    #[test]
    fn nobody_is_told_a_second_time_by_turn() {
        let terms =
            DeliveryTerms::in_turn(1, &["ding", "mail", "wecom"]).rung(5, Unless::Acknowledged, &["mail"]);
        let mut story = Story::new(terms);
        story.check(5, &["rung 0 to mail: Due, not acknowledged", "next check at 10"]);
        story.hear("ding", Dead);
        story.hear("mail", Dead);
        story.check(6, &["wecom instead of mail: Dead", "no further check"]);
        story.hear("wecom", Dead);
        story.check(7, &["abandoned", "no further check"]);
    }

    #[test]
    fn one_that_works_again_has_its_turn_behind_it_but_may_still_keep_the_promise() {
        let mut story = Story::new(DeliveryTerms::in_turn(1, &["ding", "mail"]).within(60));
        story.blocked = vec!["ding"];
        story.check(0, &["mail instead of ding: Blocked", "next check at 60"]);
        story.blocked.clear();
        story.check(1, &["next check at 60"]);
        story.hear("ding", Delivered);
        story.check(2, &["kept", "no further check"]);
    }
}

mod ladder {
    use super::*;

    #[test]
    fn a_rung_is_climbed_when_its_time_has_come_and_not_before() {
        let mut story =
            Story::new(DeliveryTerms::together(&["ding"]).rung(60, Unless::Delivered, &["sms", "boss"]));
        story.check(0, &["next check at 60"]);
        story.check(59, &["next check at 60"]);
        story.check(60, &["rung 0 to sms and boss: Due, not delivered", "no further check"]);
        story.check(61, &["no further check"]);
    }

    #[test]
    fn what_has_come_about_makes_a_rung_needless_and_says_so() {
        let ladder = || {
            let terms = DeliveryTerms::together(&["ding"]).rung(60, Unless::Delivered, &["sms"]);
            Story::new(terms.rung(900, Unless::Acknowledged, &["boss"]).rung(
                3600,
                Unless::Resolved,
                &["ceo"],
            ))
        };
        let mut delivered = ladder();
        delivered.hear("ding", Delivered);
        delivered.check(1, &["no rung 0: delivered", "kept", "next check at 900"]);
        delivered.check(900, &["rung 1 to boss: Due, not acknowledged", "next check at 3600"]);

        let mut acknowledged = ladder();
        acknowledged.contract.acknowledged = true;
        acknowledged.check(1, &["no rung 0: acknowledged", "no rung 1: acknowledged", "next check at 3600"]);
        acknowledged.check(3600, &["rung 2 to ceo: Due, not resolved", "no further check"]);

        let mut resolved = ladder();
        resolved.hear("ding", Delivered);
        resolved.contract.resolved = true;
        resolved.check(
            1,
            &[
                "no rung 0: delivered",
                "no rung 1: resolved",
                "no rung 2: resolved",
                "kept",
                "no further check",
            ],
        );
    }

    #[test]
    fn what_ended_before_anybody_was_told_is_told_all_the_same() {
        let mut story = Story::new(DeliveryTerms::together(&["ding"]).rung(60, Unless::Delivered, &["sms"]));
        story.contract.resolved = true;
        story.check(1, &["next check at 60"]);
        story.check(60, &["rung 0 to sms: Due, not delivered", "no further check"]);
    }

    #[test]
    fn after_a_long_stop_all_rungs_that_are_due_are_climbed_at_once() {
        let terms = DeliveryTerms::together(&["ding"]).within(60).rung(60, Unless::Delivered, &["sms"]);
        let mut story = Story::new(terms.rung(900, Unless::Acknowledged, &["boss"]));
        story.check(
            7200,
            &[
                "rung 0 to sms: Due, not delivered",
                "rung 1 to boss: Due, not acknowledged",
                "broken",
                "next check at 7230",
            ],
        );
    }

    #[test]
    fn when_too_few_are_left_the_ladder_does_not_wait() {
        let ladder = || {
            Story::new(DeliveryTerms::together(&["ding", "mail"]).within(60).rung(
                60,
                Unless::Delivered,
                &["sms"],
            ))
        };
        let mut dead = ladder();
        dead.hear("ding", Dead);
        dead.check(1, &["rung 0 to sms: CannotBeMet, not delivered", "next check at 60"]);

        let mut blocked = ladder();
        blocked.blocked = vec!["mail"];
        blocked.check(1, &["rung 0 to sms: CannotBeMet, not delivered", "next check at 60"]);

        let mut one_is_enough = ladder();
        one_is_enough.terms = one_is_enough.terms.succeed(1);
        one_is_enough.blocked = vec!["mail"];
        one_is_enough.hear("ding", Retrying);
        one_is_enough.check(1, &["next check at 60"]);
        one_is_enough.check(60, &["rung 0 to sms: Due, not delivered", "broken", "next check at 90"]);
    }

    #[test]
    fn as_many_rungs_are_climbed_early_as_are_needed_for_hope() {
        let terms = DeliveryTerms::together(&["ding", "mail"]).rung(60, Unless::Delivered, &["sms"]);
        let terms = terms.rung(120, Unless::Delivered, &["pager"]).rung(180, Unless::Delivered, &["boss"]);
        let mut story = Story::new(terms);
        story.blocked = vec!["ding", "mail", "sms"];
        story.check(
            0,
            &[
                "rung 0 to sms: CannotBeMet, not delivered",
                "rung 1 to pager: CannotBeMet, not delivered",
                "rung 2 to boss: CannotBeMet, not delivered",
                "no further check",
            ],
        );

        let mut story = Story::new(story.terms);
        story.blocked = vec!["ding"];
        story.check(0, &["rung 0 to sms: CannotBeMet, not delivered", "next check at 120"]);
    }

    #[test]
    fn the_ladder_starts_when_the_time_of_the_promise_is_over_though_its_rung_comes_later() {
        let terms = DeliveryTerms::together(&["ding"]).within(60).rung(300, Unless::Delivered, &["sms"]);
        let mut story = Story::new(terms.rung(600, Unless::Delivered, &["boss"]));
        story.check(59, &["next check at 60"]);
        story.check(60, &["rung 0 to sms: ContractExpired, not delivered", "broken", "next check at 600"]);
        story.check(600, &["rung 1 to boss: Due, not delivered", "next check at 630"]);
        story.check(630, &["abandoned", "no further check"]);
    }

    #[test]
    fn a_rung_that_waits_for_something_else_does_not_stand_in_the_way_of_telling_somebody() {
        let terms = DeliveryTerms::together(&["ding"]).within(60).rung(900, Unless::Acknowledged, &["boss"]);
        let ladder = || Story::new(terms.clone().rung(1200, Unless::Delivered, &["sms"]));
        let mut late = ladder();
        late.check(
            60,
            &[
                "rung 0 to boss: ContractExpired, not delivered",
                "rung 1 to sms: ContractExpired, not delivered",
                "broken",
                "next check at 90",
            ],
        );

        let mut hopeless = ladder();
        hopeless.hear("ding", Dead);
        hopeless.check(1, &["rung 0 to boss: CannotBeMet, not delivered", "next check at 60"]);

        let mut kept = ladder();
        kept.hear("ding", Delivered);
        kept.check(1, &["kept", "next check at 900"]);
        kept.check(60, &["next check at 900"]);
        kept.check(
            900,
            &["rung 0 to boss: Due, not acknowledged", "no rung 1: delivered", "no further check"],
        );
    }

    #[test]
    fn a_ladder_that_only_waits_for_somebody_starts_in_its_own_time() {
        let terms = DeliveryTerms::together(&["ding"]).within(60).rung(900, Unless::Acknowledged, &["boss"]);
        let mut story = Story::new(terms);
        story.hear("ding", Dead);
        story.check(1, &["abandoned", "next check at 900"]);
        story.check(900, &["rung 0 to boss: Due, not acknowledged", "no further check"]);
        story.hear("boss", Delivered);
        story.check(901, &["late", "no further check"]);
    }

    #[test]
    fn who_was_called_in_from_the_ladder_can_keep_the_promise() {
        let mut story = Story::new(DeliveryTerms::together(&["ding", "mail"]).within(60).rung(
            30,
            Unless::Delivered,
            &["sms"],
        ));
        story.hear("ding", Delivered);
        story.hear("mail", Dead);
        story.check(1, &["rung 0 to sms: CannotBeMet, not delivered", "next check at 60"]);
        story.hear("sms", Delivered);
        story.check(2, &["kept", "no further check"]);
    }

    #[test]
    fn who_was_called_in_last_has_half_a_minute_before_it_is_abandoned() {
        let mut story =
            Story::new(DeliveryTerms::together(&["ding"]).within(60).rung(60, Unless::Delivered, &["sms"]));
        story.check(60, &["rung 0 to sms: Due, not delivered", "broken", "next check at 90"]);
        story.check(89, &["next check at 90"]);
        story.check(90, &["abandoned", "no further check"]);

        let mut late = Story::new(story.terms);
        late.check(60, &["rung 0 to sms: Due, not delivered", "broken", "next check at 90"]);
        late.hear("sms", Delivered);
        late.check(61, &["late", "no further check"]);
    }

    #[test]
    fn who_can_do_nothing_with_a_last_chance_does_not_get_one() {
        let ladder = || {
            Story::new(DeliveryTerms::together(&["ding"]).within(60).rung(60, Unless::Delivered, &["sms"]))
        };
        let mut blocked = ladder();
        blocked.check(59, &["next check at 60"]);
        blocked.blocked = vec!["ding", "sms"];
        blocked.check(60, &["rung 0 to sms: Due, not delivered", "abandoned", "no further check"]);

        let mut dead = ladder();
        dead.check(60, &["rung 0 to sms: Due, not delivered", "broken", "next check at 90"]);
        dead.hear("ding", Dead);
        dead.check(61, &["next check at 90"]);
        dead.hear("sms", Dead);
        dead.check(62, &["abandoned", "no further check"]);
    }

    #[test]
    fn an_acknowledgement_stops_the_ladder_but_does_not_keep_the_promise() {
        let terms =
            DeliveryTerms::together(&["ding", "mail"]).within(60).rung(60, Unless::Delivered, &["sms"]);
        let mut story = Story::new(terms);
        story.hear("ding", Delivered);
        story.contract.acknowledged = true;
        story.check(5, &["no rung 0: acknowledged", "next check at 60"]);
        story.check(60, &["abandoned", "no further check"]);

        let terms = DeliveryTerms::together(&["ding"]).within(60).rung(900, Unless::Resolved, &["boss"]);
        let mut behind_another = Story::new(terms.rung(1200, Unless::Delivered, &["sms"]));
        behind_another.contract.acknowledged = true;
        behind_another.check(60, &["abandoned", "next check at 900"]);
        behind_another.check(
            900,
            &["rung 0 to boss: Due, not resolved", "no rung 1: acknowledged", "no further check"],
        );
    }

    #[test]
    fn turns_come_before_the_ladder() {
        let terms =
            DeliveryTerms::in_turn(1, &["ding", "mail"]).within(60).rung(60, Unless::Delivered, &["sms"]);
        let mut story = Story::new(terms);
        story.hear("ding", Dead);
        story.check(1, &["mail instead of ding: Dead", "next check at 60"]);
        story.hear("mail", Dead);
        story.check(2, &["rung 0 to sms: CannotBeMet, not delivered", "next check at 60"]);
        story.hear("sms", Delivered);
        story.check(3, &["kept", "no further check"]);
    }
}

#[test]
fn a_clock_that_was_set_back_undoes_nothing_and_hurries_nothing() {
    let mut story = Story::new(DeliveryTerms::in_turn(1, &["ding", "mail"]).within(60).rung(
        60,
        Unless::Delivered,
        &["sms"],
    ));
    story.check(-3600, &["next check at 10"]);
    story.check(
        60,
        &["mail instead of ding: Late", "rung 0 to sms: Due, not delivered", "broken", "next check at 90"],
    );
    story.check(-3600, &["next check at 90"]);
}

#[test]
fn what_was_done_is_kept_as_text() {
    let steps = [
        Step::TakeTurn { channel: "mail".into(), instead_of: "ding".into(), because: ChannelFailure::Late },
        Step::Climb {
            rung: 0,
            unless: Unless::Delivered,
            to: vec!["sms".into()],
            because: EscalationReason::ContractExpired,
        },
        Step::Skip { rung: 1, because: Unless::Acknowledged },
        Step::Settle { status: ContractStatus::Abandoned },
        Step::Retried { by: "Zhang".to_owned(), on: vec!["ding".into()] },
        Step::Discarded { by: "Zhang".to_owned(), reason: "told by phone".to_owned(), on: vec![] },
    ];
    let kept: Vec<String> = steps.iter().map(|step| serde_json::to_string(step).unwrap()).collect();
    let read: Vec<Step> = kept.iter().map(|text| serde_json::from_str(text).unwrap()).collect();
    assert_eq!(read, steps);
    expect_test::expect![[r#"
        {"step":"take_turn","channel":"mail","instead_of":"ding","because":"late"}
        {"step":"climb","rung":0,"unless":"delivered","to":["sms"],"because":"overdue"}
        {"step":"skip","rung":1,"because":"acknowledged"}
        {"step":"settle","fulfilment":"abandoned"}
        {"step":"retried","by":"Zhang","on":["ding"]}
        {"step":"discarded","by":"Zhang","reason":"told by phone","on":[]}"#]]
    .assert_eq(&kept.join("\n"));
}
