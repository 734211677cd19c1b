//! The running sandbox.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::account::{FakeAccount, InvalidAccount};
use crate::clock::SandboxClock;
use crate::control::{self, ControlAnswer};
use crate::fault::{EVERY_TARGET, FaultSwitch};
use crate::host::FakeHost;
use crate::http::{self, ListenerSecurity};
use crate::journal::{SeenMessage, TargetStats, Violation};
use crate::listener::RefusingListener;
use crate::provider::{ConnectionServer, ProtocolServer, Provider};
use crate::state::SandboxState;

/// The settings of a sandbox.
pub struct SandboxSettings {
    /// The address of the first HTTP listener; port 0 takes a free one.
    pub http: SocketAddr,
    /// The addresses of the providers' own servers, by protocol, e.g. `smtp`. The
    /// others take a free port beside the HTTP listener.
    pub servers: BTreeMap<&'static str, SocketAddr>,
    /// The clock of limits, bans, signatures and the journal.
    pub clock: SandboxClock,
    /// The fakes, one of each kind.
    pub providers: Vec<Box<dyn Provider>>,
}

impl SandboxSettings {
    /// The settings of a sandbox on free ports of the loopback interface.
    #[must_use]
    pub fn loopback(clock: SandboxClock, providers: Vec<Box<dyn Provider>>) -> Self {
        let http = SocketAddr::from(([127, 0, 0, 1], 0));
        Self { http, servers: BTreeMap::new(), clock, providers }
    }
}

/// The running fakes. They stop when it is dropped.
pub struct Sandbox {
    host: Arc<FakeHost>,
    http: SocketAddr,
    servers: BTreeMap<&'static str, SocketAddr>,
    tasks: Mutex<JoinSet<()>>,
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (http, servers) = (&self.http, &self.servers);
        f.debug_struct("Sandbox").field("http", http).field("servers", servers).finish_non_exhaustive()
    }
}

/// No account and no listener has this name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the sandbox has no target `{0}`")]
pub struct UnknownTarget(pub String);

impl Sandbox {
    /// Opens the listeners on the current runtime.
    ///
    /// # Errors
    ///
    /// If an address cannot be listened on, or the system has no randomness for keys.
    pub async fn start(settings: SandboxSettings) -> io::Result<Self> {
        let SandboxSettings { http, servers: wanted, clock, providers } = settings;
        let own: Vec<ProtocolServer> = providers.iter().filter_map(|it| it.server()).collect();
        let state = Arc::new(SandboxState::new(clock)?);
        let host = Arc::new(FakeHost::new(Arc::clone(&state), providers));
        let http_listener = TcpListener::bind(http).await?;
        let http = http_listener.local_addr()?;
        let mut tasks = JoinSet::new();
        tasks.spawn(http::serve(http_listener, Arc::clone(&host)));
        let mut servers = BTreeMap::new();
        for ProtocolServer { protocol, connections } in own {
            let any_port = SocketAddr::new(http.ip(), 0);
            let listener = TcpListener::bind(wanted.get(protocol).copied().unwrap_or(any_port)).await?;
            servers.insert(protocol, listener.local_addr()?);
            tasks.spawn(serve_protocol(listener, connections, Arc::clone(&state)));
        }
        Ok(Self { host, http, servers, tasks: Mutex::new(tasks) })
    }

    /// The address of the first HTTP listener.
    #[must_use]
    pub fn http_address(&self) -> SocketAddr {
        self.http
    }

    /// The address of the server for a protocol other than HTTP, e.g. `smtp`.
    #[must_use]
    pub fn server_address(&self, protocol: &str) -> Option<SocketAddr> {
        self.servers.get(protocol).copied()
    }

    /// Opens one more HTTP listener, and returns its address. It leads to the same
    /// fakes, and [`Fault::Refuse`](crate::Fault::Refuse) closes it to everybody if
    /// it is switched on for `name`: that of an account for which it is meant, or
    /// any other.
    ///
    /// # Errors
    ///
    /// If there is no port to listen on.
    pub async fn open_http(&self, name: &str) -> io::Result<SocketAddr> {
        self.open(name, ListenerSecurity::Clear).await
    }

    /// Opens one more HTTP listener, under TLS, and returns its address. It leads to
    /// the same fakes, and [`Fault::Tls`](crate::Fault::Tls) and
    /// [`Fault::Refuse`](crate::Fault::Refuse) apply to everybody who connects to it
    /// if they are switched on for `name`: that of an account for which it is meant,
    /// or any other. Its certificate is for `localhost`, `127.0.0.1` and `::1`.
    ///
    /// # Errors
    ///
    /// If there is no port to listen on.
    pub async fn open_https(&self, name: &str) -> io::Result<SocketAddr> {
        self.open(name, ListenerSecurity::Tls).await
    }

    async fn open(&self, name: &str, security: ListenerSecurity) -> io::Result<SocketAddr> {
        let listener = TcpListener::bind((self.http.ip(), 0)).await?;
        let address = listener.local_addr()?;
        self.host.state.shared().listeners.insert(name.to_owned());
        let task = http::serve_at(listener, name.to_owned(), security, Arc::clone(&self.host));
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).spawn(task);
        Ok(address)
    }

    /// The authority behind the certificates of this sandbox, in PEM: the content
    /// of a channel's `ca_file`.
    #[must_use]
    pub fn ca_pem(&self) -> &str {
        &self.host.state.authority.pem
    }

    /// True if an account can be opened.
    ///
    /// # Errors
    ///
    /// If no provider has its kind, or a setting is missing, unknown or invalid.
    pub fn check(&self, account: &FakeAccount) -> Result<(), InvalidAccount> {
        self.host.providers().check(account)
    }

    /// Opens an account, and returns its name here: its own, or one such as
    /// `dingtalk-1`. Credentials that are known already get another name for the
    /// same account, as at the provider.
    ///
    /// # Errors
    ///
    /// As [`check`](Self::check) has it.
    pub fn add(&self, account: &FakeAccount) -> Result<String, InvalidAccount> {
        self.host.add(account)
    }

    /// The messages that reached the fakes, oldest first; the latest 10,000.
    #[must_use]
    pub fn messages(&self) -> Vec<SeenMessage> {
        self.host.state.shared().journal.messages()
    }

    /// The acts of clients that a careful client never does, oldest first.
    #[must_use]
    pub fn violations(&self) -> Vec<Violation> {
        self.host.state.shared().journal.violations()
    }

    /// The counters by target, since the start.
    #[must_use]
    pub fn stats(&self) -> BTreeMap<String, TargetStats> {
        self.host.state.shared().journal.stats().clone()
    }

    /// Forgets messages and violations. Limits, bans, tokens, duplicates and
    /// counters stay: the providers would not forget them either.
    pub fn clear(&self) {
        self.host.state.shared().journal.clear();
    }

    /// Switches a fault on in place of all others of this target: an account, or an
    /// HTTP listener beside the first; `*` is every target.
    ///
    /// # Errors
    ///
    /// If there is no such target.
    pub fn set_fault(&self, target: &str, switch: FaultSwitch) -> Result<(), UnknownTarget> {
        self.set_faults(target, vec![switch])
    }

    /// Switches faults on in place of all others of this target. The first that
    /// fits a request applies to it.
    ///
    /// # Errors
    ///
    /// If there is no such target.
    pub fn set_faults(&self, target: &str, switches: Vec<FaultSwitch>) -> Result<(), UnknownTarget> {
        let mut shared = self.host.state.shared();
        if target != EVERY_TARGET && !shared.is_target(target) {
            return Err(UnknownTarget(target.to_owned()));
        }
        shared.faults.set(target, switches);
        Ok(())
    }

    /// Switches the faults of a target off.
    pub fn clear_faults(&self, target: &str) {
        self.host.state.shared().faults.clear(Some(target));
    }

    /// Switches every fault off.
    pub fn clear_all_faults(&self) {
        self.host.state.shared().faults.clear(None);
    }

    /// The faults that are on.
    #[must_use]
    pub fn faults(&self) -> BTreeMap<String, Vec<FaultSwitch>> {
        self.host.state.shared().faults.all()
    }

    /// Starts the provider's ban of an account, as if it had sent too much.
    pub fn ban(&self, target: &str) {
        let now = self.host.state.now();
        self.host.providers().all.iter_mut().for_each(|it| it.ban(target, now));
    }

    /// Makes the access tokens of an account invalid before their time.
    pub fn revoke_tokens(&self, target: &str) {
        self.host.providers().all.iter_mut().for_each(|it| it.revoke_tokens(target));
    }

    /// Answers a request below `/sandbox`, for a server that has these paths among
    /// its own.
    #[must_use]
    pub fn control(&self, method: &str, path: &str, body: &[u8]) -> ControlAnswer {
        control::answer(&self.host.state, method, path, body)
    }

    /// Closes the listeners and cuts every connection.
    pub async fn shutdown(&self) {
        let mut tasks = std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.shutdown().await;
    }
}

/// Serves a provider's own server until the future is dropped. A fault that refuses
/// connections to one of its accounts closes it to everybody.
async fn serve_protocol(listener: TcpListener, server: Arc<dyn ConnectionServer>, state: Arc<SandboxState>) {
    let switched = state.shared().faults.watch();
    let refuses = || {
        let names = server.names();
        state.shared().faults.refuse(&names)
    };
    let listener = RefusingListener { listener, switched, refuses };
    listener.serve(|stream, _peer, _turn| Arc::clone(&server).serve(stream, Arc::clone(&state))).await;
}
