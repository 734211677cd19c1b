//! Values that somebody was to fill in.

/// The complaint about `text` if it holds a placeholder that nothing fills in: `${NAME}`, `$(command)`,
/// `{{ name }}`, `$NAME`, `%NAME%` or `<your token>`. It does not quote the text.
pub(crate) fn unfilled(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let whole = |before: &str, after: &str| {
        let name = text.strip_prefix(before)?.strip_suffix(after)?;
        (!name.is_empty()).then_some(name)
    };
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
    };
    if holds(text, "${", "}") {
        Some("`${…}`")
    } else if holds(text, "$(", ")") {
        Some("`$(…)`")
    } else if holds(text, "{{", "}}") {
        Some("`{{…}}`")
    } else if whole("$", "")
        .is_some_and(|name| is_name(name) && name.chars().all(|c| !c.is_ascii_lowercase()))
    {
        Some("`$…`")
    } else if whole("%", "%").is_some_and(is_name) {
        Some("`%…%`")
    } else if whole("<", ">").is_some_and(|name| !name.contains('@')) {
        Some("`<…>`")
    } else {
        None
    }
}

/// The complaint about `text`, a secret that is kept elsewhere, if it is certainly a placeholder. With a digit in it, one of
/// the shorter forms may well be a password, e.g. `$PASSW0RD` or `<pw12345>`: those are only doubted.
pub(crate) fn certainly_unfilled(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let is_command = text.starts_with("$(") && text.ends_with(')');
    let is_long_form = holds(text, "${", "}") || holds(text, "{{", "}}") || is_command;
    let may_be_password = !is_long_form && text.contains(|c: char| c.is_ascii_digit());
    unfilled(text).filter(|_| !may_be_password)
}

/// The complaint about `text`, a secret, if it is a placeholder or a reference to another place that nothing looks up:
/// `__NAME__`, `#{NAME}`, `vault:secret/name`, `op://vault/item`, `arn:aws:…` or `ENC[…]`. Other values may look so.
pub(crate) fn unresolved(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let name = text.strip_prefix("__").and_then(|it| it.strip_suffix("__")).unwrap_or_default();
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let path = |scheme: &str| {
        let path = text.strip_prefix(scheme)?;
        (!path.contains(char::is_whitespace)).then_some(path)
    };
    if name.contains(|c: char| c.is_ascii_alphabetic()) && is_name {
        Some("`__…__`")
    } else if holds(text, "#{", "}") && text.starts_with("#{") && text.trim_end_matches('#').ends_with('}') {
        Some("`#{…}`")
    } else if path("vault:").is_some_and(|it| it.contains('/')) {
        Some("`vault:…`")
    } else if path("op://").is_some() {
        Some("`op://…`")
    } else if path("arn:aws").is_some_and(|it| it.contains(':')) {
        Some("`arn:aws…`")
    } else if text.starts_with("ENC[") && text.ends_with(']') {
        Some("`ENC[…]`")
    } else {
        None
    }
}

/// True if `text` stands for a value by its very form: three or more of one of these signs and no other.
pub(crate) fn is_filler(text: &str) -> bool {
    let text = text.trim();
    let first = text.chars().next().unwrap_or_default();
    matches!(first, 'x' | 'X' | '*' | '.' | '?' | '_' | '-')
        && text.len() >= 3
        && text.chars().all(|c| c == first)
}

/// True if `text` is a phrase with which examples say that a value is to be written there.
pub(crate) fn is_phrase(text: &str) -> bool {
    const WHOLE: [&str; 8] =
        ["changeme", "changeit", "replaceme", "fillmein", "fixme", "todo", "tbd", "placeholder"];
    const BEGINNINGS: [&str; 4] = ["your", "insert", "enteryour", "replacewith"];
    let letters: String = text.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    WHOLE.contains(&letters.as_str()) || BEGINNINGS.iter().any(|beginning| letters.starts_with(beginning))
}

fn holds(text: &str, opening: &str, closing: &str) -> bool {
    text.split_once(opening).is_some_and(|(_, rest)| rest.find(closing).is_some_and(|length| length > 0))
}

#[cfg(test)]
mod tests;
