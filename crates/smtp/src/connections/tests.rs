use std::net::Ipv4Addr;

use super::*;

fn peer(last: u8) -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(10, 0, 0, last))
}

fn has_ended(place: &ConnectionPlace) -> bool {
    place.state.end.is_cancelled()
}

fn table(bound: usize) -> Arc<MailConnections> {
    Arc::new(MailConnections::new(bound, CancellationToken::new()))
}

#[test]
fn at_the_bound_the_oldest_of_the_peer_that_has_most_gives_way() {
    let table = table(3);
    let first = table.open_for(peer(1)).unwrap();
    let greedy = [table.open_for(peer(2)).unwrap(), table.open_for(peer(2)).unwrap()];
    let next = table.open_for(peer(3)).unwrap();
    assert_eq!([&first, &greedy[0], &greedy[1], &next].map(has_ended), [false, true, false, false]);
}

#[test]
fn one_with_a_login_gives_way_last_and_one_that_is_storing_never() {
    let table = table(2);
    let trusted = table.open_for(peer(1)).unwrap();
    trusted.trust();
    let stranger = table.open_for(peer(2)).unwrap();
    let next = table.open_for(peer(3)).unwrap();
    assert_eq!([&trusted, &stranger, &next].map(has_ended), [false, true, false]);
    let storing = [trusted.storing(), next.storing()];
    assert_eq!(table.open_for(peer(4)).unwrap_err(), NoPlace);
    drop(storing);
    assert!(table.open_for(peer(4)).is_ok());
    assert!(has_ended(&next));
}

#[test]
fn a_place_that_is_left_is_free() {
    let table = table(1);
    drop(table.open_for(peer(1)).unwrap());
    let next = table.open_for(peer(2)).unwrap();
    assert_eq!((table.len(), has_ended(&next)), (1, false));
}
