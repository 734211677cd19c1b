//! Bodies as people write them: authors of scripts, gateways, PLCs, chat bots, in English and Chinese.

use super::*;

mod english;
mod chinese;
mod machines;
mod chats;
mod lists;
mod pairs;
mod properties;

/// A body, its state and severity, and the words that a person must be able to read, divided by `|`.
type BodyRow = (&'static str, &'static str, &'static str);

/// The text that a person sees of `alert`: the title, the device and the texts.
pub(super) fn visible(alert: &Alert) -> String {
    let texts = alert.annotations.iter().map(|(_, text)| text);
    [alert.title(), alert.text_of("device"), alert.text_of("eui")]
        .into_iter()
        .chain(texts)
        .collect::<Vec<_>>()
        .join("\n")
}

#[track_caller]
fn check_rows(rows: &[BodyRow]) {
    let wrong: Vec<String> = rows.iter().filter_map(complaint).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn complaint((body, state, words): &BodyRow) -> Option<String> {
    let read = match try_read(body, &Hints::default()) {
        Ok(reading) if reading.alerts.len() == 1 => reading.alerts[0].alert.clone(),
        other => return Some(format!("{body}: {other:?}")),
    };
    let kind = match read.kind {
        Kind::Notice => "notice",
        Kind::Alarm => read.status.word(),
    };
    let is = format!("{kind} {}", read.severity);
    let visible = visible(&read);
    let missing: Vec<&str> = words.split('|').filter(|word| !visible.contains(word)).collect();
    (is != *state || !missing.is_empty()).then(|| format!("{body}: {is}, without {missing:?} in {visible:?}"))
}
