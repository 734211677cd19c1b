use fanfare_core::{Fingerprint, MessageForm, NotificationId};
use fanfare_testkit::NOON;

use super::*;

/// Delivery number `id` about the thing `about`.
pub(crate) fn job(id: i64, about: u64, severity: Severity) -> Job {
    let delivery = Delivery {
        id: DeliveryId(id),
        notification: NotificationId(id),
        fingerprint: Fingerprint::from_bits(about),
        channel: "ding".into(),
        severity,
        owed_at: NOON,
        next_at: NOON,
        attempts: 0,
        failures: 0,
        form: MessageForm::Full,
        only: None,
        escalated: None,
        asks: false,
        watched: false,
        gathered: None,
    };
    Job { delivery, notification: None, since: NOON }
}

fn ids(load: &Load) -> Vec<i64> {
    load.jobs.iter().map(|job| job.delivery.id.0).collect()
}

/// The halves of what is about these things, in this order.
#[track_caller]
fn check_halves(about: &[u64], expected: (&[i64], &[i64])) {
    let jobs = (1..).zip(about).map(|(id, about)| job(id, *about, Severity::Mid)).collect();
    let (first, second) = Load { jobs, gathered: None }.halves();
    assert_eq!((ids(&first).as_slice(), ids(&second).as_slice()), expected);
}

#[test]
fn a_digest_lists_line_after_line_the_worst_first_and_each_in_its_order() {
    let jobs = vec![
        job(5, 2, Severity::Urgent),
        job(4, 3, Severity::High),
        job(3, 1, Severity::High),
        job(2, 2, Severity::Low),
        job(1, 4, Severity::Low),
    ];
    assert_eq!(ids(&Load::of(jobs, None)), [2, 5, 3, 4, 1]);
}

#[test]
fn what_is_cut_in_two_is_cut_in_the_middle() {
    check_halves(&[1, 2, 3, 4], (&[1, 2], &[3, 4]));
    check_halves(&[1, 2, 3], (&[1, 2], &[3]));
    check_halves(&[1], (&[1], &[]));
}

#[test]
fn no_line_is_cut_in_two_unless_it_is_the_only_one() {
    check_halves(&[1, 2, 2, 2], (&[1], &[2, 3, 4]));
    check_halves(&[1, 1, 1, 2], (&[1, 2, 3], &[4]));
    check_halves(&[1, 1, 1], (&[1, 2], &[3]));
}
