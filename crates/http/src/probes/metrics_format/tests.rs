use actix_web::test::TestRequest;

use super::*;

#[track_caller]
fn check(accept: &[&str], expected: MetricsFormat) {
    let request = accept.iter().fold(TestRequest::default(), |it, value| it.append_header((ACCEPT, *value)));
    assert_eq!(MetricsFormat::accepted_by(request.to_http_request().headers()), expected, "{accept:?}");
}

#[test]
fn openmetrics_is_for_who_asks_for_it_by_name_or_says_nothing() {
    check(&[], MetricsFormat::OpenMetrics);
    check(&["application/openmetrics-text"], MetricsFormat::OpenMetrics);
    // Prometheus 2.
    check(
        &[
            "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        ],
        MetricsFormat::OpenMetrics,
    );
    check(&["text/plain", "Application/OpenMetrics-Text; q=0.5"], MetricsFormat::OpenMetrics);
}

#[test]
fn everybody_else_gets_what_everything_reads() {
    check(&["*/*"], MetricsFormat::Prometheus);
    check(&["text/plain;version=0.0.4;q=0.9,*/*;q=0.1"], MetricsFormat::Prometheus);
    check(&["application/openmetrics-text;q=0, text/plain"], MetricsFormat::Prometheus);
    check(&["text/html,application/xhtml+xml,*/*;q=0.8"], MetricsFormat::Prometheus);
    check(&[""], MetricsFormat::Prometheus);
}

/// Both texts are written by hand after the two specifications.
#[test]
fn families_are_called_as_their_samples() {
    let open_metrics = "\
# HELP bells Bells that rang.
# TYPE bells counter
bells_total{tower=\"a # b\"} 3
# HELP height_metres Height.
# TYPE height_metres gauge
# UNIT height_metres metres
height_metres 12.5
# HELP swing_seconds Time of a swing.
# TYPE swing_seconds histogram
swing_seconds_sum 1.5
swing_seconds_count 2
swing_seconds_bucket{le=\"+Inf\"} 2
# HELP tower The tower.
# TYPE tower info
tower_info{stone=\"granite\"} 1
# EOF
";
    let prometheus = "\
# HELP bells_total Bells that rang.
# TYPE bells_total counter
bells_total{tower=\"a # b\"} 3
# HELP height_metres Height.
# TYPE height_metres gauge
height_metres 12.5
# HELP swing_seconds Time of a swing.
# TYPE swing_seconds histogram
swing_seconds_sum 1.5
swing_seconds_count 2
swing_seconds_bucket{le=\"+Inf\"} 2
# HELP tower_info The tower.
# TYPE tower_info gauge
tower_info{stone=\"granite\"} 1
";
    assert_eq!(in_prometheus_text(open_metrics), prometheus);
}
