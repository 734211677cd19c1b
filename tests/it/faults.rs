//! A channel of any kind that fails in any way a provider can fail: it silences nobody
//! else, and nothing the provider did not take is called delivered.
//!
//! A fault that is a kind's own, or ends otherwise than usual there, stands in the kind's `suite.yaml`.

mod refusal;
mod cell;
mod usual;

use self::cell::check;
use self::usual::{ANSWERS, CONNECTIONS, UsualFault};
use crate::samples::{KindFault, Protocol, SampleChannel, http_samples, samples};

/// The cells of one table, as they end with this kind of channel.
fn cells(sample: &SampleChannel, table: &[UsualFault]) -> Vec<KindFault> {
    let own = |name: &str| sample.faults.iter().find(|it| it.name == name);
    let cell = |usual: &UsualFault| {
        let expected = usual.expected_of(sample);
        let own = own(usual.name).cloned().unwrap_or(expected);
        KindFault { fault: Some((usual.fault)()), ..own }
    };
    table.iter().map(cell).collect()
}

#[test]
fn a_channel_whose_connections_fail_silences_nobody_and_is_told_once_it_is_back() {
    for sample in http_samples() {
        check(sample, cells(sample, CONNECTIONS));
    }
}

#[test]
fn a_channel_that_answers_something_else_than_its_provider_is_not_believed() {
    for sample in http_samples() {
        check(sample, cells(sample, ANSWERS));
    }
}

#[test]
fn a_provider_over_http_that_refuses_in_its_own_words_is_not_called_delivered() {
    refuses_in_its_own_words(Protocol::Http);
}

#[test]
fn a_mail_server_that_fails_at_any_stage_silences_nobody_and_is_told_once_it_is_back() {
    refuses_in_its_own_words(Protocol::Smtp);
}

#[track_caller]
fn refuses_in_its_own_words(protocol: Protocol) {
    /// Cells on one gateway: each has fakes of its own, and a thread.
    const AT_A_TIME: usize = 16;
    for sample in samples().iter().filter(|it| it.protocol == protocol) {
        let own: Vec<_> = sample.faults.iter().filter(|it| it.fault.is_some()).cloned().collect();
        assert!(!own.is_empty(), "`{}` names no fault of its own", sample.name);
        for cells in own.chunks(AT_A_TIME) {
            check(sample, cells.to_vec());
        }
    }
}

#[test]
fn every_other_outcome_of_a_usual_fault_is_of_one_that_there_is() {
    for sample in samples() {
        for other in sample.faults.iter().filter(|it| it.fault.is_none()) {
            let is_usual = CONNECTIONS.iter().chain(ANSWERS).any(|it| it.name == other.name);
            assert!(is_usual, "`{}` of `{}` has no fault, and is no usual one", other.name, sample.name);
        }
    }
}
