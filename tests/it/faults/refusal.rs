//! A provider's port on which nobody listens any more.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Runtime;

use crate::harness::{FakeProviders, PATIENCE, TestGateway, until};
use crate::kind::{TestedKind, config};
use crate::ledger::{alarm, deliveries};

/// An address that refuses connections until it is opened.
struct ShutPort {
    runtime: Runtime,
    socket: TcpSocket,
}

impl ShutPort {
    /// The address is ours from now on, so that nobody else listens there meanwhile.
    fn shut() -> Self {
        let (runtime, socket) = (Runtime::new().unwrap(), TcpSocket::new_v4().unwrap());
        socket.bind(SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        Self { runtime, socket }
    }

    fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    /// From now on it leads to `provider`, as long as the runtime lives.
    fn open(self, provider: SocketAddr) -> Runtime {
        let Self { runtime, socket } = self;
        let listener = {
            let _inside = runtime.enter();
            socket.listen(16).unwrap()
        };
        runtime.spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut provider = TcpStream::connect(provider).await.unwrap();
                    // Either side may hang up when it likes.
                    copy_bidirectional(&mut client, &mut provider).await.ok();
                });
            }
        });
        runtime
    }
}

#[test]
fn a_dingtalk_that_refuses_connections_silences_nobody_and_is_told_once_it_is_back() {
    let providers =
        FakeProviders::start([TestedKind::DingTalk.account("ding"), TestedKind::Mail.account("mail")]);
    let door = ShutPort::shut();
    let ding = format!(
        "kind: dingtalk, access_token: ding, secret: SECsecret, endpoint: \"http://{}\"",
        door.address()
    );
    let config = config(&[("ding", ding), ("mail", TestedKind::Mail.settings("mail", &providers))]);
    let gateway = TestGateway::start(&config, &[], &[]);
    assert_eq!(gateway.post("thinklink", &alarm("over_temp", 1, "urgent").to_string()).status, 202);
    until("the mail is there at once", || providers.seen("mail").len() == 1, super::cell::AT_ONCE);
    let row = || deliveries(&gateway, "ding").remove(0);
    until("it is tried again", || row().attempts >= 2, PATIENCE);
    assert_eq!(row().state, "pending");
    assert!(row().reason.starts_with("not delivered: ") && row().reason.contains("refused"), "{:?}", row());

    let _open = door.open(providers.http_address());
    until("it is delivered", || row().state == "delivered", PATIENCE);
    assert_eq!([providers.seen("ding").len(), providers.seen("mail").len()], [1, 1]);
    assert_eq!(providers.violations(), []);
}
