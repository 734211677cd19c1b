//! Receivers of a world, and their terms.

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use fanfare_core::{ChannelName, Contract, DeliveryTerms, HumanDuration, Rung, Sending, Succeed, Unless};

use super::draw::{one_of, some_of};
use crate::time::SECOND;

/// The names that receivers have; a world has the first few of them.
const NAMES: [&str; 4] = ["everyone", "on-call", "cold-chain", "boss"];

/// A receiver and its terms.
#[derive(Debug, Clone)]
pub(crate) struct ReceiverOptions {
    /// The name; alerts with the label `to` of this name are routed to it.
    pub(crate) name: &'static str,
    /// The promise to it.
    pub(crate) terms: Arc<DeliveryTerms>,
}

/// Draws receivers on terms of every kind, which name only these channels.
pub(crate) fn draw_receivers(random: &mut fastrand::Rng, channels: &[&'static str]) -> Vec<ReceiverOptions> {
    let number = random.usize(1..=NAMES.len());
    NAMES[..number]
        .iter()
        .map(|name| ReceiverOptions { name, terms: Arc::new(draw_terms(random, channels)) })
        .collect()
}

fn draw_terms(random: &mut fastrand::Rng, channels: &[&'static str]) -> DeliveryTerms {
    let number = random.usize(1..=channels.len());
    let own = some_of(random, channels, number);
    let send = if random.f64() < 0.3 { Sending::InTurn } else { Sending::Together };
    let escalate = draw_ladder(random, channels);
    let mut reachable: Vec<ChannelName> = own.iter().map(|it| ChannelName::from(*it)).collect();
    // Nobody can rely on another rung: a config that does is refused.
    let for_delivery = escalate.iter().filter(|it| it.unless == Unless::Delivered);
    reachable.extend(for_delivery.flat_map(|rung| rung.to.clone()));
    reachable.sort();
    reachable.dedup();
    let succeed = if random.bool() {
        Succeed::All
    } else {
        NonZeroUsize::new(random.usize(1..=reachable.len())).map_or(Succeed::All, Succeed::AtLeast)
    };
    let within = random.bool().then(|| HumanDuration(random_time(random)));
    let channels = own.into_iter().map(ChannelName::from).collect();
    DeliveryTerms { channels, send, contract: Contract { succeed, within }, escalate }
}

fn draw_ladder(random: &mut fastrand::Rng, channels: &[&'static str]) -> Vec<Rung> {
    let mut times: Vec<_> = (0..random.usize(0..=3)).map(|_| random_time(random)).collect();
    times.sort();
    let draw = |after| {
        let number = random.usize(1..=channels.len().min(2));
        let to = some_of(random, channels, number).into_iter().map(ChannelName::from).collect();
        let unless = *one_of(random, &[Unless::Delivered, Unless::Acknowledged, Unless::Resolved]);
        Rung { after: HumanDuration(after), unless, to }
    };
    times.into_iter().map(draw).collect()
}

/// Half a minute, some minutes or an hour: shorter and longer than steps, attempts and outages.
fn random_time(random: &mut fastrand::Rng) -> Duration {
    SECOND * *one_of(random, &[5, 30, 60, 90, 300, 900, 3600])
}
