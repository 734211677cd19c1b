//! Commands of a sender (RFC 5321, 4.1).

use crate::address::MailAddress;

/// A command of a sender, with what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SenderCommand {
    Ehlo,
    Helo,
    /// The sender, which may be nobody, and the announced size.
    Mail {
        sender: Option<MailAddress>,
        size: Option<u64>,
    },
    Rcpt(MailAddress),
    Data,
    Reset,
    Noop,
    Verify,
    Help,
    Quit,
    StartTls,
    Auth {
        mechanism: ShownMechanism,
        /// The text behind the mechanism.
        initial: Option<String>,
    },
    /// A request of HTTP: a web page has a browser speak to a port that is not meant for it.
    Http,
}

/// A mechanism of AUTH.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ShownMechanism {
    Plain,
    Login,
}

/// The reason why a line is no command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CommandFault {
    Unknown,
    /// A part of it cannot be read.
    Syntax(&'static str),
    /// A parameter that was not offered.
    Parameter,
    /// A mechanism of AUTH that was not offered.
    Mechanism,
}

/// The verbs of HTTP.
const HTTP_VERBS: [&str; 8] = ["GET", "POST", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "CONNECT"];

impl SenderCommand {
    /// Reads a line without its end.
    pub(crate) fn parse(line: &[u8]) -> Result<Self, CommandFault> {
        let text = str::from_utf8(line).map_err(|_| CommandFault::Syntax("the command is not UTF-8"))?;
        if text.contains(|c: char| c.is_control() && c != '\t') {
            return Err(CommandFault::Syntax("the command has control characters"));
        }
        let text = text.trim_matches([' ', '\t']);
        let (verb, rest) = text.split_once([' ', '\t']).unwrap_or((text, ""));
        let rest = rest.trim_matches([' ', '\t']);
        let verb = verb.to_ascii_uppercase();
        match verb.as_str() {
            "EHLO" => named(rest).map(|()| Self::Ehlo),
            "HELO" => named(rest).map(|()| Self::Helo),
            "MAIL" => mail(rest),
            "RCPT" => rcpt(rest),
            "DATA" => bare(rest, Self::Data),
            "RSET" => bare(rest, Self::Reset),
            "NOOP" => Ok(Self::Noop),
            "VRFY" | "EXPN" => Ok(Self::Verify),
            "HELP" => Ok(Self::Help),
            "QUIT" => bare(rest, Self::Quit),
            "STARTTLS" => bare(rest, Self::StartTls),
            "AUTH" => auth(rest),
            verb if HTTP_VERBS.contains(&verb) => Ok(Self::Http),
            _ => Err(CommandFault::Unknown),
        }
    }
}

fn named(name: &str) -> Result<(), CommandFault> {
    if name.is_empty() { Err(CommandFault::Syntax("a name must follow")) } else { Ok(()) }
}

fn bare(rest: &str, command: SenderCommand) -> Result<SenderCommand, CommandFault> {
    if rest.is_empty() { Ok(command) } else { Err(CommandFault::Syntax("nothing may follow")) }
}

fn mail(rest: &str) -> Result<SenderCommand, CommandFault> {
    let (path, parameters) = path(rest, "FROM")?;
    let sender = if path.is_empty() { None } else { Some(address(path)?) };
    let mut size = None;
    for parameter in parameters.split_whitespace() {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        match (name.to_ascii_uppercase().as_str(), value.to_ascii_uppercase().as_str()) {
            ("SIZE", digits) => {
                size = Some(digits.parse().map_err(|_| CommandFault::Syntax("`SIZE` is no number"))?);
            }
            ("BODY", "7BIT" | "8BITMIME") | ("SMTPUTF8", "") | ("AUTH", _) => {}
            _ => return Err(CommandFault::Parameter),
        }
    }
    Ok(SenderCommand::Mail { sender, size })
}

fn rcpt(rest: &str) -> Result<SenderCommand, CommandFault> {
    let (path, parameters) = path(rest, "TO")?;
    if !parameters.is_empty() {
        return Err(CommandFault::Parameter);
    }
    address(path).map(SenderCommand::Rcpt)
}

/// The path behind `FROM:` or `TO:`, without its brackets, and what follows it. Boxes leave out the brackets, or put a
/// blank before them.
fn path<'a>(rest: &'a str, word: &str) -> Result<(&'a str, &'a str), CommandFault> {
    let fault = CommandFault::Syntax("expected `MAIL FROM:<address>` or `RCPT TO:<address>`");
    let (stated, path) = rest.split_once(':').ok_or(fault)?;
    if !stated.trim().eq_ignore_ascii_case(word) {
        return Err(fault);
    }
    let path = path.trim_start();
    let Some(inner) = path.strip_prefix('<') else {
        let (path, parameters) = path.split_once(' ').unwrap_or((path, ""));
        return if path.is_empty() { Err(fault) } else { Ok((path, parameters.trim())) };
    };
    let (path, parameters) = inner.split_at_checked(end_of_path(inner).ok_or(fault)?).ok_or(fault)?;
    Ok((path.trim(), parameters[1..].trim()))
}

/// The place of the bracket that ends a path: not the one in a quoted name.
fn end_of_path(path: &str) -> Option<usize> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    path.char_indices().find_map(|(at, c)| {
        match c {
            _ if is_escaped => is_escaped = false,
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            '>' if !is_quoted => return Some(at),
            _ => {}
        }
        None
    })
}

/// The address in a path. A route before it counts for nothing (RFC 5321, appendix C).
fn address(path: &str) -> Result<MailAddress, CommandFault> {
    let path = match path.strip_prefix('@') {
        Some(route) => route.split_once(':').map_or(path, |(_, address)| address),
        None => path,
    };
    path.parse().map_err(|_| CommandFault::Syntax("the address cannot be read"))
}

fn auth(rest: &str) -> Result<SenderCommand, CommandFault> {
    let (mechanism, initial) = rest.split_once(' ').unwrap_or((rest, ""));
    let mechanism = match mechanism.to_ascii_uppercase().as_str() {
        "PLAIN" => ShownMechanism::Plain,
        "LOGIN" => ShownMechanism::Login,
        _ => return Err(CommandFault::Mechanism),
    };
    let initial = Some(initial.trim().to_owned()).filter(|it| !it.is_empty());
    Ok(SenderCommand::Auth { mechanism, initial })
}

#[cfg(test)]
mod tests;
