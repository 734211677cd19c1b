//! The state of the gateway, on one screen.

use std::collections::BTreeMap;

use actix_web::{HttpRequest, HttpResponse, web};
use fanfare_api::{
    BrokenContract, FiringIncidents, GatewayStatus, NotReadyCause, SourceReport, StoreReport,
    UnsettledContracts,
};
use fanfare_core::{Severity, SourceName};
use fanfare_gateway::{LedgerOverview, StoreFault, StoreSize, UnkeptContract};
use jiff::Timestamp;

use crate::convert::{channel_report, contract_progress, severity_word};
use crate::refusal::HttpRefusal;
use crate::state::AppState;

/// `GET /api/v1/status`: what needs a person, and how everything is.
pub(super) async fn status(
    request: HttpRequest,
    state: web::Data<AppState>,
) -> Result<HttpResponse, HttpRefusal> {
    state.admit(&request)?;
    let overview = state.gateway.store().overview().await?;
    let views = state.gateway.channels().await?;
    let channels = views.into_iter().map(channel_report).collect::<Result<_, _>>()?;
    let LedgerOverview { open, broken, abandoned, unkept, dead_letters, firing, last_alerts } = overview;
    let (reason, cause) = not_ready(&state).unzip();
    Ok(HttpResponse::Ok().json(GatewayStatus {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        at: state.clock.now(),
        ready: reason.is_none(),
        reason,
        cause,
        contracts: UnsettledContracts { open, broken, abandoned },
        broken: unkept.into_iter().map(broken_contract).collect(),
        dead_letters,
        firing: firing_incidents(&firing),
        channels,
        sources: sources(&state, &last_alerts),
        store: store(&state),
    }))
}

/// The reason that no alerts are accepted, in English and for programs; `None` if they are.
fn not_ready(state: &AppState) -> Option<(String, NotReadyCause)> {
    if !state.is_accepting() {
        return Some(("stopping".to_owned(), NotReadyCause::ShuttingDown));
    }
    let fault = state.gateway.store().condition().fault?;
    Some((format!("the store cannot be used: {fault}"), cause(&fault)))
}

fn cause(fault: &StoreFault) -> NotReadyCause {
    match fault {
        StoreFault::DiskFull => NotReadyCause::Full,
        StoreFault::ReadOnly => NotReadyCause::ReadOnly,
        StoreFault::Io(words) => NotReadyCause::Io { words: words.clone() },
        StoreFault::Slow => NotReadyCause::Slow,
        StoreFault::Locked => NotReadyCause::Locked,
        StoreFault::Missing(_) => NotReadyCause::Missing,
        StoreFault::Replaced(_) => NotReadyCause::Replaced,
        StoreFault::Truncated(_) => NotReadyCause::Truncated,
        StoreFault::Overwritten(_) => NotReadyCause::Overwritten,
    }
}

fn broken_contract(unkept: UnkeptContract) -> BrokenContract {
    let UnkeptContract { alert_id, alert, receiver, status, owed_at } = unkept;
    BrokenContract {
        alert_id: alert_id.0,
        title: alert.title().to_owned(),
        title_zh: alert.annotations.get("title_zh").map(str::to_owned),
        severity: severity_word(alert.severity),
        receiver: receiver.to_string(),
        state: contract_progress(status),
        owed_at,
    }
}

fn firing_incidents(firing: &BTreeMap<Severity, u64>) -> FiringIncidents {
    let count = |severity| firing.get(&severity).copied().unwrap_or(0);
    FiringIncidents {
        urgent: count(Severity::Urgent),
        high: count(Severity::High),
        mid: count(Severity::Mid),
        low: count(Severity::Low),
    }
}

/// The sources of the config, each with its last alert: of this run, or else as the ledger has it.
fn sources(state: &AppState, last_alerts: &BTreeMap<SourceName, Timestamp>) -> Vec<SourceReport> {
    let report = |name: String| {
        let last_alert_at = last_alerts.get(&SourceName::from(name.as_str())).copied();
        SourceReport { name, last_alert_at }
    };
    state.source_names().into_iter().map(report).collect()
}

fn store(state: &AppState) -> StoreReport {
    let store = state.gateway.store();
    let StoreSize { database, wal } = store.size();
    let disk = state.gateway.disk_space();
    StoreReport {
        instance: store.instance().to_owned(),
        size: database,
        wal_size: wal,
        disk_free: disk.map(|it| it.free),
        disk_size: disk.map(|it| it.total),
    }
}
