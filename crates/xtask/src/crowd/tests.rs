use super::senders::HonestSender;
use super::*;

fn sender(longest: u32) -> SenderFigure {
    SenderFigure::new(&HonestSender { took: (1..=longest).map(f64::from).collect(), refused: 2 }, (5, 7))
}

fn report(list: f64, overloaded: u32, retention: Option<u32>) -> CrowdReport {
    let lists = vec![ListFigure::new("alerts", &[9.0, list, list])];
    let retention =
        retention.map(|longest| RetentionFigures { before: sender(longest + 7), meanwhile: sender(longest) });
    CrowdReport { alerts: 3, lists, overloaded: sender(overloaded), retention }
}

#[test]
fn a_report_says_how_long_lists_and_messages_took() {
    let report = report(2.0, 200, Some(20));
    let list = &report.lists[0];
    assert_eq!([list.first_ms, list.p50_ms, list.p99_ms], [9.0, 2.0, 9.0]);
    let sender = &report.overloaded;
    assert_eq!([sender.p50_ms, sender.p99_ms, sender.longest_ms], [100.0, 198.0, 200.0]);
    assert_eq!((sender.posted, sender.refused, sender.noisy_refused), (200, 2, 7));
    let rows = ["beside a noisy client", "before old alerts are deleted", "while old alerts are deleted"];
    for text in ["3 alerts", "alerts", "198.0", "27.0"].iter().chain(&rows) {
        assert!(report.to_string().contains(*text), "{text}: {report}");
    }
    assert_eq!(serde_json::to_value(&report).unwrap()["lists"][0]["list"], "alerts");
}

#[test]
fn a_goal_is_missed_by_a_slow_list_or_a_slow_acknowledgement() {
    assert_eq!(report(5.0, 1_000, Some(30)).missed_goals(), Vec::<&str>::new());
    assert_eq!(report(5.1, 1_000, None).missed_goals(), ["alerts"]);
    assert_eq!(report(1.0, 1_100, None).missed_goals(), ["beside a noisy client"]);
    assert_eq!(report(1.0, 1, Some(31)).missed_goals(), ["while old alerts are deleted"]);
}
