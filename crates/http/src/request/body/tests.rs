use actix_web::error::PayloadError;
use actix_web::test::TestRequest;
use futures_util::stream::{self, Stream};
use tokio::time::{Instant, sleep};

use super::*;
use crate::access::Access;

const LIMIT: BodyLimit = BodyLimit { bytes: 10, advice: "say less" };

async fn read(
    declared: Option<usize>,
    body: impl Stream<Item = Result<Bytes, PayloadError>> + 'static,
) -> Result<Bytes, u16> {
    let admitted = Access::Anyone.admit((&TestRequest::default().to_http_request()).into()).unwrap();
    let body =
        UnreadBody { payload: dev::Payload::Stream { payload: Box::pin(body) }, declared, connection: None };
    body.read(&admitted, LIMIT).await.map_err(|err| err.status().as_u16())
}

fn chunks(chunks: &[&'static str]) -> impl Stream<Item = Result<Bytes, PayloadError>> + use<> {
    let chunks: Vec<_> = chunks.iter().map(|it| Ok(Bytes::from_static(it.as_bytes()))).collect();
    stream::iter(chunks)
}

#[tokio::test]
async fn a_body_is_read_up_to_its_limit_and_not_a_byte_more() {
    assert_eq!(read(None, chunks(&[])).await, Ok(Bytes::new()));
    assert_eq!(read(Some(10), chunks(&["01234", "56789"])).await, Ok(Bytes::from_static(b"0123456789")));
    assert_eq!(read(None, chunks(&["01234", "567890"])).await, Err(413));
    assert_eq!(
        read(None, stream::repeat_with(|| Ok(Bytes::from_static(b"x")))).await,
        Err(413),
        "an endless one"
    );
    let torn = stream::iter([Ok(Bytes::from_static(b"x")), Err(PayloadError::Incomplete(None))]);
    assert_eq!(read(None, torn).await, Err(400));
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_declared_too_long_is_not_waited_for() {
    let started = Instant::now();
    assert_eq!(read(Some(11), stream::pending()).await, Err(413));
    assert_eq!(started.elapsed(), Duration::ZERO);
}

#[tokio::test(start_paused = true)]
async fn a_body_is_waited_for_until_its_deadline_however_much_of_it_comes() {
    let drip = stream::unfold((), |()| async {
        sleep(Duration::from_secs(4)).await;
        Some((Ok(Bytes::from_static(b"x")), ()))
    });
    let started = Instant::now();
    assert_eq!(read(Some(10), stream::pending()).await, Err(408));
    assert_eq!(started.elapsed(), ARRIVES_WITHIN);
    assert_eq!(read(Some(10), drip).await, Err(408));
    assert_eq!(started.elapsed(), 2 * ARRIVES_WITHIN);
}
