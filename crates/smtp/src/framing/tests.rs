use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

/// The lines of `bytes`, which come in pieces of these lengths.
fn lines(bytes: &[u8], piece: usize) -> Vec<InputLine> {
    let (mut buffer, mut lines) = (InputBuffer::default(), Vec::new());
    for part in bytes.chunks(piece.max(1)) {
        buffer.push(part);
        while let Some(line) = buffer.take_line() {
            lines.push(line);
        }
    }
    lines
}

/// The progress of a mail that comes in such pieces, and the number of bytes that are left behind its end.
fn mail(bytes: &[u8], piece: usize, limit: usize) -> (MailProgress, usize) {
    let (mut buffer, mut mail) = (InputBuffer::default(), MailReader::new(limit));
    let mut progress = MailProgress::Unfinished;
    for part in bytes.chunks(piece.max(1)) {
        buffer.push(part);
        if progress == MailProgress::Unfinished {
            progress = buffer.feed(&mut mail);
        }
    }
    (progress, buffer.bytes.len())
}

fn whole(text: &str) -> MailProgress {
    MailProgress::Whole(text.as_bytes().to_vec())
}

#[test]
fn a_line_ends_with_cr_lf_and_with_nothing_else() {
    let whole = |text: &str| InputLine::Whole(text.as_bytes().to_vec());
    assert_eq!(lines(b"NOOP\r\nQUIT\r\n", 100), [whole("NOOP"), whole("QUIT")]);
    assert_eq!(lines(b"NOOP\nQUIT\r\n", 100), [InputLine::BareNewline, whole("QUIT")]);
    assert_eq!(lines(b"NO\rOP\r\n", 100), [InputLine::BareNewline]);
    assert_eq!(lines(b"NOOP\r", 100), []);
}

#[test]
fn a_line_that_is_too_long_is_one_line_that_is_too_long() {
    let long = [&[b'x'; 100_000][..], b"\r\nNOOP\r\n"].concat();
    for piece in [1, 7, 4096, 4097, 200_000] {
        assert_eq!(lines(&long, piece), [InputLine::TooLong, InputLine::Whole(b"NOOP".to_vec())], "{piece}");
    }
}

#[test]
fn only_a_dot_between_two_cr_lf_ends_a_mail() {
    assert_eq!(mail(b"a\r\n.\r\nrest", 100, 99), (whole("a\r\n"), 4));
    assert_eq!(mail(b".\r\n", 100, 99), (whole(""), 0));
    for open in ["a\n.\n", "a\r\n.\n", "a\n.\r\n", "a\r.\r\n", "a\r\n.\rQUIT\r\n", "a.\r\n"] {
        assert_eq!(mail(open.as_bytes(), 100, 99).0, MailProgress::Unfinished, "{open:?}");
    }
    assert_eq!(mail(b"a\n.\nb\r\n.\r\n", 100, 99), (whole("a\n.\nb\r\n"), 0));
}

#[test]
fn a_dot_at_the_start_of_a_line_is_taken_away() {
    assert_eq!(mail(b"..a\r\n...\r\n.b\r\na.b\r\n.\r\n", 100, 99), (whole(".a\r\n..\r\nb\r\na.b\r\n"), 0));
}

#[test]
fn a_mail_that_is_too_long_is_received_to_its_end_and_not_for_ever() {
    assert_eq!(mail(b"12345\r\n.\r\nQUIT", 3, 7).0, whole("12345\r\n"));
    assert_eq!(mail(b"123456\r\n.\r\n", 3, 7).0, MailProgress::TooLong);
    let endless = vec![b'x'; FLOOD + 100];
    assert_eq!(mail(&endless, 10_000, 7).0, MailProgress::Flood);
}

/// The bytes by which a server sends a text on: with a dot before each dot at the start of a line.
fn stuffed(text: &[u8]) -> Vec<u8> {
    let mut sent = Vec::new();
    for line in text.split_inclusive(|it| *it == b'\n') {
        if line.starts_with(b".") {
            sent.push(b'.');
        }
        sent.extend_from_slice(line);
    }
    sent.extend_from_slice(b".\r\n");
    sent
}

proptest! {
    #[test]
    fn the_network_may_cut_lines_anywhere(bytes in "[a-b\r\n]{0,60}", piece in 1_usize..20) {
        prop_assert_eq!(lines(bytes.as_bytes(), piece), lines(bytes.as_bytes(), usize::MAX));
    }

    #[test]
    fn the_network_may_cut_mails_anywhere(bytes in "[a.\r\n]{0,60}", piece in 1_usize..20, limit in 0_usize..40) {
        prop_assert_eq!(mail(bytes.as_bytes(), piece, limit), mail(bytes.as_bytes(), usize::MAX, limit));
    }

    #[test]
    fn a_mail_arrives_as_it_was_sent(lines in vec("[a.\u{e9}]{0,8}", 0..10)) {
        let text: String = lines.iter().map(|it| format!("{it}\r\n")).collect();
        prop_assert_eq!(mail(&stuffed(text.as_bytes()), 3, 1000), (whole(&text), 0));
    }

    #[test]
    fn any_bytes_are_read(bytes in vec(any::<u8>(), 0..300)) {
        lines(&bytes, 7);
        mail(&bytes, 7, 100);
    }
}
