use super::*;

fn report() -> ChaosReport {
    ChaosReport { seed: 7, kills: 2, accepted: 10, told: 20, repeats: 3, lost: Vec::new() }
}

#[track_caller]
fn check(report: &ChaosReport, expected: Result<(), &str>) {
    let verdict = report.verdict().map_err(|broken| broken.to_string());
    assert_eq!(verdict, expected.map_err(str::to_owned));
}

#[test]
fn a_few_repeats_are_within_the_promise() {
    check(&report(), Ok(()));
    let most = report().in_flight_at_kills();
    check(&ChaosReport { repeats: most, ..report() }, Ok(()));
}

#[test]
fn one_lost_alert_breaks_it() {
    let lost = vec![Serial(42)];
    check(
        &ChaosReport { lost, ..report() },
        Err("1 accepted alerts were lost, the first is face000000000042; the seed was 7"),
    );
}

#[test]
fn more_repeats_than_were_in_flight_break_it() {
    check(
        &ChaosReport { repeats: 129, ..report() },
        Err("129 repeats, where at most 128 deliveries were in flight at the kills; the seed was 7"),
    );
}

#[test]
fn a_run_that_accepted_nothing_proves_nothing() {
    check(&ChaosReport { accepted: 0, ..report() }, Err("no alert was accepted"));
}

#[test]
fn the_same_seed_chooses_the_same_moments() {
    let moments = |seed| {
        let mut chance = fastrand::Rng::with_seed(seed);
        [(); 5].map(|()| some_part_of(KILL_WITHIN, &mut chance))
    };
    assert_eq!(moments(1), moments(1));
    assert_ne!(moments(1), moments(2));
    assert!(moments(3).iter().all(|moment| *moment < KILL_WITHIN));
}
