//! The submission of one mail, in as many transactions as it takes.

use std::collections::VecDeque;

use fanfare_core::{Attempt, Receipt, Refusal, SendError};
use tokio::time::Instant;

use crate::addresses::Recipient;
use crate::smtp::reply::{SmtpFailure, SmtpReply, SmtpStage, with_remedy};
use crate::smtp::transaction::{Deadlines, TransactionEnd, TransactionReport, UnacceptedRecipient};

/// The connections of one attempt on which the server may have nothing to say but at the first
/// recipient: after as many it is likely to hang up on everybody, and is left alone.
const MAX_UNEXPLAINED: u32 = 2;

/// The recipients to whom the mail is refused one by one before it counts as refused to
/// everybody, as long as nobody has got it: a server that is shown the same spam a
/// hundred times bans its sender.
const MAX_REFUSED_ALONE: u32 = 10;

/// The submission of one mail, in as many transactions as it takes, and what is known of each recipient.
///
/// It begins with one transaction for all. What the server refuses as a whole, because of one
/// of them perhaps, is offered for each of them alone. Whoever got it is never named again.
#[derive(Debug)]
pub(crate) struct Submission<'a> {
    /// The recipients to whom the mail is yet to be offered, each group in one transaction.
    groups: VecDeque<Vec<Recipient<'a>>>,
    unaccepted: Vec<UnacceptedRecipient<'a>>,
    /// The words with which the server first took the mail.
    taken: Option<String>,
    /// The reason for which the mail itself was first refused.
    mail_refusal: Option<String>,
    /// The error of the attempt, if it has ended with one and nobody has got the mail.
    error: Option<SendError>,
    /// True once a transaction has begun.
    begun: bool,
    /// The recipients at whom the server ended the conversation, and its first end.
    cut_off_at: usize,
    cut_off: Option<SendError>,
    unexplained: u32,
    refused_alone: u32,
    /// True if an earlier attempt has served the other recipients.
    others_served: bool,
}

impl<'a> Submission<'a> {
    /// From the third on each attempt begins with another recipient: where the time is always up
    /// before all have had their turn, it is not the same ones every time who have none.
    pub(crate) fn new(recipients: &[Recipient<'a>], attempt: &Attempt) -> Self {
        let mut group = recipients.to_vec();
        let turn = usize::try_from(attempt.ordinal.saturating_sub(2)).unwrap_or_default();
        group.rotate_left(turn.checked_rem(recipients.len()).unwrap_or_default());
        Self {
            groups: VecDeque::from([group]),
            unaccepted: Vec::new(),
            taken: None,
            mail_refusal: None,
            error: None,
            begun: false,
            cut_off_at: 0,
            cut_off: None,
            unexplained: 0,
            refused_alone: 0,
            others_served: attempt.only.is_some(),
        }
    }

    /// The recipients of the next transaction, if there are any and if there is time for it. Once
    /// some have got the mail, it is not the end of that time that is used up by mails for one or two.
    pub(crate) fn next_group(&mut self, deadlines: Deadlines, now: Instant) -> Option<Vec<Recipient<'a>>> {
        let end = if self.taken.is_some() { deadlines.named } else { deadlines.ready };
        if self.begun && end <= now {
            let left = self.groups.drain(..).flatten().collect();
            self.defer(left, "the time was up before this recipient's turn");
        }
        self.begun = true;
        self.groups.pop_front()
    }

    /// Offers the mail to `group` next, once more: it was not the recipients at whom the transaction failed.
    pub(crate) fn put_back(&mut self, group: Vec<Recipient<'a>>) {
        self.groups.push_front(group);
    }

    /// Records what became of a transaction.
    pub(crate) fn record(&mut self, report: TransactionReport<'a>) {
        let TransactionReport { accepted, unaccepted, unnamed, end } = report;
        let is_first = self.groups.is_empty() && self.unaccepted.is_empty() && self.taken.is_none();
        let is_silent = accepted.is_empty() && unaccepted.is_empty();
        self.unaccepted.extend(unaccepted);
        match end {
            TransactionEnd::Taken(words) => {
                self.taken.get_or_insert(words);
                self.offer(unnamed);
            }
            TransactionEnd::NobodyAccepted => {}
            TransactionEnd::AtRecipient { left_out, error } => {
                self.unexplained += u32::from(is_silent);
                let rest = [accepted, unnamed].concat();
                let is_the_only_one = is_first && is_silent && rest.is_empty();
                if self.unexplained > MAX_UNEXPLAINED || is_the_only_one {
                    self.fail([vec![left_out.recipient], rest].concat(), error);
                } else {
                    self.cut_off_at += 1;
                    self.cut_off.get_or_insert(error);
                    self.unaccepted.push(left_out);
                    self.offer(rest);
                }
            }
            TransactionEnd::Refused { stage, reply } => {
                self.offer(unnamed);
                self.record_refusal(accepted, stage, &reply);
            }
            TransactionEnd::Failed(error) => self.fail([accepted, unnamed].concat(), error),
        }
    }

    /// Records the refusal of the mail itself at `stage`, for recipients who had been accepted.
    fn record_refusal(&mut self, accepted: Vec<Recipient<'a>>, stage: SmtpStage, reply: &SmtpReply) {
        let error = SmtpFailure::Refused(reply.clone()).at(stage);
        if reply.concerns_everybody(stage) {
            self.fail(accepted, error);
            return;
        }
        // Some servers name those whom they do not take: the others can have it without them.
        let (named, others): (Vec<_>, Vec<_>) =
            accepted.into_iter().partition(|it| it.is_named_in(&reply.words));
        match (&named[..], &others[..]) {
            ([_], []) | ([], [_]) => self.refuse([named, others].concat(), stage, reply),
            ([_, ..], [_, ..]) => {
                self.unaccepted.extend(named.into_iter().map(|it| UnacceptedRecipient::refused(it, reply)));
                self.offer(others);
            }
            ([], [_, _, ..]) if reply.may_be_about_a_recipient() => {
                self.refuse_together(others, stage, reply)
            }
            ([], _) | (_, []) => self.fail([named, others].concat(), error),
        }
    }

    /// Records the mail's refusal to several, and offers it to each of them alone.
    fn refuse_together(&mut self, recipients: Vec<Recipient<'a>>, stage: SmtpStage, reply: &SmtpReply) {
        if self.is_refused_to_everybody() {
            self.refuse(recipients, stage, reply);
            return;
        }
        self.mail_refusal
            .get_or_insert_with(|| with_remedy(format!("{stage}: {reply}"), reply.remedy(stage)));
        recipients.into_iter().rev().for_each(|it| self.offer(vec![it]));
    }

    /// Records the mail's refusal to those to whom it was offered in one transaction.
    fn refuse(&mut self, recipients: Vec<Recipient<'a>>, stage: SmtpStage, reply: &SmtpReply) {
        let (class, words) = (reply.class(stage), format!("{stage}: {reply}"));
        let remedy = reply.remedy(stage);
        let refused = |recipient| UnacceptedRecipient { recipient, class, words: words.clone(), remedy };
        self.unaccepted.extend(recipients.into_iter().map(refused));
        self.mail_refusal.get_or_insert(with_remedy(words, remedy));
        self.refused_alone += 1;
        if self.is_refused_to_everybody() {
            // The last try: those left, together.
            let left = self.groups.drain(..).flatten().collect();
            self.offer(left);
        }
    }

    fn is_refused_to_everybody(&self) -> bool {
        self.refused_alone >= MAX_REFUSED_ALONE && self.taken.is_none() && !self.others_served
    }

    /// Ends the attempt, which has failed for `recipients` with `error`, whoever they are.
    /// Where others have got the mail, only those who have not are left for a later attempt.
    pub(crate) fn fail(&mut self, recipients: Vec<Recipient<'a>>, error: SendError) {
        let left = recipients.into_iter().chain(self.groups.drain(..).flatten()).collect();
        self.defer(left, &error.to_string());
        self.error.get_or_insert(error);
    }

    /// The outcome of the attempt.
    pub(crate) fn outcome(mut self) -> Result<Receipt, SendError> {
        self.unaccepted.sort_by_key(|it| it.recipient.index);
        match (self.taken.take(), self.error.take()) {
            (Some(words), _) => Ok(receipt(words, self.unaccepted)),
            (None, Some(error)) => Err(error),
            (None, None) => self.none_accepted(),
        }
    }

    /// The outcome when nobody has got the mail. The mildest refusal decides: while one
    /// recipient may be accepted later, the mail is worth another attempt; and where the mail
    /// itself was refused, to some of them at least, it may be taken in another form.
    ///
    /// Where all are refused for good, no mail to these addresses will ever be
    /// taken, this one in another form no more than the next: that is a setting to
    /// mend, not a message to give up. Unless others were served before: then the
    /// mail has arrived, and the receipt names these few as refused.
    fn none_accepted(self) -> Result<Receipt, SendError> {
        let Self { unaccepted, mail_refusal, others_served, cut_off_at, cut_off, .. } = self;
        // At everybody: then it was hardly about any of them.
        if let Some(error) = cut_off.filter(|_| cut_off_at == unaccepted.len()) {
            return Err(error);
        }
        let mildest = unaccepted.iter().map(|it| it.class).min_by_key(|class| class.precedence());
        let by_place = |it: &UnacceptedRecipient<'_>| format!("to[{}]: {}", it.recipient.index, it.words);
        let reason = || unaccepted.iter().map(by_place).collect::<Vec<_>>().join("; ");
        match (mildest, mail_refusal) {
            (Some(class), Some(refusal)) if unaccepted.len() == 1 || !class.is_temporary() => {
                Err(class.error(refusal))
            }
            (Some(class), _) if class.is_temporary() => {
                let remedies = remedies(&unaccepted, None);
                let remedies = Some(remedies).filter(|it| !it.is_empty()).map(|it| format!(" ({it})"));
                let remedies = remedies.unwrap_or_default();
                Err(class.error(format!("no recipient accepted: {}{remedies}", reason())))
            }
            (Some(_) | None, _) if others_served => {
                Ok(receipt("the others were served before".to_owned(), unaccepted))
            }
            (Some(_) | None, _) => {
                let remedies = remedies(&unaccepted, Some("mend the channel's `to`"));
                let reason = format!("every recipient refused; {remedies}: {}", reason());
                Err(SendError::Misconfigured { reason })
            }
        }
    }

    fn offer(&mut self, recipients: Vec<Recipient<'a>>) {
        if !recipients.is_empty() {
            self.groups.push_front(recipients);
        }
    }

    fn defer(&mut self, recipients: Vec<Recipient<'a>>, words: &str) {
        self.unaccepted.extend(recipients.into_iter().map(|it| UnacceptedRecipient::for_now(it, words)));
    }
}

/// The remedies of these refusals, each once; where a refusal has none, it is `otherwise`.
fn remedies(unaccepted: &[UnacceptedRecipient<'_>], otherwise: Option<&'static str>) -> String {
    let mut remedies: Vec<_> = unaccepted.iter().filter_map(|it| it.remedy.or(otherwise)).collect();
    remedies.sort_unstable();
    remedies.dedup();
    remedies.join("; ")
}

/// The receipt of a mail that was taken: recipients who may get it later are deferred, the rest are refused.
fn receipt(words: String, unaccepted: Vec<UnacceptedRecipient<'_>>) -> Receipt {
    let (deferred, refused): (Vec<_>, Vec<_>) =
        unaccepted.into_iter().partition(|it| it.class.is_temporary());
    let refusals = |them: Vec<UnacceptedRecipient<'_>>| -> Vec<Refusal> {
        them.into_iter().map(|it| it.recipient.refusal(with_remedy(it.words, it.remedy))).collect()
    };
    Receipt { words, refused: refusals(refused), deferred: refusals(deferred) }
}
