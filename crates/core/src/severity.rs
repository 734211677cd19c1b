//! The severity of an alert.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The severity of an alert, in ThinkLink's four words.
///
/// What they ask of people, by ThinkLink's Alarm Management page: `low` nothing
/// now, `mid` investigate, `high` prompt attention, `urgent` act at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Informational: nothing to do now.
    Low,
    /// A warning: to be investigated.
    Mid,
    /// An error: needs prompt attention.
    High,
    /// Critical: act at once.
    Urgent,
}

impl Severity {
    /// Every severity, mildest first.
    pub const ALL: [Self; 4] = [Self::Low, Self::Mid, Self::High, Self::Urgent];

    /// The word for it in labels, YAML and the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Mid => "mid",
            Self::High => "high",
            Self::Urgent => "urgent",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

/// The error of parsing a [`Severity`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is not a severity: expected low, mid, high or urgent, or one of the usual words for them, e.g. warning or critical"
)]
pub struct InvalidSeverity(String);

/// The words that systems and people use, in lower case and without blanks, `_` and `-`: those of Prometheus, Zabbix
/// (<https://www.zabbix.com/documentation/current/en/manual/config/triggers/severity>), syslog (RFC 5424), X.733 and
/// its Chinese translation, incident management (P1, S1, Sev1), and control systems. `hight` is a typo in ThinkLink's
/// own Chinese RPC page, copied into scripts ever since.
///
/// Its Chinese warning colours run from blue to red, and its classes from the fourth to the first (Emergency Response
/// Law of the PRC, article 42).
///
/// A bare number is no word: the most severe is 0 in one system, 1 in the next and 5 in another.
const ALIASES: [(Severity, &str); 4] = [
    (
        Severity::Low,
        "low lowest verylow info information informational notice notification debug trace verbose none notclassified \
         trivial advisory p4 p5 s4 sev4 sev5 低 较低 低级 低危 提示 通知 信息 轻微 未分类 调试 四级 蓝色",
    ),
    (
        Severity::Mid,
        "mid middle medium moderate minor warn warning average caution p3 s3 sev3 \
         中 中等 中级 中危 警告 告警 预警 次要 一般 一般严重 普通 较大 注意 三级 黄色",
    ),
    (
        Severity::High,
        "high hight error err major severe serious danger alarm fault failure p2 s2 sev2 \
         高 较高 高级 严重 重要 重大 错误 危险 故障 报警 二级 橙色",
    ),
    (
        Severity::Urgent,
        "urgent critical crit fatal emergency emerg panic alert disaster catastrophic highest veryhigh blocker page \
         immediate p0 p1 s0 s1 sev0 sev1 紧急 危急 特急 加急 灾难 致命 极高 最高 特级 特别严重 特别重大 高危 非常紧急 紧急告警 紧急报警 一级 红色",
    ),
];

/// The word without what lists of constants and of choices put before it: `LEVEL_CRITICAL`, `1 - Critical`.
fn bare(word: &str) -> &str {
    let word = word.strip_prefix("level").or(word.strip_prefix("severity")).unwrap_or(word);
    match word.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.') {
        "" => word,
        rest => rest,
    }
}

impl FromStr for Severity {
    type Err = InvalidSeverity;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_kept = |c: &char| !(c.is_whitespace() || matches!(c, '_' | '-'));
        let word: String = text.chars().filter(is_kept).flat_map(char::to_lowercase).collect();
        let word = bare(&word);
        ALIASES
            .iter()
            .find(|(_, words)| words.split_ascii_whitespace().any(|it| it == word))
            .map(|(severity, _)| *severity)
            .ok_or_else(|| InvalidSeverity(text.to_owned()))
    }
}

#[cfg(test)]
mod tests;
