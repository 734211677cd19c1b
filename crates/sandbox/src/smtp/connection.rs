//! One connection: lines in, replies out, and the faults between them.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use jiff::SignedDuration;
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::Reply;
use super::command::Command;
use super::session::{Next, Session};
use super::wire::{Line, Wire};
use crate::fault::{MailAction, MailStage, TlsFault};
use crate::rules::SmtpTls;
use crate::world::World;

/// What a fault leaves to do.
enum Flow {
    Proceed,
    Skip,
    Close,
}

/// Serves one client until either side has had enough.
pub(super) async fn serve(stream: TcpStream, world: Arc<World>) -> io::Result<()> {
    let mut wire = Wire::new(stream);
    let mut session = Session::new(Arc::clone(&world));
    match suffer(&mut wire, session.fault(MailStage::Connect, None)).await? {
        Flow::Proceed => {}
        Flow::Skip | Flow::Close => return Ok(()),
    }
    if world.smtp.tls == SmtpTls::Implicit {
        wire = secure(wire, &mut session, &world).await?;
    }
    wire.say(&session.banner()).await?;
    loop {
        let line = match next_line(&mut wire, world.smtp.idle_timeout).await? {
            Line::Text(line) => line,
            Line::End => return Ok(()),
            Line::TooLong => return wire.say(&Reply::new(500, "5.5.2 Line too long")).await,
            Line::BareLineEnd => {
                return wire.say(&Reply::new(521, "5.5.2 Bare <LF> or <CR> received")).await;
            }
            Line::NotText => {
                wire.say(&Reply::new(500, "5.5.2 Not UTF-8")).await?;
                continue;
            }
        };
        let command = Command::parse(&line);
        let fault = command.stage().and_then(|stage| session.fault(stage, command.recipient()));
        if let Some(fault) = &fault
            && !fault.lets_pass()
        {
            session.lost(fault, command.recipient());
        }
        match suffer(&mut wire, fault).await? {
            Flow::Proceed => {}
            Flow::Skip => continue,
            Flow::Close => return Ok(()),
        }
        let next = session.line(&line);
        let (Next::Command(reply) | Next::Handshake(reply) | Next::Mail(reply)) = &next;
        wire.say(reply).await?;
        match next {
            Next::Command(reply) if reply.ends_the_connection() => return Ok(()),
            Next::Command(_) => {}
            Next::Handshake(_) => wire = secure(wire, &mut session, &world).await?,
            Next::Mail(_) => match receive(&mut wire, &mut session, world.smtp.size_limit).await? {
                Flow::Proceed | Flow::Skip => {}
                Flow::Close => return Ok(()),
            },
        }
    }
}

/// The same connection under TLS, if no fault keeps it in clear.
async fn secure(wire: Wire, session: &mut Session, world: &World) -> io::Result<Wire> {
    let fault = session.handshake_fault();
    let mut wire = wire.encrypt(&world.authority, fault).await?;
    if fault == Some(TlsFault::Plaintext) {
        // What a server without TLS makes of a handshake.
        wire.say(&Reply::new(500, "5.5.2 Command not recognised")).await?;
    } else {
        session.encrypted();
    }
    Ok(wire)
}

/// Takes the mail after 354.
async fn receive(wire: &mut Wire, session: &mut Session, limit: usize) -> io::Result<Flow> {
    let Some(raw) = wire.mail(limit).await? else { return Ok(Flow::Close) };
    let fault = session.fault(MailStage::Body, None);
    let reply = match &fault {
        None => session.take(&raw),
        Some(MailAction::Late { millis }) => {
            let reply = session.take(&raw);
            sleep(Duration::from_millis(*millis)).await;
            reply
        }
        Some(MailAction::Slow { millis }) => {
            wire.drip(Duration::from_millis(*millis));
            session.take(&raw)
        }
        Some(MailAction::StoreAndDrop) => {
            session.take(&raw);
            return Ok(Flow::Close);
        }
        Some(
            action @ (MailAction::Reply { .. }
            | MailAction::Garbage { .. }
            | MailAction::Hang
            | MailAction::Drop),
        ) => {
            session.lost(action, None);
            session.forget();
            return suffer(wire, fault).await;
        }
    };
    wire.say(&reply).await?;
    Ok(if reply.ends_the_connection() { Flow::Close } else { Flow::Proceed })
}

/// Lets a fault happen.
async fn suffer(wire: &mut Wire, fault: Option<MailAction>) -> io::Result<Flow> {
    match fault {
        None => Ok(Flow::Proceed),
        Some(MailAction::Reply { code, text }) => {
            let reply = Reply::new(code, &text);
            wire.say(&reply).await?;
            Ok(if reply.ends_the_connection() { Flow::Close } else { Flow::Skip })
        }
        Some(MailAction::Garbage { text }) => {
            wire.utter(&format!("{text}\r\n")).await?;
            Ok(Flow::Skip)
        }
        Some(MailAction::Hang) => std::future::pending().await,
        Some(MailAction::Drop | MailAction::StoreAndDrop) => Ok(Flow::Close),
        Some(MailAction::Late { millis }) => {
            sleep(Duration::from_millis(millis)).await;
            Ok(Flow::Proceed)
        }
        Some(MailAction::Slow { millis }) => {
            wire.drip(Duration::from_millis(millis));
            Ok(Flow::Proceed)
        }
    }
}

/// The next line, or the end for a client that has idled too long.
async fn next_line(wire: &mut Wire, idle: Option<SignedDuration>) -> io::Result<Line> {
    let Some(idle) = idle.and_then(|it| Duration::try_from(it).ok()) else { return wire.line().await };
    match timeout(idle, wire.line()).await {
        Ok(line) => line,
        Err(_elapsed) => {
            wire.say(&Reply::new(421, "4.4.2 Idle for too long")).await?;
            Ok(Line::End)
        }
    }
}
