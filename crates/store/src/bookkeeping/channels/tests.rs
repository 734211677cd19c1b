use super::*;
use crate::fixtures::{NOON, StoreFolder, after_noon};

#[tokio::test]
async fn what_was_last_noted_of_a_channel_is_there_after_a_restart() {
    let folder = StoreFolder::new();
    let store = folder.open();
    store.proven("ding".into(), NOON).await.unwrap();
    store.drilled("ding".into(), Moment::at(after_noon(1))).await.unwrap();
    store.proven("ding".into(), after_noon(2)).await.unwrap();
    store.drilled("mail".into(), Moment::at(NOON)).await.unwrap();
    let expected = [
        ChannelState {
            name: "ding".into(),
            proven_at: Some(after_noon(2)),
            drilled_at: Some(after_noon(1)),
            drilled_promise: Some(after_noon(1)),
        },
        ChannelState {
            name: "mail".into(),
            proven_at: None,
            drilled_at: Some(NOON),
            drilled_promise: Some(NOON),
        },
    ];
    assert_eq!(folder.copy().open().channel_states().await.unwrap(), expected);
}

#[tokio::test]
async fn nothing_is_known_of_channels_at_first() {
    assert!(StoreFolder::new().open().channel_states().await.unwrap().is_empty());
}
