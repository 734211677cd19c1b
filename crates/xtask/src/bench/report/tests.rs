use std::path::PathBuf;

use expect_test::expect;

use super::*;

fn report(problems: &[&str]) -> BenchReport {
    let fanfare = || System::Fanfare(PathBuf::new());
    let alertmanager = || System::Alertmanager(PathBuf::new());
    let runs = Runs::from([
        ((Figure::EndToEndSingles, fanfare()), vec![14_000.0, 15_500.0, 13_000.0]),
        ((Figure::EndToEndSingles, alertmanager()), vec![3_500.0]),
        ((Figure::StartUp, fanfare()), vec![20.0, 30.0]),
        ((Figure::StartUp, alertmanager()), vec![75.0]),
        ((Figure::Mails, fanfare()), vec![1_234_567.0]),
    ]);
    let machine =
        Machine { fsyncs: vec![5000.0, 4000.0], arithmetic: vec![10.0, 11.0, 10.0], harness: vec![30_000.0] };
    BenchReport::new(Sizes::QUICK, &runs, &machine, problems.iter().map(|it| (*it).to_owned()).collect())
}

#[test]
fn the_table_says_how_many_times_better_whichever_way_is_up() {
    expect![[r#"
        ┌──────────────────────────────────────────────────────┬──────────┬───────────────────────────┬──────────────┬────────┐
        │ work                                                 ┆ unit     ┆                   Fanfare ┆ Alertmanager ┆ better │
        ╞══════════════════════════════════════════════════════╪══════════╪═══════════════════════════╪══════════════╪════════╡
        │ end to end on two channels, single POSTs             ┆ alerts/s ┆ 14,000 (13,000 to 15,500) ┆        3,500 ┆  4.00× │
        │ mails                                                ┆ mails/s  ┆                 1,234,567 ┆            – ┆        │
        │ start-up until ready                                 ┆ ms       ┆       25.0 (20.0 to 30.0) ┆         75.0 ┆  3.00× │
        │ the disk: append 1 KiB and fdatasync                 ┆ 1/s      ┆    4,500 (4,000 to 5,000) ┆              ┆        │
        │ the machine: a fixed sum (its spread is the noise)   ┆ ms       ┆       10.0 (10.0 to 11.0) ┆              ┆        │
        │ the harness: POSTs to a receiver, no gateway between ┆ 1/s      ┆                    30,000 ┆              ┆        │
        └──────────────────────────────────────────────────────┴──────────┴───────────────────────────┴──────────────┴────────┘
        Runs: 1; rates over 1000 alerts or 200 mails, latency over 100 alerts, a burst of 1000, 2000 live alerts.
        Median (lowest to highest run). Fanfare has every alert on disk; Alertmanager keeps them in memory.
        The machine's noise was 10 %.
        NOT MEASURED: Alertmanager: mails: it refused
    "#]].assert_eq(&report(&["Alertmanager: mails: it refused"]).to_string());
}

#[test]
fn a_machine_reads_the_same_figures() {
    let json = serde_json::to_value(report(&[])).unwrap();
    assert_eq!(json["figures"][0]["figure"], "end_to_end_singles");
    assert_eq!(json["figures"][0]["fanfare"]["median"], 14_000.0);
    assert_eq!(json["figures"][0]["times_better"], 4.0);
    assert_eq!(json["figures"][2]["times_better"], 3.0);
    assert_eq!(json["figures"][1]["alertmanager"], serde_json::Value::Null);
    assert_eq!(json["disk_fsyncs_per_second"]["min"], 4000.0);
}

#[test]
fn numbers_show_three_digits_that_matter() {
    let shown: Vec<String> = [0.0, 1.234, 12.34, 123.4, 1234.5, 1_234_567.0].map(number).to_vec();
    assert_eq!(shown, ["0.00", "1.23", "12.3", "123", "1,234", "1,234,567"]);
}
