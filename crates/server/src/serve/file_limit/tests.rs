use super::*;

#[test]
fn half_of_the_files_and_no_fewer_than_the_gateway_needs_are_never_connections() {
    for (files, connections) in [
        (0, 1),
        (1, 1),
        (32, 1),
        (64, 16),
        (96, 48),
        (128, 64),
        (1_024, 512),
        (4_096, 2_048),
        (1_048_576, 2_048),
    ] {
        assert_eq!(FileLimit(files).connections(), connections, "{files}");
    }
    assert_eq!(FileLimit(u64::MAX).connections(), 2_048);
}

#[test]
fn the_limit_of_this_process_is_what_the_system_allows() {
    let limit = FileLimit::raise().unwrap();
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    assert_eq!((current, maximum.unwrap_or(u64::MAX)), (maximum, limit.files()));
}
