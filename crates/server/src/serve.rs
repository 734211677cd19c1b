//! The commands that keep running: the gateway, the demo, the sandbox alone.

mod demo;
mod running;
mod reload;
mod mqtt;
mod smtp;
mod pings;
mod split_config;
mod config_file;
mod sandbox_host;
mod stop_signal;
mod file_limit;
mod logging;
mod process_metrics;
mod providers;

use std::io::Write;
use std::net::SocketAddr;
use std::path::Path;

use self::config_file::ConfigFile;
use self::reload::{ConfigSource, log_warnings};
use self::sandbox_host::SandboxHost;
use self::stop_signal::stop_signal;

pub(crate) use self::demo::run as demo;
pub(crate) use self::logging::{Log, LogFormat, start_logging};
pub(crate) use self::providers::Providers;

/// `fanfare serve`: runs until the process is told to stop.
pub(crate) async fn serve(file: &Path, providers: Providers, log: &Log) -> anyhow::Result<()> {
    let sandbox = match providers {
        Providers::Real => None,
        Providers::Sandbox => Some(SandboxHost::start().await?),
    };
    let file = ConfigFile { path: file.to_owned(), sandbox: sandbox.clone() };
    let source = ConfigSource::new(file).await?;
    let config = source.file.read()?;
    if let Some(host) = &sandbox {
        host.register_accounts(&config)?;
        let SandboxHost { sandbox } = host;
        tracing::info!(http = %sandbox.http_address(), smtp = %sandbox_host::smtp_address(sandbox), store = %config.store_path.display(), "The sandbox plays every provider; nothing leaves this machine");
    }
    log_warnings(&config.warnings);
    let running = running::RunningGateway::start(config, sandbox, Some(source), log).await?;
    stop_signal().await?;
    running.stop().await;
    Ok(())
}

/// `fanfare sandbox`: the fakes alone, for other programs' tests.
pub(crate) async fn sandbox_alone(
    http: SocketAddr,
    smtp: SocketAddr,
    out: &mut dyn Write,
) -> anyhow::Result<()> {
    let sandbox = sandbox_host::start_open(http, smtp, out).await?;
    stop_signal().await?;
    sandbox.shutdown().await;
    Ok(())
}
