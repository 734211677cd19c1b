//! The inlet SMTP of a running gateway, which reloads change.

use std::sync::Arc;

use anyhow::Context as _;
use fanfare_smtp::{SmtpInlet, SmtpInletSetup, SmtpListener, SmtpSource};
use fanfare_tls::ListenerTls;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;
use tracing::info;

/// The inlet SMTP, for the start, for reloads and for the stop.
#[derive(Debug, Clone)]
pub(crate) struct SharedSmtpInlet {
    /// `None`: the config has no listener for mails, or it has stopped.
    inlet: Arc<Mutex<Option<SmtpInlet>>>,
}

impl SharedSmtpInlet {
    /// Listens for mails, if the config says so.
    pub(crate) fn start(
        setup: SmtpInletSetup,
        listener: Option<SmtpListener>,
        registry: &mut Registry,
    ) -> anyhow::Result<Self> {
        let start = |listener: SmtpListener| {
            let inlet = SmtpInlet::start(setup, listener, registry).with_context(|| {
                let listen = listener.listen;
                format!("cannot listen on {listen}: set `server.smtp.listen` to a free address")
            })?;
            info!(address = %inlet.address(), "Listening for mails");
            anyhow::Ok(inlet)
        };
        let inlet = listener.map(start).transpose()?;
        Ok(Self { inlet: Arc::new(Mutex::new(inlet)) })
    }

    /// Takes mails to exactly `sources` from now on, and offers `tls`.
    pub(crate) async fn apply(&self, sources: Vec<SmtpSource>, tls: Option<ListenerTls>) {
        if let Some(inlet) = self.inlet.lock().await.as_ref() {
            inlet.apply(sources, tls);
        }
    }

    /// Takes no more mails, and waits for those that are being stored.
    pub(crate) async fn stop(&self) {
        if let Some(inlet) = self.inlet.lock().await.take() {
            inlet.stop().await;
        }
    }
}
