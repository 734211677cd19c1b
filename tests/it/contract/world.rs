//! A gateway with real channels, strict fakes, and time that stands still.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use channel_email::Email;
use channel_email::fake::{MailServer, SmtpRules, SmtpTls};
use fanfare_core::{
    Alert, Channel as _, Clock, DeliveryTerms, Fingerprint, Labels, Policy, Receiver, RetryPolicy, Route,
    Severity, Status,
};
use fanfare_gateway::{ChannelSetup, Gateway, GatewaySettings, GatewaySetup, Jitter, Metrics, Store};
use fanfare_sandbox::{
    Fault, FaultSwitch, ProviderVerdict, Sandbox, SandboxClock, SandboxSettings, SeenMessage,
};
use fanfare_testkit::PausedClock;
use jiff::Timestamp;
use prometheus_client::registry::Registry;
use tempfile::TempDir;
use tokio::task::{JoinHandle, yield_now};
use tokio::time::Instant;

use crate::ledger_reader::LedgerReader;
use crate::samples::{Protocol, ProviderAddresses, SampleChannel, loaded_channel, sample, samples};

pub(super) const SECOND: Duration = Duration::from_secs(1);

/// The longest time for one attempt.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);

/// A channel of the tests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct ContractChannel {
    name: &'static str,
    /// The name of the sample that it is made of.
    sample: &'static str,
}

impl fmt::Debug for ContractChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sample)
    }
}

impl ContractChannel {
    /// A DingTalk robot.
    pub(super) const DING: Self = Self { name: "ding", sample: "dingtalk" };

    /// A WeCom bot.
    pub(super) const WECOM: Self = Self { name: "wecom", sample: "wecom-bot" };

    /// A mailbox over SMTP.
    pub(super) const MAIL: Self = Self { name: "mail", sample: "email" };

    /// Another WeCom bot, which always works: whom to turn to at last.
    pub(super) const LAST: Self = Self { name: "last", sample: "wecom-bot" };

    /// A channel of every sample that is none of the other constants, DingTalk's robot among them.
    pub(super) fn leaders() -> impl Iterator<Item = Self> {
        let others = [Self::WECOM.sample, Self::MAIL.sample];
        let names = samples().iter().map(|it| it.name.as_str()).filter(move |it| !others.contains(it));
        names.map(|name| if name == Self::DING.sample { Self::DING } else { Self { name, sample: name } })
    }

    pub(super) fn name(self) -> &'static str {
        self.name
    }

    pub(super) fn sample(self) -> &'static SampleChannel {
        sample(self.sample)
    }
}

/// Every retry waits as long as its back-off allows.
#[derive(Debug)]
struct LongestJitter;

impl Jitter for LongestJitter {
    fn spread(&self) -> f64 {
        1.0
    }
}

/// A gateway with real channels, strict fakes, and time that stands still but in [`World::pass`].
pub(super) struct ContractWorld {
    pub(super) sandbox: Sandbox,
    pub(super) gateway: Arc<Gateway>,
    pub(super) ledger: LedgerReader,
    clock: Arc<PausedClock>,
    began: Instant,
    never_idle: JoinHandle<()>,
    _place: TempDir,
}

impl Drop for ContractWorld {
    fn drop(&mut self) {
        self.never_idle.abort();
    }
}

impl ContractWorld {
    /// A gateway whose one receiver, `on-call`, is promised `terms`. Call it in a
    /// runtime whose time is paused.
    pub(super) async fn new(ways: &[ContractChannel], terms: DeliveryTerms) -> Self {
        // Paused time jumps to the next timer whenever the runtime has nothing to do, also while sockets
        // and the store's thread work. With this task it always has something to do.
        let never_idle = tokio::spawn(async {
            loop {
                yield_now().await;
            }
        });
        let clock = Arc::new(PausedClock::start());
        let place = tempfile::tempdir().unwrap();
        let sandbox = sandbox(&clock).await;
        let ca_file = place.path().join("ca.pem");
        std::fs::write(&ca_file, sandbox.ca_pem()).unwrap();
        let mut channels = Vec::new();
        for way in ways {
            sandbox.add(&way.sample().account(way.name())).unwrap();
            channels.push(channel(*way, &sandbox, &ca_file).await);
        }
        let store_path = place.path().join("fanfare.db");
        let gateway = Gateway::start(GatewaySetup {
            store: Store::open(&store_path, "a store of a test").unwrap(),
            settings: GatewaySettings {
                policy: policy(terms),
                channels,
                retry: RetryPolicy::default(),
                retention: 24 * 3600 * SECOND,
                external_url: Some("https://alerts.example.com".to_owned()),
                heartbeats: Vec::new(),
            },
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            jitter: Arc::new(LongestJitter),
            metrics: Metrics::new(&mut Registry::default()),
            fresh_key: [7; 32],
            store_path: store_path.clone(),
        });
        let gateway = Arc::new(gateway.await.unwrap());
        let ledger = LedgerReader::open(&store_path);
        Self { sandbox, gateway, ledger, clock, began: Instant::now(), never_idle, _place: place }
    }

    /// The wall-clock time.
    pub(super) fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// The time since the test began.
    pub(super) fn age(&self) -> Duration {
        self.began.elapsed()
    }

    /// Accepts `alerts` in one request.
    pub(super) async fn accept(&self, alerts: Vec<Alert>) {
        self.gateway.accept(alerts, self.now()).await.unwrap();
    }

    /// From now on this goes wrong there.
    pub(super) fn break_down(&self, way: ContractChannel, fault: &Fault) {
        self.sandbox.set_fault(way.name(), FaultSwitch::always(fault.clone())).unwrap();
    }

    /// Lets so much time pass, in fifths of a second, and in each lets happen what is due.
    pub(super) async fn pass(&self, time: Duration) {
        self.pass_in_steps(time, SECOND / 5).await;
    }

    /// The same in steps of this length.
    pub(super) async fn pass_in_steps(&self, time: Duration, step: Duration) {
        let end = Instant::now() + time;
        while Instant::now() < end {
            tokio::time::advance(step.min(end - Instant::now())).await;
            self.settle().await;
        }
    }

    /// Lets happen whatever can happen without time passing.
    pub(super) async fn settle(&self) {
        const TURNS: usize = 200; // tokio looks at its sockets every 61st
        let mut quiet = 0;
        let mut seen = self.seen();
        while quiet < 2 {
            for _ in 0..TURNS {
                yield_now().await;
            }
            // What the store was asked for before is done when it answers.
            self.gateway.store().notification(fanfare_core::NotificationId(0)).await.unwrap();
            self.gateway.store().forget_digests(0, Timestamp::MIN).await.unwrap();
            let now = self.seen();
            quiet = if now == seen { quiet + 1 } else { 0 };
            seen = now;
        }
    }

    fn seen(&self) -> (i64, u64) {
        let stats = self.sandbox.stats();
        (self.ledger.version(), stats.values().map(|it| it.received + it.token_calls).sum())
    }

    /// Messages that people saw there, oldest first.
    pub(super) fn seen_on(&self, way: ContractChannel) -> Vec<SeenMessage> {
        let there = |it: &SeenMessage| it.target == way.name() && it.verdict == ProviderVerdict::Delivered;
        self.sandbox.messages().into_iter().filter(there).collect()
    }
}

async fn sandbox(clock: &Arc<PausedClock>) -> Sandbox {
    let clock = Arc::clone(clock);
    let smtp = SmtpRules { tls: SmtpTls::StartTls, ..SmtpRules::default() };
    let mut providers = fanfare::registry().fakes();
    providers.retain(|it| it.kind() != Email::KIND);
    providers.push(Box::new(MailServer::new(smtp)));
    let clock = SandboxClock::new(move || clock.now());
    Sandbox::start(SandboxSettings::loopback(clock, providers)).await.unwrap()
}

async fn channel(way: ContractChannel, sandbox: &Sandbox, ca_file: &Path) -> ChannelSetup {
    let http = match way.sample().protocol {
        Protocol::Smtp => String::new(),
        Protocol::Http => format!("https://{}", sandbox.open_https(way.name()).await.unwrap()),
    };
    let at = ProviderAddresses {
        http,
        smtp_host: "127.0.0.1".to_owned(),
        smtp_port: sandbox.server_address("smtp").unwrap().port().to_string(),
        ca_file: Some(ca_file.to_owned()),
    };
    let settings = format!("timeout: {TIMEOUT:?}, {}", way.sample().settings(way.name(), at));
    loaded_channel(way.name(), &settings)
}

fn policy(terms: DeliveryTerms) -> Policy {
    let route = Route {
        matchers: Vec::new(),
        receiver: "on-call".into(),
        r#continue: false,
        repeat_interval: 4 * 3600 * SECOND,
        routes: Vec::new(),
    };
    Policy::new(route, vec![Receiver { name: "on-call".into(), terms: Arc::new(terms) }]).unwrap()
}

/// An alarm about the device number `device`.
pub(super) fn alarm(device: usize, severity: Severity) -> Alert {
    let mut alert = fanfare_testkit::alert(severity);
    let identity: Labels = [("source", "thinklink"), ("eui", &device_name(device))].into_iter().collect();
    alert.fingerprint = Fingerprint::from_labels(&identity);
    alert.labels.set("eui", device_name(device));
    alert.labels.set("device", device_name(device));
    alert
}

/// The end of [`alarm`].
pub(super) fn end_of(device: usize) -> Alert {
    Alert { status: Status::Resolved, ..alarm(device, Severity::Low) }
}

/// The name of device number `device` in every message.
pub(super) fn device_name(device: usize) -> String {
    format!("sensor-{device:05}")
}
