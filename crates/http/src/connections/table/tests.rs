use std::net::Ipv4Addr;

use actix_web::http::header::HeaderMap;
use prometheus_client::registry::Registry;
use tokio::time::advance;

use super::*;
use crate::connections::phase::ConnectionPhase;

fn table(bound: usize) -> ConnectionTable {
    ConnectionTable::new(bound, Arc::new(Traffic::new(&mut Registry::default())))
}

/// A new connection; the next one comes a second later.
async fn connect(table: &ConnectionTable) -> (u64, Arc<OpenConnection>) {
    let connection = table.open(Some((Ipv4Addr::LOCALHOST, 1).into()));
    advance(Duration::from_secs(1)).await;
    connection
}

fn ending<const N: usize>(connections: [&Arc<OpenConnection>; N]) -> [bool; N] {
    connections.map(|it| it.is_ending())
}

#[tokio::test(start_paused = true)]
async fn at_the_bound_the_connection_that_has_waited_longest_is_closed_for_the_new_one() {
    let table = table(3);
    let (_, first) = connect(&table).await;
    let (_, second) = connect(&table).await;
    let (third_number, third) = connect(&table).await;
    first.enter(ConnectionPhase::Idle); // it has asked for what anybody may have, and was answered
    let (_, fourth) = connect(&table).await;
    assert_eq!(ending([&first, &second, &third, &fourth]), [true, false, false, false]);
    let (_, fifth) = connect(&table).await;
    assert_eq!(ending([&first, &second, &third, &fourth, &fifth]), [true, true, false, false, false]);
    table.remove(third_number);
    let (_, sixth) = connect(&table).await;
    assert_eq!(ending([&fourth, &fifth, &sixth]), [false, false, false], "there was room again");
}

#[tokio::test(start_paused = true)]
async fn whoever_has_shown_a_token_is_closed_last() {
    let table = table(2);
    let (_, sender) = connect(&table).await;
    sender.authenticate();
    sender.enter(ConnectionPhase::Idle);
    let mut strangers = Vec::new();
    for _ in 0..10 {
        strangers.push(connect(&table).await.1);
    }
    assert!(!sender.is_ending());
    let alive: Vec<_> = strangers.iter().filter(|it| !it.is_ending()).collect();
    assert_eq!(alive.len(), 1);
    alive[0].authenticate();
    let (_, newest) = connect(&table).await;
    assert_eq!(ending([&sender, alive[0], &newest]), [true, false, false], "only where all have shown one");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_is_served_is_not_cut_off_for_a_new_connection() {
    let table = table(2);
    let served = [connect(&table).await.1, connect(&table).await.1];
    served.iter().for_each(|it| it.begin_request(&HeaderMap::new()));
    let (_, newest) = connect(&table).await;
    assert_eq!(ending([&served[0], &served[1], &newest]), [false, false, true]);
    let body = served[1].begin_body();
    let (_, newest) = connect(&table).await;
    assert_eq!(ending([&served[0], &served[1], &newest]), [false, true, false], "it waits for its client");
    drop(body);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_keeps_us_waiting_is_hung_up_on_in_time() {
    let table = table(100);
    let in_phase = |phase: ConnectionPhase| {
        let (_, connection) = table.open(None);
        connection.enter(phase);
        connection
    };
    let phases = [
        ConnectionPhase::AwaitsHead,
        ConnectionPhase::Serves,
        ConnectionPhase::ReadsBody,
        ConnectionPhase::Answers,
        ConnectionPhase::Drains,
        ConnectionPhase::Idle,
    ];
    let connections = phases.map(in_phase);
    let after = async |seconds: u64| {
        advance(Duration::from_secs(seconds)).await;
        table.end_late();
        ending(connections.each_ref())
    };
    assert_eq!(after(10).await, [false; 6]);
    assert_eq!(after(2).await, [true, false, false, false, true, false]);
    assert_eq!(after(48).await, [true, false, false, false, true, false]);
    assert_eq!(after(1).await, [true, false, false, true, true, true]);
    assert_eq!(after(1_000_000).await, [true, false, false, true, true, true]);
}

#[tokio::test(start_paused = true)]
async fn at_the_end_only_requests_under_way_are_waited_for() {
    let table = table(100);
    let [idle, begun, served, sending] = [(); 4].map(|()| table.open(None).1);
    idle.enter(ConnectionPhase::Idle);
    served.begin_request(&HeaderMap::new());
    let _body = sending.begin_body();
    table.end_idle();
    assert_eq!(ending([&idle, &begun, &served, &sending]), [true, true, false, false]);
}
