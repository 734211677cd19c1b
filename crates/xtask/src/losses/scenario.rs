//! Scenarios: what befalls a gateway, and what is right then.

use std::time::Duration;

use anyhow::Result;
use tokio::time::sleep;

use super::receiver::{ReceiverAnswer, ReceiverDoor};
use super::trial::AlarmState::{Begins, Ends};
use super::trial::{LossTrial, Told};
use crate::wrong_clock::WrongClock;

/// A scenario in which gateways lose alerts, or tell too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum LossScenario {
    /// An alert is accepted, and the gateway killed at once.
    KillAfterAnswer,
    /// An alert is accepted, and the gateway stopped in order at once.
    StopAfterAnswer,
    /// The gateway is stopped while it tries again.
    StopWhileRetrying,
    /// An alert is told, the gateway killed, and the sender repeats the alert.
    RepeatAfterKill,
    /// An alert is told, the gateway stopped, and the sender repeats the alert.
    RepeatAfterStop,
    /// An alarm begins and ends while the receiver is down.
    OverDuringOutage,
    /// The receiver asks once for less.
    OneTooManyRequests,
    /// The receiver fails once.
    OneServerError,
    /// The receiver refuses with HTTP 200 and a code in the body.
    RefusedWithStatus200,
    /// The settings are read again while the gateway tries again.
    ReloadWhileRetrying,
    /// The receiver never answers one request.
    OneHangingRequest,
    /// An alarm begins, ends and begins again at once.
    Flapping,
    /// The gateway is stopped again and again right after its start.
    StoppedAgainAndAgain,
    /// Three hundred alerts are accepted, and the gateway killed.
    KillWithMany,
    /// Three hundred connections of strangers hold half a request each.
    StuckConnections,
    /// The files of the store are deleted while the gateway runs, and it is killed after another alert.
    StoreDeleted,
    /// The disk fills up while the receiver is down, another alert comes, and the gateway is killed.
    DiskFull,
    /// The gateway is killed while it tries again, and its wall clock is an hour behind from then on.
    ClockBehind,
    /// The mail server refuses one of two recipients, and words its replies in GBK.
    RecipientRefused,
}

/// The number of alerts of [`LossScenario::KillWithMany`].
const MANY: u32 = 300;

/// The number of connections of [`LossScenario::StuckConnections`].
const STUCK: usize = 300;

/// The time of an outage, longer than several pauses between tries.
const OUTAGE: Duration = Duration::from_secs(8);

/// The time within which a gateway has the receiver's answer on its disk, if it keeps one: what is in flight at a
/// kill may come twice.
const UNTIL_STORED: Duration = Duration::from_secs(1);

/// The time within which a gateway should notice that its files are gone.
const UNTIL_NOTICED: Duration = Duration::from_secs(3);

impl LossScenario {
    /// The reason for which it cannot be played on this machine.
    pub(super) fn obstacle(self) -> Option<&'static str> {
        let needs_library = self == Self::ClockBehind && WrongClock::library().is_none();
        needs_library.then_some("libfaketime is not installed")
    }

    /// The receiver's door at which messages are handed in.
    pub(super) fn door(self) -> ReceiverDoor {
        if self == Self::RecipientRefused { ReceiverDoor::Mail } else { ReceiverDoor::Webhook }
    }

    /// All scenarios, in the order of the report.
    pub const ALL: [Self; 19] = [
        Self::KillAfterAnswer,
        Self::StopAfterAnswer,
        Self::StopWhileRetrying,
        Self::RepeatAfterKill,
        Self::RepeatAfterStop,
        Self::OverDuringOutage,
        Self::OneTooManyRequests,
        Self::OneServerError,
        Self::RefusedWithStatus200,
        Self::ReloadWhileRetrying,
        Self::OneHangingRequest,
        Self::Flapping,
        Self::StoppedAgainAndAgain,
        Self::KillWithMany,
        Self::StuckConnections,
        Self::StoreDeleted,
        Self::DiskFull,
        Self::ClockBehind,
        Self::RecipientRefused,
    ];

    /// The sentence that tells it.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::KillAfterAnswer => "accepted, kill -9, restart",
            Self::StopAfterAnswer => "accepted, SIGTERM, restart",
            Self::StopWhileRetrying => "receiver fails, SIGTERM while retrying, restart, receiver well",
            Self::RepeatAfterKill => "told, kill -9, restart, sender repeats",
            Self::RepeatAfterStop => "told, SIGTERM, restart, sender repeats",
            Self::OverDuringOutage => "begins and ends while the receiver is down",
            Self::OneTooManyRequests => "one HTTP 429 with Retry-After, then well",
            Self::OneServerError => "one HTTP 500, then well",
            Self::RefusedWithStatus200 => "HTTP 200 with an error code, then well",
            Self::ReloadWhileRetrying => "SIGHUP while retrying, then well",
            Self::OneHangingRequest => "one request is never answered, then well",
            Self::Flapping => "begins, ends and begins again at once",
            Self::StoppedAgainAndAgain => "accepted, SIGTERM three times in a row",
            Self::KillWithMany => "300 accepted, kill -9, restart",
            Self::StuckConnections => "300 strangers hold half a request each",
            Self::StoreDeleted => "store deleted, another accepted, kill -9, restart",
            Self::DiskFull => {
                "receiver fails, disk full, another posted, kill -9, restart with room, receiver well"
            }
            Self::ClockBehind => "kill -9 while retrying, restart with the clock an hour behind",
            Self::RecipientRefused => "the mail server refuses one of two recipients, and replies in GBK",
        }
    }

    /// The fewest and the most messages about each alert that are right.
    #[must_use]
    pub fn right_messages(self) -> (usize, usize) {
        match self {
            // Told that it begins again, and perhaps of its end and its first beginning.
            Self::Flapping => (2, 3),
            Self::OverDuringOutage => (1, 2),
            // What was in flight at the end of the gateway may come twice.
            Self::KillAfterAnswer
            | Self::StopAfterAnswer
            | Self::StopWhileRetrying
            | Self::StoppedAgainAndAgain
            | Self::KillWithMany
            | Self::StoreDeleted
            | Self::DiskFull
            | Self::ClockBehind
            | Self::OneHangingRequest => (1, 2),
            Self::RepeatAfterKill
            | Self::RepeatAfterStop
            | Self::OneTooManyRequests
            | Self::OneServerError
            | Self::RefusedWithStatus200
            | Self::ReloadWhileRetrying
            | Self::StuckConnections
            | Self::RecipientRefused => (1, 1),
        }
    }

    /// Plays it, and returns what the receiver was told.
    pub(super) async fn play(self, mut trial: LossTrial) -> Result<Told> {
        match self {
            Self::KillAfterAnswer
            | Self::StopAfterAnswer
            | Self::StoppedAgainAndAgain
            | Self::KillWithMany
            | Self::RepeatAfterKill
            | Self::RepeatAfterStop => self.end_gateway(&mut trial).await?,
            Self::StopWhileRetrying
            | Self::OverDuringOutage
            | Self::ReloadWhileRetrying
            | Self::DiskFull
            | Self::ClockBehind => {
                self.fail_receiver(&mut trial).await?;
            }
            Self::OneTooManyRequests => trial.post_after(ReceiverAnswer::Status(429)).await?,
            Self::OneServerError => trial.post_after(ReceiverAnswer::Status(500)).await?,
            Self::RefusedWithStatus200 => trial.post_after(ReceiverAnswer::ErrorCode).await?,
            Self::OneHangingRequest => trial.post_after(ReceiverAnswer::Never).await?,
            Self::StoreDeleted => {
                trial.post(0, Begins).await?;
                trial.until_told().await;
                trial.delete_store()?;
                sleep(UNTIL_NOTICED).await;
                trial.post(1, Begins).await?;
                trial.kill_and_start().await?;
            }
            Self::RecipientRefused => trial.post(0, Begins).await?,
            Self::Flapping => {
                for state in [Begins, Ends, Begins] {
                    trial.post(0, state).await?;
                }
                trial.until_told().await;
            }
            Self::StuckConnections => {
                let held = trial.half_requests(STUCK).await;
                trial.post(0, Begins).await?;
                trial.until_told().await;
                drop(held);
            }
        }
        Ok(trial.end().await)
    }

    /// Ends the gateway after it has accepted alerts, or has told of one.
    async fn end_gateway(self, trial: &mut LossTrial) -> Result<()> {
        let number = if self == Self::KillWithMany { MANY } else { 1 };
        for serial in 0..number {
            trial.post(serial, Begins).await?;
        }
        let is_repeated = matches!(self, Self::RepeatAfterKill | Self::RepeatAfterStop);
        if is_repeated {
            trial.until_told().await;
            sleep(UNTIL_STORED).await;
        }
        let is_stopped = matches!(self, Self::StopAfterAnswer | Self::RepeatAfterStop);
        let stops = if self == Self::StoppedAgainAndAgain { 3 } else { usize::from(is_stopped) };
        for _ in 0..stops {
            trial.stop_and_start().await?;
        }
        if stops == 0 {
            trial.kill_and_start().await?;
        }
        if is_repeated {
            trial.post(0, Begins).await?;
        }
        Ok(())
    }

    /// Lets the receiver fail for a while, and does something meanwhile.
    async fn fail_receiver(self, trial: &mut LossTrial) -> Result<()> {
        trial.receiver.always(Some(ReceiverAnswer::Status(503)));
        trial.post(0, Begins).await?;
        sleep(OUTAGE / 2).await;
        if self == Self::StopWhileRetrying {
            trial.stop_and_start().await?;
        } else if self == Self::ClockBehind {
            if let Some(clock) = WrongClock::hour_behind() {
                trial.set_clock(clock);
            }
            trial.kill_and_start().await?;
        } else if self == Self::DiskFull {
            trial.fill_disk()?;
            trial.post(1, Begins).await?;
            trial.kill_and_start().await?;
        } else if self == Self::OverDuringOutage {
            trial.post(0, Ends).await?;
            sleep(OUTAGE / 2).await;
        } else {
            trial.signal("HUP").await?;
        }
        trial.receiver.always(None);
        Ok(())
    }
}
