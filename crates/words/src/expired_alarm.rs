//! The text of an alarm that is over by itself.

use std::time::Duration;

use fanfare_core::{HumanDuration, Labels, Language};

use crate::annotation::annotation_in;

/// The texts, in each language, of the end of an alarm that was not reported again for `lasting`.
#[must_use]
pub fn expired_alarm_texts(lasting: Duration) -> Labels {
    // A few milliseconds have passed since it was read.
    let seconds = u64::try_from(lasting.as_millis().div_ceil(1000)).unwrap_or(u64::MAX);
    let lasting = HumanDuration(Duration::from_secs(seconds));
    let english = format!(
        "Taken for over: it was not reported again for {lasting}, and nobody said that it has ended."
    );
    let chinese = format!("已有 {lasting} 未再上报，视为恢复；未收到恢复消息。");
    [("description".to_owned(), english), (annotation_in("description", Language::Zh), chinese)]
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests;
