//! The introduction to a server: its greeting, and our `EHLO` or `HELO`.

use fanfare_core::SendError;
use tokio::time::Instant;

use crate::network::ByteStream;
use crate::smtp::client_name::ClientName;
use crate::smtp::connection::SmtpConnection;
use crate::smtp::extensions::SmtpExtensions;
use crate::smtp::raw_reply::ReplyKind;
use crate::smtp::reply::{SmtpFailure, SmtpStage};

/// The share of the time for a greeting that is kept for the question whether the server waits for TLS: an eighth.
const PROBE_SHARE: u32 = 8;

/// Waits for the server's greeting on an encrypted connection.
pub(crate) async fn await_greeting(
    connection: &mut SmtpConnection,
    deadline: Instant,
) -> Result<(), SmtpFailure> {
    connection.greeting(deadline).await?.expect(ReplyKind::Completion).map(drop)
}

/// Waits for the server's greeting in clear text. One that stays silent may wait for TLS.
pub(crate) async fn await_clear_greeting(
    connection: &mut SmtpConnection,
    deadline: Instant,
) -> Result<(), SmtpFailure> {
    let left = deadline.saturating_duration_since(Instant::now());
    match await_greeting(connection, deadline - left / PROBE_SHARE).await {
        Err(SmtpFailure::Silent) if connection.waits_for_tls(deadline).await => {
            let words = "the server speaks TLS from the first byte there: set `smtp.tls` to implicit";
            Err(SmtpFailure::Misconfigured(words.to_owned()))
        }
        greeted => greeted,
    }
}

/// Introduces us by `EHLO`, or by `HELO` where the server does not know that: "if the EHLO
/// command is not acceptable, … the client SHOULD fall back" (RFC 5321 §3.2).
pub(crate) async fn introduce(
    connection: &mut SmtpConnection,
    name: &ClientName,
    deadline: Instant,
) -> Result<SmtpExtensions, (SmtpStage, SmtpFailure)> {
    let at_greeting = |failure| (SmtpStage::Greeting, failure);
    let reply = connection.command(&format!("EHLO {name}"), deadline).await.map_err(at_greeting)?;
    match reply.code() {
        Some(500..600) => introduce_by_helo(connection, name, deadline).await,
        Some(_) | None => {
            reply.expect(ReplyKind::Completion).map(|it| SmtpExtensions::from_reply(&it)).map_err(at_greeting)
        }
    }
}

/// Introduces us by `HELO`, after which a server has no extensions.
pub(crate) async fn introduce_by_helo(
    connection: &mut SmtpConnection,
    name: &ClientName,
    deadline: Instant,
) -> Result<SmtpExtensions, (SmtpStage, SmtpFailure)> {
    let reply = connection.command(&format!("HELO {name}"), deadline).await;
    let reply = reply.and_then(|reply| reply.expect(ReplyKind::Completion));
    reply.map(|_| SmtpExtensions::default()).map_err(|failure| (SmtpStage::Hello, failure))
}

/// The clear part of a conversation that goes on encrypted (RFC 3207).
pub(crate) async fn start_tls(
    mut connection: SmtpConnection,
    name: &ClientName,
    deadline: Instant,
) -> Result<Box<dyn ByteStream>, SendError> {
    let offer = introduce(&mut connection, name, deadline).await;
    if !offer.map_err(|(stage, failure)| failure.at(stage))?.starttls {
        let reason = "the server does not offer STARTTLS, and mail is not sent without; check `smtp.port`, or should `smtp.tls` be implicit?";
        return Err(SendError::Misconfigured { reason: reason.to_owned() });
    }
    let reply = connection.command("STARTTLS", deadline).await;
    reply
        .and_then(|reply| reply.expect(ReplyKind::Completion))
        .map_err(|failure| failure.at(SmtpStage::StartTls))?;
    // Whatever someone in between puts after the answer would be taken for the first answers
    // of the encrypted server.
    match connection.into_stream() {
        (stream, 0) => Ok(stream),
        (_, _) => {
            let reason = "STARTTLS: something was put into the connection before it was encrypted";
            Err(SendError::Misconfigured { reason: reason.to_owned() })
        }
    }
}
