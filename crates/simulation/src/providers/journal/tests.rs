use fanfare_core::{IdempotencyKey, MessageForm};
use jiff::Timestamp;

use super::*;
use crate::time::SECOND;

/// A journal with this number of requests, one after each `pause`.
fn journal(requests: u32, pause: Duration) -> RequestJournal {
    let journal = RequestJournal::new(Arc::new(VirtualClock::start()));
    (0..requests).for_each(|it| enter(&journal, pause * it));
    journal
}

fn enter(journal: &RequestJournal, at: Duration) {
    let attempt = Attempt {
        ordinal: 1,
        at: Timestamp::UNIX_EPOCH,
        key: IdempotencyKey::new(&["1"]),
        form: MessageForm::Full,
        only: None,
    };
    let call = ProviderCall {
        channel: "mail",
        at,
        notifications: Vec::new(),
        attempt,
        is_shown: false,
        answer: None,
    };
    journal.enter(call);
}

#[tokio::test(start_paused = true)]
async fn requests_at_one_moment_are_overrun_at_20_000() {
    let journal = journal(19_999, Duration::ZERO);
    assert!(!journal.is_overrun());
    enter(&journal, Duration::ZERO);
    assert!(journal.is_overrun());
}

#[tokio::test(start_paused = true)]
async fn a_day_that_saw_too_many_stays_known_however_long_the_run_goes_on() {
    let journal = journal(20_000, 4 * SECOND);
    assert!(journal.is_overrun());
    (1..100).for_each(|day| enter(&journal, DAY * (day + 1)));
    assert!(journal.is_overrun());
}

/// 20,000 requests within less than a day are too many: one in 4.3 s, and not one in 5 s.
#[tokio::test(start_paused = true)]
async fn a_week_of_requests_that_no_day_sees_too_many_of_is_no_overrun() {
    assert!(!journal(120_000, 5 * SECOND).is_overrun());
}
