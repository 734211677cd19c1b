use super::*;

fn report() -> ChaosReport {
    ChaosReport {
        seed: 7,
        kills: 2,
        wrong_clocks: 1,
        acknowledged: 3,
        unaccounted: 0,
        accepted: 10,
        told: 20,
        repeats: 3,
        lost: Vec::new(),
    }
}

#[track_caller]
fn check(report: &ChaosReport, expected: Result<(), &str>) {
    let verdict = report.verdict().map_err(|broken| broken.to_string());
    assert_eq!(verdict, expected.map_err(str::to_owned));
}

#[test]
fn a_few_repeats_are_within_the_promise() {
    check(&report(), Ok(()));
    let most = report().allowed_repeats();
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
        &ChaosReport { repeats: 871, ..report() },
        Err("871 repeats, where at most 870 are from what was in flight at the kills; the seed was 7"),
    );
}

#[test]
fn a_row_that_does_not_add_up_breaks_it() {
    check(
        &ChaosReport { unaccounted: 2, ..report() },
        Err("2 rows of the ledger do not add up; the seed was 7"),
    );
}

#[test]
fn a_clock_is_wrong_only_where_there_is_a_library_for_it() {
    let mut chance = fastrand::Rng::with_seed(5);
    let clocks = |library: Option<&PathBuf>, chance: &mut fastrand::Rng| {
        (0..50).filter(|_| WrongClock::draw(library, chance).is_wrong()).count()
    };
    assert_eq!(clocks(None, &mut chance), 0);
    assert!((20..50).contains(&clocks(Some(&PathBuf::from("libfaketime.so")), &mut chance)));
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
