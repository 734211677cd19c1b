//! One conversation: what the server knows, and what it says to each command.

mod login;

use std::sync::Arc;

use self::login::Dialogue;
use super::Reply;
use super::command::{Command, Path};
use super::mail::{self, Inspected};
use super::post_office::{BoxNumber, NoMail};
use super::wire::{Flaw, Raw};
use crate::fault::{MailAction, MailStage, TlsFault};
use crate::journal::{Kind, Shown, Verdict, ViolationKind};
use crate::rules::{Capability, ClearAuth, SmtpRules, SmtpTls};
use crate::world::World;

/// One conversation.
pub(super) struct Session {
    world: Arc<World>,
    transport: Transport,
    has_greeted: bool,
    login: Option<BoxNumber>,
    wrong_logins: u32,
    dialogue: Dialogue,
    envelope: Option<Envelope>,
    mails: u32,
}

/// Whether anyone can listen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Transport {
    Clear,
    Tls,
}

/// Who writes to whom.
#[derive(Debug)]
pub(super) struct Envelope {
    from: BoxNumber,
    pub(super) sender: String,
    pub(super) recipients: Vec<String>,
    declared: Vec<Capability>,
}

impl Envelope {
    pub(super) fn is_eight_bit(&self) -> bool {
        self.declared.contains(&Capability::EightBitMime)
    }

    pub(super) fn is_utf8(&self) -> bool {
        self.declared.contains(&Capability::SmtpUtf8)
    }
}

/// What comes next on the wire.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// This reply, and then a command.
    Command(Reply),
    /// This reply, and then a handshake.
    Handshake(Reply),
    /// This reply, and then a mail.
    Mail(Reply),
}

impl Session {
    pub(super) fn new(world: Arc<World>) -> Self {
        Self {
            world,
            transport: Transport::Clear,
            has_greeted: false,
            login: None,
            wrong_logins: 0,
            dialogue: Dialogue::None,
            envelope: None,
            mails: 0,
        }
    }

    pub(super) fn banner(&self) -> Reply {
        Reply::new(220, &format!("{} ESMTP sandbox", self.rules().hostname))
    }

    /// The connection is under TLS now, and everything said before is forgotten.
    pub(super) fn encrypted(&mut self) {
        *self = Self { transport: Transport::Tls, ..Self::new(Arc::clone(&self.world)) };
    }

    /// What goes wrong at `stage`, if a fault is on.
    pub(super) fn fault(&self, stage: MailStage, recipient: Option<&str>) -> Option<MailAction> {
        let state = &mut *self.world.state();
        let mut recipients = self.envelope.as_ref().map(|it| it.recipients.clone()).unwrap_or_default();
        recipients.extend(recipient.map(str::to_owned));
        let from = self.envelope.as_ref().map(|it| it.from).or(self.login);
        let names = state.post.names(from, &recipients);
        state.faults.strike_mail(&names, stage, recipient)
    }

    /// What goes wrong with a handshake, if a fault is on.
    pub(super) fn handshake_fault(&self) -> Option<TlsFault> {
        let state = &mut *self.world.state();
        let names = state.post.names(self.login, &[]);
        state.faults.strike_handshake(&names)
    }

    /// Records that a fault has eaten what was under way.
    pub(super) fn lost(&mut self, action: &MailAction, recipient: Option<&str>) {
        let recipients: Vec<String> = match recipient {
            Some(recipient) => vec![recipient.to_owned()],
            None => self.envelope.as_ref().map(|it| it.recipients.clone()).unwrap_or_default(),
        };
        self.record(Verdict::Broken { fault: action.word() }, recipients);
    }

    /// Answers one line.
    pub(super) fn line(&mut self, line: &str) -> Next {
        if self.dialogue != Dialogue::None {
            return Next::Command(self.go_on(line));
        }
        match Command::parse(line) {
            Command::Ehlo => Next::Command(self.ehlo()),
            Command::Helo => {
                self.has_greeted = true;
                Next::Command(Reply::new(250, &self.rules().hostname))
            }
            Command::StartTls => self.start_tls(),
            Command::Auth { mechanism, initial } => Next::Command(self.auth(&mechanism, initial.as_deref())),
            Command::Mail(path) => Next::Command(self.mail(&path).unwrap_or_else(|refusal| refusal)),
            Command::Rcpt(path) => Next::Command(self.rcpt(path).unwrap_or_else(|refusal| refusal)),
            Command::Data => self.data(),
            Command::Rset => {
                self.envelope = None;
                Next::Command(Reply::new(250, "2.0.0 Ok"))
            }
            Command::Noop => Next::Command(Reply::new(250, "2.0.0 Ok")),
            Command::Quit => Next::Command(Reply::new(221, "2.0.0 Bye")),
            Command::Malformed => Next::Command(Reply::new(501, "5.5.4 Syntax error in arguments")),
            Command::Unknown => Next::Command(Reply::new(500, "5.5.2 Command not recognised")),
        }
    }

    /// Takes or refuses the mail that came after DATA.
    pub(super) fn take(&mut self, raw: &Raw) -> Reply {
        let Some(envelope) = self.envelope.take() else {
            return Reply::new(503, "5.5.1 No recipients");
        };
        self.mails += 1;
        let inspected = check_wire(raw).and_then(|()| mail::inspect(&raw.bytes, &envelope));
        let now = self.world.now();
        let state = &mut *self.world.state();
        let name = state.post.name(Some(envelope.from), &envelope.recipients);
        match inspected {
            Ok(Inspected { shown, flaws }) => {
                for flaw in flaws {
                    state.journal.violation(ViolationKind::MailForm, name, now, &flaw);
                }
                state.journal.saw(Kind::Email, name, now, Verdict::Delivered, shown);
                Reply::new(250, "2.0.0 Ok: queued")
            }
            Err(refusal) => {
                let verdict = Verdict::Refused { code: refusal.code.into(), words: refusal.words() };
                let (form, missed) = ("mail".to_owned(), envelope.recipients);
                state.journal.saw(
                    Kind::Email,
                    name,
                    now,
                    verdict,
                    Shown { form, missed, ..Shown::default() },
                );
                refusal
            }
        }
    }

    /// The mail under way is no more.
    pub(super) fn forget(&mut self) {
        self.envelope = None;
    }

    fn rules(&self) -> &SmtpRules {
        &self.world.smtp
    }

    fn offers(&self, capability: Capability) -> bool {
        self.rules().capabilities.contains(&capability)
    }

    fn may_auth_now(&self) -> bool {
        self.transport == Transport::Tls || self.rules().clear_auth == ClearAuth::Allowed
    }

    fn ehlo(&mut self) -> Reply {
        self.has_greeted = true;
        self.envelope = None;
        let rules = self.rules();
        let mut lines = vec![rules.hostname.clone()];
        if rules.tls == SmtpTls::StartTls && self.transport == Transport::Clear {
            lines.push("STARTTLS".to_owned());
        }
        let mechanisms = self.mechanisms();
        if !mechanisms.is_empty() && self.may_auth_now() {
            lines.push(format!("AUTH {}", mechanisms.join(" ")));
        }
        for capability in &rules.capabilities {
            match capability {
                Capability::Size => lines.push(format!("SIZE {}", rules.size_limit)),
                Capability::EightBitMime => lines.push("8BITMIME".to_owned()),
                Capability::SmtpUtf8 => lines.push("SMTPUTF8".to_owned()),
                Capability::Pipelining => lines.push("PIPELINING".to_owned()),
                Capability::AuthPlain | Capability::AuthLogin | Capability::AuthXOAuth2 => {}
            }
        }
        Reply { code: 250, lines }
    }

    fn start_tls(&self) -> Next {
        match (self.rules().tls, self.transport) {
            (SmtpTls::StartTls, Transport::Clear) => {
                Next::Handshake(Reply::new(220, "2.0.0 Ready to start TLS"))
            }
            (SmtpTls::StartTls | SmtpTls::Implicit, _) => {
                Next::Command(Reply::new(503, "5.5.1 TLS is active already"))
            }
            (SmtpTls::None, _) => Next::Command(Reply::new(502, "5.5.1 STARTTLS is not offered")),
        }
    }

    fn mail(&mut self, path: &Path) -> Result<Reply, Reply> {
        self.check_order()?;
        let declared = self.declared(path)?;
        let sender = path.address.clone();
        if !sender.is_ascii() && !declared.contains(&Capability::SmtpUtf8) {
            return Err(Reply::new(553, "5.6.7 Address with non-ASCII characters, and no SMTPUTF8"));
        }
        let found = {
            let post = &self.world.state().post;
            match self.login {
                Some(number) if post.may_send_as(number, &sender) => Ok(number),
                Some(_) => Err(Reply::new(553, "5.7.1 Sender address is not owned by the user")),
                None => {
                    post.open_for(&sender).ok_or_else(|| Reply::new(530, "5.7.0 Authentication required"))
                }
            }
        };
        match found {
            Ok(from) => {
                self.envelope = Some(Envelope { from, sender, recipients: Vec::new(), declared });
                Ok(Reply::new(250, "2.1.0 Ok"))
            }
            Err(refusal) => Err(self.refused(refusal, Vec::new())),
        }
    }

    fn check_order(&self) -> Result<(), Reply> {
        if !self.has_greeted {
            return Err(Reply::new(503, "5.5.1 Say EHLO first"));
        }
        if self.envelope.is_some() {
            return Err(Reply::new(503, "5.5.1 Nested MAIL command"));
        }
        if self.rules().tls == SmtpTls::StartTls
            && self.transport == Transport::Clear
            && self.rules().clear_auth == ClearAuth::Refused
        {
            return Err(Reply::new(530, "5.7.0 Must issue a STARTTLS command first"));
        }
        if self.rules().mails_per_connection.is_some_and(|limit| self.mails >= limit) {
            return Err(Reply::new(421, "4.7.0 Too many messages in this connection"));
        }
        Ok(())
    }

    /// The extensions the client uses for this mail, which must be on offer.
    fn declared(&self, path: &Path) -> Result<Vec<Capability>, Reply> {
        let mut declared = Vec::new();
        for (key, value) in &path.parameters {
            let used = match (key.as_str(), value.to_ascii_uppercase().as_str()) {
                ("SIZE", _) => Capability::Size,
                ("BODY", "8BITMIME" | "7BIT") => Capability::EightBitMime,
                ("SMTPUTF8", "") => Capability::SmtpUtf8,
                _ => return Err(Reply::new(555, "5.5.4 Unsupported parameter")),
            };
            if !self.offers(used) {
                return Err(Reply::new(555, "5.5.4 Unsupported parameter"));
            }
            if used == Capability::Size
                && value.parse().is_ok_and(|size: usize| size > self.rules().size_limit)
            {
                return Err(too_large());
            }
            if !value.eq_ignore_ascii_case("7BIT") {
                declared.push(used);
            }
        }
        Ok(declared)
    }

    fn rcpt(&mut self, path: Path) -> Result<Reply, Reply> {
        let Some(envelope) = &self.envelope else {
            return Err(Reply::new(503, "5.5.1 Need MAIL command"));
        };
        let (from, is_utf8, address) = (envelope.from, envelope.is_utf8(), path.address);
        if !is_address(&address) {
            return Err(self.refused(Reply::new(501, "5.1.3 Bad recipient address syntax"), vec![address]));
        }
        if !address.is_ascii() && !is_utf8 {
            return Err(self.refused(Reply::new(553, "5.6.7 Address needs SMTPUTF8"), vec![address]));
        }
        let now = self.world.now();
        let counted = self.world.state().post.address(from, &address, now);
        match counted {
            Ok(()) => {}
            Err(NoMail::Unknown) => {
                return Err(self.refused(Reply::new(550, "5.1.1 No such user here"), vec![address]));
            }
            Err(NoMail::Enough) => {
                return Err(self.refused(Reply::new(450, "4.7.1 Recipient frequency limited"), vec![address]));
            }
        }
        if let Some(envelope) = &mut self.envelope {
            envelope.recipients.push(address);
        }
        Ok(Reply::new(250, "2.1.5 Ok"))
    }

    fn data(&self) -> Next {
        match &self.envelope {
            None => Next::Command(Reply::new(503, "5.5.1 Need MAIL command")),
            Some(envelope) if envelope.recipients.is_empty() => {
                Next::Command(Reply::new(554, "5.5.1 No valid recipients"))
            }
            Some(_) => Next::Mail(Reply::new(354, "End data with <CR><LF>.<CR><LF>")),
        }
    }

    /// Records a refusal on the way to a mail, and returns it.
    fn refused(&self, reply: Reply, missed: Vec<String>) -> Reply {
        self.record(Verdict::Refused { code: reply.code.into(), words: reply.words() }, missed);
        reply
    }

    fn record(&self, verdict: Verdict, missed: Vec<String>) {
        let now = self.world.now();
        let state = &mut *self.world.state();
        let from = self.envelope.as_ref().map(|it| it.from).or(self.login);
        let name = state.post.name(from, &missed);
        let shown = Shown { form: "mail".to_owned(), missed, ..Shown::default() };
        state.journal.saw(Kind::Email, name, now, verdict, shown);
    }
}

/// The refusals that need no look into the mail.
fn check_wire(raw: &Raw) -> Result<(), Reply> {
    match raw.flaw {
        None => Ok(()),
        Some(Flaw::BareLineEnd) => Err(Reply::new(554, "5.6.0 Bare <LF> or <CR> received")),
        Some(Flaw::LongLine) => Err(Reply::new(554, "5.6.0 Line longer than 998 octets")),
        Some(Flaw::TooLarge) => Err(too_large()),
    }
}

fn too_large() -> Reply {
    Reply::new(552, "5.3.4 Message size exceeds fixed limit")
}

/// `local@domain`, in the roughest terms.
fn is_address(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    text.rsplit_once('@').is_some_and(|(local, domain)| is_part(local) && is_part(domain))
}
