//! The words of `fanfare audit`.

use fanfare_core::Language;

/// The words of `fanfare audit`, in one language.
#[derive(Debug)]
pub struct AuditWords {
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
}

static ENGLISH: AuditWords = AuditWords {
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
};

static CHINESE: AuditWords = AuditWords {
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
};

#[cfg(test)]
mod tests;
