use super::*;
use crate::alert::Serial;
use crate::alert::{batches, singles, tkl};
use crate::delivery_counter::DeliveryCounter;
use crate::webhook_sink::{SinkBehaviour, WebhookSink};

async fn receiver(alerts: u32) -> (WebhookSink, PostTarget) {
    let counter = Arc::new(DeliveryCounter::new(alerts, Instant::now()));
    let receiver = WebhookSink::open(SinkBehaviour::Answers, counter).await.unwrap();
    let endpoint =
        PostTarget { address: receiver.address, path: "/a".to_owned(), token: Some("secret".to_owned()) };
    (receiver, endpoint)
}

#[tokio::test]
async fn every_alert_is_posted_exactly_once() {
    let (receiver, endpoint) = receiver(500).await;
    let posted = at_full_speed(&endpoint, singles(0..500, tkl), 8).await.unwrap();
    assert_eq!((receiver.counter.told(), receiver.counter.messages()), (500, 500));
    assert_eq!(posted.sent.len(), 500);
    assert!(posted.sent.iter().all(|sent| posted.started <= *sent && *sent <= posted.ended));
}

#[tokio::test]
async fn a_batch_posts_all_its_alerts_at_once() {
    let (receiver, endpoint) = receiver(130).await;
    at_full_speed(&endpoint, batches(0..130, 64, tkl), 2).await.unwrap();
    assert_eq!(receiver.counter.told(), 130);
}

#[tokio::test(start_paused = true)]
async fn a_paced_load_takes_as_long_as_it_should() {
    let (receiver, endpoint) = receiver(21).await;
    let posted = at_a_pace(&endpoint, singles(0..21, tkl), 4, 200).await.unwrap();
    assert!(posted.took() >= Duration::from_millis(100), "21 alerts at 200/s took {:?}", posted.took());
    let first = posted.sent.first().copied();
    assert!(first <= receiver.counter.arrival(Serial(0)));
}

#[tokio::test]
async fn a_closed_door_is_an_error_that_names_it() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let endpoint = PostTarget { address, path: "/a".to_owned(), token: None };
    let problem = at_full_speed(&endpoint, singles(0..1, tkl), 1).await.unwrap_err();
    assert!(format!("{problem:#}").contains(&endpoint.address.to_string()), "{problem:#}");
}
