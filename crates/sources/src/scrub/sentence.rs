//! Words behind `password:` and the like: the password, or a sentence about it.

/// The nature of the words behind an introduction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Words {
    /// A credential, of which the first so many bytes are secret.
    Secret { length: usize },
    /// A sentence that says what has happened: `password: 5 times wrong`.
    Sentence,
}

/// Judges `value`, which stands between `intro` and `rest`. What may be a credential is taken for one; a sentence is
/// known by its words. Behind `Authorization:` stands a credential only if it looks like one or its scheme is named.
pub(super) fn words_after(intro: &str, value: &str, rest: &str) -> Words {
    let whole = Words::Secret { length: value.len() };
    let intro = intro.trim_end().to_lowercase();
    let is_colon = intro.ends_with([':', '：']);
    let is_bearer = intro == "bearer";
    if !(is_colon || is_bearer) || value.starts_with(['"', '\'', '\\']) {
        return whole;
    }
    if !value.is_ascii() {
        return chinese(value);
    }
    let first = value.trim_end_matches(['.', '!', '?', ':', ')']).to_lowercase();
    let next = rest
        .trim_start_matches(' ')
        .split(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or_default()
        .to_lowercase();
    let is_word = first.bytes().all(|byte| byte.is_ascii_lowercase());
    let is_count = first.len() <= 3 && first.bytes().all(|byte| byte.is_ascii_digit()) && has(COUNTED, &next);
    let is_followed = rest.starts_with(' ') && !next.is_empty();
    let is_told =
        is_word && (has(VERDICTS, &first) || (is_followed && (has(OPENERS, &first) || has(VERBS, &next))));
    let is_no_header = is_word && !is_bearer && first.len() < 16 && intro.contains("authorization");
    if is_count || is_told || is_no_header { Words::Sentence } else { whole }
}

/// Judges a value with Chinese characters, between which no blank stands.
fn chinese(value: &str) -> Words {
    let start = value.find(|c: char| !c.is_ascii()).unwrap_or(value.len());
    let (ascii, words) = value.split_at(start);
    let is_sentence = VERDICTS_ZH.split_ascii_whitespace().any(|word| words.contains(word));
    let is_count = ascii.len() <= 3 && ascii.bytes().all(|byte| byte.is_ascii_digit());
    match (is_sentence, is_count) {
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
     needed disabled enabled revoked unauthorized unauthorised forbidden removed leaked stolen entered blocked";

/// First words of a sentence about a credential, if another word follows.
const OPENERS: &str = "reset not no is was has must should will too empty success attempt attempts login logon access bad \
     weak lost repeatedly several many the a an of for by please check could cannot can never been authentication \
     verification guessed timeout timed none";

/// Second words of a sentence about a credential: `token: card removed from slot 3`.
const VERBS: &str = "denied failed wrong incorrect invalid expired expires changed rejected refused is was has were are must \
     should will not removed leaked lost entered blocked locked missing";

/// Words for what is counted: `5 times`.
const COUNTED: &str = "times attempts attempt tries failures failed errors wrong incorrect more of in minutes min hours \
     days retries invalid";

const VERDICTS_ZH: &str = "错 误 失败 过期 失效 次 无效 不 未 已 被 修改 更换 更改 变更 重置 锁 请 输入 验证 拒绝 异常 丢失 泄露 \
     连续 多次 尝试 到期 正确 为空 检查 即将 需要 超时 禁止 登录";
