use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn parse(line: &str) -> Result<SenderCommand, CommandFault> {
    SenderCommand::parse(line.as_bytes())
}

fn rcpt(address: &str) -> Result<SenderCommand, CommandFault> {
    Ok(SenderCommand::Rcpt(address.parse().unwrap()))
}

#[test]
fn commands_are_read_in_any_case_and_with_blanks_as_boxes_write_them() {
    assert_eq!(parse("ehlo ups.local"), Ok(SenderCommand::Ehlo));
    assert_eq!(parse("HELO ups"), Ok(SenderCommand::Helo));
    let sender: Option<MailAddress> = "a@b".parse().ok();
    assert_eq!(parse("mail from:<a@b>"), Ok(SenderCommand::Mail { sender: sender.clone(), size: None }));
    assert_eq!(
        parse("MAIL FROM: <a@b> SIZE=1000 BODY=8BITMIME SMTPUTF8"),
        Ok(SenderCommand::Mail { sender, size: Some(1000) })
    );
    assert_eq!(parse("MAIL FROM:<>"), Ok(SenderCommand::Mail { sender: None, size: None }));
    assert_eq!(parse("RCPT TO:<UPS@Fanfare.local>"), rcpt("ups@fanfare.local"));
    assert_eq!(parse("RCPT TO: ups@fanfare.local"), rcpt("ups@fanfare.local"));
    assert_eq!(parse("RCPT TO:<@relay.example:ups@fanfare.local>"), rcpt("ups@fanfare.local"));
    assert_eq!(parse("RCPT TO:<\"ups\"@fanfare.local>"), rcpt("ups@fanfare.local"));
    assert_eq!(parse("RCPT TO:<水泵@厂.example>"), rcpt("水泵@厂.example"));
    assert_eq!(parse("DATA "), Ok(SenderCommand::Data));
    assert_eq!(parse("EXPN all"), Ok(SenderCommand::Verify));
    assert_eq!(parse("POST / HTTP/1.1"), Ok(SenderCommand::Http));
    let auth = SenderCommand::Auth { mechanism: ShownMechanism::Plain, initial: Some("AGE=".into()) };
    assert_eq!(parse("auth plain AGE="), Ok(auth));
}

#[test]
fn what_is_no_command_is_told_apart() {
    assert_eq!(parse("HELLO"), Err(CommandFault::Unknown));
    assert_eq!(parse(""), Err(CommandFault::Unknown));
    assert_eq!(parse("MAIL FROM:<a@b> RET=FULL"), Err(CommandFault::Parameter));
    assert_eq!(parse("RCPT TO:<a@b> NOTIFY=NEVER"), Err(CommandFault::Parameter));
    assert_eq!(parse("AUTH CRAM-MD5"), Err(CommandFault::Mechanism));
    for line in [
        "EHLO",
        "RCPT TO:<>",
        "RCPT TO:<ups>",
        "RCPT TO:<a@b",
        "RCPT a@b",
        "MAIL FROM:<a b@c>",
        "DATA now",
        "MAIL FROM:<a@b> SIZE=x",
        "NOOP \u{1}",
    ] {
        assert!(matches!(parse(line), Err(CommandFault::Syntax(_))), "{line}: {:?}", parse(line));
    }
    assert!(SenderCommand::parse(b"MAIL FROM:<\xff@b>").is_err());
}

proptest! {
    #[test]
    fn any_line_is_read(line in vec(any::<u8>(), 0..80)) {
        drop(SenderCommand::parse(&line));
    }

    #[test]
    fn any_path_is_read(path in "[<>@:\" a\\\\é]{0,12}") {
        drop(parse(&format!("RCPT TO:{path}")));
        drop(parse(&format!("MAIL FROM:{path}")));
    }
}
