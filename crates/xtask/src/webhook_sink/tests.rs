use super::*;
use crate::load::{LoadClient, PostTarget};

async fn receiver(behaviour: SinkBehaviour) -> (WebhookSink, LoadClient) {
    let receiver =
        WebhookSink::open(behaviour, Arc::new(DeliveryCounter::new(10, Instant::now()))).await.unwrap();
    let endpoint =
        PostTarget { address: receiver.address, path: "/robot/send?access_token=t".to_owned(), token: None };
    let client = LoadClient::connect(&endpoint).await.unwrap();
    (receiver, client)
}

#[tokio::test]
async fn a_message_that_names_an_alert_twice_is_one_telling() {
    let (receiver, mut client) = receiver(SinkBehaviour::Answers).await;
    let answer = client.post(Bytes::from_static(b"face000000000003 and face000000000003")).await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, TAKEN);
    assert_eq!((receiver.counter.told(), receiver.counter.repeats()), (1, 0));
}

#[tokio::test]
async fn a_digest_tells_of_several_alerts() {
    let (receiver, mut client) = receiver(SinkBehaviour::Answers).await;
    client.post(Bytes::from_static(b"face000000000003, face000000000004")).await.unwrap();
    assert_eq!(receiver.counter.told(), 2);
}

#[tokio::test]
async fn a_provider_that_hangs_has_read_the_message() {
    let (receiver, mut client) = receiver(SinkBehaviour::NeverAnswers).await;
    let read = async {
        while receiver.counter.told() == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        answer = client.post(Bytes::from_static(b"face000000000003")) => panic!("it answered: {answer:?}"),
        () = read => {}
    }
    assert_eq!(receiver.counter.told(), 1);
}
