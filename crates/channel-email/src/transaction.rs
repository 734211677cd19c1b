//! One mail, handed in for several recipients.

use std::time::Duration;

use fanfare_core::{Receipt, Refusal, SendError};
use tokio::time::{Instant, timeout};

use crate::addresses::Recipient;
use crate::reply::{Meaning, SmtpFailure, SmtpStage};
use crate::session::Session;

/// The deadlines of an attempt's steps.
///
/// Until the mail itself leaves, a silent server has not got it: that is worth
/// knowing for sure, so half of the time is kept for the answer to the final
/// dot, the one silence after which nobody can know.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadlines {
    /// The server is ready for the mail.
    pub(crate) ready: Instant,
    /// The server has taken the mail: a little before the gateway ends the attempt, which
    /// could only say that there was no answer.
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
    /// An earlier attempt has served the others.
    pub(crate) others_served: bool,
    /// The place in `to` of the one whom the server would not speak about; left
    /// for a later attempt.
    pub(crate) left_out: Option<usize>,
}

/// The reason why a mail was not handed in.
#[derive(Debug)]
pub(crate) enum NotHandedIn {
    /// No answer about the recipient at this place in `to`. The session is of no
    /// more use, but without that recipient the server may take the mail.
    StuckAt(usize),
    /// The attempt has failed.
    Failed(SendError),
}

impl From<SendError> for NotHandedIn {
    fn from(err: SendError) -> Self {
        Self::Failed(err)
    }
}

/// Hands `mail` in for those `owed` it whom the server accepts.
///
/// RFC 5321, appendix D.3: a refused recipient is that recipient's fate; the
/// others get the mail.
pub(crate) async fn hand_in(
    session: &mut Session,
    owed: OwedRecipients<'_>,
    mail: &[u8],
    deadlines: Deadlines,
) -> Result<Receipt, NotHandedIn> {
    let turned_away = name_recipients(session, owed, deadlines).await?;
    if turned_away.len() == owed.recipients.len() {
        // A session that is not reset is not used again; that is all that can go wrong here.
        session.reset(deadlines.ready).await.ok();
        return Ok(nobody_accepted(turned_away, owed)?);
    }
    session.data(deadlines.ready).await.map_err(|failure| failure.at(SmtpStage::Data))?;
    let words =
        session.content(mail, deadlines.answered).await.map_err(|failure| failure.at(SmtpStage::Content))?;
    Ok(receipt(words, turned_away))
}

/// A recipient the server did not accept.
struct TurnedAway<'a> {
    recipient: Recipient<'a>,
    meaning: Meaning,
    words: String,
}

async fn name_recipients<'a>(
    session: &mut Session,
    owed: OwedRecipients<'a>,
    deadlines: Deadlines,
) -> Result<Vec<TurnedAway<'a>>, NotHandedIn> {
    // A recipient alone has all the time there is. So have those left of several: a
    // server that is slow about each must not run out of them.
    let keeps_others_waiting = owed.recipients.len() > 1 && owed.left_out.is_none();
    let mut turned_away = Vec::new();
    for &recipient in owed.recipients {
        if owed.left_out == Some(recipient.index) {
            let words = "no answer about this recipient in time".to_owned();
            turned_away.push(TurnedAway { recipient, meaning: Meaning::Transient, words });
            continue;
        }
        if recipient.needs_utf8() && !session.takes_utf8() {
            let words = "the server takes no address with other than ASCII letters (SMTPUTF8)".to_owned();
            turned_away.push(TurnedAway { recipient, meaning: Meaning::Misconfigured, words });
            continue;
        }
        let asked = session.recipient(recipient.address, deadlines.ready);
        let answer = if keeps_others_waiting {
            timeout(deadlines.recipient, asked).await.map_err(|_| NotHandedIn::StuckAt(recipient.index))?
        } else {
            asked.await
        };
        match answer {
            Ok(()) => {}
            Err(SmtpFailure::Refused(reply)) if reply.code != CLOSING => turned_away.push(TurnedAway {
                recipient,
                meaning: reply.meaning(SmtpStage::Recipient),
                words: reply.to_string(),
            }),
            Err(failure @ (SmtpFailure::Refused(_) | SmtpFailure::Lost(_))) => {
                return Err(failure.at(SmtpStage::Recipient).into());
            }
        }
    }
    Ok(turned_away)
}

/// "Service not available, closing transmission channel": nothing more can be
/// said on this connection, about any recipient.
const CLOSING: u16 = 421;

/// The others got it; those who may yet, and those who will not.
fn receipt(words: String, turned_away: Vec<TurnedAway<'_>>) -> Receipt {
    let (deferred, refused): (Vec<_>, Vec<_>) =
        turned_away.into_iter().partition(|it| is_passing(it.meaning));
    let refusals = |them: Vec<TurnedAway<'_>>| -> Vec<Refusal> {
        them.into_iter().map(|it| it.recipient.refusal(it.words)).collect()
    };
    Receipt { words, refused: refusals(refused), deferred: refusals(deferred) }
}

/// The mildest refusal decides: while one of them may be accepted later, the
/// mail is worth another attempt.
///
/// Where all are refused for good, no mail to these addresses will ever be
/// taken, this one in another form no more than the next: that is a setting to
/// mend, not a message to give up. Unless others were served before: then the
/// mail has arrived, and these few are its receipt's last lines.
fn nobody_accepted(turned_away: Vec<TurnedAway<'_>>, owed: OwedRecipients<'_>) -> Result<Receipt, SendError> {
    let mildest = turned_away.iter().map(|it| it.meaning).min_by_key(|&meaning| rank(meaning));
    let by_place = |it: &TurnedAway<'_>| format!("to[{}]: {}", it.recipient.index, it.words);
    let reason = turned_away.iter().map(by_place).collect::<Vec<_>>().join("; ");
    match mildest {
        Some(meaning) if is_passing(meaning) => {
            Err(meaning.error(format!("no recipient accepted: {reason}")))
        }
        Some(_) | None if owed.others_served => {
            Ok(receipt("the others were served before".to_owned(), turned_away))
        }
        Some(_) | None => Err(SendError::Misconfigured {
            reason: format!("every recipient refused; mend the channel's `to`: {reason}"),
        }),
    }
}

fn is_passing(meaning: Meaning) -> bool {
    match meaning {
        Meaning::Transient | Meaning::Throttled(_) | Meaning::Quota => true,
        Meaning::Unsendable | Meaning::Misconfigured => false,
    }
}

/// The mildest refusal has the lowest. A limit outranks a passing fault: it is about the whole
/// account, and knocking on would make it worse.
fn rank(meaning: Meaning) -> u8 {
    match meaning {
        Meaning::Quota => 0,
        Meaning::Throttled(_) => 1,
        Meaning::Transient => 2,
        Meaning::Unsendable => 3,
        Meaning::Misconfigured => 4,
    }
}
