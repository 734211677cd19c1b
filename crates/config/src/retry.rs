//! The waits between attempts.

use fanfare_core::{HumanDuration, RetryPolicy};
use fanfare_settings::{Section, SettingPath};

use crate::scalars::PositiveDuration;
use crate::yaml::RetryYaml;

/// The retry policy that `yaml` states, the default where it states nothing.
pub(crate) fn check(yaml: Option<&RetryYaml>, section: &mut Section) -> RetryPolicy {
    let default = RetryPolicy::default();
    let Some(RetryYaml { first_delay, max_delay, probe_delay, give_up_after }) = yaml else {
        return default;
    };
    let or = |it: &Option<PositiveDuration>, default| it.map_or(default, |PositiveDuration(it)| it);
    let retry = RetryPolicy {
        first_delay: or(first_delay, default.first_delay),
        max_delay: or(max_delay, default.max_delay),
        probe_delay: or(probe_delay, default.probe_delay),
        give_up_after: or(give_up_after, default.give_up_after),
    };
    if retry.max_delay < retry.first_delay {
        let named = if max_delay.is_some() { "max_delay" } else { "first_delay" };
        section
            .error(&SettingPath::new("retry").key(named), "`max_delay` must not be less than `first_delay`");
    }
    let patience = HumanDuration(retry.give_up_after);
    if retry.give_up_after < retry.first_delay {
        let named = if give_up_after.is_some() { "give_up_after" } else { "first_delay" };
        let message = format!(
            "a delivery is given up after {patience}, before it is tried a second time: write a `first_delay` below that"
        );
        section.warning(&SettingPath::new("retry").key(named), message);
    } else if retry.give_up_after < retry.probe_delay {
        let named = if give_up_after.is_some() { "give_up_after" } else { "probe_delay" };
        let message = format!(
            "a delivery is given up after {patience}, before a channel that a person has mended is tried again: write a \
             `probe_delay` below that"
        );
        section.warning(&SettingPath::new("retry").key(named), message);
    }
    retry
}
