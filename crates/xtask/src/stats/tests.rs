use super::*;
use proptest::prelude::*;

#[track_caller]
fn check(runs: &[f64], median: f64, min: f64, max: f64) {
    assert_eq!(RunStats::from_runs(runs), Some(RunStats { median, min, max, runs: runs.len() }));
}

#[test]
fn the_median_is_the_middle_run_or_between_the_two_middle_ones() {
    check(&[3.0], 3.0, 3.0, 3.0);
    check(&[9.0, 1.0, 5.0], 5.0, 1.0, 9.0);
    check(&[4.0, 1.0, 2.0, 9.0], 3.0, 1.0, 9.0);
    assert_eq!(RunStats::from_runs(&[]), None);
}

#[test]
fn noise_is_the_distance_in_medians() {
    assert_eq!(RunStats::from_runs(&[90.0, 100.0, 115.0]).unwrap().noise(), 0.25);
    assert_eq!(RunStats::from_runs(&[0.0]).unwrap().noise(), 0.0);
}

/// The worked example of the nearest-rank method: 15, 20, 35, 40, 50.
#[test]
fn a_percentile_is_one_of_the_values() {
    let values = [40.0, 15.0, 50.0, 20.0, 35.0];
    for (percent, expected) in
        [(0, 15.0), (5, 15.0), (30, 20.0), (40, 20.0), (50, 35.0), (99, 50.0), (100, 50.0)]
    {
        assert_eq!(percentile(&values, percent), Some(expected), "p{percent}");
    }
    assert_eq!(percentile(&[], 50), None);
}

proptest! {
    #[test]
    fn the_median_lies_between_the_extremes(runs in prop::collection::vec(0.0..1e9, 1..50)) {
        let RunStats { median, min, max, runs: _ } = RunStats::from_runs(&runs).unwrap();
        prop_assert!(min <= median && median <= max);
        let half = percentile(&runs, 50).unwrap();
        prop_assert!(min <= half && half <= median);
    }
}
