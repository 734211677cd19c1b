//! The waits between attempts.

use fanfare_core::RetryPolicy;
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
    retry
}
