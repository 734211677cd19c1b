use std::path::PathBuf;

use expect_test::expect;

use super::*;

/// Runs of one figure, numbered from 0.
fn of_runs(values: &[f64]) -> BTreeMap<u32, f64> {
    (0..).zip(values.iter().copied()).collect()
}

fn report(problems: &[&str]) -> BenchReport {
    let fanfare = || System::Fanfare(PathBuf::new());
    let baseline = || System::Baseline(PathBuf::new());
    let alertmanager = || System::Alertmanager(PathBuf::new());
    let runs = Runs::from([
        ((Figure::EndToEndSingles, fanfare()), of_runs(&[14_000.0, 15_500.0, 13_000.0])),
        ((Figure::EndToEndSingles, baseline()), of_runs(&[10_000.0, 15_500.0, 12_500.0])),
        ((Figure::EndToEndSingles, alertmanager()), of_runs(&[3_500.0])),
        ((Figure::StartUp, fanfare()), of_runs(&[20.0, 30.0])),
        ((Figure::StartUp, baseline()), of_runs(&[18.0, 27.0])),
        ((Figure::StartUp, alertmanager()), of_runs(&[75.0])),
        ((Figure::Mails, fanfare()), of_runs(&[1_234_567.0])),
    ]);
    let machine =
        Machine { fsyncs: vec![5000.0, 4000.0], arithmetic: vec![10.0, 11.0, 10.0], harness: vec![30_000.0] };
    BenchReport::new(Sizes::QUICK, &runs, &machine, problems.iter().map(|it| (*it).to_owned()).collect())
}

#[test]
fn the_table_says_how_many_times_better_whichever_way_is_up() {
    let text = report(&["Alertmanager: mails: it refused"]).to_string();
    let (measured, _) = text.split_once("\nPublished").unwrap();
    expect![[r#"
        ┌──────────────────────────────────────────────────────┬──────────┬───────────────────────────┬───────────────────────────┬──────────────────────┬──────────────┬────────┐
        │ work                                                 ┆ unit     ┆                   Fanfare ┆               other build ┆               better ┆ Alertmanager ┆ better │
        ╞══════════════════════════════════════════════════════╪══════════╪═══════════════════════════╪═══════════════════════════╪══════════════════════╪══════════════╪════════╡
        │ end to end on two channels, single POSTs             ┆ alerts/s ┆ 14,000 (13,000 to 15,500) ┆ 12,500 (10,000 to 15,500) ┆ 1.04× (1.00 to 1.40) ┆        3,500 ┆  4.00× │
        │ mails to one mailbox                                 ┆ mails/s  ┆                 1,234,567 ┆                         – ┆                      ┆            – ┆        │
        │ start-up until ready, empty store                    ┆ ms       ┆       25.0 (20.0 to 30.0) ┆       22.5 (18.0 to 27.0) ┆ 0.90× (0.90 to 0.90) ┆         75.0 ┆  3.00× │
        │ the disk: append 1 KiB and fdatasync                 ┆ 1/s      ┆    4,500 (4,000 to 5,000) ┆                           ┆                      ┆              ┆        │
        │ the machine: a fixed sum (its spread is the noise)   ┆ ms       ┆       10.0 (10.0 to 11.0) ┆                           ┆                      ┆              ┆        │
        │ the harness: POSTs to a receiver, no gateway between ┆ 1/s      ┆                    30,000 ┆                           ┆                      ┆              ┆        │
        └──────────────────────────────────────────────────────┴──────────┴───────────────────────────┴───────────────────────────┴──────────────────────┴──────────────┴────────┘
        Runs: 1; rates over 1000 alerts or 200 mails, latency over 100 alerts, a burst of 1000, 2000 live alerts, 500 pending and 1000 stored ones at a start.
        Median (lowest to highest run). Fanfare has every alert on disk; Alertmanager keeps them in memory.
        The machine's noise was 10 %.
        SLOWER than the other build by more than 5 %: start-up until ready, empty store
        NOT MEASURED: Alertmanager: mails: it refused
    "#]]
    .assert_eq(measured);
}

#[test]
fn a_build_is_compared_pair_by_pair() {
    let report = report(&[]);
    // 14,000/10,000, 15,500/15,500 and 13,000/12,500.
    let singles = report.figures[0].times_better_than_baseline.unwrap();
    assert_eq!((singles.median, singles.min, singles.max, singles.runs), (1.04, 1.0, 1.4, 3));
    assert_eq!(report.slower().collect::<Vec<_>>(), ["start-up until ready, empty store"]);
    assert_eq!(report.pairs(), 3);
}

#[test]
fn a_run_that_only_one_build_finished_is_no_pair() {
    let ours = BTreeMap::from([(0, 100.0), (2, 300.0)]);
    let theirs = BTreeMap::from([(1, 50.0), (2, 150.0)]);
    assert_eq!(ratios(Figure::EndToEndSingles, &ours, &theirs), [2.0]);
    assert_eq!(ratios(Figure::Burst, &ours, &theirs), [0.5]);
}

#[test]
fn a_machine_reads_the_same_figures() {
    let json = serde_json::to_value(report(&[])).unwrap();
    assert_eq!(json["figures"][0]["figure"], "end_to_end_singles");
    assert_eq!(json["figures"][0]["fanfare"]["median"], 14_000.0);
    assert_eq!(json["figures"][0]["baseline"]["median"], 12_500.0);
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
