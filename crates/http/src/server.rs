//! The HTTP server.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::{Server, ServerHandle};
use actix_web::{App, HttpRequest, error, web};
use tokio::task::JoinHandle;

use crate::refusal::HttpRefusal;
use crate::routes::routes;
use crate::state::AppState;

/// The seconds that requests under way may take to end when the gateway stops.
const GRACE_SECONDS: u64 = 5;

/// A server that takes requests.
#[derive(Debug)]
pub struct HttpServer {
    address: SocketAddr,
    handle: ServerHandle,
    running: JoinHandle<io::Result<()>>,
}

impl HttpServer {
    /// Listens on `listen` and serves `state`. A port of 0 becomes a free one.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on.
    pub fn start(listen: SocketAddr, state: Arc<AppState>) -> io::Result<Self> {
        let state = web::Data::from(state);
        let server = actix_web::HttpServer::new(move || {
            App::new()
                .app_data(state.clone())
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

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests and waits for those under way.
    pub async fn stop(self) {
        self.handle.stop(true).await;
        // It has been told to stop; how its last task ended changes nothing any more.
        drop(self.running.await);
    }
}

fn bad_query(err: error::QueryPayloadError, _: &HttpRequest) -> actix_web::Error {
    HttpRefusal::bad_request(format!("the part of the address behind `?` cannot be read: {err}")).into()
}

fn bad_path(err: error::PathError, _: &HttpRequest) -> actix_web::Error {
    HttpRefusal::bad_request(format!("the address cannot be read: {err}")).into()
}
