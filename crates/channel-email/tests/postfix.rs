//! Mail handed to Debian's postfix, as it comes.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on must stop")]

use std::io::Read as _;
use std::net::{TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt as _, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use channel_email::Email;
use fanfare_core::{Attempt, Channel, Context, Locale, Notifier, Refusal, Severity, Why};
use fanfare_testkit::{attempt, notification};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair};
use serde_json::json;
use tokio::time::Instant;

const POSTFIX: &str = "/usr/sbin/postfix";

/// The owner of the mailbox: a user of no rights.
const NOBODY: u32 = 65_534;

/// Postfix in a folder of its own, with a certificate that is its own CA. Dropping it ends
/// the server that it started, and no other.
struct PostfixServer {
    folder: tempfile::TempDir,
    process: Child,
    port: u16,
}

impl Drop for PostfixServer {
    fn drop(&mut self) {
        // Its master is not the process that we started, but that one's child.
        let abort = Command::new(POSTFIX).arg("-c").arg(self.folder.path()).arg("abort").output().unwrap();
        assert!(abort.status.success(), "{}", String::from_utf8_lossy(&abort.stderr));
        self.process.wait().unwrap();
    }
}

impl PostfixServer {
    /// A server on a free port; `None` where it cannot be run: its master wants to be root.
    fn start() -> Option<Self> {
        if std::fs::metadata("/proc/self").unwrap().uid() != 0 {
            return None;
        }
        assert!(
            Path::new(POSTFIX).exists(),
            "it needs postfix: `cargo xtask test` installs it, or apt-get install postfix"
        );
        let folder = tempfile::TempDir::new().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        write_folder(folder.path(), port);
        let process = Command::new(POSTFIX)
            .arg("-c")
            .arg(folder.path())
            .arg("start-fg")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { folder, process, port };
        server.wait_for("its greeting", || server.greets());
        Some(server)
    }

    fn greets(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else { return false };
        stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
        let mut code = [0; 3];
        stream.read_exact(&mut code).is_ok() && code == *b"220"
    }

    /// Waits until `is_there`; generously, for a busy machine.
    fn wait_for(&self, what: &str, is_there: impl Fn() -> bool) {
        let start = Instant::now();
        while !is_there() {
            assert!(start.elapsed() < Duration::from_secs(60), "no sign of {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The mails that have been delivered.
    fn mails(&self) -> Vec<String> {
        let inbox = self.folder.path().join("mail/inbox/new");
        let files = std::fs::read_dir(inbox).into_iter().flatten();
        files.map(|file| std::fs::read_to_string(file.unwrap().path()).unwrap()).collect()
    }

    fn channel(&self, to: &[&str]) -> Email {
        let config = json!({
            "smtp": {
                "host": "localhost", "port": self.port, "tls": "starttls",
                "ca_file": self.folder.path().join("server.pem"),
            },
            "from": "alert@example.com",
            "to": to,
        });
        let context =
            Context { name: "ops-mail".into(), locale: Locale::default(), timeout: Duration::from_secs(60) };
        Email::build(serde_json::from_value(config).unwrap(), context).unwrap()
    }
}

fn write_folder(folder: &Path, port: u16) {
    let path = |name: &str| -> PathBuf { folder.join(name) };
    for name in ["spool", "data", "mail"] {
        std::fs::create_dir(path(name)).unwrap();
    }
    chown(folder, Some(0), Some(0)).unwrap();
    std::fs::set_permissions(folder, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    chown(path("data"), Some(user("postfix")), None).unwrap();
    chown(path("mail"), Some(NOBODY), Some(NOBODY)).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    std::fs::write(path("server.pem"), params.self_signed(&key).unwrap().pem()).unwrap();
    std::fs::write(path("server.key"), key.serialize_pem()).unwrap();
    let main = include_str!("postfix/main.cf").replace("<folder>", folder.to_str().unwrap());
    std::fs::write(path("main.cf"), main).unwrap();
    let master = include_str!("postfix/master.cf").replace("<port>", &port.to_string());
    std::fs::write(path("master.cf"), master).unwrap();
}

/// The number of a user of this system.
fn user(name: &str) -> u32 {
    let users = std::fs::read_to_string("/etc/passwd").unwrap();
    let line = users.lines().find(|line| line.starts_with(&format!("{name}:"))).unwrap();
    line.split(':').nth(2).unwrap().parse().unwrap()
}

fn names(refusals: &[Refusal]) -> Vec<&str> {
    refusals.iter().map(|it| it.recipient.as_str()).collect()
}

#[tokio::test]
async fn postfix_takes_a_mail_once_whomever_it_refuses() {
    let Some(server) = PostfixServer::start() else { return };
    let told = notification(Severity::High, Why::Started);
    let everybody = [
        "one@example.com",
        "gone@example.com",
        "closing@example.com",
        "later@example.com",
        "two@example.com",
    ];
    let channel = server.channel(&everybody);
    let receipt = channel.notify(&told, &attempt()).await.unwrap();
    assert!(receipt.words.starts_with("250 2.0.0 Ok: queued as "), "{}", receipt.words);
    assert_eq!(names(&receipt.refused), ["gone@example.com"]);
    assert!(receipt.refused[0].reason.starts_with("550 5.1.1 "), "{}", receipt.refused[0].reason);
    assert_eq!(names(&receipt.deferred), ["closing@example.com", "later@example.com"]);
    server.wait_for("one mail for each of the two", || server.mails().len() == 2);

    let owed = receipt.deferred.into_iter().map(|it| it.recipient).collect();
    let again = Attempt { ordinal: 2, only: Some(owed), ..attempt() };
    let err = channel.notify(&told, &again).await.unwrap_err();
    assert_eq!(err.word(), "transient", "{err}");
    let mails = server.mails();
    assert_eq!(mails.len(), 2, "nobody has it twice");
    assert!(mails.iter().all(|mail| mail.contains("\nAuto-Submitted: auto-generated\n")), "{mails:?}");
}
