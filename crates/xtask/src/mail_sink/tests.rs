use std::cell::Cell;

use super::*;
use tokio::io::{AsyncReadExt as _, duplex};

/// The server's answers to a client that sends all of `script` at once, and the number of mails that it took.
async fn check(script: &str, codes: &[&str], mails: u32) {
    check_as(MailSinkBehaviour::Takes, script, codes, mails).await;
}

async fn check_as(behaviour: MailSinkBehaviour, script: &str, codes: &[&str], mails: u32) {
    let (mut client, server) = duplex(64 * 1024);
    let taken = Cell::new(0);
    client.write_all(script.as_bytes()).await.unwrap();
    client.shutdown().await.unwrap();
    drop(converse(server, behaviour, || taken.set(taken.get() + 1)).await);
    let mut said = Vec::new();
    client.read_to_end(&mut said).await.unwrap();
    let said = String::from_utf8_lossy(&said);
    // A reply of several lines has `-` after the code in all but the last.
    let answered: Vec<&str> =
        said.lines().filter(|line| line.as_bytes()[3] == b' ').map(|line| &line[..3]).collect();
    assert_eq!(answered, codes);
    assert_eq!(taken.get(), mails);
}

#[tokio::test]
async fn a_session_of_two_mails_is_two_mails() {
    check(
        "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nSubject: x\r\n\r\n..\r\nDATA\r\n.\r\n\
         MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\ndata\r\n.\r\nQUIT\r\n",
        &["220", "250", "250", "250", "354", "250", "250", "250", "354", "250", "221"],
        2,
    )
    .await;
}

#[tokio::test]
async fn a_client_that_hangs_up_has_sent_nothing() {
    check("EHLO a\r\nMAIL FROM:<a@b>\r\n", &["220", "250", "250"], 0).await;
    check("DATA\r\nSubject: x\r\n", &["220", "354"], 0).await;
}

#[tokio::test]
async fn a_password_is_taken_whatever_it_is() {
    check("AUTH PLAIN AGEAYg==\r\nQUIT\r\n", &["220", "235", "221"], 0).await;
}

#[tokio::test]
async fn one_mailbox_is_refused_and_the_other_gets_the_mail() {
    check_as(
        MailSinkBehaviour::RefusesOne,
        "EHLO a\r\nMAIL FROM:<a@b>\r\nRCPT TO:<gone@example.com>\r\nRCPT TO:<c@d>\r\nDATA\r\n.\r\nQUIT\r\n",
        &["220", "250", "250", "550", "250", "354", "250", "221"],
        1,
    )
    .await;
}
