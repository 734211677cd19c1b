//! The mail server as a provider of the sandbox.

use std::sync::Arc;

use fanfare_sandbox::{
    AccountSettings, ConnectionServer, InvalidAccount, OpenAccount, ProtocolServer, Provider, SandboxState,
};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::net::TcpStream;

use super::account::MailAccount;
use super::connection;
use super::rules::SmtpRules;
use super::state::MailServerState;

/// A mail server that takes mail for everyone and passes it on to nobody.
pub struct MailServer(Arc<MailServerState>);

impl MailServer {
    /// A server with these rules and no logins.
    #[must_use]
    pub fn new(rules: SmtpRules) -> Self {
        Self(Arc::new(MailServerState::new(rules)))
    }
}

impl Default for MailServer {
    fn default() -> Self {
        Self::new(SmtpRules::default())
    }
}

impl Provider for MailServer {
    fn kind(&self) -> &'static str {
        "email"
    }

    fn open_accounts(&self) -> &'static [OpenAccount] {
        const SETTINGS: &[(&str, &str)] = &[
            ("username", "sandbox@example.com"),
            ("password", "sandbox"),
            ("from", "sandbox@example.com"),
            ("to", "oncall@example.com"),
        ];
        &[OpenAccount { name: "mail", settings: SETTINGS }]
    }

    fn check(&self, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        MailAccount::from_settings(settings).map(drop)
    }

    fn add(&mut self, name: &str, settings: &AccountSettings<'_>) -> Result<(), InvalidAccount> {
        self.0.accounts().add(name, MailAccount::from_settings(settings)?);
        Ok(())
    }

    fn server(&self) -> Option<ProtocolServer> {
        let connections = Arc::clone(&self.0) as Arc<dyn ConnectionServer>;
        Some(ProtocolServer { protocol: "smtp", connections })
    }
}

impl ConnectionServer for MailServerState {
    fn names(&self) -> Vec<String> {
        self.accounts().names(None, &[])
    }

    fn serve(self: Arc<Self>, stream: TcpStream, sandbox: Arc<SandboxState>) -> BoxFuture<'static, ()> {
        // An error here is a client that hung up.
        async move { connection::serve(stream, self, sandbox).await.unwrap_or_default() }.boxed()
    }
}
