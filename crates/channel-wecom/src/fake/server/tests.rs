use fanfare_sandbox::{
    Bytes, HeaderMap, Members, Method, Provider, ProviderRequest, ProviderVerdict, SandboxJournal,
    SeenMessage, ShownMessage, ViolationKind, header,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::super::account::{BotStatus, WeComApp, WeComBot};
use super::super::rules::{SafeForm, WeComReader, WeComRules};
use super::FakeWeCom;

const PNG: &str =
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A company with one bot, whose key is `k`, and one app of agent 7.
struct Company {
    wecom: FakeWeCom,
    journal: SandboxJournal,
    now: Timestamp,
}

fn bot() -> WeComBot {
    WeComBot { key: "k".to_owned(), ..WeComBot::default() }
}

fn app() -> WeComApp {
    WeComApp {
        corp_id: "corp".to_owned(),
        secret: "right".to_owned(),
        agent_id: 7,
        users: ["ann", "Bob"].map(str::to_owned).into(),
        parties: [("3".to_owned(), vec!["cid".to_owned()])].into(),
        ..WeComApp::default()
    }
}

impl Company {
    fn new() -> Self {
        Self::with(bot(), app(), WeComRules::default())
    }

    fn with(bot: WeComBot, app: WeComApp, rules: WeComRules) -> Self {
        let mut wecom = FakeWeCom::new(rules);
        wecom.bots.add("team", bot);
        wecom.add_app("duty", app);
        Self {
            wecom,
            journal: SandboxJournal::default(),
            now: Timestamp::from_second(1_700_000_000).unwrap(),
        }
    }

    fn request(method: Method, query: &str, body: &[u8]) -> ProviderRequest {
        Self::request_of("application/json", method, query, body)
    }

    fn request_of(content_type: &str, method: Method, query: &str, body: &[u8]) -> ProviderRequest {
        let headers = HeaderMap::from_iter([(header::CONTENT_TYPE, content_type.parse().unwrap())]);
        let body = Bytes::copy_from_slice(body);
        ProviderRequest::new(method, "", query, headers, [203, 0, 113, 7].into(), body)
    }

    fn call_bot(&mut self, method: Method, query: &str, body: &[u8]) -> Value {
        let request = Self::request(method, query, body);
        let answer = self.wecom.send_by_bot(&request, &mut self.journal, self.now);
        assert_eq!(answer.status, 200);
        serde_json::from_str(&answer.body).unwrap()
    }

    fn by_bot(&mut self, body: &Value) -> Value {
        self.call_bot(Method::POST, "key=k", body.to_string().as_bytes())
    }

    fn token(&mut self, corp: &str, secret: &str) -> Value {
        let request = Self::request(Method::GET, &format!("corpid={corp}&corpsecret={secret}"), b"");
        let answer = self.wecom.token(&request, &mut self.journal, self.now);
        serde_json::from_str(&answer.body).unwrap()
    }

    fn good_token(&mut self) -> String {
        self.token("corp", "right")["access_token"].as_str().unwrap().to_owned()
    }

    fn with_token(&mut self, token: &str, body: &Value) -> Value {
        let query = format!("access_token={token}");
        let request = Self::request(Method::POST, &query, body.to_string().as_bytes());
        let answer = self.wecom.send_by_app(&request, &mut self.journal, self.now);
        serde_json::from_str(&answer.body).unwrap()
    }

    fn by_app(&mut self, body: &Value) -> Value {
        let token = self.good_token();
        self.with_token(&token, body)
    }

    fn last(&self) -> SeenMessage {
        self.journal.messages().pop().unwrap()
    }
}

fn text(content: &str) -> Value {
    json!({"msgtype": "text", "text": {"content": content}})
}

fn to(user: &str, content: &str) -> Value {
    json!({"touser": user, "agentid": 7, "msgtype": "text", "text": {"content": content}})
}

/// The answer of a bot, in a group of Ann and a mobile, to `body`.
#[track_caller]
fn check_bot(body: &Value, code: i64) -> Option<ShownMessage> {
    let members = Members::only(["ann", "13800000001"]);
    let mut company = Company::with(WeComBot { members, ..bot() }, app(), WeComRules::default());
    assert_eq!(company.by_bot(body)["errcode"], code, "{body}");
    (code == 0).then(|| company.last().shown)
}

#[track_caller]
fn check_mentioned(body: &Value, expected: &[&str]) {
    assert_eq!(check_bot(body, 0).unwrap().mentioned, expected);
}

#[test]
fn a_refusal_tells_the_address_and_where_to_read_more() {
    let answer = Company::new().call_bot(Method::POST, "key=other", text("hot").to_string().as_bytes());
    assert_eq!(answer["errcode"], 93_000);
    let words = answer["errmsg"].as_str().unwrap();
    assert!(words.starts_with("invalid webhook url, hint: ["), "{words}");
    assert!(words.contains(", from ip: 203.0.113.7, more info at "), "{words}");
    assert!(words.ends_with("/devtool/query?e=93000"), "{words}");
}

#[test]
fn a_bot_without_a_key_or_without_a_group_is_refused() {
    let check = |status, code| {
        let mut company = Company::with(WeComBot { status, ..bot() }, app(), WeComRules::default());
        assert_eq!(company.by_bot(&text("hot"))["errcode"], code);
    };
    check(BotStatus::Active, 0);
    check(BotStatus::Stopped, 93_004);
    check(BotStatus::Removed, 93_008);
    assert_eq!(Company::new().call_bot(Method::POST, "", b"{}")["errcode"], 93_000);
}

#[test]
fn calls_of_the_wrong_kind_are_refused() {
    let mut company = Company::new();
    assert_eq!(company.call_bot(Method::GET, "key=k", b"")["errcode"], 40_058);
    assert_eq!(company.call_bot(Method::POST, "key=k", b"{\"msgtype\": \"te")["errcode"], 40_008);
    assert_eq!(company.by_bot(&json!({"msgtype": "actionCard"}))["errcode"], 40_008);
    assert_eq!(company.by_bot(&text(""))["errcode"], 44_004);
    assert_eq!(company.by_bot(&json!({"msgtype": "markdown", "text": {"content": "a"}}))["errcode"], 44_004);
}

#[test]
fn limits_are_in_bytes_and_exact() {
    let of = |form: &str, content: String| json!({"msgtype": form, form: {"content": content}});
    check_bot(&of("text", "x".repeat(2_048)), 0);
    check_bot(&of("text", "x".repeat(2_049)), 40_058);
    check_bot(&of("text", "告".repeat(682)), 0);
    check_bot(&of("text", "告".repeat(683)), 40_058);
    for markdown in ["markdown", "markdown_v2"] {
        check_bot(&of(markdown, "x".repeat(4_096)), 0);
        check_bot(&of(markdown, "x".repeat(4_097)), 40_058);
        check_bot(&of(markdown, "告".repeat(1_365)), 0);
        check_bot(&of(markdown, "告".repeat(1_366)), 40_058);
    }
    let answer = Company::new().by_bot(&of("markdown", "x".repeat(4_097)));
    assert!(answer["errmsg"].as_str().unwrap().starts_with("markdown.content exceed max length 4096"));
}

#[test]
fn a_lenient_bot_takes_texts_of_5120_bytes() {
    let rules = WeComRules { bot_text_limit: 5_120, ..WeComRules::default() };
    let mut company = Company::with(bot(), app(), rules);
    assert_eq!(company.by_bot(&text(&"x".repeat(5_120)))["errcode"], 0);
    assert_eq!(company.by_bot(&text(&"x".repeat(5_121)))["errcode"], 40_058);
}

#[test]
fn lists_call_people_only_from_inside_a_text() {
    let inside = |list: Value| json!({"msgtype": "text", "text": {"content": "hot", "mentioned_list": list}});
    check_mentioned(&inside(json!(["ann", "stranger"])), &["ann"]);
    check_mentioned(&inside(json!(["@all"])), &["@all"]);
    let mobile =
        json!({"msgtype": "text", "text": {"content": "hot", "mentioned_mobile_list": ["13800000001"]}});
    check_mentioned(&mobile, &["13800000001"]);
    let beside = json!({"msgtype": "text", "text": {"content": "hot"}, "mentioned_list": ["ann"]});
    check_mentioned(&beside, &[]);
    let markdown = json!({"msgtype": "markdown", "markdown": {"content": "hot", "mentioned_list": ["ann"]}});
    check_mentioned(&markdown, &[]);
}

#[test]
fn a_name_in_the_text_calls_in_text_and_markdown_and_nowhere_else() {
    let of = |form: &str, content: &str| json!({"msgtype": form, form: {"content": content}});
    check_mentioned(&of("text", "hot <@ann>"), &["ann"]);
    check_mentioned(&of("markdown", "hot <@ann>, <@stranger>"), &["ann"]);
    check_mentioned(&of("markdown_v2", "hot <@ann>"), &[]);
    check_mentioned(&of("markdown", "hot <@all> @all"), &[]);
    check_mentioned(&of("markdown", "hot <@13800000001"), &[]);
    assert_eq!(check_bot(&of("markdown", "hot <@ann>!"), 0).unwrap().text, "hot @ann!");
}

#[test]
fn an_image_is_checked_by_the_sum_of_its_bytes() {
    let image = |md5: &str| json!({"msgtype": "image", "image": {"base64": PNG, "md5": md5}});
    check_bot(&image("f829b914fc47cfc9c0747c119c27cf1b"), 0);
    check_bot(&image("946ee1fcb8bf657f5a34b285416936c8"), 301_019);
    let hello = json!({"msgtype": "image", "image": {"base64": "aGVsbG8=", "md5": "5d41402abc4b2a76b9719d911017c592"}});
    check_bot(&hello, 0);
    check_bot(&json!({"msgtype": "image", "image": {"base64": "not base64!", "md5": ""}}), 40_035);
}

#[test]
fn news_are_cut_without_a_word() {
    let article =
        |title: &str| json!({"title": title, "description": "d".repeat(600), "url": "https://example.com"});
    let news = |articles: Vec<Value>| json!({"msgtype": "news", "news": {"articles": articles}});
    let shown = check_bot(&news(vec![article(&"告".repeat(50))]), 0).unwrap();
    assert!(shown.cut);
    assert_eq!((shown.title.len(), shown.text.len()), (126, 126 + 1 + 512 + 1));
    check_bot(&news(vec![article("a"); 8]), 0);
    check_bot(&news(vec![article("a"); 9]), 45_008);
    check_bot(&news(vec![]), 44_004);
    check_bot(&news(vec![json!({"url": "https://example.com"})]), 41_016);
    check_bot(&news(vec![json!({"title": "a", "url": "example.com"})]), 45_034);
}

#[test]
fn a_card_has_a_type_a_title_and_an_action() {
    let card = |card: Value| json!({"msgtype": "template_card", "template_card": card});
    let action = json!({"type": 1, "url": "https://example.com"});
    let good = json!({"card_type": "text_notice", "main_title": {"title": "hot"}, "card_action": action});
    check_bot(&card(good.clone()), 0);
    check_bot(
        &card(json!({"card_type": "button", "main_title": {"title": "hot"}, "card_action": action})),
        40_058,
    );
    check_bot(&card(json!({"card_type": "text_notice", "card_action": action})), 40_058);
    check_bot(&card(json!({"card_type": "text_notice", "main_title": {"title": "hot"}})), 40_058);
    let mut crowded = good;
    crowded["jump_list"] = json!([1, 2, 3, 4]);
    check_bot(&card(crowded), 40_058);
}

#[test]
fn a_file_lives_for_three_days() {
    let mut company = Company::new();
    let body = b"--x\r\nContent-Disposition: form-data; name=\"media\"; filename=\"a.txt\"\r\n\r\nhello world\r\n--x--\r\n";
    let form = "multipart/form-data; boundary=x";
    let request = Company::request_of(form, Method::POST, "key=k&type=file", body);
    let stored: Value = serde_json::from_str(&company.wecom.upload(&request, company.now).body).unwrap();
    let id = stored["media_id"].as_str().unwrap();

    let file = |id: &str| json!({"msgtype": "file", "file": {"media_id": id}});
    assert_eq!(company.by_bot(&file(id))["errcode"], 0);
    assert_eq!(company.by_bot(&file("other"))["errcode"], 40_007);
    company.now += SignedDuration::from_hours(73);
    assert_eq!(company.by_bot(&file(id))["errcode"], 40_007);
}

#[test]
fn the_21st_message_in_a_minute_silences_a_bot_for_one() {
    let mut company = Company::new();
    for _ in 0..20 {
        assert_eq!(company.by_bot(&text("hot"))["errcode"], 0);
    }
    assert_eq!(company.by_bot(&text("hot"))["errcode"], 45_009);
    company.now += SignedDuration::from_secs(59);
    assert_eq!(company.by_bot(&text("hot"))["errcode"], 45_009);
    company.now += SignedDuration::from_secs(1);
    assert_eq!(company.by_bot(&text("hot"))["errcode"], 0);
    let kinds: Vec<_> = company.journal.violations().iter().map(|it| it.kind).collect();
    assert_eq!(kinds, [ViolationKind::LimitExceeded, ViolationKind::SentWhileBlocked]);
}

#[test]
fn the_wechat_plug_in_shows_text_and_nothing_else() {
    let rules = WeComRules { reader: WeComReader::WeChat, ..WeComRules::default() };
    let mut company = Company::with(bot(), app(), rules);
    company.by_bot(&text("hot"));
    assert_eq!(company.last().shown.text, "hot");
    company.by_bot(&json!({"msgtype": "markdown", "markdown": {"content": "hot"}}));
    assert!(!company.last().shown.text.contains("hot"));
}

#[test]
fn a_token_stays_the_same_until_it_expires() {
    let mut company = Company::with(bot(), WeComApp { expires_in: 600, ..app() }, WeComRules::default());
    let first = company.token("corp", "right");
    assert_eq!(first["expires_in"], 600);
    company.now += SignedDuration::from_secs(599);
    let same = company.token("corp", "right");
    assert_eq!((&same["access_token"], &same["expires_in"]), (&first["access_token"], &json!(1)));
    company.now += SignedDuration::from_secs(1);
    let old = first["access_token"].as_str().unwrap();
    assert_eq!(company.with_token(old, &to("ann", "hot"))["errcode"], 42_001);
    assert_ne!(company.good_token(), old);
    assert_eq!(company.journal.stats()["duty"].token_calls, 3);
}

#[test]
fn a_revoked_token_is_refused_and_the_next_one_works() {
    let mut company = Company::new();
    let old = company.good_token();
    company.wecom.revoke_tokens("duty");
    assert_eq!(company.with_token(&old, &to("ann", "hot"))["errcode"], 40_014);
    assert_eq!(company.by_app(&to("ann", "hot"))["errcode"], 0);
}

#[test]
fn wrong_credentials_are_refused_and_too_many_of_them_banned() {
    let mut company = Company::new();
    assert_eq!(company.token("other", "right")["errcode"], 40_013);
    for _ in 0..5 {
        assert_eq!(company.token("corp", "wrong")["errcode"], 40_001);
    }
    assert_eq!(company.token("corp", "wrong")["errcode"], 45_009);
    assert_eq!(company.token("corp", "right")["errcode"], 45_009);
    assert_eq!(company.journal.violations().len(), 2);
    company.now += SignedDuration::from_hours(1);
    assert_eq!(company.token("corp", "right")["errcode"], 0);
}

#[test]
fn an_app_writes_only_with_a_token_and_as_itself() {
    let mut company = Company::new();
    assert_eq!(company.with_token("", &to("ann", "hot"))["errcode"], 41_001);
    assert_eq!(company.with_token("other", &to("ann", "hot"))["errcode"], 40_014);
    let mut as_agent = |agent: Value| {
        let mut body = to("ann", "hot");
        body["agentid"] = agent;
        company.by_app(&body)["errcode"].clone()
    };
    assert_eq!(as_agent(json!("7")), 40_056);
    assert_eq!(as_agent(json!(8)), 301_002);
    assert_eq!(as_agent(json!(7)), 0);
    let nobody = json!({"touser": "ann", "msgtype": "text", "text": {"content": "hot"}});
    assert_eq!(company.by_app(&nobody)["errcode"], 41_011);
}

#[test]
fn an_app_is_called_from_its_own_addresses() {
    let allowed_addresses = vec!["198.51.100.1".parse().unwrap()];
    let mut company = Company::with(bot(), WeComApp { allowed_addresses, ..app() }, WeComRules::default());
    let answer = company.by_app(&to("ann", "hot"));
    assert_eq!(answer["errcode"], 60_020);
    assert!(answer["errmsg"].as_str().unwrap().contains("from ip: 203.0.113.7"));
}

#[test]
fn strangers_come_back_in_lower_case_and_the_others_get_it() {
    let mut company = Company::new();
    let answer = company.by_app(&to("ann|bob|STRANGER", "hot"));
    assert_eq!((&answer["errcode"], &answer["invaliduser"]), (&json!(0), &json!("stranger")));
    assert_eq!(company.last().shown.recipients, ["Bob", "ann"]);
    assert_eq!(company.by_app(&to("stranger", "hot"))["errcode"], 81_013);
    assert_eq!(company.by_app(&to("", "hot"))["errcode"], 82_001);
}

#[test]
fn parties_and_everyone_can_be_written_to() {
    let mut company = Company::new();
    let mut body = to("@all", "hot");
    body["toparty"] = json!("99");
    assert_eq!(company.by_app(&body)["errcode"], 0);
    assert_eq!(company.last().shown.recipients, ["Bob", "ann", "cid"]);
    let party = json!({"toparty": "3|99", "agentid": 7, "msgtype": "text", "text": {"content": "hot"}});
    assert_eq!(company.by_app(&party)["invalidparty"], "99");
    assert_eq!(company.last().shown.recipients, ["cid"]);
}

#[test]
fn lists_have_their_lengths() {
    let many = |count: usize| (0..count).map(|number| number.to_string()).collect::<Vec<_>>().join("|");
    let mut company = Company::new();
    assert_eq!(company.by_app(&to(&many(1_001), "hot"))["errcode"], 40_058);
    let mut body = to("ann", "hot");
    body["toparty"] = json!(many(101));
    assert_eq!(company.by_app(&body)["errcode"], 82_002);
    body["toparty"] = json!("");
    body["totag"] = json!(many(101));
    assert_eq!(company.by_app(&body)["errcode"], 82_003);
}

#[test]
fn an_app_cuts_a_long_text_and_refuses_a_long_markdown() {
    let mut company = Company::new();
    assert_eq!(company.by_app(&to("ann", &"告".repeat(683)))["errcode"], 0);
    let shown = company.last().shown;
    assert_eq!((shown.text.len(), shown.cut), (2_046, true));
    let markdown = json!({"touser": "ann", "agentid": 7, "msgtype": "markdown", "markdown": {"content": "x".repeat(2_049)}});
    assert_eq!(company.by_app(&markdown)["errcode"], 40_058);
}

#[test]
fn a_member_gets_thirty_a_minute_and_the_rest_is_lost_without_a_word() {
    let mut company = Company::new();
    for _ in 0..30 {
        company.by_app(&to("ann", "hot"));
    }
    assert_eq!(company.by_app(&to("ann|bob", "hot"))["errcode"], 0);
    let shown = company.last().shown;
    assert_eq!((shown.recipients, shown.missed), (vec!["Bob".to_owned()], vec!["ann".to_owned()]));
    assert_eq!(company.journal.violations()[0].kind, ViolationKind::MessageLost);
    company.now += SignedDuration::from_secs(60);
    company.by_app(&to("ann", "hot"));
    assert_eq!(company.last().shown.recipients, ["ann"]);
}

#[test]
fn the_same_again_is_swallowed_if_the_client_asked_for_it() {
    let mut company = Company::new();
    let mut body = to("ann", "hot");
    company.by_app(&body);
    company.by_app(&body);
    assert_eq!(company.last().verdict, ProviderVerdict::Delivered);
    body["enable_duplicate_check"] = json!(1);
    company.by_app(&body);
    assert_eq!(company.last().verdict, ProviderVerdict::Delivered);
    assert_eq!(company.by_app(&body)["errcode"], 0);
    assert_eq!(company.last().verdict, ProviderVerdict::Duplicate);
    company.now += SignedDuration::from_secs(1_800);
    company.by_app(&body);
    assert_eq!(company.last().verdict, ProviderVerdict::Delivered);
}

#[test]
fn safe_is_a_number_unless_the_rules_are_lenient() {
    let mut body = to("ann", "hot");
    body["safe"] = json!("0");
    assert_eq!(Company::new().by_app(&body)["errcode"], 40_035);
    let rules = WeComRules { safe: SafeForm::IntegerOrText, ..WeComRules::default() };
    assert_eq!(Company::with(bot(), app(), rules).by_app(&body)["errcode"], 0);
    body["safe"] = json!(0);
    assert_eq!(Company::new().by_app(&body)["errcode"], 0);
}

#[test]
fn channels_of_one_app_are_told_apart_by_whom_they_write_to() {
    let mut company = Company::new();
    company.wecom.add_app("boss", WeComApp { audience: vec!["bob".to_owned()], ..app() });
    company.by_app(&to("bob", "hot"));
    assert_eq!(company.last().target, "boss");
    company.by_app(&to("ann", "hot"));
    assert_eq!(company.last().target, "duty");
}
