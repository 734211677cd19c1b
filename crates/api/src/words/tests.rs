use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

use crate::{
    AlertSeverity, AttemptVerdict, DeliveryStage, NotificationReason, RungReason, TestVerdict, parse_word,
};

#[track_caller]
fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, word: &str) {
    assert_eq!(serde_json::to_value(value).unwrap(), json!(word));
    assert_eq!(serde_json::from_value::<T>(json!(word)).unwrap(), *value);
}

#[test]
fn the_words_are_those_that_clients_know() {
    check(&AlertSeverity::Urgent, "urgent");
    check(&DeliveryStage::Discarded, "discarded");
    check(&RungReason::Hopeless, "hopeless");
    check(&TestVerdict::Waiting, "waiting");
    check(&TestVerdict::Attempted(AttemptVerdict::Misconfigured), "misconfigured");
}

#[test]
fn a_reason_to_notify_names_the_severity_before() {
    check(&NotificationReason::StillFiring, "still firing");
    check(&NotificationReason::WorsenedFrom(AlertSeverity::Mid), "worsened from mid");
    for wrong in ["worsened from bad", "mid", ""] {
        assert!(wrong.parse::<NotificationReason>().is_err(), "{wrong}");
    }
}

#[test]
fn every_reason_to_notify_is_read_as_it_is_written() {
    for reason in NotificationReason::ALL {
        check(&reason, &reason.to_string());
    }
}

#[test]
fn an_unknown_word_is_refused_with_the_known_ones() {
    let err = parse_word::<DeliveryStage>("lost").unwrap_err().to_string();
    assert!(err.contains("lost") && err.contains("discarded"), "{err}");
    for stage in DeliveryStage::ALL {
        check(&stage, stage.word());
        assert_eq!(stage.word().parse(), Ok(stage));
    }
}
