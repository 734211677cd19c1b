use fanfare_core::{AlertId, ChannelName};

use super::*;
use crate::fixtures::StoreFolder;

/// A store with 60 deliveries of ten notifications, on three channels, in every state.
fn filled(folder: &StoreFolder) -> Connection {
    drop(folder.open());
    let db = folder.raw();
    db.execute_batch(
        "WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < 10)
           INSERT INTO notifications (id, alert, receiver, why, owed_at) SELECT id, id / 3, 'r', '\"started\"', 0 FROM ids;
         INSERT INTO notification_alerts (notification, position, alert) VALUES (9, 1, 1), (10, 1, 1), (10, 2, 2);
         WITH RECURSIVE ids (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM ids WHERE id < 60)
           INSERT INTO deliveries (id, notification, channel, severity, state, next_at)
           SELECT id, 1 + id * 7 % 10, substr('dingmailtext', 1 + id % 3 * 4, 4), 'low',
                  CASE id * 11 % 13 % 5 WHEN 0 THEN 'pending' WHEN 1 THEN 'dead' WHEN 2 THEN 'discarded' ELSE 'delivered' END, 0
           FROM ids",
    )
    .unwrap();
    db
}

/// The deliveries that `filter` means, by a look at each.
fn by_looking(db: &Connection, filter: &DeliveryFilter) -> Vec<i64> {
    let DeliveryFilter { channel, state, alert, before, limit } = filter.clone();
    let mut statement = db
        .prepare(
            "SELECT d.id, d.channel, d.state, n.alert || ' ' || coalesce((SELECT group_concat(x.alert, ' ') FROM
               notification_alerts x WHERE x.notification = n.id), '')
             FROM deliveries d JOIN notifications n ON n.id = d.notification",
        )
        .unwrap();
    let rows = statement
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get::<_, String>(3)?)))
        .unwrap();
    let mut found: Vec<(i64, String, String, String)> = rows.map(Result::unwrap).collect();
    found.retain(|(id, on, stands, alerts)| {
        channel.as_ref().is_none_or(|it| it.as_str() == on)
            && state.as_ref().is_none_or(|it| it == stands)
            && before.is_none_or(|it| *id < it)
            && alert.is_none_or(|it| alerts.split(' ').any(|of| of == it.0.to_string()))
    });
    found.sort_unstable_by(|one, other| other.cmp(one));
    found.iter().map(|(id, ..)| *id).take(usize::try_from(limit).unwrap()).collect()
}

#[test]
fn every_choice_of_deliveries_finds_what_a_look_at_each_finds() {
    let folder = StoreFolder::new();
    let db = filled(&folder);
    let mut found = 0;
    for channel in [None, Some("ding"), Some("mail"), Some("nobody")] {
        for state in [None, Some("pending"), Some("delivered"), Some("dead"), Some("discarded"), Some("odd")]
        {
            for alert in [None, Some(0), Some(1), Some(2), Some(99)] {
                for (before, limit) in [(None, 99), (None, 3), (Some(31), 99), (Some(31), 2), (Some(1), 9)] {
                    let filter = DeliveryFilter {
                        channel: channel.map(ChannelName::from),
                        state: state.map(str::to_owned),
                        alert: alert.map(AlertId),
                        before,
                        limit,
                    };
                    let expected = by_looking(&db, &filter);
                    assert_eq!(ids(&db, &filter).unwrap(), expected, "{filter:?}");
                    found += expected.len();
                }
            }
        }
    }
    assert!(found > 500, "{found}");
}

#[test]
fn no_list_of_deliveries_reads_the_whole_table() {
    let folder = StoreFolder::new();
    drop(folder.open());
    for sql in [NEWEST, PENDING_ON, SETTLED_ON, NEXT_STATE, NEXT_CHANNEL] {
        folder.check_walks(sql);
    }
    for (sql, search) in [
        (PENDING_ON, "deliveries_pending (channel=? AND rowid<?)"),
        (NEXT_STATE, "deliveries_settled (state>? AND state<?)"),
        (NEXT_CHANNEL, "deliveries_settled (state=? AND channel>? AND channel<?)"),
        (SETTLED_ON, "deliveries_settled (state=? AND channel=? AND rowid<?)"),
    ] {
        let plan = folder.plan(sql);
        assert!(plan.iter().any(|it| it.contains(search)), "{plan:#?}");
    }
    let of_alert = folder.plan(OF_ALERT); // sorts the deliveries of one alert
    assert!(of_alert.iter().all(|it| !it.starts_with("SCAN")), "{of_alert:#?}");
    assert!(
        of_alert.iter().any(|it| it.contains("deliveries_by_notification (notification=?")),
        "{of_alert:#?}"
    );
}
