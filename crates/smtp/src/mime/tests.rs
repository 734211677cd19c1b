use encoding_rs::{BIG5, GB18030};
use proptest::collection::vec;
use proptest::prelude::*;

use super::*;

fn read(raw: &[u8]) -> InboundMail {
    decode(raw).unwrap().mail
}

#[test]
fn a_plain_mail_is_read() {
    let raw = "From: \"UPS 1\" <UPS1@plant.example>\r\nSubject: On battery\r\nDate: Sat, 28 Nov 2026 16:26:40 +0800\r\n\
               Message-ID: <1@ups1>\r\n\r\nRuntime: 12 min\r\n";
    let decoded = decode(raw.as_bytes()).unwrap();
    let mail = &decoded.mail;
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("On battery", "Runtime: 12 min"));
    let sender =
        MailSender { address: "UPS1@plant.example".into(), shown: "UPS 1 <UPS1@plant.example>".into() };
    assert_eq!(mail.sender, Some(sender));
    assert_eq!(mail.written_at, "2026-11-28T08:26:40Z".parse().ok());
    assert_eq!(decoded.identity.as_deref(), Some("1@ups1\nSat, 28 Nov 2026 16:26:40 +0800"));
    assert_eq!(
        decode(b"Subject: x\r\nMessage-ID: <1@a>\r\n\r\n").unwrap().identity,
        None,
        "no time of its own"
    );
}

/// The bytes by Python: `base64.b64encode` of `"3号泵漏水".encode("gb2312")` and of `"水位过高".encode("gb18030")`.
#[test]
fn chinese_is_read_in_each_of_its_character_sets() {
    let raw = "Subject: =?gb2312?b?M7rFscPCqcuu?=\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=gb18030\r\n\
               Content-Transfer-Encoding: base64\r\n\r\ny67Ou7n9uN8=\r\n";
    let mail = read(raw.as_bytes());
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("3号泵漏水", "水位过高"));
    let quoted = "Subject: =?UTF-8?Q?3=E5=8F=B7=E6=B3=B5?= =?UTF-8?Q?=E6=BC=8F=E6=B0=B4?=\r\n\
                  Content-Type: text/plain; charset=\"GBK\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n=CB=AE=CE=BB=\r\n=B9=FD=B8=DF\r\n";
    let mail = read(quoted.as_bytes());
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("3号泵漏水", "水位过高"));
    let (big5, _, _) = BIG5.encode("水位過高");
    let raw = [&b"Subject: x\r\nContent-Type: text/plain; charset=big5\r\n\r\n"[..], &big5].concat();
    assert_eq!(read(&raw).text, "水位過高");
}

#[test]
fn chinese_without_a_character_set_is_read_too() {
    let (gbk, _, _) =
        GB18030.encode("Subject: 3号泵漏水\r\nFrom: 水泵 <pump@plant.example>\r\n\r\n水位过高\r\n");
    let mail = read(&gbk);
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("3号泵漏水", "水位过高"));
    assert_eq!(mail.sender.unwrap().shown, "水泵 <pump@plant.example>");
    let base64 =
        "Subject: x\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\ny67Ou7n9uN8=\r\n";
    assert_eq!(read(base64.as_bytes()).text, "水位过高");
    assert_eq!(read("Subject: 水泵\r\n\r\n漏水\r\n".as_bytes()).text, "漏水");
}

#[test]
fn markup_becomes_text_if_there_is_no_other() {
    let html = "<html><head><style>p{}</style></head><body><h1>Alarm</h1><table><tr><td>Camera</td><td>3</td></tr>\
                <tr><td>Event</td><td>Motion &amp; sound</td></tr></table><div>水位</div></body></html>";
    let raw = format!("Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{html}");
    assert_eq!(read(raw.as_bytes()).text, "Alarm\nCamera 3\nEvent Motion & sound\n水位");
    let both = format!(
        "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n--b\r\n\
         Content-Type: text/plain\r\n\r\nplain words\r\n--b\r\nContent-Type: text/html\r\n\r\n{html}\r\n--b--\r\n"
    );
    assert_eq!(read(both.as_bytes()).text, "plain words");
}

/// RFC 2231: a name in parts, with its character set.
#[test]
fn files_are_named_and_not_kept() {
    let raw = "Subject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\
               Content-Type: text/plain\r\n\r\nMotion\r\n--b\r\nContent-Type: image/jpeg\r\n\
               Content-Disposition: attachment; filename*=UTF-8''%E6%B3%B5.jpg\r\nContent-Transfer-Encoding: base64\r\n\r\n\
               /9j/4AAQ\r\n--b--\r\n";
    let mail = read(raw.as_bytes());
    assert_eq!((mail.text.as_str(), &mail.attachments), ("Motion", &vec!["泵.jpg".to_owned()]));
}

#[test]
fn a_reply_of_a_program_and_a_mail_that_circles_are_known() {
    assert!(
        decode(b"Subject: Away\r\nAuto-Submitted: auto-replied\r\n\r\nI am away").unwrap().is_automatic_reply
    );
    assert!(!decode(b"Subject: UPS\r\nAuto-Submitted: auto-generated\r\n\r\n").unwrap().is_automatic_reply);
    let raw = format!("{}Subject: x\r\n\r\n", "Received: from a by b\r\n".repeat(7));
    assert_eq!(decode(raw.as_bytes()).unwrap().hops, 7);
}

proptest! {
    #[test]
    fn any_bytes_are_decoded_or_not(raw in vec(any::<u8>(), 0..400)) {
        drop(decode(&raw));
    }

    #[test]
    fn any_mail_is(head in "(Content-Type: (text/html|text/plain|multipart/mixed; boundary=b)(; charset=[a-z0-9-]{1,8})?\r\n)?", body in "(--b\r\n|[<>&;=?\\-a-b水/ \r\n]{0,20}){0,8}") {
        drop(decode(format!("{head}Subject: x\r\n\r\n{body}").as_bytes()));
    }

    #[test]
    fn any_page_is_text(page in "[<>/&;#!\\-a-dtr水 \"\r\n]{0,80}") {
        drop(text_of_html(&page));
    }
}
