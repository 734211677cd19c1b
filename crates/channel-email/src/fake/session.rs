//! One connection's conversation: its state, and the reply to each command.

use std::sync::Arc;

use fanfare_sandbox::{
    MailAction, MailStage, ProviderVerdict, SandboxState, ShownMessage, TlsFault, ViolationKind,
};

use super::accounts::{MailAccountId, RecipientRefusal};
use super::auth::{AuthMechanism, AuthPrompt, AuthStep};
use super::command::{SmtpCommand, SmtpPath};
use super::envelope::MailEnvelope;
use super::mail::{self, InspectedMail};
use super::reply::ServerReply;
use super::rules::{ClearAuth, SmtpCapability, SmtpRules, SmtpTls};
use super::state::MailServerState;
use super::wire::{RawMail, WireFlaw};

/// The kind of channel that talks to the mail server.
const KIND: &str = "email";

/// Wrong passwords on one connection before the server hangs up.
const WRONG_LOGINS: u32 = 3;

/// The server's side of one conversation.
pub(super) struct ServerSession {
    server: Arc<MailServerState>,
    sandbox: Arc<SandboxState>,
    transport: TransportSecurity,
    has_greeted: bool,
    login: Option<MailAccountId>,
    wrong_logins: u32,
    /// The prompt of AUTH that waits for an answer.
    prompt: Option<AuthPrompt>,
    envelope: Option<MailEnvelope>,
    mails: u32,
}

/// True if a connection is encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum TransportSecurity {
    Clear,
    Tls,
}

/// The next step on the wire.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    /// A reply, and then a command.
    Command(ServerReply),
    /// A reply, and then a handshake.
    Handshake(ServerReply),
    /// A reply, and then a mail.
    Mail(ServerReply),
}

impl ServerSession {
    pub(super) fn new(server: Arc<MailServerState>, sandbox: Arc<SandboxState>) -> Self {
        Self {
            server,
            sandbox,
            transport: TransportSecurity::Clear,
            has_greeted: false,
            login: None,
            wrong_logins: 0,
            prompt: None,
            envelope: None,
            mails: 0,
        }
    }

    pub(super) fn banner(&self) -> ServerReply {
        ServerReply::new(220, &format!("{} ESMTP sandbox", self.rules().hostname))
    }

    /// Puts the connection under TLS, and forgets everything said before.
    pub(super) fn encrypted(&mut self) {
        let fresh = Self::new(Arc::clone(&self.server), Arc::clone(&self.sandbox));
        *self = Self { transport: TransportSecurity::Tls, ..fresh };
    }

    /// Takes the fault that is on at `stage`.
    pub(super) fn fault(&self, stage: MailStage, recipient: Option<&str>) -> Option<MailAction> {
        let mut recipients = self.envelope.as_ref().map(|it| it.recipients.clone()).unwrap_or_default();
        recipients.extend(recipient.map(str::to_owned));
        let from = self.envelope.as_ref().map(|it| it.from).or(self.login);
        let names = self.server.accounts().names(from, &recipients);
        self.sandbox.mail_fault(&names, stage, recipient)
    }

    /// Takes the fault that is on for a handshake.
    pub(super) fn handshake_fault(&self) -> Option<TlsFault> {
        let names = self.server.accounts().names(self.login, &[]);
        self.sandbox.handshake_fault(&names)
    }

    /// Records that a fault has eaten what was under way.
    pub(super) fn lost(&mut self, action: &MailAction, recipient: Option<&str>) {
        let recipients: Vec<String> = match recipient {
            Some(recipient) => vec![recipient.to_owned()],
            None => self.envelope.as_ref().map(|it| it.recipients.clone()).unwrap_or_default(),
        };
        self.record(ProviderVerdict::Broken { fault: action.word() }, recipients);
    }

    /// Answers one line.
    pub(super) fn line(&mut self, line: &str) -> NextStep {
        if let Some(prompt) = self.prompt.take() {
            return NextStep::Command(self.continue_auth(prompt.answered(line)));
        }
        match SmtpCommand::parse(line) {
            SmtpCommand::Ehlo => NextStep::Command(self.ehlo()),
            SmtpCommand::Helo => {
                self.has_greeted = true;
                NextStep::Command(ServerReply::new(250, &self.rules().hostname))
            }
            SmtpCommand::StartTls => self.start_tls(),
            SmtpCommand::Auth { mechanism, initial } => {
                NextStep::Command(self.auth(&mechanism, initial.as_deref()))
            }
            SmtpCommand::Mail(path) => NextStep::Command(self.mail(&path).unwrap_or_else(|refusal| refusal)),
            SmtpCommand::Rcpt(path) => NextStep::Command(self.rcpt(path).unwrap_or_else(|refusal| refusal)),
            SmtpCommand::Data => self.data(),
            SmtpCommand::Rset => {
                self.envelope = None;
                NextStep::Command(ServerReply::new(250, "2.0.0 Ok"))
            }
            SmtpCommand::Noop => NextStep::Command(ServerReply::new(250, "2.0.0 Ok")),
            SmtpCommand::Quit => NextStep::Command(ServerReply::new(221, "2.0.0 Bye")),
            SmtpCommand::Malformed => {
                NextStep::Command(ServerReply::new(501, "5.5.4 Syntax error in arguments"))
            }
            SmtpCommand::Unknown => NextStep::Command(ServerReply::new(500, "5.5.2 Command not recognised")),
        }
    }

    /// Takes or refuses the mail that came after DATA.
    pub(super) fn take(&mut self, raw: &RawMail) -> ServerReply {
        let Some(envelope) = self.envelope.take() else {
            return ServerReply::new(503, "5.5.1 No recipients");
        };
        self.mails += 1;
        let inspected = check_wire(raw).and_then(|()| mail::inspect(&raw.bytes, &envelope));
        let name = self.server.accounts().name(Some(envelope.from), &envelope.recipients).to_owned();
        match inspected {
            Ok(InspectedMail { shown, flaws }) => {
                for flaw in flaws {
                    let now = self.sandbox.now();
                    self.sandbox.record(|it| it.violation(ViolationKind::MailForm, &name, now, &flaw));
                }
                self.record_as(&name, ProviderVerdict::Delivered, shown);
                ServerReply::new(250, "2.0.0 Ok: queued")
            }
            Err(refusal) => {
                let verdict = ProviderVerdict::Refused { code: refusal.code.into(), words: refusal.words() };
                let (form, missed) = ("mail".to_owned(), envelope.recipients);
                self.record_as(&name, verdict, ShownMessage { form, missed, ..ShownMessage::default() });
                refusal
            }
        }
    }

    /// Drops the mail under way.
    pub(super) fn forget(&mut self) {
        self.envelope = None;
    }

    fn rules(&self) -> &SmtpRules {
        &self.server.rules
    }

    fn offers(&self, capability: SmtpCapability) -> bool {
        self.rules().capabilities.contains(&capability)
    }

    fn may_auth_now(&self) -> bool {
        self.transport == TransportSecurity::Tls || self.rules().clear_auth == ClearAuth::Allowed
    }

    /// The mechanisms of AUTH on offer.
    fn mechanisms(&self) -> impl Iterator<Item = AuthMechanism> {
        self.rules().capabilities.iter().copied().filter_map(AuthMechanism::from_capability)
    }

    fn auth(&mut self, mechanism: &str, initial: Option<&str>) -> ServerReply {
        if !self.has_greeted || self.login.is_some() || self.envelope.is_some() {
            return ServerReply::new(503, "5.5.1 AUTH is not possible now");
        }
        if !self.may_auth_now() && self.rules().clear_auth == ClearAuth::Refused {
            let words = "5.7.11 Encryption required for requested authentication mechanism";
            return ServerReply::new(538, words);
        }
        let offered = self.mechanisms().find(|it| it.name() == mechanism);
        match offered {
            Some(mechanism) => self.continue_auth(mechanism.begin(initial)),
            None => ServerReply::new(504, "5.5.4 Unrecognised authentication mechanism"),
        }
    }

    /// The reply to a step of AUTH.
    fn continue_auth(&mut self, step: AuthStep) -> ServerReply {
        match step {
            AuthStep::Ask(prompt, reply) => self.ask(prompt, reply),
            AuthStep::End(reply) => reply,
            AuthStep::Denied => self.denied(),
            AuthStep::CheckPassword { username, password } => {
                if self.authenticate(&username, &password) {
                    logged_in()
                } else {
                    self.denied()
                }
            }
            AuthStep::CheckToken { username, token } => {
                if self.authenticate(&username, &token) {
                    return logged_in();
                }
                let (prompt, reply) = AuthPrompt::after_refused_token();
                self.ask(prompt, reply)
            }
        }
    }

    fn ask(&mut self, prompt: AuthPrompt, reply: ServerReply) -> ServerReply {
        self.prompt = Some(prompt);
        reply
    }

    /// True if the credentials are those of a login, which the session then has.
    fn authenticate(&mut self, username: &str, password: &str) -> bool {
        self.login = self.server.accounts().authenticate(username, password);
        self.login.is_some()
    }

    fn denied(&mut self) -> ServerReply {
        self.wrong_logins += 1;
        let reply = match self.wrong_logins {
            WRONG_LOGINS.. => ServerReply::new(421, "4.7.0 Too many wrong logins"),
            _ => ServerReply::new(535, "5.7.8 Authentication credentials invalid"),
        };
        self.refused(reply, Vec::new())
    }

    fn ehlo(&mut self) -> ServerReply {
        self.has_greeted = true;
        self.envelope = None;
        let rules = self.rules();
        let mut lines = vec![rules.hostname.clone()];
        if rules.tls == SmtpTls::StartTls && self.transport == TransportSecurity::Clear {
            lines.push("STARTTLS".to_owned());
        }
        let mechanisms: Vec<&str> = self.mechanisms().map(AuthMechanism::name).collect();
        if !mechanisms.is_empty() && self.may_auth_now() {
            lines.push(format!("AUTH {}", mechanisms.join(" ")));
        }
        for capability in &rules.capabilities {
            match capability {
                SmtpCapability::Size => lines.push(format!("SIZE {}", rules.size_limit)),
                SmtpCapability::EightBitMime => lines.push("8BITMIME".to_owned()),
                SmtpCapability::SmtpUtf8 => lines.push("SMTPUTF8".to_owned()),
                SmtpCapability::Pipelining => lines.push("PIPELINING".to_owned()),
                SmtpCapability::AuthPlain | SmtpCapability::AuthLogin | SmtpCapability::AuthXOAuth2 => {}
            }
        }
        ServerReply { code: 250, lines }
    }

    fn start_tls(&self) -> NextStep {
        match (self.rules().tls, self.transport) {
            (SmtpTls::StartTls, TransportSecurity::Clear) => {
                NextStep::Handshake(ServerReply::new(220, "2.0.0 Ready to start TLS"))
            }
            (SmtpTls::StartTls | SmtpTls::Implicit, _) => {
                NextStep::Command(ServerReply::new(503, "5.5.1 TLS is active already"))
            }
            (SmtpTls::None, _) => NextStep::Command(ServerReply::new(502, "5.5.1 STARTTLS is not offered")),
        }
    }

    fn mail(&mut self, path: &SmtpPath) -> Result<ServerReply, ServerReply> {
        self.check_order()?;
        let declared = self.declared(path)?;
        let sender = path.address.clone();
        if !sender.is_ascii() && !declared.contains(&SmtpCapability::SmtpUtf8) {
            return Err(ServerReply::new(553, "5.6.7 Address with non-ASCII characters, and no SMTPUTF8"));
        }
        let found = {
            let accounts = self.server.accounts();
            match self.login {
                Some(number) if accounts.may_send_as(number, &sender) => Ok(number),
                Some(_) => Err(ServerReply::new(553, "5.7.1 Sender address is not owned by the user")),
                None => accounts
                    .open_for(&sender)
                    .ok_or_else(|| ServerReply::new(530, "5.7.0 Authentication required")),
            }
        };
        match found {
            Ok(from) => {
                self.envelope = Some(MailEnvelope { from, sender, recipients: Vec::new(), declared });
                Ok(ServerReply::new(250, "2.1.0 Ok"))
            }
            Err(refusal) => Err(self.refused(refusal, Vec::new())),
        }
    }

    fn check_order(&self) -> Result<(), ServerReply> {
        if !self.has_greeted {
            return Err(ServerReply::new(503, "5.5.1 Say EHLO first"));
        }
        if self.envelope.is_some() {
            return Err(ServerReply::new(503, "5.5.1 Nested MAIL command"));
        }
        if self.rules().tls == SmtpTls::StartTls
            && self.transport == TransportSecurity::Clear
            && self.rules().clear_auth == ClearAuth::Refused
        {
            return Err(ServerReply::new(530, "5.7.0 Must issue a STARTTLS command first"));
        }
        if self.rules().mails_per_connection.is_some_and(|limit| self.mails >= limit) {
            return Err(ServerReply::new(421, "4.7.0 Too many messages in this connection"));
        }
        Ok(())
    }

    /// The extensions the client uses for this mail, which must be on offer.
    fn declared(&self, path: &SmtpPath) -> Result<Vec<SmtpCapability>, ServerReply> {
        let mut declared = Vec::new();
        for (key, value) in &path.parameters {
            let used = match (key.as_str(), value.to_ascii_uppercase().as_str()) {
                ("SIZE", _) => SmtpCapability::Size,
                ("BODY", "8BITMIME" | "7BIT") => SmtpCapability::EightBitMime,
                ("SMTPUTF8", "") => SmtpCapability::SmtpUtf8,
                _ => return Err(ServerReply::new(555, "5.5.4 Unsupported parameter")),
            };
            if !self.offers(used) {
                return Err(ServerReply::new(555, "5.5.4 Unsupported parameter"));
            }
            if used == SmtpCapability::Size
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

    fn rcpt(&mut self, path: SmtpPath) -> Result<ServerReply, ServerReply> {
        let Some(envelope) = &self.envelope else {
            return Err(ServerReply::new(503, "5.5.1 Need MAIL command"));
        };
        let (from, is_utf8, address) = (envelope.from, envelope.is_utf8(), path.address);
        if !is_address(&address) {
            return Err(
                self.refused(ServerReply::new(501, "5.1.3 Bad recipient address syntax"), vec![address])
            );
        }
        if !address.is_ascii() && !is_utf8 {
            return Err(self.refused(ServerReply::new(553, "5.6.7 Address needs SMTPUTF8"), vec![address]));
        }
        let counted = self.server.accounts().count_recipient(from, &address, self.sandbox.now());
        match counted {
            Ok(()) => {}
            Err(RecipientRefusal::Unknown) => {
                return Err(self.refused(ServerReply::new(550, "5.1.1 No such user here"), vec![address]));
            }
            Err(RecipientRefusal::TooMany) => {
                return Err(
                    self.refused(ServerReply::new(450, "4.7.1 Recipient frequency limited"), vec![address])
                );
            }
        }
        if let Some(envelope) = &mut self.envelope {
            envelope.recipients.push(address);
        }
        Ok(ServerReply::new(250, "2.1.5 Ok"))
    }

    fn data(&self) -> NextStep {
        match &self.envelope {
            None => NextStep::Command(ServerReply::new(503, "5.5.1 Need MAIL command")),
            Some(envelope) if envelope.recipients.is_empty() => {
                NextStep::Command(ServerReply::new(554, "5.5.1 No valid recipients"))
            }
            Some(_) => NextStep::Mail(ServerReply::new(354, "End data with <CR><LF>.<CR><LF>")),
        }
    }

    /// Records a refusal on the way to a mail, and returns it.
    fn refused(&self, reply: ServerReply, missed: Vec<String>) -> ServerReply {
        self.record(ProviderVerdict::Refused { code: reply.code.into(), words: reply.words() }, missed);
        reply
    }

    fn record(&self, verdict: ProviderVerdict, missed: Vec<String>) {
        let from = self.envelope.as_ref().map(|it| it.from).or(self.login);
        let name = self.server.accounts().name(from, &missed).to_owned();
        let shown = ShownMessage { form: "mail".to_owned(), missed, ..ShownMessage::default() };
        self.record_as(&name, verdict, shown);
    }

    fn record_as(&self, name: &str, verdict: ProviderVerdict, shown: ShownMessage) {
        let now = self.sandbox.now();
        self.sandbox.record(|journal| journal.record(KIND, name, now, verdict, shown));
    }
}

/// The refusals that need no reading of the mail.
fn check_wire(raw: &RawMail) -> Result<(), ServerReply> {
    match raw.flaw {
        None => Ok(()),
        Some(WireFlaw::BareLineEnd) => Err(ServerReply::new(554, "5.6.0 Bare <LF> or <CR> received")),
        Some(WireFlaw::LongLine) => Err(ServerReply::new(554, "5.6.0 Line longer than 998 octets")),
        Some(WireFlaw::TooLarge) => Err(too_large()),
    }
}

fn logged_in() -> ServerReply {
    ServerReply::new(235, "2.7.0 Authentication successful")
}

fn too_large() -> ServerReply {
    ServerReply::new(552, "5.3.4 Message size exceeds fixed limit")
}

/// True if `text` has the form `local@domain`, roughly.
fn is_address(text: &str) -> bool {
    let is_part =
        |part: &str| !part.is_empty() && !part.contains(|c: char| c.is_whitespace() || c.is_control());
    text.rsplit_once('@').is_some_and(|(local, domain)| is_part(local) && is_part(domain))
}

#[cfg(test)]
mod tests;
