use super::*;

fn next_after(change: &str) -> i64 {
    let db = Connection::open_in_memory().unwrap();
    db.execute_batch("CREATE TABLE alerts (id INTEGER PRIMARY KEY AUTOINCREMENT)").unwrap();
    db.execute_batch("INSERT INTO alerts VALUES (41), (42)").unwrap();
    db.execute_batch(change).unwrap();
    next_alert(&db).unwrap()
}

#[test]
fn a_lost_or_low_sequence_gives_no_number_twice() {
    assert_eq!(next_after("DELETE FROM sqlite_sequence"), 43);
    assert_eq!(next_after("UPDATE sqlite_sequence SET seq = 0"), 43);
    assert_eq!(next_after("UPDATE sqlite_sequence SET seq = -7"), 43);
    assert_eq!(next_after("UPDATE sqlite_sequence SET seq = NULL"), 43);
}

#[test]
fn the_number_of_a_deleted_alert_is_not_given_again() {
    assert_eq!(next_after("DELETE FROM alerts"), 43);
}
