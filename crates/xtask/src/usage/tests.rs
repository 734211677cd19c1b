use super::*;

/// Taken from a running `sleep`, the name changed into a nasty one.
const STAT: &str = "4242 (a b) c) S 1 4242 4242 0 -1 4194304 107 0 0 0 120 34 0 0 20 0 1 0 71539 5820416 221";

#[test]
fn memory_and_time_are_read_where_the_manual_says_they_stand() {
    let status = "Name:\tsleep\nVmPeak:\t    5684 kB\nVmHWM:\t     884 kB\nVmRSS:\t     880 kB\n";
    let usage = Usage::parse(status, STAT).unwrap();
    let expected = Usage { resident_kib: 880, peak_kib: 884, cpu: Duration::from_millis(1540) };
    assert_eq!(usage, expected);
}

#[test]
fn a_process_that_has_no_memory_any_more_is_an_error() {
    let problem = Usage::parse("Name:\tsleep\nState:\tZ (zombie)\n", STAT).unwrap_err();
    assert_eq!(problem.to_string(), "/proc/PID/status has no VmRSS:");
}

#[test]
fn our_own_process_uses_something() {
    let usage = Usage::from_pid(std::process::id()).unwrap();
    assert!(0 < usage.resident_kib && usage.resident_kib <= usage.peak_kib);
}
