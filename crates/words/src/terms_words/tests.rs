use fanfare_core::{Contract, HumanDuration, Sending};

use super::*;

fn minutes(number: u64) -> HumanDuration {
    HumanDuration(std::time::Duration::from_secs(60 * number))
}

fn terms() -> DeliveryTerms {
    DeliveryTerms {
        send: Sending::InTurn,
        contract: Contract { succeed: Succeed::AtLeast(1.try_into().unwrap()), within: Some(minutes(2)) },
        escalate: vec![Rung {
            after: minutes(15),
            unless: Unless::Acknowledged,
            to: vec!["boss".into(), "mail".into()],
        }],
        ..DeliveryTerms::plain(vec!["ops".into(), "mail".into()])
    }
}

#[test]
fn terms_read_well_in_both_languages() {
    let of = |language| {
        let words = TermsWords::in_language(language);
        let ladder: Vec<String> = words.ladder(&terms()).collect();
        (words.channels(&terms()), words.contract(&terms()), ladder)
    };
    let expected = ("ops, then mail", "1 confirms within 2m", "after 15m unless acknowledged: boss, mail");
    let (channels, contract, ladder) = of(Language::En);
    assert_eq!((channels.as_str(), contract.as_str(), ladder.join("|").as_str()), expected);
    let expected = ("ops，然后 mail", "1 个渠道在 2m 内送达", "15m 后若未确认则通知 boss、mail");
    let (channels, contract, ladder) = of(Language::Zh);
    assert_eq!((channels.as_str(), contract.as_str(), ladder.join("|").as_str()), expected);
}
