use super::*;

#[test]
fn a_dot_at_the_beginning_of_a_line_is_doubled_and_the_last_line_ended() {
    // RFC 5321 §4.5.2.
    for (mail, expected) in [
        (&b"a\r\nb\r\n"[..], &b"a\r\nb\r\n.\r\n"[..]),
        (b"a", b"a\r\n.\r\n"),
        (b".\r\n..\r\n.a\r\n", b"..\r\n...\r\n..a\r\n.\r\n"),
        (b"a.\r\n", b"a.\r\n.\r\n"),
        (b"a\n.\nb", b"a\r\n..\r\nb\r\n.\r\n"),
        (b"", b".\r\n"),
        (b"\r\n", b"\r\n.\r\n"),
    ] {
        assert_eq!(dot_stuffed(mail).escape_ascii().to_string(), expected.escape_ascii().to_string());
    }
}
