//! Heartbeat monitor: raises a self-alert for each heartbeat that is missing, and for each broker that is away.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{Clock, HeartbeatKey, HeartbeatState, HeartbeatStatus, Labels, Severity, SourceName};
use fanfare_store::Durability;
use fanfare_words::RaisedCondition;
use jiff::Timestamp;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::intake::{Intake, NotStored};
use crate::self_alert::{CheckResult, Condition, HealthProblem, RaisedAlerts, SELF_SOURCE};
use crate::time::{STANDSTILL, between};

/// The interval of looks: what is missing is noticed within it.
const LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The time without a connection after which people are told: a broker is restarted within it.
const BROKER_PATIENCE: Duration = Duration::from_secs(60);

/// The self-alerts that are accepted at once: thousands in one transaction would keep senders waiting.
const AT_ONCE: usize = 50;

/// The task that looks for missing heartbeats.
#[derive(Debug)]
pub(crate) struct HeartbeatMonitor {
    pub(crate) intake: Arc<Intake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) stop: CancellationToken,
}

/// The state of the senders at one look.
#[derive(Debug)]
struct Look {
    at: Timestamp,
    heartbeats: Vec<HeartbeatState>,
    away: Vec<(SourceName, Timestamp)>,
}

impl HeartbeatMonitor {
    /// Runs until the gateway stops.
    pub(crate) async fn run(self) {
        let mut raised = None;
        let mut last = self.intake.monotonic.now();
        while !self.stop.is_cancelled() {
            let look = self.look(last);
            self.intake.metrics.show_heartbeats(&look.heartbeats, look.at);
            if let Err(err) = self.tell(&look, &mut raised).await {
                warn!(error = %err, "Missing heartbeats cannot be told; trying again");
            }
            last = look.at;
            if look.is_empty() && raised.as_ref().is_some_and(RaisedAlerts::is_empty) {
                self.stop.run_until_cancelled(self.intake.heartbeats.expected()).await;
                last = self.intake.monotonic.now();
            } else {
                self.stop.run_until_cancelled(tokio::time::sleep(LOOK_INTERVAL)).await;
            }
        }
    }

    /// Looks what is missing, the last look having been at `last`.
    fn look(&self, last: Timestamp) -> Look {
        let at = self.intake.monotonic.now();
        let mut board = self.intake.heartbeats.board();
        if between(last, at) > STANDSTILL {
            board.resume(last, at);
        }
        board.update(at);
        let away = board.away().map(|(source, since)| (source.clone(), since)).collect();
        Look { at, heartbeats: board.states().collect(), away }
    }

    /// Raises and resolves self-alerts.
    async fn tell(&self, look: &Look, raised: &mut Option<RaisedAlerts>) -> Result<(), NotStored> {
        let raised = match raised {
            Some(raised) => raised,
            None => {
                let firing = self.intake.store.firing_of(SELF_SOURCE).await?;
                raised.insert(RaisedAlerts::from_stored(&firing, Condition::is_of_senders, look.at))
            }
        };
        let changes = raised.changes(&look.problems(), look.at);
        for some in changes.chunks(AT_ONCE) {
            let now = self.clock.now();
            let alerts = some.iter().map(|change| change.alert(now)).collect();
            self.intake.accept(alerts, now, Durability::AsPossible).await?;
            for change in some {
                change.log();
                raised.record(change, look.at);
            }
        }
        Ok(())
    }
}

impl Look {
    /// Tells whether there is nothing to look after.
    fn is_empty(&self) -> bool {
        self.heartbeats.is_empty() && self.away.is_empty()
    }

    fn problems(&self) -> BTreeMap<Condition, CheckResult> {
        let heartbeats = self.heartbeats.iter().filter_map(|it| self.problem_of(it));
        heartbeats
            .chain(self.away.iter().filter_map(|(source, since)| self.away_for(source, *since)))
            .collect()
    }

    fn problem_of(&self, state: &HeartbeatState) -> Option<(Condition, CheckResult)> {
        let result = match state.status {
            HeartbeatStatus::Awaited | HeartbeatStatus::Heard => return None,
            HeartbeatStatus::Away => CheckResult::Unknown,
            HeartbeatStatus::Missing => CheckResult::Problem(self.missing(state)),
        };
        Some((Condition::Heartbeat(state.key.clone()), result))
    }

    fn missing(&self, state: &HeartbeatState) -> HealthProblem {
        let (every, quiet_for) = (state.rule.every, state.quiet_for(self.at));
        let HeartbeatKey { source, name } = &state.key;
        let mut labels = state.rule.labels.clone();
        labels.set("origin", source.as_str());
        let condition = match name {
            None => RaisedCondition::SourceQuiet { source: source.clone(), every, quiet_for },
            Some(name) => {
                labels.set("heartbeat", name.as_str());
                RaisedCondition::HeartbeatMissing { heartbeat: state.key.clone(), every, quiet_for }
            }
        };
        HealthProblem { severity: state.rule.severity, labels, condition }
    }

    fn away_for(&self, source: &SourceName, since: Timestamp) -> Option<(Condition, CheckResult)> {
        let away_for = between(since, self.at);
        let result = if away_for < BROKER_PATIENCE {
            CheckResult::Unknown // raised before a restart of ours: over when it is connected
        } else {
            let unheard = self.heartbeats.iter().filter(|it| it.key.source == *source).count();
            let condition = RaisedCondition::BrokerAway {
                source: source.clone(),
                away_for: Duration::from_secs(away_for.as_secs()),
                heartbeats: unheard,
            };
            let labels = Labels::from_iter([("origin", source.as_str())]);
            CheckResult::Problem(HealthProblem { severity: Severity::High, labels, condition })
        };
        Some((Condition::Broker(source.clone()), result))
    }
}
