//! A provider's port on which nobody listens any more.

use std::net::SocketAddr;

use tokio::io::copy_bidirectional;
use tokio::net::{TcpSocket, TcpStream};
use tokio::runtime::Runtime;

use crate::harness::{FakeProviders, PATIENCE, TestGateway, until};
use crate::ledger::{alarm, deliveries};
use crate::samples::{Protocol, ProviderAddresses, SampleChannel, config, samples};

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
fn a_channel_that_refuses_connections_silences_nobody_and_is_told_once_it_is_back() {
    for sample in samples() {
        check(sample);
    }
}

#[track_caller]
fn check(sample: &SampleChannel) {
    let (broken, healthy) = ("broken", "healthy");
    let providers = FakeProviders::start([sample.account(broken), sample.neighbour().account(healthy)]);
    let door = ShutPort::shut();
    let shut = ProviderAddresses {
        http: format!("http://{}", door.address()),
        smtp_port: door.address().port().to_string(),
        ..ProviderAddresses::from(&providers)
    };
    let settings = [sample.settings(broken, shut), sample.neighbour().settings(healthy, &providers)];
    let config = config(&[(broken, settings[0].clone()), (healthy, settings[1].clone())]);
    let gateway = TestGateway::start(&config, &[], &[]);
    assert_eq!(gateway.post("thinklink", &alarm("over_temp", 1, "urgent").to_string()).status, 202);
    let told = |channel: &str| providers.seen(channel).len();
    until(&format!("{} silences nobody", sample.name), || told(healthy) == 1, super::cell::AT_ONCE);
    let row = || deliveries(&gateway, broken).remove(0);
    until("it is tried again", || row().attempts >= 2, PATIENCE);
    assert_eq!(row().state, "pending");
    assert!(row().reason.starts_with("not delivered: ") && row().reason.contains("refused"), "{:?}", row());

    let provider = match sample.protocol {
        Protocol::Http => providers.http_address(),
        Protocol::Smtp => providers.smtp_address(),
    };
    let _open = door.open(provider);
    until("it is delivered", || row().state == "delivered", PATIENCE);
    assert_eq!([told(broken), told(healthy)], [1, 1]);
    assert_eq!(providers.violations(), []);
}
