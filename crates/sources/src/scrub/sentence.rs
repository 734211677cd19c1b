//! Words behind `password:` and the like: the password, or a sentence about it.

use super::look::looks_secret;

/// The nature of the words behind an introduction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// A credential, of which the first so many bytes are secret.
    Secret { length: usize },
    /// A sentence that says what has happened: `password: 5 times wrong`.
    Sentence,
}

/// The introduction of a value, by what may follow it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Lead {
    /// `password=`, `--password`: a credential.
    Exact,
    /// `pass=`, which counts in the reports of tests.
    Pass,
    /// `password:`: a credential, or a sentence about one.
    Colon,
    /// `Authorization:`: a credential only if it looks like one.
    Header,
    /// `bearer`: a credential, or the word of a sentence.
    Bearer,
    /// `password is`, `密码锁：`: a sentence, unless what follows looks like a credential.
    Sentence,
}

impl Lead {
    fn of(intro: &str) -> Self {
        let intro = intro.trim_end_matches(|c: char| c.is_whitespace() || "“「".contains(c)).to_lowercase();
        let command = intro.trim_start();
        if command.starts_with("-u") || command.starts_with("--") {
            return Self::Exact;
        }
        if let Some(name) = intro.strip_suffix([':', '：']) {
            let name = name.trim_end_matches(|c: char| c.is_whitespace() || "\"'\\”」".contains(c));
            let is_of_another = !name.is_ascii() && !NAMES_ZH.iter().any(|it| name.ends_with(it));
            return match name {
                _ if is_of_another => Self::Sentence,
                _ if name.contains("authorization") => Self::Header,
                _ => Self::Colon,
            };
        }
        match intro.as_str() {
            "bearer" => Self::Bearer,
            it if it.starts_with("pass") && it.trim_end_matches(['=', '＝', ' ']) == "pass" => Self::Pass,
            it if it.ends_with(['是', '为', '為']) || it.ends_with(" is") || it.ends_with(" was") => {
                Self::Sentence
            }
            _ => Self::Exact,
        }
    }
}

/// Judges `value`, which stands between `intro` and `rest`. What may be a credential is taken for one; a sentence is
/// known by its words. Behind `Authorization:` stands a credential only if it looks like one or its scheme is named.
pub(super) fn words_after(intro: &str, value: &str, rest: &str) -> Words {
    let whole = Words::Secret { length: value.len() };
    let is_sentence = match Lead::of(intro) {
        _ if value.starts_with(['"', '\'', '\\']) => false,
        Lead::Exact => false,
        Lead::Pass => is_count(value) || has(RESULTS, &value.to_lowercase()),
        Lead::Sentence => {
            let start = value.find(|c: char| !c.is_ascii()).unwrap_or(value.len());
            return match &value[..start] {
                ascii if looks_secret(ascii) => Words::Secret { length: start },
                _ => Words::Sentence,
            };
        }
        Lead::Colon | Lead::Header | Lead::Bearer if !value.is_ascii() => return chinese(value),
        Lead::Header => is_sentence_of(value, rest) || (is_word(value) && value.len() < 16),
        Lead::Colon | Lead::Bearer => is_sentence_of(value, rest),
    };
    if is_sentence { Words::Sentence } else { whole }
}

/// Tells whether `value` and what follows it are words of a sentence: two words, or one that is a verdict.
fn is_sentence_of(value: &str, rest: &str) -> bool {
    let first = value.trim_end_matches(['.', '!', '?', ':', ')']);
    let follows = rest.trim_start_matches(' ');
    let next = follows.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
    // `password: swordfish user: admin`
    let is_name = follows[next.len()..].trim_start().starts_with([':', '=', '：']);
    let (lower, next) = (first.to_lowercase(), next.to_lowercase());
    if is_count(first) && has(COUNTED, &next) {
        return true;
    }
    let is_followed = rest.starts_with(' ') && !next.is_empty();
    let goes_on = is_followed && !is_name && first.len() < 16 && !has(CONNECTORS, &next);
    is_word(first) && (has(VERDICTS, &lower) || goes_on || (is_followed && has(OPENERS, &lower)))
}

/// Tells whether `text` is written as a word: letters, and no capital within small ones.
fn is_word(text: &str) -> bool {
    let text = text.trim_end_matches(['.', '!', '?', ':', ')']);
    let (all_upper, tail_lower) = (
        text.bytes().all(|byte| byte.is_ascii_uppercase()),
        text.bytes().skip(1).all(|byte| byte.is_ascii_lowercase()),
    );
    text.bytes().all(|byte| byte.is_ascii_alphabetic()) && (all_upper || tail_lower)
}

fn is_count(text: &str) -> bool {
    text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The length in characters from which a value of Chinese characters alone is a sentence: nobody types a password
/// of so many.
const SENTENCE_LENGTH: usize = 4;

/// Judges a value with Chinese characters, between which no blank stands.
fn chinese(value: &str) -> Words {
    let start = value.find(|c: char| !c.is_ascii()).unwrap_or(value.len());
    let (ascii, words) = value.split_at(start);
    let is_long = ascii.is_empty() && words.chars().filter(|c| c.is_alphabetic()).count() >= SENTENCE_LENGTH;
    let is_sentence = is_long || VERDICTS_ZH.split_ascii_whitespace().any(|word| words.contains(word));
    match (is_sentence, is_count(ascii)) {
        (true, true) => Words::Sentence,
        (true, false) => Words::Secret { length: start },
        (false, _) => Words::Secret { length: value.len() },
    }
}

fn has(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|it| it == word)
}

/// Words that alone tell what became of a credential.
const VERDICTS: &str = "denied failed failure fails wrong incorrect invalid expired expires expiring changed missing \
     required rejected refused locked unlocked error errors mismatch unknown accepted granted successful succeeded \
     needed disabled enabled revoked unauthorized unauthorised forbidden removed leaked stolen entered blocked \
     stalled low open opened closed offline online timeout triggered stuck jammed tampered ok";

/// First words of a sentence about a credential, if another word follows.
const OPENERS: &str = "reset not no is was has must should will too empty success attempt attempts login logon access bad \
     weak lost repeatedly several many the a an of for by please check could cannot can never been authentication \
     verification guessed timeout timed none";

/// Words that go on behind a credential: `password: swordfish for admin`.
const CONNECTORS: &str = "for and or user username login host url";

/// Words that a test answers with: `pass=true`.
const RESULTS: &str = "true false ok yes no fail failed";

/// The words for a credential in Chinese, as they end a name.
const NAMES_ZH: [&str; 11] =
    ["密码", "密 码", "口令", "口 令", "密钥", "密 钥", "秘钥", "令牌", "授权码", "凭证", "凭据"];

/// Words for what is counted: `5 times`.
const COUNTED: &str = "times attempts attempt tries failures failed errors wrong incorrect more of in minutes min hours \
     days retries invalid";

const VERDICTS_ZH: &str = "错 误 失败 过期 失效 次 无效 不 未 已 被 修改 更换 更改 变更 重置 锁 请 输入 验证 拒绝 异常 丢失 泄露 \
     连续 多次 尝试 到期 正确 为空 检查 即将 需要 超时 禁止 登录 打开 关闭 \
     离线 告警 报警 故障 触发 低电 停";
