//! Tasks that run as long as the gateway, and the report of a panic in one.

use std::panic::AssertUnwindSafe;

use futures_util::FutureExt;
use tracing::error;

/// Runs `task`, and logs if it panics: before the shutdown nobody waits for its end.
pub(crate) async fn report_panic(name: &str, task: impl Future<Output = ()>) {
    if AssertUnwindSafe(task).catch_unwind().await.is_err() {
        error!(task.name = name, "A task panicked, and rests until the gateway is restarted; this is a bug");
    }
}

#[cfg(test)]
mod tests;
