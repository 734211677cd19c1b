//! One connection to the server, and the order of its commands.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use lettre::Address;
use lettre::transport::smtp;
use lettre::transport::smtp::client::AsyncSmtpConnection;
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{Extension, MailParameter};
use lettre::transport::smtp::response::{Response, Severity};
use tokio::time::{Instant, timeout_at};

use crate::addresses::Recipient;
use crate::pool::Reusable;
use crate::reply::{SmtpFailure, SmtpReply};

/// Postfix' own client gives a connection up after as long
/// (`smtp_connection_reuse_time_limit`), so servers are used to it.
const MAX_AGE: Duration = Duration::from_secs(300);

/// Providers limit the mails of one connection ("450 MI:DMC" at 163) without
/// saying to how many; a new connection for every fiftieth costs little.
const MAX_MAILS: u32 = 50;

/// One connection to the server, logged in.
pub(crate) struct SmtpSession {
    connection: AsyncSmtpConnection,
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
    pub(crate) fn new(connection: AsyncSmtpConnection) -> Self {
        Self { connection, state: SessionState::Idle, opened: Instant::now(), mails: 0 }
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
        let parameters = wants_utf8.then_some(MailParameter::SmtpUtfEight).into_iter().collect();
        let command = Mail::new(Some(from.clone()), parameters);
        self.command(command, Severity::PositiveCompletion, deadline).await.map(drop)
    }

    /// Names a recipient.
    pub(crate) async fn recipient(
        &mut self,
        address: &Address,
        deadline: Instant,
    ) -> Result<(), SmtpFailure> {
        let command = Rcpt::new(address.clone(), vec![]);
        self.command(command, Severity::PositiveCompletion, deadline).await.map(drop)
    }

    /// Asks to send the mail itself.
    pub(crate) async fn data(&mut self, deadline: Instant) -> Result<(), SmtpFailure> {
        self.command(Data, Severity::PositiveIntermediate, deadline).await.map(drop)
    }

    /// Sends the mail, and hands back the words with which the server took it.
    pub(crate) async fn content(&mut self, mail: &[u8], deadline: Instant) -> Result<String, SmtpFailure> {
        let answer = timeout_at(deadline, self.connection.message(mail)).await;
        let taken = check_reply(answer, Severity::PositiveCompletion)?;
        self.state = SessionState::Idle;
        Ok(taken)
    }

    /// Ends a mail that nobody is to get.
    pub(crate) async fn reset(&mut self, deadline: Instant) -> Result<(), SmtpFailure> {
        self.command(Rset, Severity::PositiveCompletion, deadline).await?;
        self.state = SessionState::Idle;
        Ok(())
    }

    /// True if the server takes addresses that are not ASCII.
    pub(crate) fn takes_utf8(&self) -> bool {
        self.connection.server_info().supports_feature(Extension::SmtpUtfEight)
    }

    /// True if the server waits for the next `MAIL`.
    pub(crate) fn is_idle(&self) -> bool {
        self.state == SessionState::Idle
    }

    async fn command(
        &mut self,
        command: impl fmt::Display,
        expected: Severity,
        deadline: Instant,
    ) -> Result<String, SmtpFailure> {
        check_reply(timeout_at(deadline, self.connection.command(command)).await, expected)
    }
}

impl Reusable for SmtpSession {
    fn may_be_reused(&self) -> bool {
        self.mails < MAX_MAILS && self.opened.elapsed() < MAX_AGE
    }
}

/// The words of an answer that is as good as expected. lettre takes any 2xx or
/// 3xx for a yes; a 354 after the final dot would then be a delivery.
fn check_reply<Late>(
    answer: Result<Result<Response, smtp::Error>, Late>,
    expected: Severity,
) -> Result<String, SmtpFailure> {
    let response =
        answer.map_err(|_| SmtpFailure::Lost("no answer in time".to_owned()))?.map_err(SmtpFailure::from)?;
    let words = response.message().collect::<Vec<_>>().join(" ");
    let reply = SmtpReply::new(response.code().into(), &words);
    if response.code().severity == expected {
        Ok(reply.to_string())
    } else {
        Err(SmtpFailure::Lost(format!("the server is out of step: {reply}")))
    }
}

impl From<smtp::Error> for SmtpFailure {
    fn from(err: smtp::Error) -> Self {
        match err.status() {
            Some(code) => {
                let words = err.source().map(ToString::to_string).unwrap_or_default();
                Self::Refused(SmtpReply::new(code.into(), &words))
            }
            None => Self::Lost(err.to_string()),
        }
    }
}
