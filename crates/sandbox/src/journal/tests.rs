use jiff::Timestamp;

use super::{KEPT, ProviderVerdict, SandboxJournal, ShownMessage};

fn see(journal: &mut SandboxJournal, verdict: ProviderVerdict) {
    journal.record("dingtalk", "ops", Timestamp::UNIX_EPOCH, verdict, ShownMessage::default());
}

#[test]
fn the_latest_messages_are_kept_and_the_counters_go_on() {
    let mut journal = SandboxJournal::default();
    for _ in 0..KEPT + 5 {
        see(&mut journal, ProviderVerdict::Delivered);
    }
    let messages = journal.messages();
    assert_eq!((messages.len(), messages[0].number), (KEPT, 6));
    assert_eq!(journal.stats()["ops"].delivered, KEPT as u64 + 5);
}

#[test]
fn clearing_forgets_messages_and_no_numbers() {
    let mut journal = SandboxJournal::default();
    see(&mut journal, ProviderVerdict::Delivered);
    journal.clear();
    assert!(journal.messages().is_empty());
    see(&mut journal, ProviderVerdict::Duplicate);
    assert_eq!(journal.messages()[0].number, 2);
    assert_eq!((journal.stats()["ops"].received, journal.stats()["ops"].duplicates), (2, 1));
}

#[test]
fn a_message_reads_as_one_flat_object() {
    let mut journal = SandboxJournal::default();
    see(&mut journal, ProviderVerdict::Refused { code: 310_000, words: "sign not match".to_owned() });
    let json = serde_json::to_value(&journal.messages()[0]).unwrap();
    assert_eq!(json["kind"], "dingtalk");
    assert_eq!(json["target"], "ops");
    assert_eq!(json["time"], "1970-01-01T00:00:00Z");
    assert_eq!(json["verdict"]["outcome"], "refused");
    assert_eq!(json["verdict"]["code"], 310_000);
    assert_eq!((&json["title"], &json["mentioned"]), (&"".into(), &serde_json::json!([])));
}
