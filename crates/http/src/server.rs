//! The HTTP server.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::Arc;
use std::thread::available_parallelism;
use std::time::Duration;

use actix_http::{HttpService, KeepAlive, Protocol};
use actix_server::{Server, ServerHandle};
use actix_service::{IntoServiceFactory as _, ServiceFactoryExt as _, fn_service, map_config};
use actix_web::dev::AppConfig;
use actix_web::middleware::from_fn;
use actix_web::{App, Error, web};
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::attend::{attend, invite};
use crate::connections::{ConnectionTable, HEAD_WITHIN, WatchedStream};
use crate::routes::routes;
use crate::slashes;
use crate::state::AppState;

/// The seconds that requests under way may take to end when the gateway stops.
const GRACE_SECONDS: u64 = 5;

/// Connections that may wait to be taken. The kernel has a bound of its own, most often the same.
const BACKLOG: u32 = 4096;

/// The time that a client is given to read an answer that came before it had sent its whole request.
const LINGER: Duration = Duration::from_secs(1);

/// The time between two looks for clients that are late.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// The same while the server stops: a process manager waits for it.
const LOOK_WHILE_STOPPING: Duration = Duration::from_millis(20);

/// A server that takes requests.
#[derive(Debug)]
pub struct HttpServer {
    address: SocketAddr,
    handle: ServerHandle,
    running: JoinHandle<io::Result<()>>,
    connections: Arc<ConnectionTable>,
    looking: JoinSet<()>,
}

impl HttpServer {
    /// Listens on `listen` and serves `state`. A port of 0 becomes a free one. The server keeps to `bound`
    /// connections, and has a quarter more for moments, while those that it has ended are still being closed.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened on.
    pub fn start(listen: SocketAddr, state: Arc<AppState>, bound: usize) -> io::Result<Self> {
        let listener = listener(listen)?;
        let address = listener.local_addr()?;
        let connections = Arc::new(ConnectionTable::new(bound, Arc::clone(&state.traffic)));
        let (table, state) = (Arc::clone(&connections), web::Data::from(state));
        let workers = available_parallelism().map_or(2, usize::from);
        let server: Server = Server::build()
            .workers(workers)
            .max_concurrent_connections((bound + bound / 4).div_ceil(workers))
            .shutdown_timeout(GRACE_SECONDS)
            .disable_signals()
            .listen("http", listener, move || {
                let (table, invited) = (Arc::clone(&table), web::Data::clone(&state));
                let accepting = web::Data::clone(&state);
                let accept = fn_service(move |io: TcpStream| {
                    let stream = WatchedStream::new(io, accepting.tls().as_ref().as_ref(), &table);
                    let client = stream.client();
                    async move { Ok((stream, Protocol::Http1, client)) }
                });
                let app =
                    App::new().app_data(state.clone()).wrap(from_fn(attend)).wrap(from_fn(slashes::trim));
                let app = app.configure(routes);
                let app = app.into_factory().map_err(|err: Error| err.error_response());
                let http = HttpService::build()
                    .keep_alive(KeepAlive::Os) // the table of connections keeps the time
                    .client_request_timeout(HEAD_WITHIN)
                    .client_disconnect_timeout(LINGER)
                    .on_connect_ext(WatchedStream::show_to_requests)
                    .expect(fn_service(move |request| invite(web::Data::clone(&invited), request)))
                    .finish(map_config(app, |()| AppConfig::default()));
                accept.and_then(http)
            })?
            .run();
        let handle = server.handle();
        let mut looking = JoinSet::new();
        looking.spawn(look_for_late(Arc::clone(&connections)));
        Ok(Self { address, handle, running: tokio::spawn(server), connections, looking })
    }

    /// The address it listens on.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no more requests and waits for those under way.
    pub async fn stop(self) {
        let Self { address: _, handle, running, connections, looking } = self;
        drop(looking);
        let mut stopped = pin!(handle.stop(true));
        loop {
            // A connection that has been answered meanwhile would be kept for its next request.
            connections.end_idle();
            if timeout(LOOK_WHILE_STOPPING, &mut stopped).await.is_ok() {
                break;
            }
        }
        // It has been told to stop; how its last task ended changes nothing any more.
        drop(running.await);
    }
}

/// A socket that listens at `address`, also if connections of an earlier life still linger there.
fn listener(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4() } else { TcpSocket::new_v6() }?;
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
}

async fn look_for_late(connections: Arc<ConnectionTable>) {
    let mut looks = interval(LOOK_EVERY);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
        connections.end_late();
    }
}
