//! A mail server that takes mail for everyone and passes it on to nobody.

mod post_office;
mod connection;
mod wire;
mod session;
mod command;
mod mail;

use std::sync::Arc;

use tokio::net::TcpListener;

pub(crate) use self::post_office::PostOffice;
use crate::door::Door;
use crate::world::World;

/// Serves until it is dropped, and every connection with it.
pub(crate) async fn serve(listener: TcpListener, world: Arc<World>) {
    let switched = world.state().faults.watch();
    let refuses = || {
        let state = world.state();
        state.faults.refuse(&state.post.names(None, &[]))
    };
    let door = Door { listener, switched, refuses };
    door.serve(|stream, _peer| {
        let world = Arc::clone(&world);
        // An error here is a client that hung up.
        async move { connection::serve(stream, world).await.unwrap_or_default() }
    })
    .await;
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Reply {
    code: u16,
    lines: Vec<String>,
}

impl Reply {
    fn new(code: u16, text: &str) -> Self {
        Self { code, lines: vec![text.to_owned()] }
    }

    /// Whether the server hangs up after it.
    fn ends_the_connection(&self) -> bool {
        self.code == 421 || self.code == 221
    }

    fn words(&self) -> String {
        self.lines.join(" ")
    }

    fn on_the_wire(&self) -> String {
        let last = self.lines.len().saturating_sub(1);
        let line = |(index, text): (usize, &String)| {
            let separator = if index == last { ' ' } else { '-' };
            format!("{}{separator}{text}\r\n", self.code)
        };
        self.lines.iter().enumerate().map(line).collect()
    }
}

#[cfg(test)]
mod tests;
