use super::*;

#[test]
fn a_wrong_password_names_the_settings_to_look_at() {
    for code in [ConnectReturnCode::BadUserNamePassword, ConnectReturnCode::NotAuthorized] {
        let reason = ConnectionFault::Connection(ConnectionError::ConnectionRefused(code)).reason();
        assert!(reason.contains("`mqtt.password`"), "{reason}");
    }
}

#[test]
fn two_gateways_of_one_client_id_are_told_apart_from_a_broker_that_fails() {
    let (reason_code, reason_string) = (DisconnectReasonCode::SessionTakenOver, None);
    let err = StateError::ServerDisconnect { reason_code, reason_string };
    let reason = ConnectionFault::Connection(err.into()).reason();
    assert!(reason.contains("`mqtt.client_id`"), "{reason}");
}

#[test]
fn a_topic_without_the_right_to_it_is_refused_and_one_with_it_is_not() {
    assert_eq!(topic_refusal(SubscribeReasonCode::Success(rumqttc::QoS::AtLeastOnce)), None);
    assert!(topic_refusal(SubscribeReasonCode::NotAuthorized).unwrap().contains("right"));
}
