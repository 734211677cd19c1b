//! A sandbox with the fakes of three channels, which stand for all.

use channel_dingtalk::DingTalk;
use channel_email::fake::{MailServer, SmtpRules};
use channel_wecom::WeCom;
use fanfare_sandbox::{FakeAccount, HasFake};
use fanfare_testkit::TestSandbox;

pub(crate) const D1_SIGN: &str = "hmPWwU%2B7lVdm3ZZz0r9tSfx0L4Q26jWOZr9%2BGs6EZQM%3D";

/// The fakes of three channels.
pub(crate) struct Fakes;

impl Fakes {
    /// A sandbox with one account of each kind, and one whose messages are signed.
    pub(crate) async fn start() -> TestSandbox {
        Self::with(SmtpRules::default()).await
    }

    /// The same sandbox with a mail server that has these rules.
    pub(crate) async fn with(rules: SmtpRules) -> TestSandbox {
        let providers = vec![DingTalk::fake(), WeCom::fake(), Box::new(MailServer::new(rules))];
        let app = [("corp_id", "corp"), ("secret", "app-secret"), ("agent_id", "7"), ("to_user", "ann|bob")];
        let mail = [
            ("username", "alert@example.com"),
            ("password", "s3cret"),
            ("from", "alert@example.com"),
            ("recipient", "ann@example.com"),
            ("recipient", "bob@example.com"),
        ];
        let accounts = [
            FakeAccount::new("dingtalk", [("access_token", "robot-token"), ("member", "ann")]).named("robot"),
            FakeAccount::new("dingtalk", [("access_token", "signed"), ("secret", "this is secret")])
                .named("signed"),
            FakeAccount::new("wecom", [("key", "bot-key"), ("member", "ann")]).named("bot"),
            FakeAccount::new("wecom", app).named("app"),
            FakeAccount::new("email", mail).named("mail"),
        ];
        TestSandbox::start(providers, accounts).await
    }
}
