//! Events of a run: what happens in a step.

use std::time::Duration;

use anyhow::Result;
use fanfare_core::{
    Acknowledgement, AlarmNaming, Alert, ChannelName, Fingerprint, Kind, Labels, Mention, Severity, Status,
    StatusBasis,
};
use fanfare_gateway::{DeadLetterFilter, DeadLetters};
use jiff::SignedDuration;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::state::WorldRun;
use crate::laws::number;
use crate::options::{OutageDirection, draw_receivers};
use crate::promises::{AlarmReport, Judgement};
use crate::providers::{NetworkOutage, OutageScope};
use crate::site::SiteConfig;
use crate::time::{BEGINNING, MINUTE, SECOND};

/// The most turns of the runtime between an accepted alert and a kill: a kill falls between any two
/// of the things that it calls for.
const TURNS_TO_KILL: usize = 60;

/// The first device whose alert is cut off by a power cut.
const FIRST_UNANSWERED: u32 = 1_000_000;

/// The longest time for which the disk refuses to write: whatever is owed is tried each second meanwhile.
const LONGEST_DISK_FAULT: Duration = MINUTE.saturating_mul(40);

/// The time within which the gateway notices that the machine was suspended.
const NOTICES_SUSPEND: Duration = SECOND.saturating_mul(6);

/// The time after a start at which a machine without a battery for its clock gets the time by NTP.
const CLOCK_IS_SET_AFTER: Duration = SECOND.saturating_mul(2);

impl WorldRun {
    /// One step: alerts, perhaps an event of each sort, and some time.
    pub(super) async fn step(&mut self) -> Result<()> {
        self.report().await?;
        let chances = self.options.chances;
        if self.happens(chances.outage) {
            self.begin_outage();
        }
        if self.happens(chances.acknowledge) {
            self.acknowledge().await?;
        }
        if self.happens(chances.dead_letters) {
            self.deal_with_dead_letters().await;
        }
        if self.happens(chances.channel_test) {
            self.test_a_channel().await;
        }
        if self.happens(chances.slow_reader) {
            self.events.slow_readers += 1;
            self.site.toggle_slow_reader()?;
        }
        if self.happens(chances.disk_fault) {
            self.events.disk_faults += 1;
            self.site.break_disk(&mut self.random)?;
            self.steps_to_mended_disk = self.random.u32(1..3);
        }
        if self.happens(chances.clock_step) {
            self.set_clock();
        }
        if self.happens(chances.suspend) {
            self.suspend();
        }
        if self.happens(chances.reload) {
            self.reload().await?;
        }
        if self.happens(chances.kill) {
            self.kill().await?;
        } else if self.happens(chances.power_cut) {
            self.cut_power().await?;
        } else if self.happens(chances.stop) {
            self.stop().await?;
        }
        self.pass_time().await
    }

    fn happens(&mut self, chance: f64) -> bool {
        self.random.f64() < chance
    }

    /// Some alerts in one request. What is not accepted is not the gateway's promise.
    async fn report(&mut self) -> Result<()> {
        let number = self.random.u32(0..=self.options.alerts.most_at_once);
        let reports: Vec<AlarmReport> = (0..number).map(|_| self.draw_report()).collect();
        if reports.is_empty() {
            return Ok(());
        }
        let (wall, elapsed) = (self.wall(), self.elapsed());
        let alerts = reports.iter().map(alert).collect();
        let Ok(accepted) = self.site.gateway()?.accept(alerts, wall).await else {
            anyhow::ensure!(self.site.has_disk_fault(), "alerts are refused though the disk is well");
            return Ok(());
        };
        let judgement = Judgement {
            receivers: &self.site.config().receivers,
            repeat_interval: self.options.repeat_interval,
            elapsed,
        };
        for (report, committed) in reports.into_iter().zip(&accepted) {
            self.book.enter(report, committed, judgement)?;
        }
        Ok(())
    }

    fn draw_report(&mut self) -> AlarmReport {
        let device = self.random.u32(0..self.options.alerts.devices);
        let receivers = &self.options.receivers;
        let usual = device as usize % receivers.len();
        let other = self.random.usize(0..receivers.len());
        let to = receivers[if self.random.f64() < 0.1 { other } else { usual }].name;
        let is_resolved = self.random.f64() < self.options.alerts.resolved;
        let status = if is_resolved { Status::Resolved } else { Status::Firing };
        let severity = Severity::ALL[self.random.usize(0..Severity::ALL.len())];
        AlarmReport { device, to, severity, status }
    }

    fn begin_outage(&mut self) {
        let channel = &self.options.channels[self.random.usize(0..self.options.channels.len())];
        let scope = match self.random.u32(0..3) {
            0 => OutageScope::Everything,
            1 => OutageScope::Egress(channel.egress.clone()),
            _ => OutageScope::Channel(channel.name),
        };
        let until = self.elapsed() + self.options.longest_step.mul_f64(4.0 * self.random.f64());
        let direction = OutageDirection::draw(&mut self.random);
        self.events.outages += 1;
        self.providers.faults.begin(NetworkOutage { until, scope, direction });
    }

    async fn acknowledge(&mut self) -> Result<()> {
        let Some((id, device, incident)) = self.some_promise() else { return Ok(()) };
        let acknowledgement = Acknowledgement { by: "Wang Min".to_owned(), at: self.wall() };
        if let Ok(Ok(())) = self.site.gateway()?.acknowledge(id, acknowledgement).await {
            let newest = number(self.site.ledger(), "SELECT coalesce(max(id), 0) FROM steps")?;
            self.events.acknowledgements += 1;
            self.book.acknowledge(device, incident, newest);
        }
        Ok(())
    }

    /// A person retries or discards all dead letters; while the disk fails that may fail too.
    async fn deal_with_dead_letters(&mut self) {
        let Ok(gateway) = self.site.gateway() else { return };
        let all = || DeadLetters::from(DeadLetterFilter::default());
        if self.random.bool() {
            drop(gateway.retry_dead_letters(all(), "Wang Min").await);
        } else {
            drop(gateway.discard_dead_letters(all(), "Wang Min", "seen").await);
        }
    }

    async fn test_a_channel(&mut self) {
        let name = self.options.channels[self.random.usize(0..self.options.channels.len())].name;
        if let Ok(gateway) = self.site.gateway() {
            drop(gateway.test_channel(&ChannelName::from(name), "Wang Min").await);
        }
    }

    /// Sets the wall clock by minutes, an hour, a day or ten years, or sets it right.
    fn set_clock(&mut self) {
        const HOURS_OF_TEN_YEARS: i64 = 87_660;
        self.events.clock_steps += 1;
        let size = match self.random.u32(0..5) {
            0 => SignedDuration::from_mins(2),
            1 => SignedDuration::from_hours(1),
            2 => SignedDuration::from_hours(24),
            3 => SignedDuration::from_hours(-HOURS_OF_TEN_YEARS),
            _ => return self.clock.set_right(),
        };
        let is_back = size.is_positive() && self.random.bool();
        self.clock.set_by(if is_back { -size } else { size });
        self.was_clock_set = true;
    }

    /// Suspends the machine; the gateway may need some seconds to notice.
    fn suspend(&mut self) {
        let from = self.elapsed();
        self.events.suspends += 1;
        self.clock.suspend(self.options.longest_step.mul_f64(4.0 * self.random.f64()));
        self.undisturbed_since(from);
        self.available_since += NOTICES_SUSPEND;
    }

    /// The clocks while no gateway runs: the machine may start anew, and its wall clock be wrong then.
    fn restart_machine(&mut self, machine: MachineEnd) {
        if self.happens(self.options.chances.wrong_clock) {
            self.set_clock();
        }
        match machine {
            MachineEnd::Surely => self.boot(),
            MachineEnd::ByChance if self.happens(self.options.chances.boot) => self.boot(),
            MachineEnd::ByChance => {}
        }
    }

    fn boot(&mut self) {
        self.events.boots += 1;
        self.clock.boot();
        if self.was_clock_set {
            self.book.doubt_time(self.clock.elapsed());
        }
    }

    /// Another policy, other versions of some channels, and perhaps one channel fewer.
    async fn reload(&mut self) -> Result<()> {
        for channel in &mut self.options.channels {
            if self.random.f64() < 0.3 {
                channel.version += 1;
            }
        }
        let mut channels = self.options.channels.clone();
        let is_removable = |name| !self.options.self_alerts_to.contains(&name);
        let removed = self.random.usize(0..channels.len());
        if self.random.f64() < 0.3 && channels.len() > 1 && is_removable(channels[removed].name) {
            channels.remove(removed);
        }
        let names: Vec<_> = channels.iter().map(|it| it.name).collect();
        let receivers = if self.random.bool() {
            draw_receivers(&mut self.random, &names)
        } else {
            self.site.config().receivers.clone()
        };
        let names_all = |it: &fanfare_core::DeliveryTerms| {
            let rungs = it.escalate.iter().flat_map(|rung| &rung.to);
            it.channels.iter().chain(rungs).all(|one| names.contains(&one.as_str()))
        };
        if receivers.iter().all(|it| names_all(&it.terms)) {
            self.events.reloads += 1;
            let config = SiteConfig { channels, receivers, ..self.site.config().clone() };
            self.reload_to(config).await?;
        }
        Ok(())
    }

    /// Puts `config` in force; while the disk fails that may fail, and changes nothing. A channel that leaves the config
    /// stays until its last outcome is stored: a disk that does not take it is mended in the end.
    pub(super) async fn reload_to(&mut self, config: SiteConfig) -> Result<()> {
        let reloaded = match timeout(LONGEST_DISK_FAULT, self.site.reload(config.clone())).await {
            Ok(reloaded) => reloaded,
            Err(_elapsed) => {
                anyhow::ensure!(self.site.has_disk_fault(), "a reload hangs though the disk is well");
                self.mend_disk()?;
                self.steps_to_mended_disk = 0;
                self.site.reload(config).await
            }
        };
        if !self.site.has_disk_fault() {
            reloaded?;
        }
        Ok(())
    }

    async fn kill(&mut self) -> Result<()> {
        for _ in 0..self.random.usize(0..TURNS_TO_KILL) {
            yield_now().await;
        }
        let from = self.elapsed();
        self.disturbances.kills.push(from);
        self.events.kills += 1;
        self.site.kill().await?;
        self.start_again(from, MachineEnd::ByChance).await
    }

    /// A power cut while alerts are written that are never answered, of devices that nobody knows otherwise.
    async fn cut_power(&mut self) -> Result<()> {
        let from = self.elapsed();
        self.disturbances.kills.push(from);
        self.events.power_cuts += 1;
        let first = FIRST_UNANSWERED + u32::try_from(self.events.power_cuts)? * 100;
        let number = self.random.u32(1..=12);
        let to = self.options.receivers[0].name;
        let unanswered = (0..number).map(|index| {
            let device = first + index;
            alert(&AlarmReport { device, to, severity: Severity::Urgent, status: Status::Firing })
        });
        self.site.cut_power(unanswered.collect(), &mut self.random).await?;
        self.start_again(from, MachineEnd::Surely).await
    }

    async fn stop(&mut self) -> Result<()> {
        let from = self.elapsed();
        self.disturbances.kills.push(from);
        let grace = if self.random.bool() { Duration::ZERO } else { 10 * SECOND };
        self.events.stops += 1;
        self.site.stop(grace).await?;
        self.start_again(from, MachineEnd::ByChance).await
    }

    async fn start_again(&mut self, from: Duration, machine: MachineEnd) -> Result<()> {
        let down = if self.random.bool() { Duration::ZERO } else { 10 * MINUTE }.mul_f64(self.random.f64());
        tokio::time::sleep(down).await;
        let was_right = self.clock.is_right();
        self.restart_machine(machine);
        self.site.restart().await?;
        if was_right && !self.clock.is_right() && self.random.bool() {
            tokio::time::sleep(CLOCK_IS_SET_AFTER).await;
            self.clock.set_right();
        }
        self.steps_to_mended_disk = 0;
        self.undisturbed_since(from);
        Ok(())
    }

    async fn pass_time(&mut self) -> Result<()> {
        let mut time = self.options.longest_step.mul_f64(self.random.f64());
        if self.site.has_disk_fault() && time > LONGEST_DISK_FAULT {
            tokio::time::sleep(LONGEST_DISK_FAULT).await;
            self.mend_disk()?;
            self.steps_to_mended_disk = 0;
            time -= LONGEST_DISK_FAULT;
        }
        tokio::time::sleep(time).await;
        if self.steps_to_mended_disk == 1 {
            self.mend_disk()?;
        }
        self.steps_to_mended_disk = self.steps_to_mended_disk.saturating_sub(1);
        if self.site.has_disk_fault() {
            self.undisturbed_since(self.elapsed().saturating_sub(time));
        }
        Ok(())
    }

    /// Lets the disk write again.
    pub(super) fn mend_disk(&mut self) -> Result<()> {
        if self.site.has_disk_fault() {
            self.site.mend_disk()?;
            self.undisturbed_since(self.elapsed().saturating_sub(self.options.longest_step));
        }
        Ok(())
    }

    /// Notes that the gateway was disturbed from `from` until now.
    fn undisturbed_since(&mut self, from: Duration) {
        self.available_since = self.elapsed();
        self.disturbances.interruptions.push((from, self.elapsed()));
    }
}

/// The machine at an end of the gateway: it ends too, and starts anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum MachineEnd {
    Surely,
    ByChance,
}

/// The alert of a report: of a cold room, by ThinkLink. Its text, and so its size, is the same for all.
fn alert(report: &AlarmReport) -> Alert {
    let eui = format!("{:016x}", report.device);
    let identity: Labels = [("source", "thinklink"), ("eui", eui.as_str())].into_iter().collect();
    let labels =
        [("alertname", "over_temp"), ("device", "Cold room 3"), ("eui", eui.as_str()), ("to", report.to)];
    let texts = [("title", "Temperature too high"), ("description", "Current -9.4 °C, limit -18 °C")];
    Alert {
        source: "thinklink".into(),
        fingerprint: Fingerprint::from_labels(&identity),
        kind: Kind::Alarm,
        status: report.status,
        status_basis: StatusBasis::Stated,
        naming: AlarmNaming::Labels,
        severity: report.severity,
        severity_sent: Some(report.severity.word().to_uppercase()),
        labels: labels.into_iter().collect(),
        annotations: texts.into_iter().collect(),
        extra: [("notice_groups", "WeCom_ops")].into_iter().collect(),
        mention: Mention::default(),
        starts_at: BEGINNING,
        ends_at: None,
        generator_url: None,
    }
}
