//! A sandbox on a clock that is set by hand, for tests of the fakes.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use fanfare_core::SandboxDoors;
use fanfare_sandbox::{
    FakeAccount, Fault, FaultSwitch, Provider, ProviderVerdict, Sandbox, SandboxClock, SandboxSettings,
    SeenMessage,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::raw_client::{RawAnswer, RawMailer, raw_exchange, raw_request};

/// The time at which a [`TestSandbox`] starts, in milliseconds: that of the vector D1
/// of DingTalk's signature.
pub const D1_MILLIS: i64 = 1_577_262_236_757;

/// A sandbox on a clock that is set by hand.
#[derive(Debug)]
pub struct TestSandbox {
    /// The sandbox itself.
    pub sandbox: Sandbox,
    time: Arc<Mutex<Timestamp>>,
}

impl TestSandbox {
    /// A sandbox with these fakes and accounts, at the time of [`D1_MILLIS`].
    pub async fn start(
        providers: Vec<Box<dyn Provider>>,
        accounts: impl IntoIterator<Item = FakeAccount>,
    ) -> Self {
        Self::start_at(Timestamp::from_millisecond(D1_MILLIS).unwrap(), providers, accounts).await
    }

    /// A sandbox with these fakes and accounts, at `time`.
    pub async fn start_at(
        time: Timestamp,
        providers: Vec<Box<dyn Provider>>,
        accounts: impl IntoIterator<Item = FakeAccount>,
    ) -> Self {
        let time = Arc::new(Mutex::new(time));
        let shown = Arc::clone(&time);
        let clock = SandboxClock::new(move || *shown.lock().unwrap());
        let sandbox = Sandbox::start(SandboxSettings::loopback(clock, providers)).await.unwrap();
        for account in accounts {
            sandbox.add(&account).unwrap();
        }
        Self { sandbox, time }
    }

    /// The address of the fake mail server.
    #[must_use]
    pub fn smtp_address(&self) -> SocketAddr {
        self.sandbox.server_address("smtp").unwrap()
    }

    /// The addresses at which it listens, for the settings of a channel that speaks HTTP.
    #[must_use]
    pub fn doors(&self) -> SandboxDoors {
        let http = format!("http://{}", self.sandbox.http_address());
        SandboxDoors { http, smtp: self.sandbox.server_address("smtp").unwrap_or(([127, 0, 0, 1], 1).into()) }
    }

    /// Switches `fault` on for the next request to `target`.
    pub fn fault_once(&self, target: &str, fault: Fault) {
        self.sandbox.set_fault(target, FaultSwitch::times(fault, 1)).unwrap();
    }

    /// Lets time pass by the sandbox's clock.
    pub fn wait(&self, time: SignedDuration) {
        let mut now = self.time.lock().unwrap();
        *now += time;
    }

    /// Posts JSON, and returns the answer.
    pub async fn post(&self, target: &str, body: &Value) -> RawAnswer {
        self.request("POST", target, body.to_string().as_bytes()).await.unwrap()
    }

    /// Posts `body` without the last byte of its last Chinese character. The answer has
    /// `errcode`, and nobody sees a message.
    ///
    /// # Panics
    ///
    /// If the fake takes it for JSON.
    pub async fn refuses_a_cut_character(&self, target: &str, body: &Value, errcode: i64) {
        let whole = body.to_string().into_bytes();
        let cut_at = whole.iter().rposition(|byte| !byte.is_ascii()).expect("a Chinese character");
        let cut = [&whole[..cut_at], &whole[cut_at + 1..]].concat();
        let answer = self.request("POST", target, &cut).await.unwrap();
        assert_eq!(answer.errcode(), Some(errcode));
        assert!(self.delivered().is_empty());
    }

    /// Checks that no record of the sandbox shows a secret, and no answer does in `answers`.
    ///
    /// # Panics
    ///
    /// At the first secret that is shown.
    pub fn shows_no_secret(&self, answers: &str, secrets: &[&str]) {
        let (sandbox, messages) = (&self.sandbox, self.sandbox.messages());
        let records = format!("{messages:?} {:?} {:?} {sandbox:?}", sandbox.violations(), sandbox.stats());
        for secret in secrets {
            assert!(!answers.contains(secret) && !records.contains(secret), "{secret}");
        }
    }

    /// Gets the answer to a GET.
    pub async fn get(&self, target: &str) -> RawAnswer {
        self.request("GET", target, b"").await.unwrap()
    }

    /// Sends a request on a connection of its own.
    ///
    /// # Errors
    ///
    /// If no whole answer comes.
    pub async fn request(&self, method: &str, target: &str, body: &[u8]) -> io::Result<RawAnswer> {
        raw_exchange(self.sandbox.http_address(), &raw_request(method, target, body)).await
    }

    /// The messages that people saw.
    #[must_use]
    pub fn delivered(&self) -> Vec<SeenMessage> {
        self.sandbox.messages().into_iter().filter(|it| it.verdict == ProviderVerdict::Delivered).collect()
    }

    /// A client that has connected to the fake mail server.
    pub async fn mailer(&self) -> RawMailer {
        RawMailer::connect(self.smtp_address()).await.unwrap()
    }
}
