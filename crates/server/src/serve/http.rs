//! The HTTP server.

use std::io;
use std::net::SocketAddr;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpServer, error, web};
use tokio::task::JoinHandle;

use crate::serve::answer::Refusal;
use crate::serve::doors::{Doors, routes};

/// How long requests under way may take to end when the gateway stops.
const GRACE_SECONDS: u64 = 5;

/// A server that takes requests.
#[derive(Debug)]
pub(crate) struct Http {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    handle: ServerHandle,
    running: JoinHandle<io::Result<()>>,
}

impl Http {
    /// Listens on `listen`. A port of 0 becomes a free one.
    pub(crate) fn start(listen: SocketAddr, doors: web::Data<Doors>) -> io::Result<Self> {
        let server = HttpServer::new(move || {
            App::new()
                .app_data(doors.clone())
                .app_data(web::QueryConfig::default().error_handler(bad_query))
                .app_data(web::PathConfig::default().error_handler(bad_path))
                .configure(routes)
        })
        .shutdown_timeout(GRACE_SECONDS)
        .disable_signals()
        .bind(listen)?;
        let address = server.addrs().first().copied().unwrap_or(listen);
        let server: Server = server.run();
        let handle = server.handle();
        Ok(Self { address, handle, running: tokio::spawn(server) })
    }

    /// Takes no more requests and waits for those under way.
    pub(crate) async fn stop(self) {
        self.handle.stop(true).await;
        // It has been told to stop; how its last task ended changes nothing any more.
        drop(self.running.await);
    }
}

fn bad_query(err: error::QueryPayloadError, _: &actix_web::HttpRequest) -> actix_web::Error {
    Refusal::bad_request(format!("the part of the address behind `?` cannot be read: {err}")).into()
}

fn bad_path(err: error::PathError, _: &actix_web::HttpRequest) -> actix_web::Error {
    Refusal::bad_request(format!("the address cannot be read: {err}")).into()
}
