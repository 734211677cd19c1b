//! Looking after ourselves: what is wrong with us is said like any other alert.

mod gather;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{ChannelName, Clock};
use fanfare_store::StoreError;
use jiff::Timestamp;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::disk;
use crate::drill::{Drilled, Drills};
use crate::fleet::{Fleet, Member};
use crate::intake::{Intake, NotKept};
use crate::ourselves::{DiskSpace, SELF_SOURCE, Said, Saying, World, conditions};
use crate::steady::after;
use crate::test_message::{Occasion, TestError, test};

/// How often we look. It costs some microseconds; a channel that breaks has been
/// broken for ten seconds before anybody is told anyway.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// How often the store and the disk are asked as well.
const SURVEY_EVERY: Duration = Duration::from_secs(60);

/// Looks after ourselves.
#[derive(Debug)]
pub(crate) struct Watchman {
    pub(crate) intake: Arc<Intake>,
    pub(crate) fleet: Arc<Mutex<Fleet>>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) store_path: PathBuf,
    pub(crate) stop: CancellationToken,
}

/// What one look must know of the looks before it.
#[derive(Debug, Default)]
struct Memory {
    /// `None` until the store has told what an earlier run said.
    said: Option<Said>,
    survey: Option<Survey>,
    drills: Drills,
}

/// What is asked less often, since the store or the system must be asked.
#[derive(Debug)]
struct Survey {
    /// In steady time.
    at: Timestamp,
    dead_letters: BTreeMap<ChannelName, u64>,
    /// Of each pool's current period.
    used: BTreeMap<String, u64>,
    disk: Option<DiskSpace>,
}

impl Watchman {
    /// Runs until the gateway stops.
    pub(crate) async fn run(self) {
        let mut memory = Memory::default();
        while self.stop.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
            let roster = self.fleet.lock().await.roster();
            if let Err(err) = self.look(&roster, &mut memory).await {
                warn!(error = %err, "Could not look after ourselves; trying again");
            }
            self.hold_drills(&roster, &mut memory.drills).await;
        }
    }

    /// Looks how we are, and says what of it is news.
    async fn look(&self, roster: &[Member], memory: &mut Memory) -> Result<(), NotKept> {
        let now = self.intake.steady.now();
        let survey = match memory.survey.take().filter(|it| now < after(it.at, SURVEY_EVERY)) {
            Some(recent) => recent,
            None => self.survey(roster).await?,
        };
        let world = self.world(roster, &survey);
        memory.survey = Some(survey);
        self.intake.metrics.show(&world);
        let said = match &mut memory.said {
            Some(said) => said,
            None => {
                memory.said.insert(Said::remembered(&self.intake.store.firing_of(SELF_SOURCE).await?, now))
            }
        };
        self.say(&world, said).await
    }

    async fn say(&self, world: &World, said: &mut Said) -> Result<(), NotKept> {
        let (now, steady_now) = (self.clock.now(), self.intake.steady.now());
        let news = said.news(&conditions(world, now), steady_now);
        if news.is_empty() {
            return Ok(());
        }
        self.intake.accept(news.iter().map(|saying| saying.alert(now)).collect(), now).await?;
        for saying in &news {
            let Saying { matter, status, severity, .. } = saying;
            info!(alertname = matter.alertname(), subject = matter.subject(), %status, %severity, "Said of ourselves");
            said.note(saying, steady_now);
        }
        Ok(())
    }

    async fn survey(&self, roster: &[Member]) -> Result<Survey, StoreError> {
        let store = &self.intake.store;
        note_proven(&self.intake, roster).await?;
        let mut used = BTreeMap::new();
        for quota in roster.iter().filter_map(|it| it.speaker.channel.limits.quota.as_ref()) {
            if !used.contains_key(&quota.pool) {
                let messages = store.usage(quota.pool.clone(), quota.period_of(self.clock.now())).await?;
                used.insert(quota.pool.clone(), messages);
            }
        }
        Ok(Survey {
            at: self.intake.steady.now(),
            dead_letters: store.dead_letters_by_channel(SELF_SOURCE).await?,
            used,
            disk: disk::space(&self.store_path),
        })
    }

    async fn hold_drills(&self, roster: &[Member], drills: &mut Drills) {
        let now = self.clock.now();
        let last = |member: &Member| member.status.last().drilled_at;
        let all: Vec<_> = roster
            .iter()
            .filter_map(|it| {
                let (channel, drill) = (it.name(), it.upkeep.drill.as_ref()?);
                Some(Drilled { channel, drill, last: last(it) })
            })
            .collect();
        let due = drills.due(&all, now);
        for member in roster.iter().filter(|it| due.contains(it.name())) {
            if let Err(err) = self.drill(member, now).await {
                warn!(channel.name = %member.name(), error = %err, "The drill could not be held; trying again");
            }
        }
    }

    async fn drill(&self, member: &Member, now: Timestamp) -> Result<(), TestError> {
        test(&self.intake, member.name(), Occasion::Drill, now).await?;
        // Also if the store does not note it: one drill is enough.
        member.status.last().drilled_at = Some(now);
        info!(channel.name = %member.name(), "A drill has begun");
        Ok(self.intake.store.drilled(member.name().clone(), now).await.map_err(NotKept::from)?)
    }
}

/// Lets the store know when each channel was last proven: not with each delivery,
/// which would double what is written.
pub(crate) async fn note_proven(intake: &Intake, roster: &[Member]) -> Result<(), StoreError> {
    for member in roster {
        let to_be_noted = member.status.last().to_be_noted();
        if let Some(at) = to_be_noted {
            intake.store.proven(member.name().clone(), at).await?;
            member.status.last().noted(at);
        }
    }
    Ok(())
}
