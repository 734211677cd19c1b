//! Sentences about contradictions in the ledger, in Chinese.

use fanfare_api::{LedgerContradiction, LedgerSubject};
use fanfare_core::Language;

use crate::vocabulary::Vocabulary;

const WORDS: Vocabulary = Vocabulary::in_language(Language::Zh);

/// A sentence about a contradiction; the number of the alert stands beside it.
pub(super) fn contradiction(contradiction: &LedgerContradiction) -> String {
    match contradiction {
        LedgerContradiction::ReceiversUndecided { decided, told, suppressed } => {
            format!("应有 {decided} 个接收者的决定：已通知 {told} 个，未通知 {suppressed} 个")
        }
        LedgerContradiction::AlertMissing { notification } => {
            format!("通知 {notification} 存在，但告警已缺失")
        }
        LedgerContradiction::AlertsMissing { notification, others, found } => {
            format!("通知 {notification} 另含 {others} 条告警，只找到 {found} 条")
        }
        LedgerContradiction::DeliveriesMissing { notification, owed, found } => {
            format!("通知 {notification} 应有 {owed} 条投递，只找到 {found} 条")
        }
        LedgerContradiction::ContractUnknown { notification, word } => {
            format!("通知 {notification} 的约定状态未知：`{word}`")
        }
        LedgerContradiction::ContractUnattended { notification, contract } => {
            format!("通知 {notification} 的约定{}，但不再有后续处理", WORDS.progress(*contract))
        }
        LedgerContradiction::NotificationMissing { delivery } => format!("投递 {delivery} 所属的通知已缺失"),
        LedgerContradiction::DeliveryUnconfirmed { delivery } => {
            format!("投递 {delivery} 标为已送达，但没有服务商确认的记录")
        }
        LedgerContradiction::ReasonMissing { delivery, state } => {
            format!("投递 {delivery} {}，但没有记录原因", WORDS.stage(*state))
        }
        LedgerContradiction::StateUnknown { delivery, word } => {
            format!("投递 {delivery} 的状态未知：`{word}`")
        }
        LedgerContradiction::RowUnreadable { row, number, reason } => {
            format!("{} {number} 无法读取：`{reason}`", subject(*row))
        }
        LedgerContradiction::RowsUnreadable { row, reason } => {
            format!("最后计入的{}之后的各行无法读取：`{reason}`", subject(*row))
        }
        LedgerContradiction::CellDamaged { row, column } => format!("{row}：列 `{column}` 已损坏"),
    }
}

fn subject(row: LedgerSubject) -> &'static str {
    match row {
        LedgerSubject::Alert => "告警",
        LedgerSubject::Notification => "通知",
        LedgerSubject::Delivery => "投递",
    }
}
