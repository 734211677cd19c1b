//! The words of `fanfare status`.

use fanfare_api::NotReadyCause;
use fanfare_core::Language;

use crate::store_problem::StoreProblem;

/// The words of `fanfare status`, in one language.
#[derive(Debug)]
pub struct StatusWords {
    language: Language,
    /// The state of a gateway that accepts alerts.
    pub ready: &'static str,
    /// The state of a gateway that does not.
    pub not_ready: &'static str,
    /// The heading above contracts that were not kept.
    pub broken: &'static str,
    /// The sentence in its place where all were.
    pub none_broken: &'static str,
    /// The columns of contracts that were not kept: alert, severity, title, receiver, state, beginning.
    pub contracts: [&'static str; 6],
    /// The columns of channels: name, health, pending, the oldest of these, last proof, trouble.
    pub channels: [&'static str; 6],
    /// The columns of sources: name, last alert.
    pub sources: [&'static str; 2],
    /// The place of a source from which nothing has come lately.
    pub nothing_lately: &'static str,
}

impl StatusWords {
    /// The words in `language`.
    #[must_use]
    pub fn in_language(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }

    /// The state of a gateway that does not accept alerts, with the reason: in English as the gateway words it.
    #[must_use]
    pub fn not_ready_because(&self, reason: Option<&str>, cause: Option<&NotReadyCause>) -> String {
        match (self.language, reason, cause) {
            (Language::Zh, _, Some(cause)) => format!("{}：{}", self.not_ready, in_chinese(cause)),
            (Language::Zh, Some(reason), None) => format!("{}：{reason}", self.not_ready),
            (Language::En, Some(reason), _) => format!("{}: {reason}", self.not_ready),
            (Language::Zh, None, None) | (Language::En, None, _) => self.not_ready.to_owned(),
        }
    }

    /// The counts of contracts and dead letters.
    #[must_use]
    pub fn promises(&self, open: u64, broken: u64, abandoned: u64, dead_letters: u64) -> String {
        match self.language {
            Language::En => format!(
                "contracts: {open} open, {broken} broken, {abandoned} abandoned; dead letters: {dead_letters}"
            ),
            Language::Zh => {
                format!("约定：进行中 {open}，未按时履行 {broken}，已落空 {abandoned}；死信：{dead_letters}")
            }
        }
    }

    /// The counts of incidents that fire, by severity, the most severe first.
    #[must_use]
    pub fn firing(&self, [urgent, high, mid, low]: [u64; 4]) -> String {
        match self.language {
            Language::En => format!("firing: {urgent} urgent, {high} high, {mid} mid, {low} low"),
            Language::Zh => format!("告警中：紧急 {urgent}，严重 {high}，警告 {mid}，提示 {low}"),
        }
    }

    /// The sizes of the store and the room on its disk, in words such as `1.2 GiB`.
    #[must_use]
    pub fn store(&self, size: &str, wal: &str, free: Option<&str>) -> String {
        match (self.language, free) {
            (Language::En, Some(free)) => format!("store: {size}, log {wal}; {free} free on its disk"),
            (Language::En, None) => format!("store: {size}, log {wal}"),
            (Language::Zh, Some(free)) => format!("存储：{size}，日志 {wal}；磁盘剩余 {free}"),
            (Language::Zh, None) => format!("存储：{size}，日志 {wal}"),
        }
    }

    /// The time since something began, e.g. `5m` for five minutes.
    #[must_use]
    pub fn ago(&self, time: &str) -> String {
        match self.language {
            Language::En => format!("{time} ago"),
            Language::Zh => format!("{time} 前"),
        }
    }

    /// The command to run next, where a contract was not kept.
    #[must_use]
    pub fn next(&self, alert: i64) -> String {
        match self.language {
            Language::En => format!("next: `fanfare explain {alert}`, and tell the people by telephone"),
            Language::Zh => format!("下一步：`fanfare explain {alert}`，并电话通知相关人员"),
        }
    }
}

static ENGLISH: StatusWords = StatusWords {
    language: Language::En,
    ready: "ready",
    not_ready: "NOT ready",
    broken: "These were not told in time:",
    none_broken: "No contract is broken.",
    contracts: ["ALERT", "SEVERITY", "TITLE", "RECEIVER", "CONTRACT", "SINCE"],
    channels: ["CHANNEL", "HEALTH", "PENDING", "OLDEST", "LAST PROVEN", "TROUBLE"],
    sources: ["SOURCE", "LAST ALERT"],
    nothing_lately: "nothing lately",
};

static CHINESE: StatusWords = StatusWords {
    language: Language::Zh,
    ready: "就绪",
    not_ready: "未就绪",
    broken: "以下接收者未按时收到通知：",
    none_broken: "没有未履行的约定。",
    contracts: ["告警", "级别", "标题", "接收者", "约定", "开始时间"],
    channels: ["渠道", "状况", "待发送", "最早一条", "最近送达", "故障"],
    sources: ["来源", "最近告警"],
    nothing_lately: "近期没有",
};

fn in_chinese(cause: &NotReadyCause) -> String {
    store_problem(cause).map_or_else(|| "正在停止".to_owned(), |problem| problem.in_chinese())
}

/// The problem of the store; `None` while the gateway stops.
fn store_problem(cause: &NotReadyCause) -> Option<StoreProblem> {
    Some(match cause {
        NotReadyCause::ShuttingDown => return None,
        NotReadyCause::Full => StoreProblem::DiskFull,
        NotReadyCause::ReadOnly => StoreProblem::ReadOnly,
        NotReadyCause::Io { words } => StoreProblem::Io(words.clone()),
        NotReadyCause::Slow => StoreProblem::Slow,
        NotReadyCause::Locked => StoreProblem::Locked,
        NotReadyCause::Missing => StoreProblem::Missing,
        NotReadyCause::Replaced => StoreProblem::Replaced,
        NotReadyCause::Truncated => StoreProblem::Truncated,
        NotReadyCause::Overwritten => StoreProblem::Overwritten,
    })
}

#[cfg(test)]
mod tests;
