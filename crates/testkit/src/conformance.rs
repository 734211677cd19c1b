//! The suite for every channel that posts over HTTP: its reactions to a provider
//! that does not behave, and the fake provider.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use fanfare_core::{Attempt, Digest, MessageForm, Notifier, Receipt, SendError, Severity, Why};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::{JoinHandle, JoinSet};

use crate::{attempt, digest, notification, shown_of};

/// A request as a [`FakeHttp`] saw it.
#[derive(Debug, Clone)]
pub struct SeenRequest {
    /// The method, e.g. `POST`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The header lines.
    pub headers: String,
    /// The body as text.
    pub body: String,
}

/// A [`FakeHttp`]'s reaction to a request.
#[derive(Debug, Clone)]
pub enum Reaction {
    /// Writes this, byte for byte, and keeps the connection.
    Write(String),
    /// Writes this and closes the connection.
    WriteAndClose(String),
    /// Says nothing and waits until the other side has gone.
    Hang,
}

impl Reaction {
    /// An answer with a status line like `200 OK`, further header lines, each ended by CRLF, and a body.
    #[must_use]
    pub fn answer(status: &str, headers: &str, body: &str) -> Self {
        Self::Write(format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n{body}", body.len()))
    }

    /// `200 OK` with this JSON.
    #[must_use]
    pub fn json(body: &str) -> Self {
        Self::answer("200 OK", "Content-Type: application/json\r\n", body)
    }
}

/// A small HTTP server on a free port of the loopback that remembers what it was
/// asked. It ends when dropped.
#[derive(Debug)]
pub struct FakeHttp {
    address: SocketAddr,
    log: Arc<RequestLog>,
    task: JoinHandle<()>,
}

#[derive(Debug, Default)]
struct RequestLog {
    seen: Mutex<Vec<SeenRequest>>,
    posted: Notify,
    left: Notify,
}

impl FakeHttp {
    /// Starts a server that does with each request what `react` says.
    pub async fn serve(react: impl Fn(&SeenRequest) -> Reaction + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let log = Arc::new(RequestLog::default());
        let task = tokio::spawn(accept(listener, Arc::new(react), log.clone()));
        Self { address, log, task }
    }

    /// The address as a channel's `endpoint`, e.g. `http://127.0.0.1:40123`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Every request so far.
    #[must_use]
    pub fn seen(&self) -> Vec<SeenRequest> {
        self.log.seen.lock().unwrap().clone()
    }

    /// The number of POSTs among the requests so far.
    #[must_use]
    pub fn posts(&self) -> usize {
        self.seen().iter().filter(|it| it.method == "POST").count()
    }
}

impl Drop for FakeHttp {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept<R: Fn(&SeenRequest) -> Reaction + Send + Sync + 'static>(
    listener: TcpListener,
    react: Arc<R>,
    log: Arc<RequestLog>,
) {
    let mut connections = JoinSet::new(); // Ends them all when the server is dropped.
    while let Ok((stream, _)) = listener.accept().await {
        let (react, log) = (react.clone(), log.clone());
        connections.spawn(async move { serve_one(stream, &*react, &log).await });
    }
}

async fn serve_one(
    mut stream: TcpStream,
    react: &(impl Fn(&SeenRequest) -> Reaction + Sync),
    log: &RequestLog,
) {
    let mut unread = Vec::new();
    while let Some(request) = read_request(&mut stream, &mut unread).await {
        let reaction = react(&request);
        let is_post = request.method == "POST";
        log.seen.lock().unwrap().push(request);
        if is_post {
            log.posted.notify_one();
        }
        match reaction {
            Reaction::Write(bytes) => stream.write_all(bytes.as_bytes()).await.unwrap_or_default(),
            Reaction::WriteAndClose(bytes) => {
                stream.write_all(bytes.as_bytes()).await.unwrap_or_default();
                return;
            }
            Reaction::Hang => {
                while stream.read(&mut [0; 64]).await.is_ok_and(|read| read > 0) {}
                log.left.notify_one();
                return;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<SeenRequest> {
    let head_end = loop {
        if let Some(at) = unread.windows(4).position(|it| it == b"\r\n\r\n") {
            break at;
        }
        read_more(stream, unread).await?;
    };
    let head = String::from_utf8_lossy(&unread[..head_end]).into_owned();
    let (line, headers) = head.split_once("\r\n").unwrap_or((&head, ""));
    let length = headers
        .lines()
        .filter_map(|header| header.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map_or(0, |(_, length)| length.trim().parse().unwrap());
    let body_start = head_end + 4;
    while unread.len() < body_start + length {
        read_more(stream, unread).await?;
    }
    let body = String::from_utf8_lossy(&unread[body_start..body_start + length]).into_owned();
    unread.drain(..body_start + length);
    let mut words = line.split(' ').map(str::to_owned);
    Some(SeenRequest { method: words.next()?, target: words.next()?, headers: headers.to_owned(), body })
}

async fn read_more(stream: &mut TcpStream, unread: &mut Vec<u8>) -> Option<()> {
    let read = stream.read_buf(unread).await.ok()?;
    (read > 0).then_some(())
}

/// The facts about a provider that [`http_conformance`] needs.
#[derive(Debug, Clone, Copy)]
pub struct ProviderFacts<'a> {
    /// Secrets that no error and not the channel itself may show, wherever in a request they stand.
    pub secrets: &'a [&'a str],
    /// The body of the `200 OK` with which the provider takes a message.
    pub taken: &'a str,
    /// The part of an answer that holds the provider's word.
    pub word: ProviderWord,
}

/// The part of an answer that says whether a message was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProviderWord {
    /// The body: a 2xx without the provider's JSON proves nothing.
    Body,
    /// The status: any 2xx is a delivery.
    Status,
}

/// Checks that a channel keeps the contract of [`Notifier`] whatever the other side does.
///
/// `build` makes the channel for an `endpoint` like `http://127.0.0.1:40123`. A
/// GET for a path with `gettoken` is answered with an access token. No error, and
/// not the channel itself, may show any of the secrets, even where the other side
/// repeats the whole request. `keeps_limit` panics at a body that is larger than the
/// provider takes.
///
/// # Panics
///
/// If the channel does not keep it.
pub async fn http_conformance(
    build: impl Fn(&str) -> Arc<dyn Notifier>,
    facts: ProviderFacts<'_>,
    keeps_limit: impl Fn(&str),
) {
    let suite = Suite { build, facts };
    suite.a_busy_provider_is_transient().await;
    suite.a_throttle_says_for_how_long().await;
    suite.a_missing_door_is_misconfigured().await;
    match facts.word {
        ProviderWord::Body => suite.an_answer_without_the_providers_word_is_no_delivery().await,
        ProviderWord::Status => suite.any_good_status_is_a_delivery().await,
    }
    suite.an_answer_that_breaks_off_is_unanswered().await;
    suite.a_closed_port_is_transient().await;
    suite.a_call_can_be_dropped_while_the_provider_hangs().await;
    suite.a_digest_that_fails_does_so_like_a_notification().await;
    suite.all_within_the_capacity_of_a_digest_can_be_read(keeps_limit).await;
}

struct Suite<'a, B> {
    build: B,
    facts: ProviderFacts<'a>,
}

impl<B: Fn(&str) -> Arc<dyn Notifier>> Suite<'_, B> {
    async fn a_busy_provider_is_transient(&self) {
        let err = self.error_after(|_| Reaction::answer("503 Service Unavailable", "", "busy")).await;
        assert_eq!(err.word(), "transient", "503: {err:?}");
    }

    async fn a_throttle_says_for_how_long(&self) {
        let err =
            self.error_after(|_| Reaction::answer("429 Too Many Requests", "Retry-After: 7\r\n", "")).await;
        let SendError::Throttled { retry_after, .. } = &err else { panic!("429: {err:?}") };
        assert_eq!(*retry_after, Duration::from_secs(7));
    }

    async fn a_missing_door_is_misconfigured(&self) {
        let err = self.error_after(|it| Reaction::answer("404 Not Found", "", &echo(it))).await;
        assert_eq!(err.word(), "misconfigured", "404: {err:?}");
    }

    async fn an_answer_without_the_providers_word_is_no_delivery(&self) {
        let page = self
            .error_after(|it| Reaction::answer("200 OK", "", &format!("<html>{}</html>", echo(it))))
            .await;
        assert!(matches!(page.word(), "unanswered" | "blocked"), "a web page: {page:?}");
        let echoed = self.error_after(|it| Reaction::json(&format!("{:?}", echo(it)))).await;
        assert_eq!(echoed.word(), "unanswered", "a JSON text: {echoed:?}");
        let empty = self.error_after(|_| Reaction::answer("200 OK", "", "")).await;
        assert_eq!(empty.word(), "unanswered", "an empty 200: {empty:?}");
        let blank = self.error_after(|_| Reaction::json("{}")).await;
        assert_eq!(blank.word(), "unanswered", "an empty object: {blank:?}");
    }

    async fn any_good_status_is_a_delivery(&self) {
        for body in ["", "ok", "{}", "<html>thank you</html>"] {
            let fake = FakeHttp::serve(move |_| Reaction::answer("202 Accepted", "", body)).await;
            let notifier = (self.build)(&fake.endpoint());
            send(&*notifier).await.unwrap_or_else(|err| panic!("a 202 with `{body}`: {err:?}"));
        }
    }

    async fn an_answer_that_breaks_off_is_unanswered(&self) {
        let half = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{\"errcode\":0,";
        let err = self.error_after(move |_| Reaction::WriteAndClose(half.to_owned())).await;
        assert_eq!(err.word(), "unanswered", "half an answer: {err:?}");
        let err = self.error_after(|_| Reaction::WriteAndClose(String::new())).await;
        assert_eq!(err.word(), "unanswered", "a closed connection: {err:?}");
    }

    async fn a_closed_port_is_transient(&self) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        drop(listener);
        let err = self.error_of(&*(self.build)(&endpoint)).await;
        assert_eq!(err.word(), "transient", "a closed port: {err:?}");
    }

    async fn a_call_can_be_dropped_while_the_provider_hangs(&self) {
        let fake = FakeHttp::serve(with_token(|_| Reaction::Hang)).await;
        let notifier = (self.build)(&fake.endpoint());
        tokio::select! {
            outcome = send(&*notifier) => panic!("nobody answered, and yet: {outcome:?}"),
            () = fake.log.posted.notified() => {}
        }
        fake.log.left.notified().await;
        assert_eq!(fake.posts(), 1, "one call is one attempt");
    }

    async fn a_digest_that_fails_does_so_like_a_notification(&self) {
        let busy = Reaction::answer("503 Service Unavailable", "", "busy");
        let garbage = match self.facts.word {
            ProviderWord::Body => Reaction::answer("200 OK", "", ""),
            ProviderWord::Status => Reaction::WriteAndClose(String::new()),
        };
        for (reaction, expected) in
            [(Some(busy), "transient"), (Some(garbage), "unanswered"), (None, "misconfigured")]
        {
            let react = move |it: &SeenRequest| {
                reaction.clone().unwrap_or_else(|| Reaction::answer("404 Not Found", "", &echo(it)))
            };
            let fake = FakeHttp::serve(with_token(react)).await;
            let notifier = (self.build)(&fake.endpoint());
            let err = notifier.digest(&digest(2), &attempt()).await.expect_err("nobody took the digest");
            assert_eq!(err.word(), expected, "{err:?}");
            assert_eq!(fake.posts(), 1, "one call is one attempt: {err:?}");
            self.shows_no_secret(&*notifier, &err);
        }
    }

    async fn all_within_the_capacity_of_a_digest_can_be_read(&self, keeps_limit: impl Fn(&str)) {
        let taken = Reaction::json(self.facts.taken);
        let fake = FakeHttp::serve(with_token(move |_| taken.clone())).await;
        let notifier = (self.build)(&fake.endpoint());
        for number in [1, 2, 1000] {
            let digest = digest(number);
            let capacity = notifier.capacity(&digest);
            assert!((1..=digest.notifications().len()).contains(&capacity), "{capacity} of {number}");
            assert!(capacity > 1 || number == 1, "two alerts of the usual length share a message");
            for form in [MessageForm::Full, MessageForm::Plain] {
                let told = digest.first(capacity);
                notifier.digest(&told, &Attempt { form, ..attempt() }).await.unwrap();
                let posted = fake.seen().pop().unwrap().body;
                keeps_limit(&posted);
                shows_all(&told, &posted);
            }
        }
    }

    /// The error of one call whose POST meets `react`.
    async fn error_after(
        &self,
        react: impl Fn(&SeenRequest) -> Reaction + Send + Sync + 'static,
    ) -> SendError {
        let fake = FakeHttp::serve(with_token(react)).await;
        let err = self.error_of(&*(self.build)(&fake.endpoint())).await;
        assert_eq!(fake.posts(), 1, "one call is one attempt: {err:?}");
        err
    }

    async fn error_of(&self, notifier: &dyn Notifier) -> SendError {
        let err = send(notifier).await.expect_err("nobody took the message");
        self.shows_no_secret(notifier, &err);
        err
    }

    fn shows_no_secret(&self, notifier: &dyn Notifier, err: &SendError) {
        for shown in [format!("{err}"), format!("{err:?}"), format!("{notifier:?}")] {
            for secret in self.facts.secrets {
                assert!(!shown.contains(secret), "`{secret}` shows in `{shown}`");
            }
        }
    }
}

async fn send(notifier: &dyn Notifier) -> Result<Receipt, SendError> {
    notifier.notify(&notification(Severity::Urgent, Why::Started), &attempt()).await
}

fn shows_all(digest: &Digest, body: &str) {
    for text in digest.notifications().iter().flat_map(|it| shown_of(it)) {
        assert!(body.contains(&text), "`{text}` is not told in {body}");
    }
}

fn with_token(react: impl Fn(&SeenRequest) -> Reaction) -> impl Fn(&SeenRequest) -> Reaction {
    move |request| {
        if request.target.contains("gettoken") {
            Reaction::json(
                r#"{"errcode":0,"errmsg":"ok","access_token":"a-fresh-access-token","expires_in":7200}"#,
            )
        } else {
            react(request)
        }
    }
}

/// The request as error pages like to repeat it.
fn echo(SeenRequest { method, target, headers, body }: &SeenRequest) -> String {
    format!("{method} {target} {headers} {body}")
}
