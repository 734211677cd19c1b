//! Macros that a sender did not expand: they stand where a value should, and say nothing.

/// Tells whether `text` as a whole is a macro that its sender left as it is: `{TRIGGER.ID}` and `*UNKNOWN*` of Zabbix,
/// `{{ $labels.host }}` of templates, `$HOST`, `${HOST}` and `$HOSTNAME$` of shells and Nagios, `%HOST%`.
pub(crate) fn is_unexpanded(text: &str) -> bool {
    let text = text.trim();
    let within = |start: &str, end: &str| {
        text.strip_prefix(start).and_then(|it| it.strip_suffix(end)).filter(|it| !it.is_empty())
    };
    text == "*UNKNOWN*"
        || within("{{", "}}").is_some_and(|it| !it.contains(['{', '}']))
        || within("${", "}").is_some_and(|it| !it.contains(['{', '}']))
        || within("{", "}").is_some_and(is_macro_name)
        || within("%", "%").is_some_and(is_variable)
        || text.strip_prefix('$').is_some_and(|it| is_variable(it.strip_suffix('$').unwrap_or(it)))
}

/// Tells whether `name` is that of a macro of Zabbix, e.g. `EVENT.TAGS.site`, `#DISK`, `$LIMIT`.
/// <https://www.zabbix.com/documentation/current/en/manual/appendix/macros/supported_by_location>
fn is_macro_name(name: &str) -> bool {
    let name = name.trim_start_matches(['$', '#', '?']);
    name.starts_with(|c: char| c.is_ascii_uppercase())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-' | b':' | b'"'))
}

fn is_variable(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
        && name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_macro_as_it_was_written_is_no_value() {
        for text in [
            "{TRIGGER.ID}",
            " {EVENT.TAGS.site} ",
            "{#DISK}",
            "{$LIMIT}",
            "*UNKNOWN*",
            "{{ $labels.host }}",
            "{{host}}",
            "$HOST",
            "${HOST_NAME}",
            "$HOSTNAME$",
            "%HOST%",
        ] {
            assert!(is_unexpanded(text), "{text}");
        }
        for text in [
            "17",
            "$5",
            "$ 5",
            "{}",
            "{a}",
            "{1, 2}",
            "100 %",
            "Disk {#DISK} full",
            "{{a}} {{b}}",
            "$",
            "host",
        ] {
            assert!(!is_unexpanded(text), "{text}");
        }
    }
}
