//! The words of `fanfare audit`.

mod chinese;

use fanfare_api::UnaccountedRow;
use fanfare_core::Language;

/// The words of `fanfare audit`, in one language.
#[derive(Debug)]
pub struct AuditWords {
    language: Language,
    /// The columns of the counts: subject, state, number.
    pub columns: [&'static str; 3],
    /// The columns of what is not accounted for: alert, contradiction.
    pub unaccounted_columns: [&'static str; 2],
    /// The name of the alerts.
    pub alerts: &'static str,
    /// The name of the receivers.
    pub receivers: &'static str,
    /// The name of the contracts.
    pub contracts: &'static str,
    /// The name of the deliveries.
    pub deliveries: &'static str,
    /// The name of what is not accounted for.
    pub unaccounted: &'static str,
    /// The state of alerts that were accepted.
    pub accepted: &'static str,
    /// The state of alerts that only repeat another.
    pub repeated: &'static str,
    /// The state of receivers that were notified.
    pub told: &'static str,
    /// The state of receivers that were not notified, with a reason.
    pub suppressed: &'static str,
    /// The columns of what is damaged: row, column, repair.
    pub damage_columns: [&'static str; 3],
    /// The repair by deleting the row.
    pub delete: &'static str,
    /// The repair by a value that says nothing.
    pub reset: &'static str,
    /// The repair by giving up a pending delivery.
    pub give_up: &'static str,
    /// The damage that cannot be repaired.
    pub leave: &'static str,
    /// The answer if nothing is damaged.
    pub sound: &'static str,
    /// The next step after what would be done was shown.
    pub next: &'static str,
    /// The answer after the repair.
    pub repaired: &'static str,
}

impl AuditWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// The contradiction of a row that is not accounted for. That of a gateway of an earlier version, which sends
    /// only the English sentence, stands as it was sent.
    #[must_use]
    pub fn contradiction(&self, row: &UnaccountedRow) -> String {
        match (self.language, &row.contradiction) {
            (Language::Zh, Some(contradiction)) => chinese::contradiction(contradiction),
            (Language::Zh, None) | (Language::En, _) => row.what.clone(),
        }
    }
}

static ENGLISH: AuditWords = AuditWords {
    language: Language::En,
    columns: ["WHAT", "HOW", "NUMBER"],
    unaccounted_columns: ["ALERT", "WHAT IS WRONG"],
    alerts: "alerts",
    receivers: "receivers",
    contracts: "contracts",
    deliveries: "deliveries",
    unaccounted: "unaccounted",
    accepted: "accepted",
    repeated: "repeated",
    told: "told",
    suppressed: "suppressed",
    damage_columns: ["ROW", "COLUMN", "REPAIR"],
    delete: "the row is deleted",
    reset: "the value is reset",
    give_up: "a pending delivery becomes a dead letter",
    leave: "none: what it held is lost",
    sound: "Nothing is damaged.",
    next: "Nothing was changed. Run: fanfare audit --repair --yes",
    repaired: "Repaired.",
};

static CHINESE: AuditWords = AuditWords {
    language: Language::Zh,
    columns: ["项目", "状态", "数量"],
    unaccounted_columns: ["告警", "问题"],
    alerts: "告警",
    receivers: "接收者",
    contracts: "约定",
    deliveries: "投递",
    unaccounted: "无法对账",
    accepted: "已受理",
    repeated: "重复",
    told: "已通知",
    suppressed: "未通知",
    damage_columns: ["行", "列", "修复"],
    delete: "删除该行",
    reset: "重置该值",
    give_up: "待投递的消息转为死信",
    leave: "无法修复，内容已丢失",
    sound: "没有损坏的数据。",
    next: "未作任何修改。执行修复：fanfare audit --repair --yes",
    repaired: "修复完成。",
};

#[cfg(test)]
mod tests;
