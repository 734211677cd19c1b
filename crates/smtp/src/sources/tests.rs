use std::num::NonZeroU32;
use std::time::Duration;

use fanfare_inlet::{RateExceeded, SourceRate};
use fanfare_sources::{Format, SourceSettings, UnreadableRule};

use super::*;

fn source(alerts: u32) -> SmtpSource {
    SmtpSource {
        settings: SourceSettings::new("ups"),
        format: Format::tkl(),
        unreadable: UnreadableRule::Alert,
        heartbeats: Vec::new(),
        from: Vec::new(),
        access: MailAccess::Anyone,
        rate: SourceRate::new(NonZeroU32::new(alerts).unwrap(), Duration::from_secs(3600)),
        max_body: 1024,
        recipients: vec!["ups@fanfare.local".parse().unwrap()],
    }
}

fn check_rate(table: &RecipientTable, alerts: usize) -> Result<(), RateExceeded> {
    let address = "ups@fanfare.local".parse().unwrap();
    let source = table.recipient(&address, "127.0.0.1".parse().unwrap(), None).unwrap();
    source.rate.as_ref().unwrap().check(alerts)
}

#[test]
fn a_rate_goes_on_over_a_reload_that_does_not_change_it() {
    let first = RecipientTable::new(vec![source(2)]);
    check_rate(&first, 2).unwrap();
    assert!(matches!(check_rate(&first.next(vec![source(2)]), 1), Err(RateExceeded::For(_))));
    check_rate(&first.next(vec![source(3)]), 3).unwrap();
}
