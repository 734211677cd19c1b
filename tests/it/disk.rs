//! A store that cannot be written, one that cannot be opened, and one whose files are touched by others.

mod degraded;
mod delays;
mod files;
mod small_disk;
mod two_channel_site;

use std::io::{BufRead as _, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Stdio};
use std::sync::Arc;

use fanfare_sandbox::{Fault, FaultSwitch};
use xtask::DiskRoom;

use crate::harness::{
    FakeProviders, PATIENCE, TestFolder, TestGateway, TestProgram, TestRequest, text, until,
};
use crate::ledger::{alarm, deliveries};
use crate::samples::{config, dingtalk, mail};

/// A gateway whose disk can be filled.
struct FullDisk {
    gateway: TestGateway,
    pid: u32,
}

impl FullDisk {
    fn start(site: &Arc<TestFolder>) -> Self {
        let mut gateway = TestGateway::start_by(site, site.command(&["serve"], &[]));
        let pid = gateway.program().pid();
        Self { gateway, pid }
    }

    fn fill_the_disk(&self) {
        DiskRoom::None.give_to(self.pid).unwrap();
    }

    fn make_room(&self) {
        DiskRoom::Unlimited.give_to(self.pid).unwrap();
    }

    fn post(&self, device: u32) -> u16 {
        let answer = self.gateway.post("thinklink", &alarm("over_temp", device, "urgent").to_string());
        if answer.status == 503 {
            let error = &answer.json()["error"];
            assert_eq!(text(error, "code"), "unavailable");
            assert!(
                text(error, "message")
                    .starts_with("not accepted, please send again: the store cannot be used")
            );
        }
        answer.status
    }
}

#[test]
fn a_full_disk_refuses_what_cannot_be_kept_and_loses_nothing_that_was() {
    let providers = FakeProviders::start([dingtalk().account("ding"), mail().account("mail")]);
    let (ding, mail) = (dingtalk().settings("ding", &providers), mail().settings("mail", &providers));
    let site = Arc::new(TestFolder::new(&config(&[("ding", ding), ("mail", mail)])));
    let cramped = FullDisk::start(&site);
    let gateway = &cramped.gateway;
    for channel in ["ding", "mail"] {
        providers.set_fault(channel, FaultSwitch::always(Fault::Close)).unwrap();
    }
    assert_eq!(cramped.post(1), 202);
    let tried = |channel| deliveries(gateway, channel)[0].attempts > 0;
    until("both are tried", || tried("ding") && tried("mail"), PATIENCE);

    cramped.fill_the_disk();
    assert_eq!(cramped.post(2), 503);
    providers.clear_all_faults();
    // Mail has no limit that a restart would have to remember: it need not wait for the store.
    until("the mail goes out all the same", || providers.seen("mail").len() == 1, PATIENCE);
    assert_eq!(cramped.post(3), 503);
    assert_eq!(deliveries(gateway, "ding").len(), 1, "what is known can be read");

    cramped.make_room();
    until("it takes alerts again", || cramped.post(4) == 202, PATIENCE);
    for channel in ["ding", "mail"] {
        let all_told = || deliveries(gateway, channel).iter().all(|it| it.state == "delivered");
        until("all that was accepted is told", all_told, PATIENCE);
        let devices: Vec<_> = providers.seen(channel).iter().map(|it| device_of(&it.shown.title)).collect();
        assert_eq!(devices.len(), 2, "{channel}: {devices:?}");
        assert!(devices.contains(&1) && devices.contains(&4), "{channel}: {devices:?}");
    }
}

/// The device that a title ends with, as in `over_temp, reported by 4.`
fn device_of(title: &str) -> u32 {
    let (_, device) = title.split_once("reported by ").unwrap();
    device.split('.').next().unwrap().parse().unwrap()
}

/// A gateway to whose log nobody listens from the moment it is ready.
struct ClosedPipe {
    process: Child,
    address: SocketAddr,
}

impl Drop for ClosedPipe {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl ClosedPipe {
    fn start(site: &TestFolder) -> Self {
        let mut command = site.command(&["serve"], &[("RUST_LOG", "debug")]);
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(process.stderr.take().unwrap()).lines().map_while(Result::ok);
        let line = log.find(|it| it.contains("Listening on")).unwrap();
        let address = line.rsplit_once("address=").unwrap().1.trim().parse().unwrap();
        Self { process, address }
    }
}

#[test]
fn a_log_that_cannot_be_written_stops_nothing() {
    let providers = FakeProviders::start([dingtalk().account("ding")]);
    let site = TestFolder::new(&config(&[("ding", dingtalk().settings("ding", &providers))]));
    let gateway = ClosedPipe::start(&site);
    for device in 0..3 {
        providers.set_fault("ding", FaultSwitch::times(Fault::Close, 2)).unwrap(); // What fails is logged, too.
        let post = |body: String| TestRequest::post("/ingest/thinklink", body).send(gateway.address).status;
        assert_eq!(post(alarm("over_temp", device, "urgent").to_string()), 202);
        assert_eq!(post("not JSON".to_owned()), 400);
        until("it is told", || providers.seen("ding").len() == 1 + device as usize, PATIENCE);
    }
}

/// The error of `fanfare serve`, which must end by itself.
#[track_caller]
fn refusal(site: &TestFolder) -> String {
    let mut program = TestProgram::start(site.command(&["serve"], &[]));
    let status = program.wait();
    let log = program.log();
    assert_eq!(status.code(), Some(1), "{log}");
    log.lines().last().unwrap().to_owned()
}

/// Starts with the store at `path`, and expects these words.
#[track_caller]
fn check_unusable(site: &TestFolder, path: &str, words: &str) {
    let providers = FakeProviders::start([]);
    let config = config(&[("ding", dingtalk().settings("ding", &providers))]);
    site.write("fanfare.yaml", &config.replace("sqlite://data/fanfare.db", &format!("sqlite://{path}")));
    let refusal = refusal(site);
    assert!(refusal.starts_with(&format!("error: {words}")), "`{words}` expected in `{refusal}`");
}

#[test]
fn a_store_that_cannot_be_used_is_told_at_the_start() {
    let notes = "This is not a database, but it is long enough to be looked at as if it were one.\n";
    let site = TestFolder::new("");
    site.write("notes.txt", notes);
    std::fs::create_dir(site.path("folder")).unwrap();
    check_unusable(&site, "notes.txt/fanfare.db", "notes.txt cannot be opened: ");
    check_unusable(&site, "/proc/fanfare.db", "/proc/fanfare.db.lock cannot be opened: "); // not even by root
    check_unusable(&site, "folder", "folder is not a usable store: ");
    check_unusable(&site, "notes.txt", "notes.txt is not a usable store: file is not a database");
    assert_eq!(std::fs::read_to_string(site.path("notes.txt")).unwrap(), notes, "it is left as it was");
}

#[test]
fn a_second_gateway_on_the_same_store_is_not_started() {
    let providers = FakeProviders::start([dingtalk().account("ding")]);
    let gateway = TestGateway::start(&config(&[("ding", dingtalk().settings("ding", &providers))]), &[], &[]);
    let refusal = refusal(gateway.site());
    assert!(refusal.starts_with("error: data/fanfare.db is in use by another fanfare process"), "{refusal}");
    assert_eq!(gateway.get("/-/ready").status, 200, "the first goes on");
}
