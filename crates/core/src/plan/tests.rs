use proptest::prelude::*;

use super::*;

use crate::fixtures::{NOON, REPEAT_INTERVAL, after_noon, alert, and_on, policy, receiver, route, rung};
use crate::{AlertId, Receiver, Route, Unless};

const REPEAT_SECONDS: i64 = 4 * 60 * 60;

/// The notifications about one fingerprint under one policy, alert by alert.
struct PlannedIncident {
    policy: Policy,
    incident: Option<Incident>,
}

impl PlannedIncident {
    fn new(route: Route) -> Self {
        Self { policy: policy(route), incident: None }
    }

    /// Everything to `team`, on these terms.
    fn with_terms(terms: DeliveryTerms) -> Self {
        let team = Receiver { terms: Arc::new(terms), ..receiver("team") };
        Self { policy: Policy::new(route("team", &[], vec![]), vec![team]).unwrap(), incident: None }
    }

    fn acknowledge(&mut self, seconds: i64) {
        self.incident.as_mut().unwrap().acknowledged = Some(zhang(seconds));
    }

    #[track_caller]
    fn check_acknowledged(&self, expected: Option<Acknowledgement>) {
        assert_eq!(self.incident.as_ref().unwrap().acknowledged, expected);
    }

    fn tell(&mut self, alert: &Alert, now: Timestamp) -> Plan {
        let plan = plan(&self.policy, alert, self.incident.as_ref(), now);
        match plan.incident.clone() {
            IncidentChange::Leave => {}
            IncidentChange::Keep { told, acknowledged } => {
                let (id, since) = self.incident.as_ref().map_or((AlertId(1), now), |it| (it.id, it.since));
                self.incident = Some(Incident { id, since, told, acknowledged });
            }
            IncidentChange::Close => self.incident = None,
        }
        plan
    }

    #[track_caller]
    fn check(&mut self, alert: &Alert, seconds: i64, expected: &[&str]) {
        let plan = self.tell(alert, after_noon(seconds));
        assert_eq!(plan.decisions.iter().map(in_words).collect::<Vec<_>>(), expected);
    }
}

fn zhang(seconds: i64) -> Acknowledgement {
    Acknowledgement { by: "Zhang".to_owned(), at: after_noon(seconds) }
}

fn in_words(decision: &Decision) -> String {
    let Decision { receiver, route, verdict } = decision;
    let route = route.as_ref().map(|it| format!(" by {it}")).unwrap_or_default();
    match verdict {
        Verdict::Notify { why, terms } => {
            let channels: Vec<&str> = terms.channels.iter().map(|it| it.as_str()).collect();
            format!("{receiver}{route}: {why}, on {}", channels.join(" and "))
        }
        Verdict::Suppress(hold) => format!("{receiver}{route}: {hold}"),
    }
}

/// Everything to `team`, from `high` on to `on-call` instead.
fn tree() -> Route {
    route("team", &[], vec![route("on-call", &["severity >= high"], vec![])])
}

fn firing(severity: &str) -> Alert {
    alert(&[("alertname", "over_temp"), ("severity", severity)])
}

/// An alarm as devices send it: without a level.
fn resolved() -> Alert {
    Alert { status: Status::Resolved, ..alert(&[("alertname", "over_temp")]) }
}

fn notice() -> Alert {
    Alert { kind: Kind::Notice, ..firing("low") }
}

#[test]
fn an_alert_that_begins_to_fire_is_news() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("mid"), 0, &["team by route: started, on team"]);
    assert_eq!(
        planned.incident.unwrap().told,
        [LastNotified { receiver: "team".into(), severity: Severity::Mid, at: NOON }]
    );
}

#[test]
fn a_repeat_is_news_only_once_the_repeat_interval_has_passed() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("mid"), 0, &["team by route: started, on team"]);
    let held = ["team by route: already told, and the repeat interval has not passed"];
    planned.check(&firing("mid"), 1, &held);
    planned.check(&firing("mid"), REPEAT_SECONDS - 1, &held);
    planned.check(&firing("mid"), REPEAT_SECONDS, &["team by route: still firing, on team"]);
    planned.check(&firing("mid"), REPEAT_SECONDS + 1, &held);
    planned.check(&firing("mid"), 2 * REPEAT_SECONDS, &["team by route: still firing, on team"]);
}

#[test]
fn getting_worse_is_news_at_once() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("high"), 0, &["on-call by route.routes[0]: started, on on-call"]);
    planned.check(&firing("urgent"), 1, &["on-call by route.routes[0]: worsened from high, on on-call"]);
}

#[test]
fn getting_milder_is_not_news_and_neither_is_going_back_up() {
    let mut planned = PlannedIncident::new(tree());
    let held = ["on-call by route.routes[0]: already told, and the repeat interval has not passed"];
    planned.check(&firing("urgent"), 0, &["on-call by route.routes[0]: started, on on-call"]);
    planned.check(&firing("high"), 1, &held);
    planned.check(&firing("urgent"), 2, &held);
}

#[test]
fn once_told_that_it_is_milder_its_getting_worse_is_news_again() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("urgent"), 0, &["on-call by route.routes[0]: started, on on-call"]);
    planned.check(&firing("high"), REPEAT_SECONDS, &["on-call by route.routes[0]: still firing, on on-call"]);
    planned.check(
        &firing("urgent"),
        REPEAT_SECONDS + 1,
        &["on-call by route.routes[0]: worsened from high, on on-call"],
    );
}

#[test]
fn to_a_receiver_that_hears_of_it_first_when_it_is_worse_it_starts() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("low"), 0, &["team by route: started, on team"]);
    planned.check(&firing("urgent"), 1, &["on-call by route.routes[0]: started, on on-call"]);
}

#[test]
fn all_who_were_told_hear_that_it_ended_wherever_the_clear_routes() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("low"), 0, &["team by route: started, on team"]);
    planned.check(&firing("urgent"), 1, &["on-call by route.routes[0]: started, on on-call"]);
    planned.check(&resolved(), 2, &["team: resolved, on team", "on-call: resolved, on on-call"]);
    assert_eq!(planned.incident, None);
}

#[test]
fn after_its_end_it_starts_anew() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("low"), 0, &["team by route: started, on team"]);
    planned.check(&resolved(), 1, &["team: resolved, on team"]);
    planned.check(&firing("low"), 2, &["team by route: started, on team"]);
}

#[test]
fn the_end_of_what_nobody_was_told_of_is_not_news() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&resolved(), 0, &["team by route: a resolution of something nobody was told of"]);
    assert_eq!(planned.incident, None);
}

#[test]
fn an_incident_nobody_was_told_of_closes_in_silence() {
    let mut planned = PlannedIncident::new(tree());
    planned.incident = Some(Incident { id: AlertId(1), since: NOON, told: vec![], acknowledged: None });
    planned.check(&resolved(), 0, &["team by route: a resolution of something nobody was told of"]);
    assert_eq!(planned.incident, None);
}

#[test]
fn a_notice_is_told_every_time_and_is_never_an_incident() {
    let mut planned = PlannedIncident::new(tree());
    for second in 0..3 {
        planned.check(&notice(), second, &["team by route: notice, on team"]);
    }
    assert_eq!(planned.incident, None);
}

#[test]
fn a_notice_leaves_an_incident_as_it_is() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("low"), 0, &["team by route: started, on team"]);
    let before = planned.incident.clone();
    planned.check(&notice(), 1, &["team by route: notice, on team"]);
    assert_eq!(planned.incident, before);
}

#[test]
fn a_receiver_that_left_the_config_is_named_and_the_others_hear_the_end() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("low"), 0, &["team by route: started, on team"]);
    planned.check(&firing("urgent"), 1, &["on-call by route.routes[0]: started, on on-call"]);
    planned.policy = policy(route("on-call", &[], vec![]));
    planned.check(
        &resolved(),
        2,
        &["team: the receiver that was told is no longer configured", "on-call: resolved, on on-call"],
    );
    assert_eq!(planned.incident, None);
}

#[test]
fn two_routes_to_one_receiver_tell_it_once_by_the_first() {
    let children = vec![and_on(route("team", &["severity >= low"], vec![])), route("team", &[], vec![])];
    let mut planned = PlannedIncident::new(route("root", &[], children));
    planned.check(&firing("low"), 0, &["team by route.routes[0]: started, on team"]);
}

#[test]
fn a_receiver_is_told_on_all_its_channels() {
    let mut planned =
        PlannedIncident::with_terms(DeliveryTerms::plain(vec!["ops-dingtalk".into(), "ops-mail".into()]));
    planned.check(&firing("low"), 0, &["team by route: started, on ops-dingtalk and ops-mail"]);
}

#[test]
fn a_clock_set_back_by_long_tells_again_once_and_by_little_does_not() {
    let mut planned = PlannedIncident::new(tree());
    let held = ["team by route: already told, and the repeat interval has not passed"];
    planned.check(&firing("low"), 0, &["team by route: started, on team"]);
    planned.check(&firing("low"), -60, &held);
    let a_year_before = -365 * 24 * 60 * 60;
    planned.check(&firing("low"), a_year_before, &["team by route: still firing, on team"]);
    planned.check(&firing("low"), a_year_before + 1, &held);
}

#[test]
fn what_somebody_takes_care_of_is_not_repeated() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("mid"), 0, &["team by route: started, on team"]);
    planned.acknowledge(60);
    planned.check(
        &firing("mid"),
        61,
        &["team by route: already told, and the repeat interval has not passed"],
    );
    let held = ["team by route: already told, and somebody takes care of it"];
    planned.check(&firing("mid"), REPEAT_SECONDS, &held);
    planned.check(&firing("low"), 2 * REPEAT_SECONDS, &held);
    planned.check_acknowledged(Some(zhang(60)));
}

#[test]
fn getting_worse_is_news_whoever_takes_care_and_then_nobody_does_any_more() {
    let mut planned = PlannedIncident::new(route("team", &[], vec![]));
    planned.check(&firing("mid"), 0, &["team by route: started, on team"]);
    planned.acknowledge(60);
    planned.check(&firing("high"), 61, &["team by route: worsened from mid, on team"]);
    planned.check_acknowledged(None);
    planned.check(&firing("high"), 61 + REPEAT_SECONDS, &["team by route: still firing, on team"]);
}

#[test]
fn it_is_worse_too_if_somebody_else_hears_of_it_for_that() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("mid"), 0, &["team by route: started, on team"]);
    planned.acknowledge(60);
    planned.check(&firing("high"), 61, &["on-call by route.routes[0]: started, on on-call"]);
    planned.check_acknowledged(None);
}

#[test]
fn somebody_new_is_told_and_it_stays_in_the_hands_it_is_in() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("high"), 0, &["on-call by route.routes[0]: started, on on-call"]);
    planned.acknowledge(60);
    planned.check(&firing("mid"), 61, &["team by route: started, on team"]);
    planned.check_acknowledged(Some(zhang(60)));
}

#[test]
fn if_it_is_worse_to_one_receiver_nobody_takes_care_of_it_for_the_others_before_and_after() {
    let everybody = ["first", "second", "third"].map(|name| and_on(route(name, &[], vec![])));
    let mut planned = PlannedIncident::new(route("root", &[], everybody.into()));
    let told = |receiver: &str, severity, at| LastNotified { receiver: receiver.into(), severity, at };
    planned.incident = Some(Incident {
        id: AlertId(1),
        since: NOON,
        told: vec![
            told("first", Severity::Urgent, NOON),
            told("second", Severity::Mid, NOON),
            told("third", Severity::Urgent, NOON),
        ],
        acknowledged: Some(zhang(60)),
    });
    planned.check(
        &firing("high"),
        REPEAT_SECONDS,
        &[
            "first by route.routes[0]: still firing, on first",
            "second by route.routes[1]: worsened from mid, on second",
            "third by route.routes[2]: still firing, on third",
        ],
    );
    planned.check_acknowledged(None);
}

#[test]
fn the_end_is_told_whoever_takes_care() {
    let mut planned = PlannedIncident::new(tree());
    planned.check(&firing("low"), 0, &["team by route: started, on team"]);
    planned.acknowledge(60);
    planned.check(&resolved(), 61, &["team: resolved, on team"]);
    planned.check(&firing("low"), 62, &["team by route: started, on team"]);
    planned.check_acknowledged(None);
}

#[test]
fn an_end_comes_with_the_rungs_that_make_sense_for_an_end() {
    let rungs = vec![rung(60, Unless::Delivered, &["sms"]), rung(900, Unless::Acknowledged, &["boss"])];
    let terms = DeliveryTerms { escalate: rungs.clone(), ..DeliveryTerms::plain(vec!["team".into()]) };
    let mut planned = PlannedIncident::with_terms(terms);
    let mut ladder = |alert: &Alert| match planned.tell(alert, NOON).decisions.remove(0).verdict {
        Verdict::Notify { terms, .. } => terms.escalate.clone(),
        Verdict::Suppress(hold) => panic!("{hold}"),
    };
    assert_eq!(ladder(&firing("low")), rungs);
    assert_eq!(ladder(&resolved()), rungs[..1]);
}

/// A policy in which receivers overlap, and any alert about one thing in it.
fn busy_tree() -> Route {
    let a = and_on(route("a", &["team=~\"x|y\""], vec![]));
    let b = route(
        "b",
        &["severity >= mid"],
        vec![route("a", &["team=y"], vec![]), route("c", &["team!=x"], vec![])],
    );
    route("root", &[], vec![a, b])
}

fn any_alert() -> impl Strategy<Value = Alert> {
    let kind = prop_oneof![4 => Just(Kind::Alarm), 1 => Just(Kind::Notice)];
    let status = prop_oneof![3 => Just(Status::Firing), 1 => Just(Status::Resolved)];
    let severity = prop::sample::select(&Severity::ALL[..]);
    (kind, status, severity, "[xyz]").prop_map(|(kind, status, severity, team)| Alert {
        kind,
        status,
        ..alert(&[("severity", severity.word()), ("team", &team)])
    })
}

fn is_told(decision: &&Decision) -> bool {
    matches!(decision.verdict, Verdict::Notify { .. })
}

proptest! {
    #[test]
    fn the_laws_of_telling_hold(steps in prop::collection::vec((any_alert(), -100_i64..30_000), 1..20)) {
        let mut planned = PlannedIncident::new(busy_tree());
        let mut now = NOON;
        for (alert, seconds) in steps {
            now += jiff::SignedDuration::from_secs(seconds);
            let before = planned.incident.clone();
            let plan = planned.tell(&alert, now);

            // Each receiver is decided on once, so none is both told and held.
            let mut receivers: Vec<_> = plan.decisions.iter().map(|it| &it.receiver).collect();
            let decisions = receivers.len();
            receivers.sort();
            receivers.dedup();
            prop_assert_eq!(receivers.len(), decisions);

            // Somebody is always decided on.
            prop_assert!(decisions > 0);

            // An incident is over exactly when all who were told have heard so.
            if plan.incident == IncidentChange::Close {
                let told = before.iter().flat_map(|it| &it.told).map(|it| &it.receiver);
                let heard = plan.decisions.iter().filter(is_told).map(|it| &it.receiver);
                prop_assert!(told.eq(heard));
                prop_assert_eq!(&planned.incident, &None);
                let again = planned.tell(&alert, now);
                prop_assert_eq!(again.decisions.iter().filter(is_told).count(), 0);
            }
        }
    }

    #[test]
    fn the_same_within_the_repeat_interval_is_never_told_twice(
        first in any_alert(),
        seconds in -REPEAT_SECONDS + 1..REPEAT_SECONDS,
    ) {
        let firing = Alert { kind: Kind::Alarm, status: Status::Firing, ..first };
        let mut planned = PlannedIncident::new(busy_tree());
        planned.tell(&firing, NOON);
        let again = planned.tell(&firing, after_noon(seconds));
        prop_assert_eq!(again.decisions.iter().filter(is_told).count(), 0);
        prop_assert_eq!(REPEAT_INTERVAL.as_secs().cast_signed(), REPEAT_SECONDS);
    }
}
