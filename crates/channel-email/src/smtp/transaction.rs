//! The submission of one mail for several recipients.

use std::time::Duration;

use fanfare_core::{Receipt, Refusal, SendError};
use tokio::time::Instant;

use crate::addresses::Recipient;
use crate::smtp::reply::{RefusalClass, SmtpFailure, SmtpReply, SmtpStage};
use crate::smtp::session::SmtpSession;

/// The deadlines of an attempt's steps.
///
/// Until the mail itself leaves, a silent server has not got it: that is worth
/// knowing for sure, so half of the time is kept for the answer to the final
/// dot, the one silence after which nobody can know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadlines {
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
        Self { ready: now + until_ready, answered: now + timeout * 19 / 20, recipient: until_ready / 4 }
    }
}

/// The recipients still owed a mail.
#[derive(Debug)]
pub(crate) struct OwedRecipients<'a> {
    /// The recipients, at least one.
    pub(crate) recipients: &'a [Recipient<'a>],
    /// True if an earlier attempt has served the other recipients.
    pub(crate) others_served: bool,
    /// The recipients who keep the mail from the others; each is left for a later attempt, or refused.
    pub(crate) left_out: Vec<LeftOut>,
}

/// A recipient who keeps the mail from the others, and what the server says about him.
#[derive(Debug, Clone)]
pub(crate) struct LeftOut {
    /// The position in `to`.
    index: usize,
    class: RefusalClass,
    words: String,
}

/// The reason why a mail was not submitted.
#[derive(Debug)]
pub(crate) enum SubmissionFailure {
    /// The server ended the conversation, or refused the mail, because of some recipients.
    /// The session cannot be used further, but without them the server may take the mail.
    Recipients {
        left_out: Vec<LeftOut>,
        /// The others about whom the server had something to say: where there are any, it
        /// does not hang up on everybody.
        answered: usize,
        /// The error of the attempt, if it is the last one.
        error: SendError,
    },
    /// The server accepted no recipient: it has no mail.
    NobodyAccepted(SendError),
    /// The attempt has failed.
    Failed(SendError),
}

impl From<SendError> for SubmissionFailure {
    fn from(err: SendError) -> Self {
        Self::Failed(err)
    }
}

impl OwedRecipients<'_> {
    /// True if every recipient has been left out.
    pub(crate) fn is_nobody_left(&self) -> bool {
        self.left_out.len() >= self.recipients.len()
    }

    /// The outcome of the attempt once every recipient has been left out.
    pub(crate) fn outcome_for_nobody(&self) -> Result<Receipt, SendError> {
        let unaccepted = self.recipients.iter().filter_map(|it| self.reason_to_leave_out(*it));
        none_accepted(unaccepted.collect(), self)
    }

    fn reason_to_leave_out<'a>(&self, recipient: Recipient<'a>) -> Option<UnacceptedRecipient<'a>> {
        let left_out = self.left_out.iter().find(|it| it.index == recipient.index)?;
        let LeftOut { index: _, class, words } = left_out.clone();
        Some(UnacceptedRecipient { recipient, class, words })
    }
}

/// Submits `mail` for those of the `owed` recipients whom the server accepts.
///
/// RFC 5321, appendix D.3: a refused recipient does not keep the mail from the others.
pub(crate) async fn submit(
    session: &mut SmtpSession,
    owed: &OwedRecipients<'_>,
    mail: &[u8],
    deadlines: Deadlines,
) -> Result<Receipt, SubmissionFailure> {
    let unaccepted = send_recipients(session, owed, deadlines).await?;
    if unaccepted.len() == owed.recipients.len() {
        // The session is not used again: a server that takes no more on one connection says so here.
        return none_accepted(unaccepted, owed).map_err(SubmissionFailure::NobodyAccepted);
    }
    match send_content(session, mail, deadlines).await {
        Ok(words) => Ok(receipt(words, unaccepted)),
        Err((stage, failure)) => Err(content_failure(stage, failure, owed, &unaccepted)),
    }
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

/// The failure of a mail that was refused as a whole. Some servers look at the recipients
/// only then, and name those whom they do not take: the others can have it without them.
fn content_failure(
    stage: SmtpStage,
    failure: SmtpFailure,
    owed: &OwedRecipients<'_>,
    unaccepted: &[UnacceptedRecipient<'_>],
) -> SubmissionFailure {
    let accepted = |it: &&Recipient<'_>| unaccepted.iter().all(|other| other.recipient.index != it.index);
    let accepted: Vec<_> = owed.recipients.iter().filter(accepted).collect();
    let left_out: Vec<_> = match &failure {
        SmtpFailure::Refused(reply) if !reply.class(stage).is_limit() => accepted
            .iter()
            .filter(|it| it.is_named_in(&reply.words))
            .map(|it| LeftOut::new(**it, reply))
            .collect(),
        SmtpFailure::Refused(_)
        | SmtpFailure::HungUp
        | SmtpFailure::Silent
        | SmtpFailure::Misconfigured(_)
        | SmtpFailure::Lost(_) => Vec::new(),
    };
    let error = failure.at(stage);
    match accepted.len().checked_sub(left_out.len()) {
        Some(answered @ 1..) if !left_out.is_empty() => {
            SubmissionFailure::Recipients { left_out, answered, error }
        }
        Some(_) | None => SubmissionFailure::Failed(error),
    }
}

impl LeftOut {
    /// A recipient whom the server refuses with `reply`.
    fn new(recipient: Recipient<'_>, reply: &SmtpReply) -> Self {
        Self { index: recipient.index, class: reply.class(SmtpStage::Recipient), words: reply.to_string() }
    }

    /// A recipient who may be taken later.
    fn for_now(recipient: Recipient<'_>, words: &str) -> Self {
        Self { index: recipient.index, class: RefusalClass::Transient, words: words.to_owned() }
    }
}

/// A recipient whom the server did not accept, and its words.
struct UnacceptedRecipient<'a> {
    recipient: Recipient<'a>,
    class: RefusalClass,
    words: String,
}

/// Names the recipients to the server; the result is those whom it did not accept.
async fn send_recipients<'a>(
    session: &mut SmtpSession,
    owed: &OwedRecipients<'a>,
    deadlines: Deadlines,
) -> Result<Vec<UnacceptedRecipient<'a>>, SubmissionFailure> {
    let mut unaccepted = Vec::new();
    let mut answered = 0;
    let still_owed = owed.recipients.len() - owed.left_out.len();
    for &recipient in owed.recipients {
        if let Some(refusal) = own_refusal(session, recipient, owed) {
            unaccepted.push(refusal);
            continue;
        }
        // A recipient alone has all the time there is.
        let timeout = if still_owed > 1 { Some(deadlines.recipient) } else { None };
        match send_recipient(session, recipient, timeout, deadlines.ready).await {
            Ok(refusal) => unaccepted.extend(refusal),
            Err(RecipientFailure { left_out, error }) if still_owed > 1 && !left_out.class.is_limit() => {
                return Err(SubmissionFailure::Recipients { left_out: vec![left_out], answered, error });
            }
            Err(RecipientFailure { error, .. }) => return Err(error.into()),
        }
        answered += 1;
    }
    Ok(unaccepted)
}

/// The reason for which `recipient` is not named to the server at all.
fn own_refusal<'a>(
    session: &SmtpSession,
    recipient: Recipient<'a>,
    owed: &OwedRecipients<'_>,
) -> Option<UnacceptedRecipient<'a>> {
    owed.reason_to_leave_out(recipient).or_else(|| {
        let words = "the server takes no address with other than ASCII letters (SMTPUTF8)".to_owned();
        let is_refused = recipient.needs_utf8() && !session.takes_utf8();
        is_refused.then_some(UnacceptedRecipient { recipient, class: RefusalClass::Misconfigured, words })
    })
}

/// The end of a conversation at a recipient's name.
struct RecipientFailure {
    left_out: LeftOut,
    error: SendError,
}

/// Names one recipient to the server; `None` if it is accepted. With a `timeout` the server
/// must answer within it.
async fn send_recipient<'a>(
    session: &mut SmtpSession,
    recipient: Recipient<'a>,
    timeout: Option<Duration>,
    ready: Instant,
) -> Result<Option<UnacceptedRecipient<'a>>, RecipientFailure> {
    let deadline = timeout.map_or(ready, |timeout| ready.min(Instant::now() + timeout));
    let failure = match session.recipient(recipient.address, deadline).await {
        Ok(()) => return Ok(None),
        Err(SmtpFailure::Refused(reply)) if reply.code != CLOSING => {
            let (class, words) = (reply.class(SmtpStage::Recipient), reply.to_string());
            return Ok(Some(UnacceptedRecipient { recipient, class, words }));
        }
        Err(failure) => failure,
    };
    let left_out = match &failure {
        SmtpFailure::Refused(reply) => LeftOut::new(recipient, reply),
        SmtpFailure::HungUp | SmtpFailure::Silent | SmtpFailure::Misconfigured(_) | SmtpFailure::Lost(_) => {
            LeftOut::for_now(recipient, &format!("at this recipient: {failure}"))
        }
    };
    Err(RecipientFailure { left_out, error: failure.at(SmtpStage::Recipient) })
}

/// "Service not available, closing transmission channel": nothing more can be
/// said on this connection.
const CLOSING: u16 = 421;

/// The receipt of a mail that was taken: recipients who may get it later are deferred, the rest are refused.
fn receipt(words: String, unaccepted: Vec<UnacceptedRecipient<'_>>) -> Receipt {
    let (deferred, refused): (Vec<_>, Vec<_>) =
        unaccepted.into_iter().partition(|it| it.class.is_temporary());
    let refusals = |them: Vec<UnacceptedRecipient<'_>>| -> Vec<Refusal> {
        them.into_iter().map(|it| it.recipient.refusal(it.words)).collect()
    };
    Receipt { words, refused: refusals(refused), deferred: refusals(deferred) }
}

/// The outcome when no recipient was accepted. The mildest refusal decides: while one
/// recipient may be accepted later, the mail is worth another attempt.
///
/// Where all are refused for good, no mail to these addresses will ever be
/// taken, this one in another form no more than the next: that is a setting to
/// mend, not a message to give up. Unless others were served before: then the
/// mail has arrived, and the receipt names these few as refused.
fn none_accepted(
    unaccepted: Vec<UnacceptedRecipient<'_>>,
    owed: &OwedRecipients<'_>,
) -> Result<Receipt, SendError> {
    let mildest = unaccepted.iter().map(|it| it.class).min_by_key(|class| class.precedence());
    let by_place = |it: &UnacceptedRecipient<'_>| format!("to[{}]: {}", it.recipient.index, it.words);
    let reason = unaccepted.iter().map(by_place).collect::<Vec<_>>().join("; ");
    match mildest {
        Some(class) if class.is_temporary() => Err(class.error(format!("no recipient accepted: {reason}"))),
        Some(_) | None if owed.others_served => {
            Ok(receipt("the others were served before".to_owned(), unaccepted))
        }
        Some(_) | None => Err(SendError::Misconfigured {
            reason: format!("every recipient refused; mend the channel's `to`: {reason}"),
        }),
    }
}
