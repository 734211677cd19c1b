//! The way of alerts about the gateway itself.

use std::collections::{BTreeMap, BTreeSet};

use fanfare_core::{Receiver, Route, Severity};
use fanfare_gateway::{ChannelSetup, SELF_SOURCE};
use fanfare_settings::{Section, SettingPath};

/// Warns if alerts about the gateway itself reach channels of one kind only: where its provider fails, nobody
/// would hear that it does.
pub(crate) fn check(
    route: &Route,
    receivers: &[Receiver],
    channels: &[&ChannelSetup],
    section: &mut Section,
) {
    let kinds: BTreeMap<&str, &str> = channels.iter().map(|it| (it.name.as_str(), it.kind)).collect();
    // Of one kind alone there is no other to name.
    if kinds.values().collect::<BTreeSet<_>>().len() < 2 {
        return;
    }
    // The rest are hints, such as that of an old secret.
    let mut lonely = [Severity::Urgent, Severity::High].into_iter().filter_map(|severity| {
        let mut names = BTreeSet::new();
        collect(route, severity, &mut names);
        let told = receivers.iter().filter(|it| names.contains(it.name.as_str()));
        let on_channels = told.flat_map(|it| {
            it.terms.channels.iter().chain(it.terms.escalate.iter().flat_map(|rung| &rung.to))
        });
        let reached: BTreeSet<&str> = on_channels.filter_map(|it| kinds.get(it.as_str()).copied()).collect();
        (reached.len() == 1).then_some((reached, names))
    });
    if let Some((kind, receivers)) = lonely.next() {
        let list = |names: BTreeSet<&str>| names.into_iter().collect::<Vec<_>>().join("`, `");
        let message = format!(
            "alerts about the gateway itself go to `{}`, on channels of the kind {} alone: where that fails, nobody \
             hears of it. Add a route with `source = {SELF_SOURCE}` to a receiver with channels of two kinds",
            list(receivers),
            list(kind)
        );
        section.warning(&SettingPath::new("route"), message);
    }
}

/// Adds the receivers of a self-alert of this severity to `names`, and tells whether `route` matches it. Its other
/// labels are not known here: they are taken for empty.
fn collect<'a>(route: &'a Route, severity: Severity, names: &mut BTreeSet<&'a str>) -> bool {
    let text_of = |name: &str| match name {
        "source" => SELF_SOURCE,
        "severity" => severity.word(),
        _ => "",
    };
    if !route.matchers.iter().all(|it| it.holds_for(text_of(it.name()))) {
        return false;
    }
    let mut is_taken = false;
    for child in &route.routes {
        let matched = collect(child, severity, names);
        is_taken |= matched;
        if matched && !child.r#continue {
            break;
        }
    }
    if !is_taken {
        names.insert(route.receiver.as_str());
    }
    true
}
