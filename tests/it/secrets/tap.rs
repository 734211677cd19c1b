//! Listens in on the way to the fakes: what really goes over the wire.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// Hands bytes on in both directions, and remembers what the client said.
#[derive(Debug)]
pub(super) struct WireTap {
    address: SocketAddr,
    heard: Arc<Mutex<Vec<u8>>>,
}

impl WireTap {
    /// On a free port before `server`.
    pub(super) fn before(server: SocketAddr) -> Self {
        let door = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = door.local_addr().unwrap();
        let heard = Arc::new(Mutex::new(Vec::new()));
        let record = Arc::clone(&heard);
        thread::spawn(move || {
            for client in door.incoming() {
                relay(client.unwrap(), server, &record);
            }
        });
        Self { address, heard }
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that clients have said.
    pub(super) fn heard(&self) -> String {
        String::from_utf8_lossy(&self.heard.lock().unwrap()).into_owned()
    }
}

fn relay(client: TcpStream, server: SocketAddr, record: &Arc<Mutex<Vec<u8>>>) {
    let server = TcpStream::connect(server).unwrap();
    let (from_client, to_client) = (client.try_clone().unwrap(), client);
    let (from_server, to_server) = (server.try_clone().unwrap(), server);
    let record = Arc::clone(record);
    thread::spawn(move || {
        pass(from_client, to_server, |bytes| record.lock().unwrap().extend_from_slice(bytes))
    });
    thread::spawn(move || pass(from_server, to_client, |_| {}));
}

/// Until one of them hangs up, of which the other then hears.
fn pass(mut from: TcpStream, mut to: TcpStream, mut listen: impl FnMut(&[u8])) {
    let mut bytes = [0; 16 * 1024];
    while let Ok(read @ 1..) = from.read(&mut bytes) {
        listen(&bytes[..read]);
        if to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    // It may be closed already.
    drop(to.shutdown(Shutdown::Both));
}
