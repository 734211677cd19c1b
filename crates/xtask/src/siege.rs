//! Thousands of stuck connections, and what an honest sender notices of them.

mod crowd;
mod report;
mod honest_post;
mod stuck;

use std::io::Write;
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tempfile::TempDir;
use tokio::process::Command;
use tokio::time::{Instant, sleep, sleep_until};

pub use self::report::{SiegeFigure, SiegeReport};
pub use self::stuck::StuckSort;

use self::crowd::Crowd;
use self::honest_post::HonestPost;
use crate::alert::{Serial, tkl};
use crate::delivery_counter::DeliveryCounter;
use crate::gateway_process::GatewayProcess;
use crate::load::{LoadClient, PostTarget};
use crate::system::{AlertTargets, System};
use crate::webhook_sink::{SinkBehaviour, WebhookSink};

#[cfg(test)]
mod tests;

/// A gateway whose port is beset, one sort of stuck connection after the other.
#[derive(Debug, Clone)]
pub struct Siege {
    /// The binary of the gateway.
    pub binary: PathBuf,
    /// The limit of open files that it starts with, soft and hard.
    pub files: u64,
    /// Stuck connections at a time.
    pub connections: usize,
    /// The sorts, one after the other.
    pub sorts: Vec<StuckSort>,
    /// Urgent alerts that the honest sender posts during each.
    pub alerts: u32,
    /// The alerts of a second.
    pub per_second: u32,
    /// The time after which an alert that was not told counts as lost.
    pub patience: Duration,
    /// The folder in which the store's folder is made.
    pub scratch: PathBuf,
}

/// The channels of the gateway, each with a provider of its own.
const CHANNELS: usize = 3;

/// Files that this program needs beside one for each stuck connection.
const OWN_FILES: u64 = 256;

/// The time in which the crowd stands around the door before the honest sender comes.
const GATHERING: Duration = Duration::from_millis(500);

/// The pause of an honest sender before it tries again.
const TRIES_AGAIN_AFTER: Duration = Duration::from_millis(100);

/// The pause between two looks at the providers.
const GLANCE: Duration = Duration::from_millis(5);

impl Siege {
    /// The alerts of a second in a usual run: some hundred sites.
    pub const PER_SECOND: u32 = 100;

    /// Far above the goal, so that only a hang meets it.
    pub const PATIENCE: Duration = Duration::from_secs(30);

    /// Measures the honest sender without any crowd, and then with each.
    ///
    /// # Errors
    ///
    /// When the gateway does not start, or ends by itself, or when this program may not open so many connections.
    pub async fn run(&self, progress: &mut dyn Write) -> Result<SiegeReport> {
        allow_files(self.connections as u64 + OWN_FILES)?;
        let folder = TempDir::with_prefix_in("siege-", &self.scratch)?;
        let mut providers = Vec::with_capacity(CHANNELS);
        for _ in 0..CHANNELS {
            let counter = DeliveryCounter::new(self.alerts * (1 + self.sorts.len() as u32), Instant::now());
            providers.push(WebhookSink::open(SinkBehaviour::Answers, Arc::new(counter)).await?);
        }
        let targets = AlertTargets::Webhooks(providers.iter().map(|it| it.address).collect());
        let system = System::Fanfare(self.binary.clone());
        let gateway =
            GatewayProcess::start(limited(&system.command(folder.path(), &targets)?, self.files)).await?;
        let target = system.endpoint(gateway.address);
        let mut figures = Vec::new();
        let crowds = [None].into_iter().chain(self.sorts.iter().copied().map(Some));
        for (first, sort) in (0..).step_by(self.alerts as usize).zip(crowds) {
            writeln!(progress, "{}", sort.map_or("nobody else", StuckSort::name))?;
            let crowd = sort.map(|it| Crowd::gather(it, &target, self.connections));
            sleep(GATHERING).await;
            let honest = self.send(&target, first..first + self.alerts).await;
            let told = self.until_told(&providers, &honest).await;
            figures.push(SiegeFigure::new(sort, crowd.map_or(0, Crowd::leave), &honest, &told));
        }
        gateway.kill().await?;
        Ok(SiegeReport { connections: self.connections, files: self.files, figures })
    }

    /// Posts alerts as scripts do, each over a connection of its own.
    async fn send(&self, target: &PostTarget, serials: Range<u32>) -> Vec<HonestPost> {
        let gap = Duration::from_secs(1) / self.per_second.max(1);
        let (started, first) = (Instant::now(), serials.start);
        let mut posts = Vec::new();
        for serial in serials {
            sleep_until(started + gap * (serial - first)).await;
            let due = Instant::now();
            let mut tries = 1;
            let mut answer = post(target, Serial(serial)).await;
            while answer.is_err() && due.elapsed() < self.patience {
                sleep(TRIES_AGAIN_AFTER).await;
                tries += 1;
                answer = post(target, Serial(serial)).await;
            }
            let problem = answer.err().map(|err| format!("{err:#}"));
            posts.push(HonestPost { serial: Serial(serial), due, took: due.elapsed(), tries, problem });
        }
        posts
    }

    /// The time from each post that was accepted to the last channel's message; `None` where it did not come.
    async fn until_told(&self, providers: &[WebhookSink], posts: &[HonestPost]) -> Vec<Option<Duration>> {
        let last_arrival = |post: &HonestPost| {
            let arrivals: Option<Vec<Instant>> =
                providers.iter().map(|it| it.counter.arrival(post.serial)).collect();
            arrivals?.into_iter().max().map(|it| it.saturating_duration_since(post.due))
        };
        let accepted = || posts.iter().filter(|it| it.problem.is_none());
        let started = Instant::now();
        while accepted().any(|it| last_arrival(it).is_none()) && started.elapsed() < self.patience {
            sleep(GLANCE).await;
        }
        accepted().map(last_arrival).collect()
    }
}

async fn post(target: &PostTarget, serial: Serial) -> Result<()> {
    let answer = LoadClient::connect(target).await?.post(tkl(serial).to_string().into()).await?;
    if !answer.status.is_success() {
        bail!("answered {}", answer.status);
    }
    Ok(())
}

/// `command` under a limit of open files that it cannot raise.
fn limited(command: &Command, files: u64) -> Command {
    let command = command.as_std();
    let mut limited = Command::new("sh");
    limited.args(["-c", &format!("ulimit -n {files} && exec \"$0\" \"$@\"")]).arg(command.get_program());
    limited.args(command.get_args());
    limited.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    limited
}

/// Lets this process open `needed` files.
fn allow_files(needed: u64) -> Result<()> {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    if maximum.is_some_and(|it| it < needed) {
        bail!("{needed} files must be open at the same time, and the system allows {maximum:?}");
    }
    if current.is_some_and(|it| it < needed) {
        setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum })
            .context("the limit of open files")?;
    }
    Ok(())
}
