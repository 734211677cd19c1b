use super::*;

fn post(millis: u64, problem: Option<&str>) -> HonestPost {
    let took = Duration::from_millis(millis);
    HonestPost { serial: Serial(1), due: Instant::now(), took, tries: 1, problem: problem.map(str::to_owned) }
}

fn report(posts: &[HonestPost], told: &[Option<Duration>]) -> SiegeReport {
    let figure = SiegeFigure::new(Some(StuckSort::Idle), 3, posts, told);
    SiegeReport { connections: 2_000, files: 1_024, figures: vec![figure] }
}

#[test]
fn a_report_says_what_the_honest_sender_noticed() {
    let posts: Vec<_> = (1..=100).map(|millis| post(millis, None)).collect();
    let report = report(&posts, &[Some(Duration::from_secs(1)), Some(Duration::from_secs(2))]);
    let figure = &report.figures[0];
    assert_eq!(
        [figure.p50_ms, figure.p99_ms, figure.longest_ms, figure.told_ms],
        [50.0, 99.0, 100.0, 2_000.0]
    );
    assert_eq!((figure.losses(), report.missed_goals()), (0, vec![]));
    assert!(report.to_string().contains("idle"), "{report}");
    assert_eq!(serde_json::to_value(&report).unwrap()["figures"][0]["sort"], "idle");
}

#[test]
fn a_goal_is_missed_by_one_lost_late_or_slow_alert() {
    let second = Some(Duration::from_secs(1));
    for (posts, told) in [
        (vec![post(1, Some("answered 503"))], vec![]),
        (vec![post(1, None)], vec![None]),
        (vec![post(100, None)], vec![second]),
        (vec![post(1, None)], vec![Some(Duration::from_secs(5))]),
    ] {
        assert_eq!(report(&posts, &told).missed_goals(), ["idle"], "{posts:?}");
    }
    assert_eq!(report(&[post(1, None)], &[second]).missed_goals(), Vec::<&str>::new());
}

#[test]
fn a_limited_command_keeps_its_arguments_and_its_environment() {
    let mut command = Command::new("echo");
    command.args(["one", "two words"]).env("NAME", "value");
    let limited = limited(&command, 100);
    let limited = limited.as_std();
    let args: Vec<_> = limited.get_args().collect();
    assert_eq!(args, ["-c", "ulimit -n 100 && exec \"$0\" \"$@\"", "echo", "one", "two words"]);
    assert_eq!(limited.get_envs().next(), Some(("NAME".as_ref(), Some("value".as_ref()))));
}
