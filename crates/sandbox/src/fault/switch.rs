//! The faults that are on.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use tokio::sync::watch;

use super::definition::Fault;
use super::mail::{MailAction, MailStage};
use super::tls::TlsFault;

/// The name that stands for every target.
pub(crate) const EVERY_TARGET: &str = "*";

/// A fault that is switched on for a target.
///
/// As JSON: `{"fault": {"answer": {"status": 503}}, "path": "/cgi-bin/gettoken", "times": 3}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FaultSwitch {
    /// The fault itself.
    pub fault: Fault,
    /// The only path whose requests it applies to, e.g. `/cgi-bin/gettoken`. Mail and
    /// connections are spared then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The number of requests it applies to; `None` until it is switched off. Nobody
    /// can count the connections that [`Fault::Refuse`] keeps away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub times: Option<u32>,
}

impl FaultSwitch {
    /// A fault that is on until it is switched off.
    #[must_use]
    pub fn always(fault: Fault) -> Self {
        Self { fault, path: None, times: None }
    }

    /// A fault of the next `times` requests.
    #[must_use]
    pub fn times(fault: Fault, times: u32) -> Self {
        Self { fault, path: None, times: Some(times) }
    }

    /// The same fault, for requests to `path` alone.
    #[must_use]
    pub fn at(self, path: &str) -> Self {
        Self { path: Some(path.to_owned()), ..self }
    }

    /// True if it still applies to requests to `path`, or, for `None`, to mail and connections.
    fn is_on_at(&self, path: Option<&str>) -> bool {
        self.times != Some(0) && self.path.as_deref().is_none_or(|only| Some(only) == path)
    }
}

/// The faults that are on, by target.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    switches: BTreeMap<String, Vec<FaultSwitch>>, // Invariant: no list is empty.
    switched: watch::Sender<()>,
}

impl Faults {
    pub(crate) fn set(&mut self, target: &str, switches: Vec<FaultSwitch>) {
        if switches.is_empty() {
            self.switches.remove(target);
        } else {
            self.switches.insert(target.to_owned(), switches);
        }
        self.switched.send_replace(());
    }

    pub(crate) fn clear(&mut self, target: Option<&str>) {
        match target {
            Some(target) => drop(self.switches.remove(target)),
            None => self.switches.clear(),
        }
        self.switched.send_replace(());
    }

    pub(crate) fn all(&self) -> BTreeMap<String, Vec<FaultSwitch>> {
        self.switches.clone()
    }

    /// A receiver that hears of every switch.
    pub(crate) fn watch(&self) -> watch::Receiver<()> {
        self.switched.subscribe()
    }

    /// True if connections to any of `names` are refused.
    pub(crate) fn refuse(&self, names: &[String]) -> bool {
        let names = names.iter().map(String::as_str).chain([EVERY_TARGET]);
        let mut on = names.filter_map(|name| self.switches.get(name)).flatten();
        on.any(|switch| switch.fault == Fault::Refuse && switch.is_on_at(None))
    }

    /// Applies a fault to a handshake with any of `names`.
    pub(crate) fn apply_to_handshake(&mut self, names: &[String]) -> Option<TlsFault> {
        self.take(names, None, |fault| if let Fault::Tls(fault) = fault { Some(*fault) } else { None })
    }

    /// The amount by which the clock of any of `names` is ahead.
    pub(crate) fn clock_error(&mut self, names: &[String], path: &str) -> SignedDuration {
        let seconds = self.take(names, Some(path), |fault| {
            if let Fault::ClockOff { seconds } = fault { Some(*seconds) } else { None }
        });
        SignedDuration::from_secs(seconds.unwrap_or_default())
    }

    /// Applies a fault to an HTTP request to any of `names`.
    pub(crate) fn apply_to_request(&mut self, names: &[String], path: &str) -> Option<Fault> {
        self.take(names, Some(path), Fault::for_request)
    }

    /// Applies a fault to a mail of any of `names` at this stage.
    pub(crate) fn apply_to_mail(
        &mut self,
        names: &[String],
        stage: MailStage,
        recipient: Option<&str>,
    ) -> Option<MailAction> {
        self.take(names, None, |fault| fault.for_mail(stage, recipient))
    }

    fn take<T>(
        &mut self,
        names: &[String],
        path: Option<&str>,
        applies: impl Fn(&Fault) -> Option<T>,
    ) -> Option<T> {
        if self.switches.is_empty() {
            return None;
        }
        let names = names.iter().map(String::as_str).chain([EVERY_TARGET]);
        for name in names {
            let Some(switches) = self.switches.get_mut(name) else { continue };
            for switch in switches.iter_mut().filter(|switch| switch.is_on_at(path)) {
                let Some(applied) = applies(&switch.fault) else { continue };
                switch.times = switch.times.map(|times| times - 1);
                switches.retain(|switch| switch.times != Some(0));
                if switches.is_empty() {
                    self.switches.remove(name);
                }
                return Some(applied);
            }
        }
        None
    }
}
