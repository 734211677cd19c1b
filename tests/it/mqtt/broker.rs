//! A Mosquitto of our own, and the client with which senders publish.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};

use tempfile::TempDir;

use crate::harness::{PATIENCE, TestProgram, until};

/// A Mosquitto on a free port that keeps its sessions in a folder of its own. Dropping it kills it.
#[derive(Debug)]
pub(super) struct TestBroker {
    folder: TempDir,
    port: u16,
    program: Option<TestProgram>,
}

impl TestBroker {
    /// A broker that asks nobody who he is.
    pub(super) fn start() -> Self {
        Self::start_with(|_| "allow_anonymous true".to_owned())
    }

    /// A broker with the lines that `settings` writes for its folder.
    pub(super) fn start_with(settings: impl Fn(&TempDir) -> String) -> Self {
        let folder = TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        // As root it would take another user, who may not write here.
        let config = format!(
            "user root\npersistence true\npersistence_location {}/\nautosave_on_changes true\nautosave_interval 1\nlistener {port} 127.0.0.1\n{}\n",
            folder.path().display(),
            settings(&folder)
        );
        std::fs::write(folder.path().join("mosquitto.conf"), config).unwrap();
        let mut broker = Self { folder, port, program: None };
        broker.restart();
        broker
    }

    pub(super) fn port(&self) -> u16 {
        self.port
    }

    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Starts it again with what it kept.
    pub(super) fn restart(&mut self) {
        let mut command = Command::new(mosquitto());
        command.arg("-c").arg(self.path("mosquitto.conf")).stdin(Stdio::null());
        self.program = Some(TestProgram::start(command));
        let address = SocketAddr::from(([127, 0, 0, 1], self.port));
        until("Mosquitto listens", || TcpStream::connect(address).is_ok(), PATIENCE);
    }

    /// `kill -9`, once it has written what it keeps: it does so within a turn of its loop.
    pub(super) fn kill9(&mut self) {
        std::thread::sleep(std::time::Duration::from_millis(500));
        self.program.take().unwrap().kill9();
    }

    /// Publishes each of `bodies` with QoS 1; true once the broker has taken all of them.
    pub(super) fn publish(&self, topic: &str, bodies: &[String]) -> bool {
        self.publish_with(topic, bodies, &[])
    }

    /// The same, with further arguments of `mosquitto_pub`.
    pub(super) fn publish_with(&self, topic: &str, bodies: &[String], arguments: &[&str]) -> bool {
        let mut child = Command::new("mosquitto_pub")
            .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-q", "1", "-t", topic, "-l"])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("`mosquitto_pub` is needed: `apt-get install mosquitto-clients`, or `cargo xtask test`, which installs it");
        let mut input = child.stdin.take().unwrap();
        let written = bodies.iter().all(|body| writeln!(input, "{body}").is_ok());
        drop(input);
        child.wait().unwrap().success() && written
    }
}

/// Debian's program stands where only root's path leads.
fn mosquitto() -> &'static str {
    let installed = "/usr/sbin/mosquitto";
    if std::path::Path::new(installed).exists() { installed } else { "mosquitto" }
}
