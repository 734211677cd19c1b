use fanfare_api::{ContractProgress, DeliveryStage, LedgerContradiction, LedgerSubject};
use fanfare_testkit::check_language;

use super::*;

#[test]
fn no_text_is_in_the_other_language() {
    for language in [Language::En, Language::Zh] {
        check_language(language, AuditWords::in_language(language));
    }
}

/// A contradiction of each kind.
fn contradictions() -> Vec<LedgerContradiction> {
    let reason = || "Invalid column type Text at index: 2".to_owned();
    vec![
        LedgerContradiction::ReceiversUndecided { decided: 2, told: 1, suppressed: 0 },
        LedgerContradiction::AlertMissing { notification: 7 },
        LedgerContradiction::AlertsMissing { notification: 7, others: 3, found: 1 },
        LedgerContradiction::DeliveriesMissing { notification: 7, owed: 2, found: 1 },
        LedgerContradiction::ContractUnknown { notification: 7, word: "lost".to_owned() },
        LedgerContradiction::ContractUnattended { notification: 7, contract: ContractProgress::Open },
        LedgerContradiction::NotificationMissing { delivery: 9 },
        LedgerContradiction::DeliveryUnconfirmed { delivery: 9 },
        LedgerContradiction::ReasonMissing { delivery: 9, state: DeliveryStage::Dead },
        LedgerContradiction::StateUnknown { delivery: 9, word: "lost".to_owned() },
        LedgerContradiction::RowUnreadable { row: LedgerSubject::Alert, number: 9, reason: reason() },
        LedgerContradiction::RowsUnreadable { row: LedgerSubject::Delivery, reason: reason() },
        LedgerContradiction::CellDamaged { row: "deliveries 17".to_owned(), column: "attempts".to_owned() },
    ]
}

#[test]
fn each_contradiction_has_a_sentence_of_its_own_in_chinese() {
    let row = |contradiction| UnaccountedRow {
        alert: None,
        what: "an English sentence".to_owned(),
        contradiction: Some(contradiction),
    };
    let chinese = AuditWords::in_language(Language::Zh);
    let sentences: Vec<_> = contradictions().into_iter().map(|it| chinese.contradiction(&row(it))).collect();
    check_language(Language::Zh, &sentences);
    let different: std::collections::BTreeSet<_> = sentences.iter().collect();
    assert_eq!(different.len(), contradictions().len());
    assert_eq!(sentences[3], "通知 7 应有 2 条投递，只找到 1 条");
}

#[test]
fn the_sentence_of_an_earlier_gateway_stands_as_it_was_sent() {
    let row =
        UnaccountedRow { alert: None, what: "delivery 9 tells of nothing".to_owned(), contradiction: None };
    for language in [Language::En, Language::Zh] {
        assert_eq!(AuditWords::in_language(language).contradiction(&row), row.what);
    }
}
