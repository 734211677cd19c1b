//! The audit, and what of the ledger does not add up.

use fanfare_api::{
    AuditReport, ContractCounts, DeliveryStage, DeliveryStageCounts, LedgerContradiction, LedgerSubject,
    UnaccountedRow,
};
use fanfare_core::DeliveryStatus;
use fanfare_gateway::{Audit, AuditedRow, Contradiction, DeliveryCounts, NotificationCounts, Unaccounted};

use super::word::progress;

pub(crate) fn audit_report(audit: Audit) -> AuditReport {
    let NotificationCounts { open, kept, broken, abandoned, late } = audit.notifications;
    let DeliveryCounts { delivered, pending, dead, discarded } = audit.deliveries;
    AuditReport {
        alerts: audit.alerts,
        repeats: audit.repeats,
        newest: audit.newest.map(|it| it.0),
        told: audit.told,
        suppressed: audit.suppressed,
        notifications: ContractCounts { open, kept, broken, abandoned, late },
        deliveries: DeliveryStageCounts { delivered, pending, dead, discarded },
        unaccounted: audit.unaccounted.into_iter().map(unaccounted).collect(),
        unaccounted_in_all: audit.unaccounted_in_all,
    }
}

fn unaccounted(Unaccounted { alert, contradiction: found }: Unaccounted) -> UnaccountedRow {
    UnaccountedRow {
        alert: alert.map(|it| it.0),
        what: found.to_string(),
        contradiction: Some(contradiction(found)),
    }
}

fn contradiction(found: Contradiction) -> LedgerContradiction {
    match found {
        Contradiction::ReceiversUndecided { decided, told, suppressed } => {
            LedgerContradiction::ReceiversUndecided { decided, told, suppressed }
        }
        Contradiction::AlertMissing { notification } => LedgerContradiction::AlertMissing { notification },
        Contradiction::AlertsMissing { notification, others, found } => {
            LedgerContradiction::AlertsMissing { notification, others, found }
        }
        Contradiction::DeliveriesMissing { notification, owed, found } => {
            LedgerContradiction::DeliveriesMissing { notification, owed, found }
        }
        Contradiction::ContractUnknown { notification, word } => {
            LedgerContradiction::ContractUnknown { notification, word }
        }
        Contradiction::ContractUnattended { notification, contract } => {
            LedgerContradiction::ContractUnattended { notification, contract: progress(contract) }
        }
        Contradiction::NotificationMissing { delivery } => {
            LedgerContradiction::NotificationMissing { delivery }
        }
        Contradiction::DeliveryUnconfirmed { delivery } => {
            LedgerContradiction::DeliveryUnconfirmed { delivery }
        }
        Contradiction::ReasonMissing { delivery, state } => {
            LedgerContradiction::ReasonMissing { delivery, state: stage(state) }
        }
        Contradiction::StateUnknown { delivery, word } => {
            LedgerContradiction::StateUnknown { delivery, word }
        }
        Contradiction::RowUnreadable { row, number, value: _, reason } => {
            LedgerContradiction::RowUnreadable { row: subject(row), number, reason }
        }
        Contradiction::RowsUnreadable { row, value: _, reason } => {
            LedgerContradiction::RowsUnreadable { row: subject(row), reason }
        }
        Contradiction::CellDamaged { row, column } => {
            LedgerContradiction::CellDamaged { row, column: column.to_owned() }
        }
    }
}

fn subject(row: AuditedRow) -> LedgerSubject {
    match row {
        AuditedRow::Alert => LedgerSubject::Alert,
        AuditedRow::Notification => LedgerSubject::Notification,
        AuditedRow::Delivery => LedgerSubject::Delivery,
    }
}

fn stage(status: DeliveryStatus) -> DeliveryStage {
    match status {
        DeliveryStatus::Pending => DeliveryStage::Pending,
        DeliveryStatus::Delivered => DeliveryStage::Delivered,
        DeliveryStatus::Dead => DeliveryStage::Dead,
        DeliveryStatus::Discarded => DeliveryStage::Discarded,
    }
}
