//! Provider's words beside their outcome, and channels named once.

/// The provider's words without the outcome that they begin with, for a line that names it.
#[must_use]
pub fn without_outcome<'a>(outcome: &str, words: &'a str) -> &'a str {
    let rest = words.strip_prefix(outcome).and_then(|rest| rest.split_once(": "));
    rest.map_or(words, |(_, reason)| reason)
}

/// `channels` without repetitions: two deliveries may go over one channel.
pub(super) fn each_once(channels: &[String]) -> Vec<String> {
    let mut each = channels.to_vec();
    each.sort();
    each.dedup();
    each
}
