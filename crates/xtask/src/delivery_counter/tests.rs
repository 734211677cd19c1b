use super::*;

/// Messages as (serial, milliseconds after the start).
fn counter(alerts: u32, messages: &[(u32, u64)]) -> DeliveryCounter {
    let start = Instant::now();
    let counter = DeliveryCounter::new(alerts, start);
    for (serial, after) in messages {
        counter.record(Serial(*serial), start + Duration::from_millis(*after));
    }
    counter
}

#[test]
fn the_first_message_counts_and_the_second_is_a_repeat() {
    let counter = counter(3, &[(0, 5), (1, 6), (0, 9)]);
    assert_eq!((counter.told(), counter.messages(), counter.repeats()), (2, 3, 1));
    assert_eq!(counter.arrival(Serial(0)), Some(counter.opened + Duration::from_millis(5)));
    assert_eq!(counter.arrival(Serial(2)), None);
}

#[test]
fn an_alert_that_nobody_sent_is_not_counted() {
    let counter = counter(3, &[(3, 1)]);
    assert_eq!((counter.told(), counter.messages()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn the_last_arrival_is_when_the_work_was_done() {
    let counter = counter(3, &[(2, 7), (0, 9), (1, 8), (1, 30)]);
    let last = counter.last_of(3, Duration::from_secs(1)).await.unwrap();
    assert_eq!(last - counter.opened, Duration::from_millis(9));
}

#[tokio::test(start_paused = true)]
async fn a_message_that_never_comes_is_an_error_that_says_how_many_came() {
    let counter = counter(3, &[(2, 0), (0, 0)]);
    let problem = counter.last_of(3, Duration::from_secs(20)).await.unwrap_err();
    assert_eq!(problem.to_string(), "only 2 of 3 alerts were told, and none within the last 20s");
}
