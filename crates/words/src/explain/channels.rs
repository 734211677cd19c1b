//! Lists of channels.

/// `channels` without repetitions: two deliveries may go over one channel.
pub(super) fn each_once(channels: &[String]) -> Vec<String> {
    let mut each = channels.to_vec();
    each.sort();
    each.dedup();
    each
}
