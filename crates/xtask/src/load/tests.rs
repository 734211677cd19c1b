use super::*;
use crate::alert::{batches, singles, tkl};
use crate::{Manner, Receiver, Serial, Tally};

async fn receiver(alerts: u32) -> (Receiver, Door) {
    let tally = Arc::new(Tally::of(alerts, Instant::now()));
    let receiver = Receiver::open(Manner::Answers, tally).await.unwrap();
    let door = Door { address: receiver.address, path: "/a".to_owned(), token: Some("secret".to_owned()) };
    (receiver, door)
}

#[tokio::test]
async fn every_alert_is_posted_exactly_once() {
    let (receiver, door) = receiver(500).await;
    let posted = at_full_speed(&door, singles(0..500, tkl), 8).await.unwrap();
    assert_eq!((receiver.tally.told(), receiver.tally.messages()), (500, 500));
    assert_eq!(posted.sent.len(), 500);
    assert!(posted.sent.iter().all(|sent| posted.started <= *sent && *sent <= posted.ended));
}

#[tokio::test]
async fn a_batch_posts_all_its_alerts_at_once() {
    let (receiver, door) = receiver(130).await;
    at_full_speed(&door, batches(0..130, 64, tkl), 2).await.unwrap();
    assert_eq!(receiver.tally.told(), 130);
}

#[tokio::test(start_paused = true)]
async fn a_paced_load_takes_as_long_as_it_should() {
    let (receiver, door) = receiver(21).await;
    let posted = at_a_pace(&door, singles(0..21, tkl), 4, 200).await.unwrap();
    assert!(posted.took() >= Duration::from_millis(100), "21 alerts at 200/s took {:?}", posted.took());
    let first = posted.sent.first().copied();
    assert!(first <= receiver.tally.arrival(Serial(0)));
}

#[tokio::test]
async fn a_closed_door_is_an_error_that_names_it() {
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let door = Door { address, path: "/a".to_owned(), token: None };
    let problem = at_full_speed(&door, singles(0..1, tkl), 1).await.unwrap_err();
    assert!(format!("{problem:#}").contains(&door.address.to_string()), "{problem:#}");
}
