//! SIGTERM: no more is taken in, what is under way ends, and the rest is told after the next start.

use std::io::Write as _;
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::Duration;

use fanfare_sandbox::{Fault, FaultSwitch};
use tokio::time::Instant;

use crate::harness::{FakeProviders, PATIENCE, TestFolder, TestGateway, TestRequest, until};
use crate::ledger::{alarm, deliveries, states};
use crate::samples::{SampleChannel, config, dingtalk, mail, wecom_bot};

/// Several scripts post at the same time.
const SCRIPTS: usize = 4;

/// The time that a process manager in a hurry grants.
const PROMPTLY: Duration = Duration::from_secs(5);

/// A provider that takes a while for each message, so that there is a backlog.
const ANSWER_AFTER: Fault = Fault::Late { millis: 150 };

/// Tells the gateway to stop, and says how long it took to end well.
#[track_caller]
fn stop(gateway: &mut TestGateway) -> Duration {
    let since = Instant::now();
    let status = gateway.terminate_and_wait();
    assert_eq!(status.code(), Some(0), "{}", gateway.log());
    since.elapsed()
}

/// Posts one alarm after the other until nobody answers any more, and returns the
/// numbers of those that were accepted.
fn post_until_it_stops(address: SocketAddr, next: &AtomicU32) -> Vec<u32> {
    let mut accepted = Vec::new();
    loop {
        let device = next.fetch_add(1, Ordering::Relaxed);
        let request = TestRequest::post("/ingest/thinklink", alarm("over_temp", device, "high").to_string());
        match request.try_send(address) {
            Ok(answer) if answer.status == 202 => accepted.push(device),
            Ok(answer) => assert_eq!(answer.status, 503, "{answer:?}"),
            Err(_stopped) => return accepted,
        }
    }
}

#[test]
fn what_was_accepted_before_it_stopped_is_told_after_the_next_start_and_once() {
    let (ding, wecom, channels) = (dingtalk(), wecom_bot(), ["ding", "wecom"]);
    let accounts = [ding.account_without_limits("ding"), wecom.account_without_limits("wecom")];
    let providers = FakeProviders::start(accounts);
    let settings = |kind: &SampleChannel, name| {
        format!("{}, budget: unlimited, concurrency: 4", kind.settings(name, &providers))
    };
    let config = config(&[("ding", settings(ding, "ding")), ("wecom", settings(wecom, "wecom"))]);
    let site = Arc::new(TestFolder::new(&config));
    for channel in channels {
        providers.set_fault(channel, FaultSwitch::always(ANSWER_AFTER)).unwrap();
    }

    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    let (address, next) = (gateway.address(), AtomicU32::new(0));
    let accepted: Vec<u32> = thread::scope(|scope| {
        let scripts: Vec<_> =
            (0..SCRIPTS).map(|_| scope.spawn(|| post_until_it_stops(address, &next))).collect();
        until("there is a backlog", || next.load(Ordering::Relaxed) > 60, PATIENCE);
        let took = stop(&mut gateway);
        assert!(took < PROMPTLY, "{took:?}");
        scripts.into_iter().flat_map(|script| script.join().unwrap()).collect()
    });
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
    for channel in channels {
        assert!(providers.seen(channel).len() < accepted.len(), "some of it was left for the next start");
    }

    let gateway = TestGateway::start_at(&site, &[], &[]);
    for channel in channels {
        until("all is told", || !states(&gateway, channel).contains_key("pending"), PATIENCE);
        let seen = providers.seen(channel);
        let times = |device: &u32| {
            let words = format!("reported by {device}.");
            seen.iter().filter(|it| it.shown.text.contains(&words)).count()
        };
        let not_once: Vec<_> =
            accepted.iter().map(|it| (it, times(it))).filter(|(_, times)| *times != 1).collect();
        assert_eq!(not_once, [], "{channel}: {} accepted", accepted.len());
    }
}

#[test]
fn a_channel_that_hangs_holds_the_end_up_for_its_timeout_and_no_longer() {
    let providers = FakeProviders::start([dingtalk().account("ding"), mail().account("mail")]);
    let ding = format!("timeout: 1s, {}", dingtalk().settings("ding", &providers));
    let site =
        Arc::new(TestFolder::new(&config(&[("ding", ding), ("mail", mail().settings("mail", &providers))])));
    providers.set_fault("ding", FaultSwitch::always(Fault::Hang)).unwrap();
    let mut gateway = TestGateway::start_at(&site, &[], &[]);
    assert_eq!(gateway.post("thinklink", &alarm("over_temp", 1, "urgent").to_string()).status, 202);
    until("the mail is there", || providers.seen("mail").len() == 1, PATIENCE);
    let took = stop(&mut gateway);
    assert!(took < PROMPTLY, "{took:?}");

    providers.clear_all_faults();
    let gateway = TestGateway::start_at(&site, &[], &[]);
    until("ding is told", || deliveries(&gateway, "ding")[0].state == "delivered", PATIENCE);
    assert_eq!([providers.seen("ding").len(), providers.seen("mail").len()], [1, 1]);
}

#[test]
fn a_script_that_never_ends_its_request_does_not_hold_the_end_up() {
    let providers = FakeProviders::start([dingtalk().account("ding")]);
    let mut gateway =
        TestGateway::start(&config(&[("ding", dingtalk().settings("ding", &providers))]), &[], &[]);
    let mut idle = TcpStream::connect(gateway.address()).unwrap();
    let mut half = TcpStream::connect(gateway.address()).unwrap();
    let head = "POST /ingest/thinklink HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
    half.write_all(format!("{head}Content-Length: 100\r\n\r\n{{").as_bytes()).unwrap();
    idle.write_all(b"GET /-/ready HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    gateway.get("/-/ready");
    let took = stop(&mut gateway);
    assert!(took < 2 * PROMPTLY, "{took:?}");
}
