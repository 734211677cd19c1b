use super::*;

#[track_caller]
fn check(line: &str, expected: Option<&str>) {
    assert_eq!(listening_address(line).map(|address| address.to_string()).as_deref(), expected);
}

#[test]
fn the_address_is_found_in_every_form_of_log() {
    // Alertmanager 0.25.
    check(
        r#"ts=2026-11-23T03:36:46.361Z caller=tls_config.go:232 level=info msg="Listening on" address=127.0.0.1:37855"#,
        Some("127.0.0.1:37855"),
    );
    // tracing-subscriber, as text and as JSON.
    check("2026-11-23T03:36:46Z  INFO fanfare: Listening on address=127.0.0.1:8780", Some("127.0.0.1:8780"));
    check(
        r#"{"level":"INFO","fields":{"message":"Listening on","address":"[::1]:8780","n":1}}"#,
        Some("[::1]:8780"),
    );
}

#[test]
fn another_line_has_no_address() {
    check(r#"msg="TLS is disabled." http2=false address=127.0.0.1:37855"#, None);
    check("Listening on a socket", None);
    check("Listening on address=somewhere", None);
}

fn shell(script: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", script]);
    command
}

#[tokio::test]
async fn a_program_that_ends_at_once_is_quoted() {
    let problem = GatewayProcess::start(shell("echo the config is wrong >&2; exit 3")).await.unwrap_err();
    let text = format!("{problem:#}");
    assert!(text.contains("the config is wrong") && text.contains("exit status: 3"), "{text}");
}

#[tokio::test]
async fn a_program_that_is_missing_is_named() {
    let problem = GatewayProcess::start(Command::new("no-such-gateway")).await.unwrap_err();
    assert!(format!("{problem:#}").contains("no-such-gateway"), "{problem:#}");
}

#[tokio::test]
async fn a_kill_leaves_no_process_behind() {
    let mut starting = Starting::spawn(shell("exec sleep 600")).unwrap();
    let pid = starting.child.id().unwrap();
    assert!(Usage::from_pid(pid).is_ok());
    starting.child.kill().await.unwrap();
    assert!(Usage::from_pid(pid).is_err());
}
