//! A connection: lines in, replies out, and the faults between them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use fanfare_sandbox::{MailAction, MailStage, SandboxState, TlsFault};
use jiff::SignedDuration;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::command::SmtpCommand;
use super::reply::ServerReply;
use super::rules::SmtpTls;
use super::session::{NextStep, ServerSession};
use super::state::MailServerState;
use super::wire::{SmtpLine, SmtpWire};

/// The rest of the way after a fault.
enum ConnectionFlow {
    Proceed,
    Skip,
    Close,
}

/// Serves one client until either side ends the connection.
pub(super) async fn serve(
    stream: TcpStream,
    server: Arc<MailServerState>,
    sandbox: Arc<SandboxState>,
) -> io::Result<()> {
    let mut wire = SmtpWire::new(stream);
    let mut session = ServerSession::new(Arc::clone(&server), Arc::clone(&sandbox));
    match apply_fault(&mut wire, session.fault(MailStage::Connect, None)).await? {
        ConnectionFlow::Proceed => {}
        ConnectionFlow::Skip | ConnectionFlow::Close => return Ok(()),
    }
    if server.rules.tls == SmtpTls::Implicit {
        wire = secure(wire, &mut session, &sandbox).await?;
    }
    wire.reply(&session.banner()).await?;
    while let Some(line) = command_line(&mut wire, server.rules.idle_timeout).await? {
        match fault_of_command(&mut wire, &mut session, &line).await? {
            ConnectionFlow::Proceed => {}
            ConnectionFlow::Skip => continue,
            ConnectionFlow::Close => return Ok(()),
        }
        let next = session.line(&line);
        let (NextStep::Command(reply) | NextStep::Handshake(reply) | NextStep::Mail(reply)) = &next;
        wire.reply(reply).await?;
        match next {
            NextStep::Command(reply) if reply.ends_the_connection() => return Ok(()),
            NextStep::Command(_) => {}
            NextStep::Handshake(_) => wire = secure(wire, &mut session, &sandbox).await?,
            NextStep::Mail(_) => match receive(&mut wire, &mut session, server.rules.size_limit).await? {
                ConnectionFlow::Proceed | ConnectionFlow::Skip => {}
                ConnectionFlow::Close => return Ok(()),
            },
        }
    }
    Ok(())
}

/// The client's next line; `None` if the connection ends, after the reply that is due.
async fn command_line(wire: &mut SmtpWire, idle: Option<SignedDuration>) -> io::Result<Option<String>> {
    loop {
        let last_reply = match next_line(wire, idle).await? {
            SmtpLine::Text(line) => return Ok(Some(line)),
            SmtpLine::End => return Ok(None),
            SmtpLine::NotText => {
                wire.reply(&ServerReply::new(500, "5.5.2 Not UTF-8")).await?;
                continue;
            }
            SmtpLine::TooLong => ServerReply::new(500, "5.5.2 Line too long"),
            SmtpLine::BareLineEnd => ServerReply::new(521, "5.5.2 Bare <LF> or <CR> received"),
        };
        wire.reply(&last_reply).await?;
        return Ok(None);
    }
}

/// Applies the fault that the command in `line` meets, if any.
async fn fault_of_command(
    wire: &mut SmtpWire,
    session: &mut ServerSession,
    line: &str,
) -> io::Result<ConnectionFlow> {
    let command = SmtpCommand::parse(line);
    let fault = command.stage().and_then(|stage| session.fault(stage, command.recipient()));
    if let Some(fault) = &fault
        && !fault.lets_pass()
    {
        session.lost(fault, command.recipient());
    }
    apply_fault(wire, fault).await
}

/// The same connection under TLS, if no fault keeps it in clear.
async fn secure(wire: SmtpWire, session: &mut ServerSession, sandbox: &SandboxState) -> io::Result<SmtpWire> {
    let fault = session.handshake_fault();
    let mut wire = wire.encrypt(sandbox, fault).await?;
    if fault == Some(TlsFault::Plaintext) {
        // The reply of a server without TLS to a handshake.
        wire.reply(&ServerReply::new(500, "5.5.2 Command not recognised")).await?;
    } else {
        session.encrypted();
    }
    Ok(wire)
}

/// Takes the mail after 354.
async fn receive(
    wire: &mut SmtpWire,
    session: &mut ServerSession,
    limit: usize,
) -> io::Result<ConnectionFlow> {
    let Some(raw) = wire.mail(limit).await? else { return Ok(ConnectionFlow::Close) };
    let fault = session.fault(MailStage::Body, None);
    match &fault {
        Some(MailAction::StoreAndDrop) => {
            session.take(&raw);
            return Ok(ConnectionFlow::Close);
        }
        Some(action) if !action.lets_pass() => {
            session.lost(action, None);
            session.forget();
            return apply_fault(wire, fault).await;
        }
        Some(_) | None => {}
    }
    let reply = session.take(&raw);
    apply_fault(wire, fault).await?;
    wire.reply(&reply).await?;
    Ok(if reply.ends_the_connection() { ConnectionFlow::Close } else { ConnectionFlow::Proceed })
}

/// Applies a fault to the command under way.
async fn apply_fault(wire: &mut SmtpWire, fault: Option<MailAction>) -> io::Result<ConnectionFlow> {
    match fault {
        None => Ok(ConnectionFlow::Proceed),
        Some(MailAction::Reply { code, text }) => {
            let reply = ServerReply::new(code, &text);
            wire.reply(&reply).await?;
            Ok(if reply.ends_the_connection() { ConnectionFlow::Close } else { ConnectionFlow::Skip })
        }
        Some(MailAction::Garbage { text }) => {
            wire.write_raw(&format!("{text}\r\n")).await?;
            Ok(ConnectionFlow::Skip)
        }
        Some(MailAction::Hang) => std::future::pending().await,
        Some(MailAction::Drop | MailAction::StoreAndDrop) => Ok(ConnectionFlow::Close),
        Some(MailAction::Late { millis }) => {
            sleep(Duration::from_millis(millis)).await;
            Ok(ConnectionFlow::Proceed)
        }
        Some(MailAction::Slow { millis }) => {
            wire.slow_down(Duration::from_millis(millis));
            Ok(ConnectionFlow::Proceed)
        }
    }
}

/// The next line, or the end for a client that has idled too long.
async fn next_line(wire: &mut SmtpWire, idle: Option<SignedDuration>) -> io::Result<SmtpLine> {
    let Some(idle) = idle.and_then(|it| Duration::try_from(it).ok()) else { return wire.line().await };
    match timeout(idle, wire.line()).await {
        Ok(line) => line,
        Err(_elapsed) => {
            wire.reply(&ServerReply::new(421, "4.4.2 Idle for too long")).await?;
            Ok(SmtpLine::End)
        }
    }
}
