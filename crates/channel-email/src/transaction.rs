//! The submission of one mail for several recipients.

use std::time::Duration;

use fanfare_core::{Receipt, Refusal, SendError};
use tokio::time::{Instant, timeout};

use crate::addresses::Recipient;
use crate::reply::{RefusalClass, SmtpFailure, SmtpStage};
use crate::session::SmtpSession;

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
#[derive(Debug, Clone, Copy)]
pub(crate) struct OwedRecipients<'a> {
    /// The recipients, at least one.
    pub(crate) recipients: &'a [Recipient<'a>],
    /// True if an earlier attempt has served the other recipients.
    pub(crate) others_served: bool,
    /// The position in `to` of the recipient about whom the server gave no answer; left
    /// for a later attempt.
    pub(crate) left_out: Option<usize>,
}

/// The reason why a mail was not submitted.
#[derive(Debug)]
pub(crate) enum SubmissionFailure {
    /// No answer about the recipient at this position in `to`. The session cannot be used
    /// further, but without that recipient the server may take the mail.
    RecipientTimeout(usize),
    /// The attempt has failed.
    Failed(SendError),
}

impl From<SendError> for SubmissionFailure {
    fn from(err: SendError) -> Self {
        Self::Failed(err)
    }
}

/// Submits `mail` for those of the `owed` recipients whom the server accepts.
///
/// RFC 5321, appendix D.3: a refused recipient does not keep the mail from the others.
pub(crate) async fn submit(
    session: &mut SmtpSession,
    owed: OwedRecipients<'_>,
    mail: &[u8],
    deadlines: Deadlines,
) -> Result<Receipt, SubmissionFailure> {
    let unaccepted = send_recipients(session, owed, deadlines).await?;
    if unaccepted.len() == owed.recipients.len() {
        // A session that is not reset is not used again; that is all that can go wrong here.
        session.reset(deadlines.ready).await.ok();
        return Ok(none_accepted(unaccepted, owed)?);
    }
    session.data(deadlines.ready).await.map_err(|failure| failure.at(SmtpStage::Data))?;
    let words =
        session.content(mail, deadlines.answered).await.map_err(|failure| failure.at(SmtpStage::Content))?;
    Ok(receipt(words, unaccepted))
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
    owed: OwedRecipients<'a>,
    deadlines: Deadlines,
) -> Result<Vec<UnacceptedRecipient<'a>>, SubmissionFailure> {
    let mut unaccepted = Vec::new();
    for &recipient in owed.recipients {
        let refusal = match own_refusal(session, recipient, owed) {
            Some(refusal) => Some(refusal),
            None => send_recipient(session, recipient, owed, deadlines).await?,
        };
        unaccepted.extend(refusal.map(|(class, words)| UnacceptedRecipient { recipient, class, words }));
    }
    Ok(unaccepted)
}

/// The reason for which `recipient` is not named to the server at all.
fn own_refusal(
    session: &SmtpSession,
    recipient: Recipient<'_>,
    owed: OwedRecipients<'_>,
) -> Option<(RefusalClass, String)> {
    if owed.left_out == Some(recipient.index) {
        return Some((RefusalClass::Transient, "no answer about this recipient in time".to_owned()));
    }
    (recipient.needs_utf8() && !session.takes_utf8()).then(|| {
        let words = "the server takes no address with other than ASCII letters (SMTPUTF8)";
        (RefusalClass::Misconfigured, words.to_owned())
    })
}

/// Names one recipient to the server; `None` if it is accepted.
async fn send_recipient(
    session: &mut SmtpSession,
    recipient: Recipient<'_>,
    owed: OwedRecipients<'_>,
    deadlines: Deadlines,
) -> Result<Option<(RefusalClass, String)>, SubmissionFailure> {
    // A recipient alone has all the time there is. So have those left of several: a
    // server that is slow about each must not run out of them.
    let keeps_others_waiting = owed.recipients.len() > 1 && owed.left_out.is_none();
    let sent = session.recipient(recipient.address, deadlines.ready);
    let answer = if keeps_others_waiting {
        let late = |_| SubmissionFailure::RecipientTimeout(recipient.index);
        timeout(deadlines.recipient, sent).await.map_err(late)?
    } else {
        sent.await
    };
    match answer {
        Ok(()) => Ok(None),
        Err(SmtpFailure::Refused(reply)) if reply.code != CLOSING => {
            Ok(Some((reply.class(SmtpStage::Recipient), reply.to_string())))
        }
        Err(failure @ (SmtpFailure::Refused(_) | SmtpFailure::Lost(_))) => {
            Err(failure.at(SmtpStage::Recipient).into())
        }
    }
}

/// "Service not available, closing transmission channel": nothing more can be
/// said on this connection, about any recipient.
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
    owed: OwedRecipients<'_>,
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
