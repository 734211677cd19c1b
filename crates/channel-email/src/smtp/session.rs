//! One connection to the server, and the order of its commands.

use std::time::Duration;

use lettre::Address;
use tokio::time::Instant;

use crate::addresses::Recipient;
use crate::smtp::connection::{ConversationState, SmtpConnection};
use crate::smtp::extensions::SmtpExtensions;
use crate::smtp::pool::Reusable;
use crate::smtp::raw_reply::ReplyKind;
use crate::smtp::reply::SmtpFailure;

/// Postfix' own client gives a connection up after as long
/// (`smtp_connection_reuse_time_limit`), so servers are used to it.
const MAX_AGE: Duration = Duration::from_secs(300);

/// Providers limit the mails of one connection ("450 MI:DMC" at 163) without
/// saying to how many; a new connection for every fiftieth costs little.
const MAX_MAILS: u32 = 50;

/// One connection to the server, logged in.
pub(crate) struct SmtpSession {
    connection: SmtpConnection,
    extensions: SmtpExtensions,
    state: SessionState,
    opened: Instant,
    mails: u32,
}

/// The state of a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SessionState {
    /// The server waits for a `MAIL`.
    Idle,
    /// A mail is under way, or the connection has failed.
    Busy,
}

impl SmtpSession {
    pub(crate) fn new(connection: SmtpConnection, extensions: SmtpExtensions) -> Self {
        Self { connection, extensions, state: SessionState::Idle, opened: Instant::now(), mails: 0 }
    }

    /// Begins a mail for `recipients`, as many of them as the server can be told of.
    pub(crate) async fn mail(
        &mut self,
        from: &Address,
        recipients: &[Recipient<'_>],
        deadline: Instant,
    ) -> Result<(), SmtpFailure> {
        self.state = SessionState::Busy;
        self.mails += 1;
        let wants_utf8 = self.takes_utf8() && recipients.iter().any(|recipient| recipient.needs_utf8());
        let parameters = if wants_utf8 { " SMTPUTF8" } else { "" };
        self.command(&format!("MAIL FROM:<{from}>{parameters}"), ReplyKind::Completion, deadline).await
    }

    /// Names a recipient.
    pub(crate) async fn recipient(
        &mut self,
        address: &Address,
        deadline: Instant,
    ) -> Result<(), SmtpFailure> {
        self.command(&format!("RCPT TO:<{address}>"), ReplyKind::Completion, deadline).await
    }

    /// Asks to send the mail itself.
    pub(crate) async fn data(&mut self, deadline: Instant) -> Result<(), SmtpFailure> {
        self.command("DATA", ReplyKind::Intermediate, deadline).await
    }

    /// Sends the mail. After an error the server does not have it.
    pub(crate) async fn send_mail(&mut self, mail: &[u8], deadline: Instant) -> Result<(), SmtpFailure> {
        self.connection.send_mail(mail, deadline).await
    }

    /// Waits for the words with which the server takes the mail.
    pub(crate) async fn acceptance(&mut self, deadline: Instant) -> Result<String, SmtpFailure> {
        let acceptance = self.connection.acceptance(deadline).await?;
        if acceptance.conversation == ConversationState::InStep {
            self.state = SessionState::Idle;
        }
        Ok(acceptance.words)
    }

    /// True if the server takes addresses that are not ASCII.
    pub(crate) fn takes_utf8(&self) -> bool {
        self.extensions.smtputf8
    }

    /// The most bytes of a mail, where the server names a number.
    pub(crate) fn largest_mail(&self) -> Option<usize> {
        self.extensions.size
    }

    /// True if the session has carried mails before the one under way.
    pub(crate) fn is_reused(&self) -> bool {
        self.mails > 1
    }

    /// True if the server waits for the next `MAIL`.
    pub(crate) fn is_idle(&self) -> bool {
        self.state == SessionState::Idle
    }

    async fn command(
        &mut self,
        line: &str,
        expected: ReplyKind,
        deadline: Instant,
    ) -> Result<(), SmtpFailure> {
        self.connection.command(line, deadline).await?.expect(expected).map(drop)
    }
}

impl Reusable for SmtpSession {
    fn may_be_reused(&self) -> bool {
        self.mails < MAX_MAILS && self.opened.elapsed() < MAX_AGE
    }
}
