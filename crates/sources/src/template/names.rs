//! Names of filters, tests and functions in a template. Minijinja looks them up only when it meets them, which for the
//! branch of an alert that is rare may be the night of that alert.

use std::sync::LazyLock;

use minijinja::{Environment, ErrorKind};
use regex::Regex;

use crate::scrub::pattern;

/// The first filter, test or function in `text` that `environment` does not know, as people call it.
pub(super) fn unknown_name(text: &str, environment: &Environment<'_>) -> Option<String> {
    let code = CODE.find_iter(text).map(|it| it.as_str()).filter(|it| !it.starts_with("{#"));
    code.flat_map(|it| NAME.captures_iter(it)).find_map(|found| {
        let [filter, test, function] =
            ["filter", "test", "function"].map(|kind| found.name(kind).map(|it| it.as_str()));
        if let Some(name) = filter {
            let probe = format!("{{{{ '' | {name} }}}}");
            return fails_with(environment, &probe, ErrorKind::UnknownFilter)
                .then(|| format!("filter `{name}`"));
        }
        if let Some(name) = test {
            let probe = format!("{{{{ '' is {name} }}}}");
            return fails_with(environment, &probe, ErrorKind::UnknownTest).then(|| format!("test `{name}`"));
        }
        let name = function.filter(|it| !WORDS.contains(it))?;
        let probe = format!("{{{{ {name}() }}}}");
        fails_with(environment, &probe, ErrorKind::UnknownFunction).then(|| format!("function `{name}`"))
    })
}

fn fails_with(environment: &Environment<'_>, probe: &str, kind: ErrorKind) -> bool {
    environment.render_str(probe, ()).is_err_and(|err| err.kind() == kind)
}

/// Words of the language before a parenthesis.
const WORDS: [&str; 15] = [
    "if",
    "elif",
    "else",
    "in",
    "not",
    "and",
    "or",
    "is",
    "set",
    "for",
    "call",
    "macro",
    "loop",
    "caller",
    "recursive",
];

/// The parts of a template that are no text.
static CODE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?s)\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}"));

/// A name with what says of which kind it is. Quoted texts and methods are passed over.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?x)
        " (?: \\. | [^"\\] )* " | ' (?: \\. | [^'\\] )* '
      | \. \s* \w+
      | \| \s* (?<filter> [A-Za-z_]\w* )
      | \b is \s+ (?: not \s+ )? (?<test> [A-Za-z_]\w* )
      | \b (?<function> [A-Za-z_]\w* ) \s* \("#,
    )
});
