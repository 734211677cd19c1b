use super::*;

#[test]
fn a_search_of_one_seed_runs_it_and_says_how_much_time_passed() {
    let (amount, progress) = (SimulatedAmount::Seeds(1), Duration::MAX);
    let search = Simulate {
        amount,
        first_seed: 1,
        at_once: NonZeroUsize::MIN,
        progress,
        stories: crate::scratch().unwrap(),
    };
    let report = search.run(&mut Vec::new()).unwrap();
    assert_eq!(report.seeds, 1);
    assert!(!report.to_string().is_empty());
    assert!(report.simulated > Duration::from_secs(3600), "{report}");
    assert!(report.verdict().is_ok(), "{report}");
}

#[test]
fn a_broken_law_fails_the_search_and_names_the_seed() {
    let report = SimulateReport { seeds: 9, broken: vec![4, 7], ..SimulateReport::default() };
    let problem = report.verdict().unwrap_err().to_string();
    assert_eq!(problem, "2 of 9 seeds break a law; again with: cargo xtask simulate --seeds 1 --seed 4");
}

#[test]
fn the_speed_is_simulated_hours_by_minutes_of_ours() {
    let (simulated, took) = (Duration::from_secs(36_000), Duration::from_secs(30));
    let report = SimulateReport { simulated, took, ..SimulateReport::default() };
    assert!((report.hours_per_minute() - 20.0).abs() < 1e-9);
    assert!(SimulateReport::default().hours_per_minute().abs() < 1e-9);
}
