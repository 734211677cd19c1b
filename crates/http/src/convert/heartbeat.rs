//! Heartbeats of senders.

use fanfare_api::{HeardHeartbeat, HeartbeatCondition, HeartbeatReport};
use fanfare_core::{BeatOutcome, HeartbeatName, HeartbeatStatus, HumanDuration};
use fanfare_gateway::HeartbeatView;

pub(crate) fn heartbeat_report(view: HeartbeatView) -> HeartbeatReport {
    let HeartbeatView { key, status, every, grace, last_heard, due_at } = view;
    HeartbeatReport {
        source: key.source.to_string(),
        name: key.name.map(|it| it.to_string()),
        status: match status {
            HeartbeatStatus::Awaited => HeartbeatCondition::Awaited,
            HeartbeatStatus::Heard => HeartbeatCondition::Heard,
            HeartbeatStatus::Missing => HeartbeatCondition::Missing,
            HeartbeatStatus::Away => HeartbeatCondition::Away,
        },
        every: HumanDuration(every).to_string(),
        grace: HumanDuration(grace).to_string(),
        last_heard,
        due_at,
    }
}

/// A heartbeat in a body, and what became of it.
pub(crate) fn heard_heartbeat(name: &HeartbeatName, outcome: BeatOutcome) -> HeardHeartbeat {
    let expected_until = match outcome {
        BeatOutcome::Heard(due_at) | BeatOutcome::Learned(due_at) => Some(due_at),
        BeatOutcome::NotExpected | BeatOutcome::TooMany => None,
    };
    HeardHeartbeat { name: name.to_string(), expected_until }
}
