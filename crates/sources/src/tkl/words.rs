//! The words with which senders say what has happened to an alarm.

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

/// The words, without case, blanks, `_` and `-`.
const WORDS: [(Announced, &str); 4] = [
    (
        Announced::Raise,
        "new raise raised on active activated activate alarm alarming alarmon inalarm alert alerting fault faulty \
         firing trigger triggered problem open opened start started begin occur occurred happened abnormal true \
         yes 告警 报警 故障 异常 触发 已触发 发生 产生 新增 开始 告警中 报警中 未恢复 未解除 激活",
    ),
    (
        Announced::Clear,
        "clear cleared clearing resolved resolve recover recovered recovery recovering restore restored ok okay \
         normal good healthy close closed off end ended inactive deactivated cancel cancelled canceled dismiss \
         dismissed alarmoff alarmclear alarmcleared backtonormal rtn fixed solved false 恢复 已恢复 恢复正常 \
         告警恢复 报警恢复 正常 解除 已解除 告警解除 报警解除 消除 已消除 消警 结束 已结束 关闭 已关闭 取消 \
         已取消 撤销 清除 已清除 复位 复归",
    ),
    (Announced::Notify, "notify notification notice 通知"),
    (Announced::Nothing, "no none noop nothing ignore 无"),
];

/// The meaning of the word, if the table has it.
pub(super) fn meaning(word: &str) -> Option<Announced> {
    let kept = word.chars().filter(|c| !(matches!(c, '_' | '-') || c.is_whitespace()));
    let plain: String = kept.take(24).flat_map(char::to_lowercase).collect();
    WORDS
        .iter()
        .find(|(_, words)| words.split_ascii_whitespace().any(|it| it == plain))
        .map(|(meaning, _)| *meaning)
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
