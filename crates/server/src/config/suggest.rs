//! What somebody may have meant.

/// Says that `name` is not known, what it may have meant, and what is known.
///
/// `what` is what the names are, e.g. `setting`.
pub(crate) fn unknown<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    let known: Vec<&str> = known.into_iter().collect();
    let meant = closest(name, &known).map(|it| format!("; did you mean `{it}`?")).unwrap_or_default();
    let separator = if meant.is_empty() { "; " } else { " " };
    let list =
        if known.is_empty() { "there are none".to_owned() } else { format!("known are {}", quoted(&known)) };
    format!("unknown {what} `{name}`{meant}{separator}{list}")
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(", ")
}

/// The known name that `name` resembles, if one does.
pub(crate) fn closest<'a>(name: &str, known: &[&'a str]) -> Option<&'a str> {
    /// Below this two names have little in common (as clap judges it).
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
