use super::*;

fn reply(lines: &[&[u8]]) -> RawReply {
    let mut reply = RawReply::default();
    for line in lines {
        reply.partial.extend_from_slice(line);
        reply.end_line();
    }
    reply
}

#[track_caller]
fn check(lines: &[&[u8]], code: Option<u16>, words: &str) {
    let reply = reply(lines);
    assert_eq!((reply.code(), reply.words().as_str()), (code, words));
}

#[test]
fn the_code_is_the_first_three_digits() {
    check(&[b"250 ok\r\n"], Some(250), "ok");
    check(&[b"250\n"], Some(250), "");
    check(&[b"250ok\r\n"], Some(250), "ok");
    check(&[b"250-a\r\n", b"250 b\r\n"], Some(250), "a b");
    check(&[b"2500 ok\r\n"], None, "2500 ok");
    check(&[b"25\r\n"], None, "25");
    check(&[b"050 ok\r\n"], None, "050 ok");
    check(&[b"ok\r\n"], None, "ok");
}

#[test]
fn a_blank_before_the_code_does_not_matter_if_the_first_line_has_it() {
    check(&[b" 250 ok\r\n"], Some(250), "ok");
    check(&[b"\t 250-a\r\n", b" 250 b\r\n"], Some(250), "a b");
    assert!(reply(&[b" 250-a\r\n", b"250 b\r\n"]).is_complete());
    let address = reply(&[b"550-Ask at\r\n", b" 221 Baker Street\r\n"]);
    assert_eq!((address.code(), address.is_complete()), (Some(550), false));
}

#[test]
fn a_reply_ends_with_a_line_that_says_so() {
    assert!(!reply(&[b"250-a\r\n"]).is_complete());
    assert!(!reply(&[b"250-a\r\n", b"text\r\n"]).is_complete());
    assert!(reply(&[b"250-a\r\n", b"text\r\n", b"250\r\n"]).is_complete());
    assert!(!reply(&[b"\r\n"]).is_complete());
}

#[test]
fn words_are_utf_8_or_gb18030_or_what_can_be_read_of_them() {
    check(&["550 \u{90ae}\u{7bb1}\r\n".as_bytes()], Some(550), "\u{90ae}\u{7bb1}");
    // Python: "邮箱".encode("gbk"), "𠀀".encode("gb18030").
    check(&[b"550 \xd3\xca\xcf\xe4\r\n"], Some(550), "\u{90ae}\u{7bb1}");
    check(&[b"550 \x95\x32\x82\x36\r\n"], Some(550), "\u{20000}");
    check(&[b"550 a\xffb\r\n"], Some(550), "a\u{fffd}b");
}

#[test]
fn a_yes_is_of_the_kind_that_was_asked_for() {
    let kind = |line: &[u8], expected| reply(&[line]).expect(expected).map(drop);
    kind(b"250", ReplyKind::Completion).unwrap();
    kind(b"354", ReplyKind::Intermediate).unwrap();
    for (line, expected) in [
        (&b"354"[..], ReplyKind::Completion),
        (b"250", ReplyKind::Intermediate),
        (b"150", ReplyKind::Completion),
        (b"650", ReplyKind::Completion),
    ] {
        assert!(
            matches!(kind(line, expected), Err(SmtpFailure::Lost(words)) if words.contains("out of step"))
        );
    }
    let refused = SmtpReply { code: 550, words: String::new() };
    assert_eq!(kind(b"550", ReplyKind::Completion), Err(SmtpFailure::Refused(refused)));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_fail(lines: Vec<Vec<u8>>) {
        let lines: Vec<&[u8]> = lines.iter().map(Vec::as_slice).collect();
        let reply = reply(&lines);
        assert!(reply.len() <= lines.iter().map(|line| line.len()).sum());
        assert_eq!(reply.summary().is_some(), reply.code().is_some());
        drop(reply.expect(ReplyKind::Completion));
    }
}
