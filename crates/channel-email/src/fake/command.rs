//! The commands of a client.

use fanfare_sandbox::MailStage;

/// The command in one line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum SmtpCommand {
    Ehlo,
    Helo,
    StartTls,
    Auth {
        mechanism: String,
        initial: Option<String>,
    },
    Mail(SmtpPath),
    Rcpt(SmtpPath),
    Data,
    Rset,
    Noop,
    Quit,
    /// A command with arguments that are not possible.
    Malformed,
    Unknown,
}

/// An address in angle brackets, and the parameters behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SmtpPath {
    pub(super) address: String,
    pub(super) parameters: Vec<(String, String)>,
}

impl SmtpCommand {
    pub(super) fn parse(line: &str) -> Self {
        let (verb, rest) = line.split_once(' ').unwrap_or((line, ""));
        match (verb.to_ascii_uppercase().as_str(), rest) {
            ("EHLO", "") | ("HELO", "") => Self::Malformed,
            ("EHLO", _) => Self::Ehlo,
            ("HELO", _) => Self::Helo,
            ("STARTTLS", "") => Self::StartTls,
            ("AUTH", _) => auth(rest),
            ("MAIL", _) => path("FROM:", rest).map_or(Self::Malformed, Self::Mail),
            ("RCPT", _) => path("TO:", rest).map_or(Self::Malformed, Self::Rcpt),
            ("DATA", "") => Self::Data,
            ("RSET", "") => Self::Rset,
            ("NOOP", _) => Self::Noop,
            ("QUIT", "") => Self::Quit,
            ("STARTTLS" | "DATA" | "RSET" | "QUIT", _) => Self::Malformed,
            _ => Self::Unknown,
        }
    }

    /// The stage at which a fault can apply to it.
    pub(super) fn stage(&self) -> Option<MailStage> {
        match self {
            Self::Ehlo | Self::Helo => Some(MailStage::Ehlo),
            Self::StartTls => Some(MailStage::StartTls),
            Self::Auth { .. } => Some(MailStage::Auth),
            Self::Mail(_) => Some(MailStage::Mail),
            Self::Rcpt(_) => Some(MailStage::Rcpt),
            Self::Data => Some(MailStage::Data),
            Self::Rset => Some(MailStage::Rset),
            Self::Noop => Some(MailStage::Noop),
            Self::Quit => Some(MailStage::Quit),
            Self::Malformed | Self::Unknown => None,
        }
    }

    pub(super) fn recipient(&self) -> Option<&str> {
        if let Self::Rcpt(path) = self { Some(&path.address) } else { None }
    }
}

fn auth(rest: &str) -> SmtpCommand {
    let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
    let initial = (!initial.is_empty()).then(|| initial.to_owned());
    SmtpCommand::Auth { mechanism: mechanism.to_ascii_uppercase(), initial }
}

/// The path in `FROM:<address> KEY=VALUE …`, without a space after the colon.
fn path(prefix: &str, rest: &str) -> Option<SmtpPath> {
    let (given, rest) = rest.split_at_checked(prefix.len())?;
    let (address, rest) = rest.strip_prefix('<')?.split_once('>')?;
    if !given.eq_ignore_ascii_case(prefix) || (!rest.is_empty() && !rest.starts_with(' ')) {
        return None;
    }
    let parameter = |word: &str| {
        let (key, value) = word.split_once('=').unwrap_or((word, ""));
        (key.to_ascii_uppercase(), value.to_owned())
    };
    let parameters = rest.split(' ').filter(|word| !word.is_empty()).map(parameter).collect();
    Some(SmtpPath { address: address.to_owned(), parameters })
}
