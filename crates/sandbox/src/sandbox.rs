//! The sandbox as its users hold it.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::account::Account;
use crate::clock::Clock;
use crate::control::{self, Control};
use crate::fault::{EVERY_TARGET, FaultSwitch};
use crate::http::{self, Security};
use crate::journal::{SeenMessage, Stats, Violation};
use crate::rules::Rules;
use crate::smtp;
use crate::tls::Authority;
use crate::world::World;

/// How to start a sandbox.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where the HTTP fakes listen; port 0 takes a free one.
    pub http: SocketAddr,
    /// Where the mail server listens; port 0 takes a free one.
    pub smtp: SocketAddr,
    /// What time it is.
    pub clock: Clock,
    /// How the providers behave where it varies.
    pub rules: Rules,
}

impl Settings {
    /// On free ports of the loopback interface, with the providers as documented.
    #[must_use]
    pub fn loopback(clock: Clock) -> Self {
        let free = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { http: free, smtp: free, clock, rules: Rules::default() }
    }
}

/// The fakes, running. They stop when it is dropped.
pub struct Sandbox {
    world: Arc<World>,
    http: SocketAddr,
    smtp: SocketAddr,
    doors: Mutex<JoinSet<()>>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("http", &self.http).field("smtp", &self.smtp).finish_non_exhaustive()
    }
}

/// No account and no door is called like that.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sandbox has no target `{0}`")]
pub struct UnknownTarget(pub String);

impl Sandbox {
    /// Opens the doors on the current runtime.
    ///
    /// # Errors
    ///
    /// If an address cannot be listened on, or the system has no randomness for keys.
    pub async fn start(settings: Settings) -> io::Result<Self> {
        let Settings { http, smtp, clock, rules } = settings;
        let authority = Authority::new().map_err(io::Error::other)?;
        let world = Arc::new(World::new(clock, rules, authority));
        let (http_door, smtp_door) = (TcpListener::bind(http).await?, TcpListener::bind(smtp).await?);
        let (http, smtp) = (http_door.local_addr()?, smtp_door.local_addr()?);
        let mut doors = JoinSet::new();
        doors.spawn(http::serve(http_door, Arc::clone(&world)));
        doors.spawn(smtp::serve(smtp_door, Arc::clone(&world)));
        Ok(Self { world, http, smtp, doors: Mutex::new(doors) })
    }

    /// Where the HTTP fakes listen.
    #[must_use]
    pub fn http_address(&self) -> SocketAddr {
        self.http
    }

    /// Where the mail server listens.
    #[must_use]
    pub fn smtp_address(&self) -> SocketAddr {
        self.smtp
    }

    /// Opens one more HTTP door, and returns where it is. It leads to the same
    /// fakes, and [`Fault::Refuse`](crate::Fault::Refuse) closes it to everybody if
    /// it is switched on for `name`: that of an account for which it is meant, or
    /// any other.
    ///
    /// # Errors
    ///
    /// If there is no port to listen on.
    pub async fn open_http(&self, name: &str) -> io::Result<SocketAddr> {
        self.open(name, Security::Clear).await
    }

    /// Opens one more HTTP door, under TLS, and returns where it is. It leads to the
    /// same fakes, and [`Fault::Tls`](crate::Fault::Tls) and
    /// [`Fault::Refuse`](crate::Fault::Refuse) strike everybody who comes through it if
    /// they are switched on for `name`: that of an account for which it is meant,
    /// or any other. Its certificate is for `localhost`, `127.0.0.1` and `::1`.
    ///
    /// # Errors
    ///
    /// If there is no port to listen on.
    pub async fn open_https(&self, name: &str) -> io::Result<SocketAddr> {
        self.open(name, Security::Tls).await
    }

    async fn open(&self, name: &str, security: Security) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind((self.http.ip(), 0)).await?;
        let address = listener.local_addr()?;
        self.world.state().doors.insert(name.to_owned());
        let door = http::serve_at(listener, name.to_owned(), security, Arc::clone(&self.world));
        self.doors.lock().unwrap_or_else(PoisonError::into_inner).spawn(door);
        Ok(address)
    }

    /// The authority behind the certificates of this sandbox, in PEM: what a
    /// channel's `ca_file` is to hold.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.world.authority.pem
    }

    /// Opens an account, and returns what it is called here: its name, or one
    /// such as `dingtalk-1`. Credentials that are known already get another name
    /// for the same account, as at the provider.
    pub fn add(&self, account: Account) -> String {
        self.world.state().add(account)
    }

    /// What has reached the fakes, oldest first; the latest 10,000.
    #[must_use]
    pub fn messages(&self) -> Vec<SeenMessage> {
        self.world.state().journal.messages()
    }

    /// What the clients did that a careful client never does, oldest first.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.world.state().journal.violations()
    }

    /// Counters by target, since the start.
    #[must_use]
    pub fn stats(&self) -> BTreeMap<String, Stats> {
        self.world.state().journal.stats().clone()
    }

    /// Forgets messages and violations. Limits, bans, tokens, duplicates and
    /// counters stay: the providers would not forget them either.
    pub fn clear(&self) {
        self.world.state().journal.clear();
    }

    /// Switches a fault on in place of all others of this target: an account or a
    /// door beside the first; `*` is every target.
    ///
    /// # Errors
    ///
    /// If there is no such target.
    pub fn set_fault(&self, target: &str, switch: FaultSwitch) -> Result<(), UnknownTarget> {
        self.set_faults(target, vec![switch])
    }

    /// Switches faults on in place of all others of this target. The first that
    /// fits a request strikes it.
    ///
    /// # Errors
    ///
    /// If there is no such target.
    pub fn set_faults(&self, target: &str, switches: Vec<FaultSwitch>) -> Result<(), UnknownTarget> {
        let mut state = self.world.state();
        if target != EVERY_TARGET && !state.is_target(target) {
            return Err(UnknownTarget(target.to_owned()));
        }
        state.faults.set(target, switches);
        Ok(())
    }

    /// Switches the faults of a target off.
    pub fn clear_faults(&self, target: &str) {
        self.world.state().faults.clear(Some(target));
    }

    /// Switches every fault off.
    pub fn clear_all_faults(&self) {
        self.world.state().faults.clear(None);
    }

    /// The faults that are on.
    #[must_use]
    pub fn faults(&self) -> BTreeMap<String, Vec<FaultSwitch>> {
        self.world.state().faults.all()
    }

    /// Starts the provider's ban of a robot or bot, as if it had sent too much.
    pub fn ban(&self, target: &str) {
        let now = self.world.now();
        let mut state = self.world.state();
        state.dingtalk.ban(target, now);
        state.wecom.ban(target, now);
    }

    /// Makes the tokens of a WeCom app invalid before their time.
    pub fn revoke_tokens(&self, target: &str) {
        self.world.state().wecom.revoke_tokens(target);
    }

    /// Answers a request below `/sandbox`, for a server that wants these doors
    /// among its own.
    #[must_use]
    pub fn control(&self, method: &str, path: &str, body: &[u8]) -> Control {
        control::answer(&self.world, method, path, body)
    }

    /// Closes the doors and cuts every connection.
    pub async fn shutdown(&self) {
        let mut doors = std::mem::take(&mut *self.doors.lock().unwrap_or_else(PoisonError::into_inner));
        doors.shutdown().await;
    }
}
