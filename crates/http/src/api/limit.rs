//! The number of rows in a list.

/// The number of rows if the request names none.
const DEFAULT_LIMIT: u32 = 100;
/// The number of rows at most.
const MAX_LIMIT: u32 = 1_000;

/// The number of rows for a request that asks for `limit`.
pub(super) fn bounded(limit: Option<u32>) -> u32 {
    limit.unwrap_or(DEFAULT_LIMIT).clamp(1, MAX_LIMIT)
}
