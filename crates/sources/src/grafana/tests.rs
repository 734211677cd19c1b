use expect_test::expect;

use crate::testing::{read_one, shipped, shown, try_read};

/// The example of Grafana's documentation with one alert, as Grafana 11 sends it.
const FIRING: &str = include_str!("firing.json");

#[test]
fn values_and_links_are_shown() {
    let read = read_one(&shipped("grafana").unwrap(), FIRING);
    expect![[r#"
        alarm firing mid, from 2026-11-27T19:27:59.394Z to -, https://play.grafana.org/alerting/1afz29v7z/edit
        labels
        alertname: High memory usage
        team: blue
        zone: us-1
        annotations
        content: team: blue
        zone: us-1
        runbook_url: https://myrunbook.com/runbook/1234
        values: B=44.23943737541908, C=1
        dashboardURL: https://play.grafana.org/d/000000012/grafana-play-home
        panelURL: https://play.grafana.org/d/000000012/grafana-play-home?viewPanel=2
        silenceURL: https://play.grafana.org/alerting/silence/new?alertmanager=grafana&matchers=alertname%3DT2%2Cteam%3Dblue%2Czone%3Dus-1
        description: The system has high memory usage
        runbook_url: https://myrunbook.com/runbook/1234
        title: This alert was triggered for zone us-1
        extra
        externalURL: https://play.grafana.org/
        fingerprint: c6eadffa33fcdf37
        groupKey: {}:{}
        message: **Firing**

        Labels:
         - alertname = High memory usage
        orgId: 1
        receiver: My Super Webhook
        state: alerting
        title: [FIRING:1]  (blue)
        valueString: [ var='B' labels={zone=us-1} value=44.23943737541908 ], [ var='C' labels={zone=us-1} value=1 ]
    "#]]
    .assert_eq(&shown(&read.alert));
    assert_eq!((read.path.as_str(), read.unread), ("alerts[0]", Vec::new()));
}

#[test]
fn a_body_of_the_old_alerting_is_refused_in_words() {
    let body = r#"{"title": "[Alerting] CPU", "state": "alerting", "ruleName": "CPU", "evalMatches": []}"#;
    let err = try_read(&shipped("grafana").unwrap(), body).unwrap_err();
    assert!(err.to_string().contains("an object without `alerts`"), "{err}");
}
