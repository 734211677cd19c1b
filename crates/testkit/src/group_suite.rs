//! The suite for what a channel makes of a group of several alerts.

use std::sync::Arc;

use fanfare_core::{AlertId, GroupedAlert, MessageForm, Notification, Severity, Why};

use crate::{alert, notification};

/// The notification of a group of `number` alerts, at least one: the first is urgent, the last
/// of several is high and stands behind all others, and each has a device that no other has.
#[must_use]
pub fn group(number: usize) -> Notification {
    let other = |at: usize| {
        let severity = if at + 1 == number { Severity::High } else { Severity::Mid };
        let mut alert = alert(severity);
        alert.labels.set("device", device(at));
        GroupedAlert { id: AlertId(i64::try_from(at).unwrap_or(i64::MAX)), alert: Arc::new(alert) }
    };
    let mut told = notification(Severity::Urgent, Why::Started);
    Arc::make_mut(&mut told.alert).labels.set("device", device(0));
    Notification { others: (1..number).map(other).collect(), ..told }
}

/// The device of the alert at this place of a [`group`].
fn device(at: usize) -> String {
    format!("Sensor S{at:05}")
}

/// Checks the messages about groups of one, three and two hundred alerts, as `written` by a channel
/// in English: each alert is named, the most severe first, or counted in a note where there
/// is no room for all.
///
/// # Panics
///
/// If an alert is neither named nor counted, or stands in the wrong place.
pub fn check_groups(written: impl Fn(&Notification, MessageForm) -> String) {
    for number in [1, 3, 200] {
        for form in [MessageForm::Full, MessageForm::Plain] {
            let text = written(&group(number), form);
            let named: Vec<usize> = (0..number).filter(|at| text.contains(&device(*at))).collect();
            let what = format!("{number} alerts, {form:?}: {text}");
            assert_eq!(named.len() + counted(&text), number, "{what}");
            assert!(number > 3 || named.len() == number, "there is room for all: {what}");
            let place = |at: usize| text.find(&device(at));
            assert!(place(0).is_some() && place(number - 1).is_some(), "the worst are named: {what}");
            assert!(number == 1 || place(number - 1) < place(1) || place(1).is_none(), "{what}");
            assert!(place(0) <= place(number - 1), "{what}");
        }
    }
}

/// The number in `… and 12 more alerts`; 0 without it.
fn counted(text: &str) -> usize {
    let note = text.split_once("… and ").and_then(|(_, rest)| rest.split_once(" more alert"));
    note.map_or(0, |(number, _)| number.parse().unwrap())
}
