//! Channels and tests of them.

use fanfare_api::{
    ChannelBudget, ChannelCondition, ChannelError, ChannelQuota, ChannelReport, ChannelTestResult,
    TestVerdict, UnknownWord, parse_word,
};
use fanfare_core::{AlertId, DeliveryId};
use fanfare_gateway::{AttemptRow, BudgetView, ChannelHealth, ChannelView, LastError, QuotaView};

pub(crate) fn channel_report(view: ChannelView) -> Result<ChannelReport, UnknownWord> {
    let quota = view.quota.map(channel_quota).transpose()?;
    Ok(ChannelReport {
        name: view.name.to_string(),
        kind: view.kind.to_owned(),
        timeout: view.timeout.to_string(),
        health: match (view.health, view.proven_at) {
            (ChannelHealth::Working, Some(_)) => ChannelCondition::Working,
            (ChannelHealth::Working, None) => ChannelCondition::NeverProven,
            (ChannelHealth::Broken, _) => ChannelCondition::Broken,
        },
        broken_since: view.broken_since,
        reason: view.reason,
        blocked_until: view.blocked_until,
        pending: view.pending,
        oldest_pending_at: view.oldest_pending_at,
        budget: view.budget.map(channel_budget),
        quota,
        proven_at: view.proven_at,
        drilled_at: view.drilled_at,
        last_error: view.last_error.map(|LastError { at, words }| ChannelError { at, words }),
        clock_offset_seconds: view.clock_offset_seconds,
        rotated_at: view.rotated_at,
    })
}

fn channel_budget(BudgetView { messages, per, free_now }: BudgetView) -> ChannelBudget {
    let free_now = u64::try_from(free_now).unwrap_or(u64::MAX);
    ChannelBudget { messages, per: per.to_string(), free_now }
}

fn channel_quota(view: QuotaView) -> Result<ChannelQuota, UnknownWord> {
    let QuotaView { pool, messages, used, period, level, resets_at } = view;
    Ok(ChannelQuota { pool, messages, used, period, level: parse_word(level)?, resets_at })
}

/// The result of a test that is still to be attempted.
pub(crate) fn channel_test_waiting(
    channel: String,
    alert: AlertId,
    delivery: DeliveryId,
) -> ChannelTestResult {
    ChannelTestResult {
        channel,
        alert_id: alert.0,
        delivery_id: delivery.0,
        outcome: TestVerdict::Waiting,
        words: None,
        latency_ms: None,
    }
}

/// The result of a test after its first attempt.
pub(crate) fn channel_test_result(
    waiting: ChannelTestResult,
    attempt: AttemptRow,
) -> Result<ChannelTestResult, UnknownWord> {
    let AttemptRow { ordinal: _, started_at, ended_at, outcome, words } = attempt;
    let latency = ended_at.duration_since(started_at).as_millis();
    Ok(ChannelTestResult {
        outcome: TestVerdict::Attempted(parse_word(&outcome)?),
        words: Some(words),
        latency_ms: i64::try_from(latency).ok(),
        ..waiting
    })
}
