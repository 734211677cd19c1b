//! One open connection.

use std::future::poll_fn;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use std::task::{Poll, Waker};
use std::time::Duration;

use actix_web::http::header::{self, HeaderMap, HeaderValue};
use fanfare_tls::ClientCertificate;
use futures_util::task::AtomicWaker;
use tokio::time::Instant;

use super::held::{HeldBody, HeldBytes};
use super::phase::{ConnectionPhase, PhaseCell};
use crate::refusal::HttpRefusal;
use crate::traffic::Standing;

/// One open connection, as its requests and the table of connections see it.
#[derive(Debug)]
pub(crate) struct OpenConnection {
    pub(super) client: Option<SocketAddr>,
    phase: PhaseCell,
    /// The moment from which the times of phases count.
    epoch: Instant,
    authenticated: AtomicBool,
    /// The certificate that the client has shown and an authority vouches for.
    certificate: OnceLock<ClientCertificate>,
    /// True while the body of the request under way has not been read to its end.
    has_unread_body: AtomicBool,
    ending: AtomicBool,
    /// True while a request waits for the answers to earlier ones to be taken.
    has_waiting_request: AtomicBool,
    /// Wakes the task that serves the connection.
    task: AtomicWaker,
    held: Arc<HeldBytes>,
}

/// The connection is being ended: nothing that comes over it is carried out any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ConnectionEnds;

/// The refusal that nobody will read.
impl From<ConnectionEnds> for HttpRefusal {
    fn from(ConnectionEnds: ConnectionEnds) -> Self {
        Self::unavailable("the connection was closed for another one, or because its client was late")
    }
}

impl From<Option<&OpenConnection>> for Standing {
    fn from(connection: Option<&OpenConnection>) -> Self {
        match connection {
            Some(connection) if connection.is_authenticated() => Self::Authenticated,
            Some(_) | None => Self::Stranger,
        }
    }
}

impl OpenConnection {
    pub(super) fn new(client: Option<SocketAddr>, epoch: Instant, held: Arc<HeldBytes>) -> Self {
        let phase = PhaseCell::new(ConnectionPhase::AwaitsHead, epoch.elapsed());
        Self {
            client,
            phase,
            epoch,
            authenticated: AtomicBool::new(false),
            certificate: OnceLock::new(),
            has_unread_body: AtomicBool::new(false),
            ending: AtomicBool::new(false),
            has_waiting_request: AtomicBool::new(false),
            task: AtomicWaker::new(),
            held,
        }
    }

    /// Waits until the client has taken the answers to its earlier requests. Otherwise one that sends request
    /// after request and reads nothing would have all of them carried out, and all answers kept for it.
    pub(crate) async fn take_turn(&self) -> Result<(), ConnectionEnds> {
        poll_fn(|cx| {
            self.served_by(cx.waker());
            if self.is_ending() {
                return Poll::Ready(Err(ConnectionEnds));
            }
            let is_answering = self.phase().0 == ConnectionPhase::Answers;
            self.has_waiting_request.store(is_answering, Ordering::Relaxed);
            if is_answering { Poll::Pending } else { Poll::Ready(Ok(())) }
        })
        .await
    }

    /// A request with this head is served.
    pub(crate) fn begin_request(&self, head: &HeaderMap) {
        let is_empty = |length: &HeaderValue| length == "0";
        let has_body = head.contains_key(header::TRANSFER_ENCODING)
            || head.get(header::CONTENT_LENGTH).is_some_and(|it| !is_empty(it));
        self.has_unread_body.store(has_body, Ordering::Relaxed);
        self.enter(ConnectionPhase::Serves);
    }

    /// The body of the request is read: the memory that it takes counts from now on.
    pub(crate) fn begin_body(&self) -> HeldBody {
        self.enter(ConnectionPhase::ReadsBody);
        HeldBody::new(Arc::clone(&self.held), Standing::from(Some(self)))
    }

    /// The body has been read to its end.
    pub(crate) fn end_body(&self) {
        self.has_unread_body.store(false, Ordering::Relaxed);
    }

    /// The request is served on: nobody waits for its body any more.
    pub(crate) fn serve_on(&self) {
        self.enter(ConnectionPhase::Serves);
    }

    /// The answer is to be sent.
    pub(crate) fn begin_answer(&self) {
        self.enter(ConnectionPhase::Answers);
    }

    /// All that was to be sent has been.
    pub(super) fn answered(&self) {
        if self.phase().0 == ConnectionPhase::Answers {
            let is_unread = self.has_unread_body.load(Ordering::Relaxed);
            self.enter(if is_unread { ConnectionPhase::Drains } else { ConnectionPhase::Idle });
            if self.has_waiting_request.swap(false, Ordering::Relaxed) {
                self.task.wake();
            }
        }
    }

    /// The client has shown this certificate.
    pub(super) fn show_certificate(&self, certificate: ClientCertificate) {
        // A later request on the connection finds the same.
        self.certificate.get_or_init(|| certificate);
    }

    /// The certificate that the client has shown and an authority vouches for.
    pub(crate) fn certificate(&self) -> Option<&ClientCertificate> {
        self.certificate.get()
    }

    /// The client has shown a right token.
    pub(crate) fn authenticate(&self) {
        self.authenticated.store(true, Ordering::Relaxed);
    }

    /// True if the client has shown a right token.
    pub(crate) fn is_authenticated(&self) -> bool {
        self.authenticated.load(Ordering::Relaxed)
    }

    pub(super) fn enter(&self, phase: ConnectionPhase) {
        self.phase.set(phase, self.epoch.elapsed());
    }

    /// The phase, and the time at which it began.
    pub(super) fn phase(&self) -> (ConnectionPhase, Duration) {
        self.phase.get()
    }

    /// Has the task that serves the connection end it.
    pub(super) fn end(&self) {
        self.ending.store(true, Ordering::Release);
        self.task.wake();
    }

    pub(super) fn is_ending(&self) -> bool {
        self.ending.load(Ordering::Acquire)
    }

    /// Takes note of the task that serves the connection.
    pub(super) fn served_by(&self, task: &Waker) {
        self.task.register(task);
    }
}
