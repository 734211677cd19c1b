//! The HTTP side of the providers: told apart by path, whichever listener a
//! request comes through.

mod connection;
mod respond;
mod faulty;
mod call;
mod body;

use std::sync::Arc;

use tokio::net::TcpListener;

use self::connection::serve_connection;
use crate::host::FakeHost;
use crate::listener::RefusingListener;
use crate::tls;

/// True if a listener speaks TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ListenerSecurity {
    Clear,
    Tls,
}

/// Serves the first listener until the future is dropped, and with it every
/// connection. It refuses nobody, because `/sandbox` is behind it.
pub(crate) async fn serve(listener: TcpListener, sandbox: Arc<FakeHost>) {
    let switched = sandbox.state.shared().faults.watch();
    let listener = RefusingListener { listener, switched, refuses: || false };
    listener.serve(|stream, peer, turn| serve_connection(stream, peer, turn, Arc::clone(&sandbox))).await;
}

/// Serves a listener that has a name, and faults of its own under this name.
pub(crate) async fn serve_at(
    listener: TcpListener,
    name: String,
    security: ListenerSecurity,
    sandbox: Arc<FakeHost>,
) {
    let switched = sandbox.state.shared().faults.watch();
    let names = Arc::new([name]);
    let refuses = || sandbox.state.shared().faults.refuse(&*names);
    let listener = RefusingListener { listener, switched, refuses };
    listener
        .serve(|stream, peer, turn| {
            let (names, sandbox) = (Arc::clone(&names), Arc::clone(&sandbox));
            async move {
                match security {
                    ListenerSecurity::Clear => serve_connection(stream, peer, turn, sandbox).await,
                    ListenerSecurity::Tls => {
                        let fault = sandbox.state.handshake_fault(&*names);
                        // An error here is a client that does not accept the certificate, or a fault.
                        let encrypted =
                            tls::handshake(Box::new(stream), &sandbox.state.authority, fault).await;
                        if let Ok(stream) = encrypted {
                            serve_connection(stream, peer, turn, sandbox).await;
                        }
                    }
                }
            }
        })
        .await;
}
