//! A mail server and a reader of mail that are not ours: aiosmtpd, and Python's `email`.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use serde_json::Value;
use tempfile::TempDir;

/// Debian's, for which `python3-aiosmtpd` is packaged.
const PYTHON: &str = "/usr/bin/python3";

/// aiosmtpd in a folder of its own, with certificates made for `localhost`. Dropping it ends
/// the server that it started, and no other.
#[derive(Debug)]
pub struct AiosmtpdServer {
    folder: TempDir,
    process: Child,
    port: u16,
}

impl Drop for AiosmtpdServer {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

impl AiosmtpdServer {
    /// The only user that it lets in.
    pub const USER: &str = "alert@example.com";

    /// The password of that user.
    pub const PASSWORD: &str = "an authorisation code";

    /// Starts a server on a free port of this machine.
    ///
    /// # Panics
    ///
    /// If aiosmtpd is not installed.
    #[must_use]
    pub fn start() -> Self {
        let folder = TempDir::new().unwrap();
        write_certificates(folder.path());
        let path = |name: &str| folder.path().join(name);
        let mut process = Command::new(PYTHON)
            .arg(script("server.py"))
            .args(["--certificate".into(), path("server.pem"), "--key".into(), path("server.key")])
            .args(["--mails".as_ref(), folder.path()])
            .args(["--user", Self::USER, "--password", Self::PASSWORD])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let needed = "it needs aiosmtpd: `cargo xtask test` installs it, or apt-get install python3-aiosmtpd";
        let port = line.trim().parse().expect(needed);
        Self { folder, process, port }
    }

    /// The port on `localhost`.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The authority of its certificate.
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The mail of this number, from 1, as Python's `email` reads it; `None` if it has not come yet.
    ///
    /// # Panics
    ///
    /// If it cannot be read.
    #[must_use]
    pub fn mail(&self, number: u32) -> Option<ReceivedMail> {
        let path = self.folder.path().join(format!("{number}.eml"));
        path.exists().then(|| {
            let output = Command::new(PYTHON).arg(script("read_mail.py")).arg(path).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            ReceivedMail(serde_json::from_slice(&output.stdout).unwrap())
        })
    }
}

/// A mail that was read.
#[derive(Debug)]
pub struct ReceivedMail(Value);

impl ReceivedMail {
    /// The only header field called `name`.
    ///
    /// # Panics
    ///
    /// If there is none, or there are several.
    #[must_use]
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        let [text] = self.headers(name)[..] else { panic!("one {name} expected in {}", self.0["headers"]) };
        text
    }

    /// All header fields called `name`.
    #[must_use]
    pub fn headers(&self, name: &str) -> Vec<&str> {
        let fields = self.0["headers"].as_array().unwrap().iter();
        fields.filter(|it| it[0] == name).map(|it| it[1].as_str().unwrap()).collect()
    }

    /// The faults that its reader found in its form.
    #[must_use]
    pub fn defects(&self) -> &Value {
        &self.0["defects"]
    }

    /// The type of the whole, e.g. `multipart/alternative`.
    #[must_use]
    pub fn media_type(&self) -> &str {
        self.0["type"].as_str().unwrap()
    }

    /// The types of its parts.
    #[must_use]
    pub fn part_types(&self) -> Vec<&str> {
        self.parts().iter().map(|it| it["type"].as_str().unwrap()).collect()
    }

    /// The text of the part with this number, from 0, with the line ends of this system.
    #[must_use]
    pub fn part(&self, number: usize) -> String {
        self.parts()[number]["text"].as_str().unwrap().replace("\r\n", "\n")
    }

    fn parts(&self) -> &[Value] {
        self.0["parts"].as_array().unwrap()
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/smtp").join(name)
}

fn write_certificates(folder: &Path) {
    let ca_key = KeyPair::generate().unwrap();
    let mut ca = CertificateParams::new(vec![]).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let write = |name: &str, pem: String| std::fs::write(folder.join(name), pem).unwrap();
    write("ca.pem", ca.self_signed(&ca_key).unwrap().pem());
    let key = KeyPair::generate().unwrap();
    let server = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    write("server.pem", server.signed_by(&key, &Issuer::new(ca, ca_key)).unwrap().pem());
    write("server.key", key.serialize_pem());
}
