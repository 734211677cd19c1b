use fanfare_core::{IncidentDigest, MessageForm, NotificationId};
use fanfare_testkit::NOON;

use super::*;

/// The delivery `id` of an incident.
pub(crate) fn queued(id: i64, incident: u64, severity: Severity) -> QueuedDelivery {
    let delivery = Delivery {
        id: DeliveryId(id),
        notification: NotificationId(id),
        source: "thinklink".into(),
        about: IncidentDigest::from_bits(incident.into()),
        channel: "ding".into(),
        severity,
        owed_at: NOON,
        leads: fanfare_core::ClockLeads::default(),
        next_at: NOON,
        attempts: 0,
        failures: 0,
        form: MessageForm::Full,
        only: None,
        escalated: None,
        asks: false,
        needs_recheck: false,
        digest: None,
    };
    QueuedDelivery { delivery, notification: None, since: NOON }
}

fn ids(batch: &Batch) -> Vec<i64> {
    batch.deliveries.iter().map(|it| it.delivery.id.0).collect()
}

/// Checks the halves of a batch with deliveries of these incidents, in this order.
#[track_caller]
fn check_halves(incidents: &[u64], expected: (&[i64], &[i64])) {
    let deliveries =
        (1..).zip(incidents).map(|(id, incident)| queued(id, *incident, Severity::Mid)).collect();
    let (first, second) = Batch { deliveries, digest: None }.halves();
    assert_eq!((ids(&first).as_slice(), ids(&second).as_slice()), expected);
}

#[test]
fn a_digest_lists_queue_after_queue_the_most_severe_first_and_each_in_its_order() {
    let deliveries = vec![
        queued(5, 2, Severity::Urgent),
        queued(4, 3, Severity::High),
        queued(3, 1, Severity::High),
        queued(2, 2, Severity::Low),
        queued(1, 4, Severity::Low),
    ];
    assert_eq!(ids(&Batch::sorted(deliveries, None)), [2, 5, 3, 4, 1]);
}

#[test]
fn a_batch_is_split_in_the_middle() {
    check_halves(&[1, 2, 3, 4], (&[1, 2], &[3, 4]));
    check_halves(&[1, 2, 3], (&[1, 2], &[3]));
    check_halves(&[1], (&[1], &[]));
}

#[test]
fn a_queue_is_split_only_if_it_is_the_only_one() {
    check_halves(&[1, 2, 2, 2], (&[1], &[2, 3, 4]));
    check_halves(&[1, 1, 1, 2], (&[1, 2, 3], &[4]));
    check_halves(&[1, 1, 1], (&[1, 2], &[3]));
}
