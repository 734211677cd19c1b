use super::*;

/// Messages as (serial, milliseconds after the start).
fn tally(alerts: u32, messages: &[(u32, u64)]) -> Tally {
    let start = Instant::now();
    let tally = Tally::of(alerts, start);
    for (serial, after) in messages {
        tally.record(Serial(*serial), start + Duration::from_millis(*after));
    }
    tally
}

#[test]
fn the_first_message_counts_and_the_second_is_a_repeat() {
    let tally = tally(3, &[(0, 5), (1, 6), (0, 9)]);
    assert_eq!((tally.told(), tally.messages(), tally.repeats()), (2, 3, 1));
    assert_eq!(tally.arrival(Serial(0)), Some(tally.opened + Duration::from_millis(5)));
    assert_eq!(tally.arrival(Serial(2)), None);
}

#[test]
fn an_alert_that_nobody_sent_is_not_counted() {
    let tally = tally(3, &[(3, 1)]);
    assert_eq!((tally.told(), tally.messages()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_last_arrival_is_when_the_work_was_done() {
    let tally = tally(3, &[(2, 7), (0, 9), (1, 8), (1, 30)]);
    let last = tally.last_of(3, Duration::from_secs(1)).await.unwrap();
    assert_eq!(last - tally.opened, Duration::from_millis(9));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_never_comes_is_an_error_that_says_how_many_came() {
    let tally = tally(3, &[(2, 0), (0, 0)]);
    let problem = tally.last_of(3, Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(problem.to_string(), "only 2 of 3 alerts were told, and none within the last 20s");
}
