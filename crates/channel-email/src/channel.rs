//! The channel `email`, which joins the parts.

use std::fmt;
use std::num::NonZeroUsize;
use std::time::Duration;

use async_trait::async_trait;
use fanfare_core::{
    Account, Attempt, BuildError, Channel, ChannelName, Context, Digest, Limits, Notification, Notifier,
    Receipt, Refusal, SandboxAccount, SandboxDoors, Secret, SendError,
};
use fanfare_words::Renderer;
use tokio::time::Instant;

use crate::addresses::{Addresses, Recipient};
use crate::smtp::{
    ConnectionPool, Deadlines, SmtpServer, SmtpSession, SmtpStage, Submission, TransactionReport, submit,
};
use crate::{EmailConfig, TlsConfig, mail};

/// The mails under way at once. Few: each takes a connection, and
/// providers count those ("421 HL:ICC", too many connections, at 163).
const CONCURRENCY: NonZeroUsize = NonZeroUsize::new(4).unwrap();

/// The time in which a reused connection must answer. A connection that a firewall has
/// dropped never answers; a live one needs one round trip. At most a quarter of the time,
/// so that enough is left for a new one.
const REUSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A mailbox list behind one SMTP login.
pub struct Email {
    name: ChannelName,
    renderer: Renderer,
    timeout: Duration,
    addresses: Addresses,
    server: SmtpServer,
    pool: ConnectionPool<SmtpSession>,
    account: Account,
}

#[async_trait]
impl Notifier for Email {
    async fn notify(&self, notification: &Notification, attempt: &Attempt) -> Result<Receipt, SendError> {
        let mail = mail::write(&self.addresses, &self.name, &self.renderer, notification, attempt)?;
        self.deliver(&mail, attempt).await
    }

    async fn digest(&self, digest: &Digest, attempt: &Attempt) -> Result<Receipt, SendError> {
        let mail = mail::write_digest(&self.addresses, &self.renderer, digest, attempt)?;
        self.deliver(&mail, attempt).await
    }

    fn capacity(&self, digest: &Digest) -> usize {
        mail::capacity(&self.renderer, digest)
    }

    fn limits(&self) -> Limits {
        Limits {
            account: self.account.clone(),
            egress: self.server.egress(),
            budgets: Vec::new(),
            quota: None,
            concurrency: CONCURRENCY,
        }
    }
}

impl Email {
    /// Submits `mail` for the recipients who are still owed it.
    async fn deliver(&self, mail: &[u8], attempt: &Attempt) -> Result<Receipt, SendError> {
        let recipients = self.addresses.owed(attempt.only.as_deref());
        let mut receipt = if recipients.is_empty() {
            Receipt { words: "the others were served before".to_owned(), ..Receipt::default() }
        } else {
            let sent = self.send(mail, attempt, &recipients).await;
            let sent = sent.map(|receipt| self.without_secrets(receipt));
            let without_secrets = |err: SendError| err.map_reason(|it| self.server.without_secrets(it));
            sent.map_err(|err| self.addresses.blanked_in(without_secrets(err)))?
        };
        receipt.refused.extend(self.no_longer_named(attempt));
        Ok(receipt)
    }

    /// The receipt without what the server repeats of the login.
    fn without_secrets(&self, receipt: Receipt) -> Receipt {
        let words = |words| self.server.without_secrets(words);
        let refusals = |them: Vec<Refusal>| {
            them.into_iter().map(|it| Refusal { reason: words(it.reason), ..it }).collect()
        };
        let Receipt { words: taken, refused, deferred } = receipt;
        Receipt { words: words(taken), refused: refusals(refused), deferred: refusals(deferred) }
    }

    async fn send(
        &self,
        mail: &[u8],
        attempt: &Attempt,
        recipients: &[Recipient<'_>],
    ) -> Result<Receipt, SendError> {
        let deadlines = Deadlines::new(self.timeout, Instant::now());
        let mut submission = Submission::new(recipients, attempt);
        let mut is_tried_anew = false;
        while let Some(group) = submission.next_group(deadlines, Instant::now()) {
            let (report, session_was_reused) = match self.submit(mail, &group, deadlines).await {
                Ok(submitted) => submitted,
                Err(err) => {
                    submission.fail(group, err);
                    break;
                }
            };
            let is_refused = report.accepted.is_empty() && !report.unaccepted.is_empty();
            if is_refused && session_was_reused && !is_tried_anew {
                // It may be about this connection: some servers take only so many mails on one.
                self.pool.clear();
                is_tried_anew = true;
                submission.put_back(group);
            } else {
                submission.record(report);
            }
        }
        submission.outcome()
    }

    /// One transaction, and whether its connection had carried mails before.
    async fn submit<'a>(
        &self,
        mail: &[u8],
        group: &[Recipient<'a>],
        deadlines: Deadlines,
    ) -> Result<(TransactionReport<'a>, bool), SendError> {
        let mut session = self.open_mail(group, deadlines).await?;
        check_size(&session, mail)?;
        let report = submit(&mut session, group, mail, deadlines).await;
        let is_reused = session.is_reused();
        if session.is_idle() {
            self.pool.put(session);
        }
        Ok((report, is_reused))
    }

    /// A connection on which the server has accepted the command `MAIL`.
    ///
    /// A reused connection that fails before that is replaced by a new one:
    /// nothing was sent yet, and its failure says nothing about the server.
    async fn open_mail(
        &self,
        recipients: &[Recipient<'_>],
        deadlines: Deadlines,
    ) -> Result<SmtpSession, SendError> {
        let from = &self.addresses.from.email;
        if let Some(mut session) = self.pool.take() {
            let now = Instant::now();
            let timeout = REUSE_TIMEOUT.min(deadlines.ready.saturating_duration_since(now) / 4);
            if session.mail(from, recipients, now + timeout).await.is_ok() {
                return Ok(session);
            }
            // The others in the pool have been idle for longer still.
            self.pool.clear();
        }
        let mut session = self.server.open(deadlines.ready).await?;
        session
            .mail(from, recipients, deadlines.ready)
            .await
            .map_err(|failure| failure.at(SmtpStage::Sender))?;
        Ok(session)
    }

    /// The recipients still owed the mail who have been taken out of the settings since.
    fn no_longer_named(&self, attempt: &Attempt) -> impl Iterator<Item = Refusal> {
        let gone = attempt.only.iter().flatten().filter(|recipient| !self.addresses.names(recipient));
        gone.map(|recipient| Refusal { recipient: recipient.clone(), reason: "no longer in `to`".to_owned() })
    }
}

/// Refuses a mail that is larger than the server takes.
fn check_size(session: &SmtpSession, mail: &[u8]) -> Result<(), SendError> {
    match session.largest_mail() {
        Some(largest) if largest < mail.len() => Err(SendError::Unsendable {
            reason: format!("the mail has {} bytes, and the server takes {largest} (SIZE)", mail.len()),
        }),
        Some(_) | None => Ok(()),
    }
}

impl Channel for Email {
    const KIND: &'static str = "email";

    /// RFC 5321 §4.5.3.2 would wait for minutes, an alert cannot; but content
    /// filters take ten to twenty seconds for their answer to the final dot, and
    /// to give up before it is to send the mail again.
    const TIMEOUT: Duration = Duration::from_secs(60);

    type Config = EmailConfig;

    fn build(config: EmailConfig, context: Context) -> Result<Self, BuildError> {
        let addresses = Addresses::from_config(&config)?;
        let EmailConfig { smtp, from: _, to, reply_to: _, hide_recipients: _ } = config;
        let Context { name, locale, timeout } = context;
        let renderer = Renderer::new(locale);
        let server = SmtpServer::build(smtp)?;
        let account = server.account(&to);
        Ok(Self { name, renderer, timeout, addresses, server, pool: ConnectionPool::default(), account })
    }

    fn into_sandbox(mut config: EmailConfig, doors: &SandboxDoors) -> (EmailConfig, SandboxAccount) {
        let smtp = &mut config.smtp;
        smtp.host = doors.smtp.ip().to_string();
        smtp.port = Some(doors.smtp.port());
        smtp.tls = Some(TlsConfig::None);
        smtp.allow_clear_auth = true;
        (smtp.ca_file, smtp.proxy, smtp.proxy_login) = (None, None, None);
        let settings = vec![
            ("username", smtp.username.clone().unwrap_or_default()),
            ("password", smtp.password.as_ref().map(Secret::expose).unwrap_or_default().to_owned()),
            ("from", config.from.clone()),
            ("to", config.to.join(",")),
        ];
        (config, SandboxAccount { kind: Self::KIND, settings })
    }
}

impl fmt::Debug for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Email")
            .field("name", &self.name)
            .field("server", &self.server)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
