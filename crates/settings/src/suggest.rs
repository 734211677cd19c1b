//! Suggestions for names that are not known.

/// The complaint about an unknown `name`: the known name that was perhaps meant,
/// and all that are known. `kind` says what the names are, e.g. `setting`.
pub fn unknown_name<'a>(kind: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let meant = closest(name, &known).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
    let separator = if meant.is_empty() { "; " } else { " " };
    let list =
        if known.is_empty() { "there are none".to_owned() } else { format!("known are {}", quoted(&known)) };
    format!("unknown {kind} `{name}`{meant}{separator}{list}")
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}

/// The known name that `name` resembles, if one does.
pub(crate) fn closest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    /// The similarity below which two names have little in common (as clap judges it).
    const LIKE_ENOUGH: f64 = 0.7;
    let likeness = |it: &str| strsim::jaro(&name.to_lowercase(), it);
    known
        .iter()
        .map(|it| (likeness(it), *it))
        .filter(|(likeness, _)| *likeness > LIKE_ENOUGH)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, it)| it)
}

#[cfg(test)]
mod tests;
