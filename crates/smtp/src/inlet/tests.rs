//! Sessions with the real listener, over sockets, on time that stands still unless a test has it pass.

use fanfare_core::{DeliveryTerms, Policy, Receiver, RetryPolicy, Route, SystemClock};
use fanfare_gateway::{GatewaySettings, GatewaySetup, Metrics, RandomJitter, Store};
use fanfare_sources::{FormatKind, SourceSettings, UnreadableRule};
use prometheus_client::encoding::text::encode;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::yield_now;
use tokio::time::advance;

use super::*;
use crate::access::MailAccess;
use crate::settings::LoginRule;

/// A listener with one source, `ups@fanfare.local`, in front of a real store.
struct Site {
    inlet: SmtpInlet,
    metrics: Registry,
    never_idle: JoinHandle<()>,
    _folder: TempDir,
}

fn policy() -> Policy {
    let day = Duration::from_hours(24);
    let route = Route {
        matchers: Vec::new(),
        receiver: "team".into(),
        r#continue: false,
        repeat_interval: day,
        routes: Vec::new(),
    };
    let terms = Arc::new(DeliveryTerms::plain(vec!["team".into()]));
    Policy::new(route, vec![Receiver { name: "team".into(), terms }]).unwrap()
}

fn source() -> SmtpSource {
    SmtpSource {
        settings: SourceSettings::new("ups"),
        format: "plain".parse::<FormatKind>().unwrap().without_mapping().unwrap(),
        unreadable: UnreadableRule::Alert,
        heartbeats: Vec::new(),
        from: Vec::new(),
        access: MailAccess::Anyone,
        rate: None,
        max_body: 1024 * 1024,
        recipients: vec!["ups@fanfare.local".parse().unwrap()],
    }
}

impl Site {
    async fn start() -> Self {
        // Paused time jumps to the next timer whenever the runtime has nothing to do, also while sockets and the store
        // work. With this task it always has something to do.
        let never_idle = tokio::spawn(async {
            loop {
                yield_now().await;
            }
        });
        let folder = tempfile::tempdir().unwrap();
        let store_path = folder.path().join("fanfare.db");
        let mut metrics = Registry::default();
        let settings = GatewaySettings {
            policy: policy(),
            channels: Vec::new(),
            retry: RetryPolicy::default(),
            retention: Duration::from_hours(24),
            external_url: None,
            heartbeats: Vec::new(),
        };
        let gateway = Gateway::start(GatewaySetup {
            store: Store::open(&store_path, "a store of a test").unwrap(),
            settings,
            clock: Arc::new(SystemClock),
            jitter: Arc::new(RandomJitter),
            metrics: Metrics::new(&mut metrics),
            fresh_key: [7; 32],
            store_path,
        });
        let gateway = Arc::new(gateway.await.unwrap());
        let bodies = Arc::new(InletReader::new(&mut metrics));
        let setup = SmtpInletSetup { gateway, bodies, clock: Arc::new(SystemClock) };
        let listener = SmtpListener {
            listen: "127.0.0.1:0".parse().unwrap(),
            logins: LoginRule::Protected,
            max_mail: 10_000,
        };
        let inlet = SmtpInlet::start(setup, listener, &mut metrics).unwrap();
        inlet.apply(vec![source()], None);
        Self { inlet, metrics, never_idle, _folder: folder }
    }

    /// A sender that has been greeted.
    async fn sender(&self) -> Sender {
        let stream = TcpStream::connect(self.inlet.address()).await.unwrap();
        stream.set_nodelay(true).unwrap(); // the kernel would wait on real time
        let mut sender = Sender(stream);
        assert!(sender.reply_within(Duration::from_millis(150)).await.starts_with("220 "));
        sender
    }

    fn metrics(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.metrics).unwrap();
        text
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.never_idle.abort();
    }
}

/// Lets all that does not wait for time come to rest, what is on its way in a socket too.
async fn settle() {
    for _ in 0..2000 {
        yield_now().await;
    }
}

/// A sender by hand.
struct Sender(TcpStream);

impl Sender {
    /// The next reply: up to a line with a blank behind its code, or what came before the end.
    async fn reply(&mut self) -> String {
        let mut reply = String::new();
        loop {
            let mut byte = [0];
            if self.0.read(&mut byte).await.unwrap() == 0 {
                return reply;
            }
            reply.push(char::from(byte[0]));
            let last = reply.strip_suffix("\r\n").map(|it| it.lines().last().unwrap_or_default());
            if last.is_some_and(|it| it.as_bytes().get(3) == Some(&b' ')) {
                return reply;
            }
        }
    }

    /// The next reply, while time passes in steps of this length.
    async fn reply_within(&mut self, step: Duration) -> String {
        let pass = async {
            loop {
                settle().await;
                advance(step).await;
            }
        };
        tokio::select! {
            reply = self.reply() => reply,
            () = pass => String::new(),
        }
    }

    /// Sends bytes in pieces of this length; the codes of the replies to each of `parts`.
    async fn talk(&mut self, parts: &[&str], piece: usize) -> Vec<String> {
        let mut codes = Vec::new();
        for part in parts {
            for bytes in part.as_bytes().chunks(piece) {
                self.0.write_all(bytes).await.unwrap();
                yield_now().await;
            }
            codes.push(self.reply().await.chars().take(3).collect());
        }
        codes
    }
}

const SESSION: [&str; 7] = [
    "EHLO ups\r\n",
    "MAIL FROM:<ups1@plant.example> BODY=8BITMIME\r\n",
    "RCPT TO:<elsewhere@plant.example>\r\n",
    "RCPT TO:<ups@fanfare.local>\r\n",
    "DATA\r\n",
    "Subject: [OK] UPS on battery\r\n\r\n..\r\nwords\n.\n more\r\n.\r\n",
    "QUIT\r\n",
];

#[tokio::test(start_paused = true)]
async fn a_session_is_the_same_wherever_the_network_cuts_it() {
    let site = Site::start().await;
    for piece in [1000, 1, 2, 7] {
        let codes = site.sender().await.talk(&SESSION, piece).await;
        assert_eq!(codes, ["250", "250", "550", "250", "354", "250", "221"], "{piece}");
    }
    let taken = "fanfare_smtp_mails_total{source=\"ups\",fate=\"taken\"} 4\n";
    assert!(site.metrics().contains(taken), "{}", site.metrics());
}

#[tokio::test(start_paused = true)]
async fn a_sender_that_is_silent_is_hung_up_on() {
    let site = Site::start().await;
    for said in [&SESSION[..0], &SESSION[..2], &SESSION[..5]] {
        let mut sender = site.sender().await;
        sender.talk(said, 1000).await;
        assert!(sender.reply_within(Duration::from_secs(61)).await.starts_with("421 4.4.2"), "{said:?}");
        assert_eq!(sender.reply_within(Duration::from_secs(1)).await, "", "it is closed");
    }
    assert!(
        site.metrics().contains("fanfare_smtp_refusals_total{reason=\"late\"} 3\n"),
        "{}",
        site.metrics()
    );
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_never_ends_is_not_waited_for_however_busy_its_sender_seems() {
    let site = Site::start().await;
    let mut sender = site.sender().await;
    sender.talk(&SESSION[..5], 1000).await;
    let began = Instant::now();
    let reply = loop {
        sender.0.write_all(b"x").await.unwrap();
        tokio::select! {
            biased;
            reply = sender.reply() => break reply,
            () = settle() => advance(Duration::from_secs(20)).await,
        }
    };
    assert!(reply.starts_with("421 4.4.2"), "{reply}");
    assert_eq!(began.elapsed(), Duration::from_mins(5));
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_is_too_long_is_refused_and_the_session_goes_on() {
    let site = Site::start().await;
    let mut sender = site.sender().await;
    let long = format!("Subject: x\r\n\r\n{}\r\n.\r\n", "x".repeat(20_000));
    let parts = [&SESSION[..2], &SESSION[3..5], &[&long], &SESSION[1..2], &["RSET\r\n", "QUIT\r\n"]].concat();
    let codes = sender.talk(&parts, 1000).await;
    assert_eq!(codes, ["250", "250", "250", "354", "552", "250", "250", "221"]);
}
