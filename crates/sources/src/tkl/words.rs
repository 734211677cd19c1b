//! The words with which senders say what has happened to an alarm.

use crate::scrub::REMOVED;

/// The meaning of a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Announced {
    /// The alarm holds.
    Raise,
    /// The alarm has ended.
    Clear,
    /// A message without a state is to be passed on.
    Notify,
    /// The sender asks for nothing.
    Nothing,
}

/// The words, of letters and digits only: `_`, brackets, marks and blanks do not count.
const WORDS: [(Announced, &str); 4] = [
    (
        Announced::Raise,
        "new raise raised on active activated activate alarm alarming alarmon inalarm alert alerting fault faulty \
         firing trigger triggered problem open opened start started begin occur occurred happened abnormal true \
         yes y activeunack activeack activeunacknowledged activeacknowledged act alm unackalm ackalm came kommt \
         gekommen 是 告警 报警 故障 异常 触发 已触发 发生 产生 新增 开始 告警中 报警中 未恢复 未解除 激活",
    ),
    (
        Announced::Clear,
        "clear cleared clearing resolved resolve recover recovered recovery recovering restore restored ok okay \
         normal good healthy close closed off end ended inactive deactivated cancel cancelled canceled dismiss \
         dismissed alarmoff alarmclear alarmcleared backtonormal rtn fixed solved false 恢复 已恢复 恢复正常 \
         告警恢复 报警恢复 正常 解除 已解除 告警解除 报警解除 消除 已消除 消警 结束 已结束 关闭 已关闭 取消 \
         已取消 撤销 清除 已清除 复位 复归 clearedack clearedunack clearedacknowledged clearedunacknowledged unackrtn ackrtn rtnunack \
         gone geht gegangen behoben alarmend alarmended alarmrecover alarmrecovered \
         alarmresolved reset remove removed delete deleted 告警消除 报警消除 告警已恢复 报警已恢复 告警结束 报警结束 \
         告警清除 报警清除 故障恢复 故障消除 故障解除 消失 已处理",
    ),
    (Announced::Notify, "notify notification notice 通知"),
    (Announced::Nothing, "no n none noop nothing ignore 无 否"),
];

/// The meaning of the word, if the table has it. The mark of a credential that was removed is no word of the sender's.
pub(super) fn meaning(word: &str) -> Option<Announced> {
    if word == REMOVED {
        return None;
    }
    let plain = plain_word(word);
    WORDS
        .iter()
        .find(|(_, words)| words.split_ascii_whitespace().any(|it| it == plain))
        .map(|(meaning, _)| *meaning)
}

/// The word as words are compared.
fn plain_word(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).take(24).flat_map(char::to_lowercase).collect()
}

/// A state that says what is wrong, and not only that something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Finding {
    /// The device reports an alarm, and not a fault of its own.
    Alarm,
    /// Something is faulty: most devices with a state know but this one.
    Fault,
    /// Something stands open.
    Open,
    /// The device cannot be reached.
    Gone,
}

/// The words of each finding.
const FINDINGS: [(Finding, &str); 4] = [
    (Finding::Alarm, "alarm alarming alarmon inalarm 告警 报警 告警中 报警中"),
    (Finding::Fault, "fault faulty abnormal 故障 异常"),
    (Finding::Open, "open opened"),
    (Finding::Gone, "offline disconnected unreachable lost 离线 已离线 掉线 断线 下线 失联"),
];

/// The finding of the word, if it says more than that something is wrong.
pub(super) fn finding(word: &str) -> Option<Finding> {
    let plain = plain_word(word);
    let found = FINDINGS.iter().find(|(_, words)| words.split_ascii_whitespace().any(|it| it == plain));
    found.map(|(finding, _)| *finding)
}

/// Words for a device that can be reached.
const PRESENT: &str = "online connected reconnected reachable 在线 上线 已上线 已连接";

/// The news in the word of a device that can or cannot be reached; `None` if it says nothing of that.
pub(super) fn presence(word: &str) -> Option<Announced> {
    let plain = plain_word(word);
    if PRESENT.split_ascii_whitespace().any(|it| it == plain) {
        return Some(Announced::Clear);
    }
    (finding(word) == Some(Finding::Gone)).then_some(Announced::Raise)
}

/// Words for the position of a switch, a valve or a door, which senders also use for the end of an alarm.
const POSITIONS: [&str; 5] = ["off", "close", "closed", "关闭", "已关闭"];

/// Tells whether the word may be the position of a thing.
pub(super) fn is_position(word: &str) -> bool {
    POSITIONS.contains(&plain_word(word).as_str())
}

/// Tells whether the word is the answer of an interface that has done what was asked.
pub(super) fn is_success(word: &str) -> bool {
    ["ok", "success", "succeeded", "成功", "操作成功", "请求成功"].contains(&plain_word(word).as_str())
}

/// The flag that the word is.
pub(super) fn flag(word: &str) -> Option<bool> {
    match plain_word(word).as_str() {
        "1" | "true" | "yes" | "y" | "是" | "有" => Some(true),
        "0" | "false" | "no" | "n" | "none" | "否" | "无" => Some(false),
        _ => None,
    }
}

/// The meaning of the word or flag: what is one or zero, too.
pub(super) fn meaning_of_flag(word: &str) -> Option<Announced> {
    match word.trim() {
        "1" => Some(Announced::Raise),
        "0" => Some(Announced::Clear),
        word => meaning(word),
    }
}

#[cfg(test)]
pub(super) fn all(wanted: Announced) -> Vec<&'static str> {
    let of_word = WORDS.iter().filter(|(word, _)| *word == wanted);
    of_word.flat_map(|(_, words)| words.split_ascii_whitespace()).collect()
}
