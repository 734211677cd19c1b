//! The dialogue with a sender: what each line means, and what is answered. It reads and writes nothing itself.

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;

use crate::address::MailAddress;
use crate::command::{CommandFault, SenderCommand};
use crate::framing::{InputLine, LONGEST_COMMAND};
use crate::login::{LoginProgress, PendingLogin, ShownLogin};
use crate::observer::MailRefusal;
use crate::reply::InletReply;
use crate::settings::{LoginRule, SmtpSource};
use crate::sources::{NotARecipient, RecipientTable};

/// The recipients of a mail at most (RFC 5321, 4.5.3.1.8).
const MOST_RECIPIENTS: usize = 100;

/// The commands without a mail after which a sender is hung up on.
const MOST_FRUITLESS: usize = 20;

/// The wrong logins after which a sender is hung up on.
const MOST_WRONG_LOGINS: u32 = 3;

/// The encryption of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MailTls {
    /// No encryption, and none on offer.
    Unavailable,
    /// The sender may ask for it.
    Offered,
    /// All is encrypted.
    Active,
}

/// The dialogue with one sender.
#[derive(Debug)]
pub(crate) struct Dialogue {
    peer: IpAddr,
    logins: LoginRule,
    max_mail: usize,
    tls: MailTls,
    is_greeted: bool,
    login: Option<ShownLogin>,
    pending: Option<PendingLogin>,
    mail: Option<AnnouncedMail>,
    fruitless: usize,
    wrong_logins: u32,
}

/// A mail that is being announced.
#[derive(Debug, Default)]
pub(crate) struct AnnouncedMail {
    /// The sender to whom failures would be told; `None`: nobody.
    pub(crate) sender: Option<MailAddress>,
    /// Each source once, however many of its addresses are named.
    pub(crate) sources: Vec<Arc<SmtpSource>>,
    recipients: usize,
}

/// The answer to a line.
#[derive(Debug)]
pub(crate) struct DialogueTurn {
    pub(crate) reply: InletReply,
    pub(crate) next: AfterReply,
    pub(crate) refusal: Option<MailRefusal>,
}

/// The next thing to do, once the reply is sent.
#[derive(Debug)]
pub(crate) enum AfterReply {
    /// Read the next line.
    Line,
    /// Receive the mail that was announced.
    Mail(AnnouncedMail),
    /// Make a handshake of TLS, and listen anew.
    StartTls,
    /// Close the connection.
    Close,
}

impl Dialogue {
    /// A dialogue that begins with our greeting.
    pub(crate) fn new(peer: IpAddr, logins: LoginRule, max_mail: usize, tls: MailTls) -> Self {
        Self {
            peer: peer.to_canonical(),
            logins,
            max_mail,
            tls,
            is_greeted: false,
            login: None,
            pending: None,
            mail: None,
            fruitless: 0,
            wrong_logins: 0,
        }
    }

    /// The first words to a sender.
    pub(crate) fn greeting() -> InletReply {
        InletReply::new(220, "fanfare ESMTP takes alerts")
    }

    /// Goes on under TLS: nothing that was said before counts (RFC 3207, 4.2).
    pub(crate) fn begin_tls(&mut self) {
        *self = Self {
            tls: MailTls::Active,
            fruitless: self.fruitless,
            wrong_logins: self.wrong_logins,
            ..Self::new(self.peer, self.logins, self.max_mail, MailTls::Active)
        };
    }

    /// Tells whether the sender has shown a right login.
    pub(crate) fn is_logged_in(&self) -> bool {
        self.login.is_some()
    }

    /// A mail has come to its end, whatever became of it.
    pub(crate) fn end_mail(&mut self) {
        self.mail = None;
        self.fruitless = 0;
    }

    /// The answer to a line.
    pub(crate) fn line(&mut self, line: InputLine, table: &RecipientTable) -> DialogueTurn {
        let turn = match (line, self.pending.take()) {
            (InputLine::TooLong, _) => DialogueTurn::bad(500, "5.5.2 the line is too long"),
            (InputLine::BareNewline, _) => {
                DialogueTurn::bad(500, "5.5.2 a line must end with CR LF, and have neither in it")
            }
            (InputLine::Whole(line), Some(pending)) => self.answer_to_challenge(pending, &line, table),
            (InputLine::Whole(line), None) => self.command(&line, table),
        };
        self.bounded(turn)
    }

    /// The turn, or the end if there were too many that led to nothing.
    fn bounded(&mut self, turn: DialogueTurn) -> DialogueTurn {
        if self.wrong_logins >= MOST_WRONG_LOGINS {
            return DialogueTurn::closing(421, "4.7.0 too many wrong logins", MailRefusal::WrongLogin);
        }
        match turn.next {
            AfterReply::Mail(_) | AfterReply::StartTls | AfterReply::Close => return turn,
            AfterReply::Line => self.fruitless += 1,
        }
        let recipients = self.mail.as_ref().map_or(0, |it| it.recipients);
        if self.fruitless > MOST_FRUITLESS + recipients {
            return DialogueTurn::closing(
                421,
                "4.7.0 too many commands without a mail",
                MailRefusal::Fruitless,
            );
        }
        turn
    }

    fn command(&mut self, line: &[u8], table: &RecipientTable) -> DialogueTurn {
        let command = match SenderCommand::parse(line) {
            Ok(command) => command,
            Err(fault) => return fault.into(),
        };
        let is_long = line.len() + 2 > LONGEST_COMMAND;
        match command {
            SenderCommand::Http => {
                DialogueTurn::closing(554, "5.5.1 this is no server for web pages", MailRefusal::BadCommand)
            }
            SenderCommand::Auth { mechanism, initial } => {
                self.auth(|| LoginProgress::begin(mechanism, initial.as_deref()), table)
            }
            _ if is_long => DialogueTurn::bad(500, "5.5.2 the command is too long"),
            SenderCommand::Ehlo => self.greeted(self.abilities()),
            SenderCommand::Helo => self.greeted(InletReply::new(250, "fanfare")),
            SenderCommand::Mail { sender, size } => self.mail(sender, size),
            SenderCommand::Rcpt(address) => match self.mail.take() {
                None => DialogueTurn::bad(503, "5.5.1 say MAIL first"),
                Some(mail) => {
                    let found = table.recipient(&address, self.peer, self.login.as_ref());
                    let (mail, turn) = mail.with(found);
                    self.mail = Some(mail);
                    turn
                }
            },
            SenderCommand::Data => self.data(),
            SenderCommand::Reset => {
                self.mail = None;
                DialogueTurn::ok("2.0.0 forgotten")
            }
            SenderCommand::Noop => DialogueTurn::ok("2.0.0 nothing done"),
            SenderCommand::Verify => DialogueTurn::reply(252, "2.5.2 send a mail and see"),
            SenderCommand::Help => {
                DialogueTurn::reply(214, "2.0.0 mail to the address of a source; nothing is sent on")
            }
            SenderCommand::Quit => {
                DialogueTurn { next: AfterReply::Close, ..DialogueTurn::reply(221, "2.0.0 bye") }
            }
            SenderCommand::StartTls => match self.tls {
                MailTls::Offered => {
                    DialogueTurn { next: AfterReply::StartTls, ..DialogueTurn::reply(220, "2.0.0 begin") }
                }
                MailTls::Unavailable => DialogueTurn::bad(502, "5.5.1 there is no TLS here"),
                MailTls::Active => DialogueTurn::bad(503, "5.5.1 this is TLS"),
            },
        }
    }

    fn greeted(&mut self, reply: InletReply) -> DialogueTurn {
        self.is_greeted = true;
        self.mail = None;
        DialogueTurn { reply, next: AfterReply::Line, refusal: None }
    }

    /// The abilities that an EHLO is told.
    fn abilities(&self) -> InletReply {
        let mut lines: Vec<Cow<'static, str>> =
            vec!["fanfare".into(), format!("SIZE {}", self.max_mail).into()];
        lines.extend(["8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES"].map(Cow::from));
        if self.tls == MailTls::Offered {
            lines.push("STARTTLS".into());
        }
        if self.may_log_in() {
            lines.push("AUTH PLAIN LOGIN".into());
        }
        lines.push("HELP".into());
        InletReply::of_lines(250, lines)
    }

    fn may_log_in(&self) -> bool {
        match (self.tls, self.logins) {
            (MailTls::Active, _) | (_, LoginRule::Anywhere) => true,
            (MailTls::Offered | MailTls::Unavailable, LoginRule::Protected) => self.peer.is_loopback(),
        }
    }

    fn mail(&mut self, sender: Option<MailAddress>, size: Option<u64>) -> DialogueTurn {
        if !self.is_greeted {
            return DialogueTurn::bad(503, "5.5.1 say EHLO or HELO first");
        }
        if self.mail.is_some() {
            return DialogueTurn::bad(503, "5.5.1 one mail after the other");
        }
        if size.is_some_and(|it| it > self.max_mail as u64) {
            return DialogueTurn::refused(552, "5.3.4 the mail is too long", MailRefusal::TooLong);
        }
        self.mail = Some(AnnouncedMail { sender, ..AnnouncedMail::default() });
        DialogueTurn::ok("2.1.0 go on")
    }

    fn data(&mut self) -> DialogueTurn {
        match self.mail.take() {
            None => DialogueTurn::bad(503, "5.5.1 say MAIL first"),
            Some(mail) if mail.sources.is_empty() => {
                self.mail = Some(mail);
                DialogueTurn::bad(554, "5.5.1 no recipient was taken")
            }
            Some(mail) => DialogueTurn {
                next: AfterReply::Mail(mail),
                ..DialogueTurn::reply(354, "end with a line that has only a dot")
            },
        }
    }

    fn auth(&mut self, begin: impl FnOnce() -> LoginProgress, table: &RecipientTable) -> DialogueTurn {
        if !self.is_greeted {
            return DialogueTurn::bad(503, "5.5.1 say EHLO first");
        }
        if self.login.is_some() || self.mail.is_some() {
            return DialogueTurn::bad(503, "5.5.1 log in once, and before MAIL");
        }
        if !self.may_log_in() {
            let message = "5.7.11 a password would cross the network in clear text: say STARTTLS first";
            return DialogueTurn::refused(538, message, MailRefusal::UnprotectedLogin);
        }
        self.progressed(begin(), table)
    }

    fn answer_to_challenge(
        &mut self,
        pending: PendingLogin,
        line: &[u8],
        table: &RecipientTable,
    ) -> DialogueTurn {
        if line == b"*" {
            return DialogueTurn::bad(501, "5.7.0 given up");
        }
        self.progressed(pending.answered(line), table)
    }

    fn progressed(&mut self, progress: LoginProgress, table: &RecipientTable) -> DialogueTurn {
        match progress {
            LoginProgress::Ask(pending) => {
                let question = pending.question();
                self.pending = Some(pending);
                DialogueTurn::reply(334, question)
            }
            LoginProgress::Shown(login) if table.is_known(&login) => {
                self.login = Some(login);
                DialogueTurn::reply(235, "2.7.0 welcome")
            }
            LoginProgress::Shown(_) => {
                self.wrong_logins += 1;
                DialogueTurn::refused(535, "5.7.8 this login opens no source", MailRefusal::WrongLogin)
            }
            LoginProgress::Unreadable => DialogueTurn::bad(501, "5.5.2 this is no login in base64"),
        }
    }
}

impl AnnouncedMail {
    /// The envelope with another recipient, if it is taken.
    fn with(mut self, found: Result<Arc<SmtpSource>, NotARecipient>) -> (Self, DialogueTurn) {
        let turn = match found {
            _ if self.recipients >= MOST_RECIPIENTS => {
                DialogueTurn::refused(452, "4.5.3 too many recipients", MailRefusal::TooManyRecipients)
            }
            Ok(source) => {
                self.recipients += 1;
                if !self.sources.iter().any(|it| it.settings.name == source.settings.name) {
                    self.sources.push(source);
                }
                DialogueTurn::ok("2.1.5 go on")
            }
            Err(refusal) => refusal.into(),
        };
        (self, turn)
    }
}

impl From<NotARecipient> for DialogueTurn {
    fn from(refusal: NotARecipient) -> Self {
        match refusal {
            NotARecipient::Unknown => {
                let message = "5.1.1 no source has this address, and nothing is sent on";
                Self::refused(550, message, MailRefusal::UnknownRecipient)
            }
            NotARecipient::ForeignNetwork => {
                let message = "5.7.1 nobody may mail to this source from this address";
                Self::refused(550, message, MailRefusal::ForeignNetwork)
            }
            NotARecipient::NeedsLogin => Self::refused(530, "5.7.0 log in first", MailRefusal::NeedsLogin),
            NotARecipient::WrongLogin => {
                Self::refused(550, "5.7.1 this login does not open this source", MailRefusal::WrongLogin)
            }
        }
    }
}

impl From<CommandFault> for DialogueTurn {
    fn from(fault: CommandFault) -> Self {
        match fault {
            CommandFault::Unknown => Self::bad(500, "5.5.1 unknown command"),
            CommandFault::Syntax(why) => Self::bad(501, format!("5.5.2 {why}")),
            CommandFault::Parameter => Self::bad(555, "5.5.4 a parameter that is not offered"),
            CommandFault::Mechanism => Self::bad(504, "5.5.4 a mechanism that is not offered"),
        }
    }
}

impl DialogueTurn {
    fn reply(code: u16, text: impl Into<Cow<'static, str>>) -> Self {
        Self { reply: InletReply::new(code, text), next: AfterReply::Line, refusal: None }
    }

    fn ok(text: &'static str) -> Self {
        Self::reply(250, text)
    }

    fn refused(code: u16, text: impl Into<Cow<'static, str>>, refusal: MailRefusal) -> Self {
        Self { refusal: Some(refusal), ..Self::reply(code, text) }
    }

    fn bad(code: u16, text: impl Into<Cow<'static, str>>) -> Self {
        Self::refused(code, text, MailRefusal::BadCommand)
    }

    fn closing(code: u16, text: &'static str, refusal: MailRefusal) -> Self {
        Self { next: AfterReply::Close, ..Self::refused(code, text, refusal) }
    }
}

#[cfg(test)]
mod tests;
