//! One transaction: a mail and the recipients who are named to the server for it.

use std::time::Duration;

use fanfare_core::SendError;
use tokio::time::Instant;

use crate::addresses::Recipient;
use crate::smtp::reply::{CLOSING, RefusalClass, SmtpFailure, SmtpReply, SmtpStage};
use crate::smtp::session::SmtpSession;

/// The deadlines of an attempt's steps.
///
/// Until the mail itself leaves, a silent server has not got it: that is worth
/// knowing for sure, so half of the time is kept for the answer to the final
/// dot, the one silence after which nobody can know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadlines {
    /// The time until which recipients are named, if there are others who have been accepted: three
    /// quarters of the time until the server must be ready. Those left get a mail of their own.
    pub(crate) named: Instant,
    /// The time by which the server must be ready for the mail.
    pub(crate) ready: Instant,
    /// The time by which the server must have taken the mail: a little before the gateway
    /// ends the attempt, which could only say that there was no answer.
    pub(crate) answered: Instant,
    /// The time that the answer about one recipient may take while it keeps others
    /// waiting: a quarter of the time for all.
    recipient: Duration,
}

impl Deadlines {
    pub(crate) fn new(timeout: Duration, now: Instant) -> Self {
        let until_ready = timeout / 2;
        Self {
            named: now + until_ready * 3 / 4,
            ready: now + until_ready,
            answered: now + timeout * 19 / 20,
            recipient: until_ready / 4,
        }
    }
}

/// One transaction: what the server said about each recipient, and how it ended.
#[derive(Debug)]
pub(crate) struct TransactionReport<'a> {
    /// The recipients whom the server accepted.
    pub(crate) accepted: Vec<Recipient<'a>>,
    pub(crate) unaccepted: Vec<UnacceptedRecipient<'a>>,
    /// The recipients who were not named to the server: there was no time, or no room in this mail, or it had ended.
    pub(crate) unnamed: Vec<Recipient<'a>>,
    pub(crate) end: TransactionEnd<'a>,
}

/// The end of a transaction.
#[derive(Debug)]
pub(crate) enum TransactionEnd<'a> {
    /// The server took the mail, with these words, for those accepted.
    Taken(String),
    /// The server accepted no recipient: it has no mail.
    NobodyAccepted,
    /// The server ended the conversation at a recipient. Without him it may take the mail.
    AtRecipient { left_out: UnacceptedRecipient<'a>, error: SendError },
    /// The server refused the mail after it had accepted recipients.
    Refused { stage: SmtpStage, reply: SmtpReply },
    /// The transaction failed, whoever the recipients are.
    Failed(SendError),
}

/// A recipient whom the server did not accept, and its words.
#[derive(Debug)]
pub(crate) struct UnacceptedRecipient<'a> {
    pub(crate) recipient: Recipient<'a>,
    pub(crate) class: RefusalClass,
    pub(crate) words: String,
    /// The remedy, where it is another than to mend the address.
    pub(crate) remedy: Option<&'static str>,
}

impl<'a> UnacceptedRecipient<'a> {
    /// A recipient whom the server refuses with `reply`.
    pub(crate) fn refused(recipient: Recipient<'a>, reply: &SmtpReply) -> Self {
        let (class, remedy) = (reply.class(SmtpStage::Recipient), reply.remedy(SmtpStage::Recipient));
        Self { recipient, class, words: reply.to_string(), remedy }
    }

    /// A recipient who may be taken later.
    pub(crate) fn for_now(recipient: Recipient<'a>, words: &str) -> Self {
        Self { recipient, class: RefusalClass::Transient, words: words.to_owned(), remedy: None }
    }
}

/// Submits `mail` for those of the `recipients` whom the server accepts.
///
/// RFC 5321, appendix D.3: a refused recipient does not keep the mail from the others.
pub(crate) async fn submit<'a>(
    session: &mut SmtpSession,
    recipients: &[Recipient<'a>],
    mail: &[u8],
    deadlines: Deadlines,
) -> TransactionReport<'a> {
    let mut naming = Naming::default();
    let end = match naming.name_all(session, recipients, deadlines).await {
        Some(end) => end,
        // The session is not used again: a server that takes no more on one connection says so here.
        None if naming.accepted.is_empty() => TransactionEnd::NobodyAccepted,
        None => match send_content(session, mail, deadlines).await {
            Ok(words) => TransactionEnd::Taken(words),
            Err((stage, SmtpFailure::Refused(reply))) => TransactionEnd::Refused { stage, reply },
            Err((stage, failure)) => TransactionEnd::Failed(failure.at(stage)),
        },
    };
    let Naming { accepted, unaccepted } = naming;
    let left_out = usize::from(matches!(end, TransactionEnd::AtRecipient { .. }));
    let unnamed = recipients[accepted.len() + unaccepted.len() + left_out..].to_vec();
    TransactionReport { accepted, unaccepted, unnamed, end }
}

/// Sends the mail itself; the result is the words with which the server took it.
async fn send_content(
    session: &mut SmtpSession,
    mail: &[u8],
    deadlines: Deadlines,
) -> Result<String, (SmtpStage, SmtpFailure)> {
    session.data(deadlines.ready).await.map_err(|failure| (SmtpStage::Data, failure))?;
    // Until the final dot has left the server has no mail, whatever goes wrong.
    session.send_mail(mail, deadlines.answered).await.map_err(|failure| (SmtpStage::Data, failure))?;
    session.acceptance(deadlines.answered).await.map_err(|failure| (SmtpStage::Content, failure))
}

/// The recipients named so far, all in their order.
#[derive(Debug, Default)]
struct Naming<'a> {
    accepted: Vec<Recipient<'a>>,
    unaccepted: Vec<UnacceptedRecipient<'a>>,
}

/// The server's word on one recipient, or the end of the conversation at him.
enum NamedRecipient<'a> {
    Accepted,
    Unaccepted(UnacceptedRecipient<'a>),
    /// Recipients from this one on, which are too many for one mail.
    TooMany(UnacceptedRecipient<'a>),
    End(TransactionEnd<'a>),
}

impl<'a> Naming<'a> {
    /// Names the recipients to the server, as many as it takes in one mail and as there is time for;
    /// the result is the end of a transaction that ends with one of them.
    async fn name_all(
        &mut self,
        session: &mut SmtpSession,
        recipients: &[Recipient<'a>],
        deadlines: Deadlines,
    ) -> Option<TransactionEnd<'a>> {
        // A recipient alone has all the time there is.
        let timeout = if recipients.len() > 1 { Some(deadlines.recipient) } else { None };
        for &recipient in recipients {
            let is_somebody_accepted = !self.accepted.is_empty();
            if is_somebody_accepted && deadlines.named <= Instant::now() {
                break;
            }
            match name(session, recipient, timeout, deadlines.ready).await {
                NamedRecipient::Accepted => self.accepted.push(recipient),
                NamedRecipient::TooMany(_) if is_somebody_accepted => break,
                NamedRecipient::Unaccepted(it) | NamedRecipient::TooMany(it) => self.unaccepted.push(it),
                NamedRecipient::End(end) => return Some(end),
            }
        }
        None
    }
}

/// Names one recipient to the server. With a `timeout` the server must answer within it.
async fn name<'a>(
    session: &mut SmtpSession,
    recipient: Recipient<'a>,
    timeout: Option<Duration>,
    ready: Instant,
) -> NamedRecipient<'a> {
    if recipient.needs_utf8() && !session.takes_utf8() {
        let words = "the server takes no address with other than ASCII letters (SMTPUTF8)".to_owned();
        let class = RefusalClass::Misconfigured;
        return NamedRecipient::Unaccepted(UnacceptedRecipient { recipient, class, words, remedy: None });
    }
    let deadline = timeout.map_or(ready, |timeout| ready.min(Instant::now() + timeout));
    let failure = match session.recipient(recipient.address, deadline).await {
        Ok(()) => return NamedRecipient::Accepted,
        Err(SmtpFailure::Refused(reply)) if reply.code != CLOSING => {
            let unaccepted = UnacceptedRecipient::refused(recipient, &reply);
            return if reply.is_about_their_number() {
                NamedRecipient::TooMany(unaccepted)
            } else {
                NamedRecipient::Unaccepted(unaccepted)
            };
        }
        Err(failure) => failure,
    };
    let left_out = match &failure {
        SmtpFailure::Refused(reply) => UnacceptedRecipient::refused(recipient, reply),
        SmtpFailure::HungUp | SmtpFailure::Silent | SmtpFailure::Misconfigured(_) | SmtpFailure::Lost(_) => {
            UnacceptedRecipient::for_now(recipient, &format!("at this recipient: {failure}"))
        }
    };
    let is_limit = left_out.class.is_limit();
    let error = failure.at(SmtpStage::Recipient);
    NamedRecipient::End(if is_limit {
        TransactionEnd::Failed(error)
    } else {
        TransactionEnd::AtRecipient { left_out, error }
    })
}
