//! A secret planted in every credential field is found nowhere but on the wire to its provider.

mod marker;
mod tap;
mod reload;
mod links;
mod doors;
mod admission;
mod log;

use std::collections::BTreeSet;
use std::sync::Arc;

use fanfare_sandbox::{Canned, Fault, FaultSwitch, MailAction, MailStage};
use serde_json::{Value, json};

use self::marker::find;
use self::tap::WireTap;
use crate::harness::{FakeProviders, PATIENCE, TestFolder, TestGateway, TestRequest, text, until};
use crate::samples::{Protocol, ProviderAddresses, SampleChannel, SampleSecret, samples, wecom_bot};

const ENV_TOKEN: &str = "Zq7+source-env+k3Vw9";
const FILE_TOKEN: &str = "Zq7+source-file+m8Tx2";
const API_TOKEN: &str = "Zq7+api+b5Rn6";

/// In the bodies of scripts that forward more than they should.
const IN_BODIES: [&str; 4] =
    ["Zq7+server-attrs+a4Nc1", "Zq7+org-params+d7Mh0", "Zq7+field+f3Qz9", "Zq7+address+j8Ut2"];

/// Brought by those who do not know the right one.
const WRONG_TOKEN: &str = "Zq7+wrong-token+e2Pa6";

/// The channel that hears what the gateway says of itself.
const SPARE: &str = "spare";

/// The channels that alerts go to first: one of every sample, under its name.
fn channels() -> impl Iterator<Item = &'static str> {
    samples().iter().map(|it| it.name.as_str())
}

/// Every channel, with the sample that it is made of.
fn all_channels() -> impl Iterator<Item = (&'static str, &'static SampleChannel)> {
    samples().iter().map(|it| (it.name.as_str(), it)).chain([(SPARE, wecom_bot())])
}

/// The only secret of a channel by its name in the config.
#[track_caller]
fn secret_of(channel: &str, secret: &str) -> String {
    let (name, sample) = all_channels().find(|it| it.0 == channel).unwrap();
    sample.secrets.iter().find(|it| it.name == secret).unwrap().hidden(name)
}

/// The secrets that are planted, as far as nobody may see them.
fn planted() -> Vec<String> {
    let of_channels =
        all_channels().flat_map(|(name, sample)| sample.secrets.iter().map(move |it| it.hidden(name)));
    let ours = [ENV_TOKEN, FILE_TOKEN, API_TOKEN, WRONG_TOKEN].into_iter().chain(IN_BODIES);
    of_channels.chain(ours.map(str::to_owned)).collect()
}

/// A source of a channel's secret: the first of several comes from the environment, the others from files.
enum SecretSource {
    Variable(String),
    File(String),
}

impl SecretSource {
    fn new(channel: &str, sample: &SampleChannel, secret: &SampleSecret) -> Self {
        if sample.secrets.len() > 1 && sample.secrets[0].name == secret.name {
            Self::Variable(format!("{channel}_{}", secret.name).replace('-', "_").to_uppercase())
        } else {
            Self::File(format!("secrets/{channel}-{}", secret.name))
        }
    }
}

/// The secrets of a gateway with its providers at `http`, and the places they are read from.
struct SecretPlaces {
    env: Vec<(String, String)>,
    files: Vec<(String, String)>,
}

impl SecretPlaces {
    fn new(http: &str) -> Self {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        let mut env = [("SOURCE_TOKEN", ENV_TOKEN), ("RUST_LOG", "trace")].map(owned).to_vec();
        let mut files = [("secrets/source", FILE_TOKEN), ("secrets/api", API_TOKEN)].map(owned).to_vec();
        for (channel, sample) in all_channels() {
            for secret in &sample.secrets {
                let value = secret.value(channel, http);
                match SecretSource::new(channel, sample, secret) {
                    SecretSource::Variable(name) => env.push((name, value)),
                    SecretSource::File(name) => files.push((name, value)),
                }
            }
        }
        Self { env, files }
    }

    fn env(&self) -> Vec<(&str, &str)> {
        self.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// The config, with `HTTP` and `SMTP` for the addresses of the providers.
fn config() -> String {
    let at = ProviderAddresses {
        http: "HTTP".to_owned(),
        smtp_host: "127.0.0.1".to_owned(),
        smtp_port: "SMTP".to_owned(),
        ca_file: None,
    };
    let mut lines = String::new();
    for (channel, sample) in all_channels() {
        let settings =
            sample.settings_with(channel, &at, |secret| match SecretSource::new(channel, sample, secret) {
                SecretSource::Variable(name) => format!("{{ env: {name} }}"),
                SecretSource::File(name) => format!("{{ file: {name} }}"),
            });
        lines.push_str(&format!("  {channel}: {{ timeout: 2s, {settings} }}\n"));
    }
    format!(
        "\
server: {{ listen: 127.0.0.1:0, external_url: https://alerts.example.test, auth: {{ bearer: {{ file: secrets/api }} }} }}
store: sqlite://data/fanfare.db
sources:
  - {{ name: by-env, format: tkl, auth: {{ bearer: {{ env: SOURCE_TOKEN }} }} }}
  - {{ name: by-file, format: tkl, auth: {{ bearer: {{ file: secrets/source }} }} }}
channels:
{lines}receivers:
  - name: everybody
    channels: [{}]
    contract: {{ succeed: all, within: 2s }}
    escalate: [{{ after: 1h, unless: acknowledged, to: [{SPARE}] }}]
  - {{ name: ourselves, channels: [{SPARE}] }}
route:
  receiver: everybody
  routes: [{{ matchers: ['source = fanfare'], receiver: ourselves }}]
",
        channels().collect::<Vec<_>>().join(", ")
    )
}

/// `config` with the addresses of the providers.
fn placed(config: &str, http: &WireTap, smtp: &WireTap) -> String {
    config
        .replace("HTTP", &format!("http://{}", http.address()))
        .replace("port: SMTP", &format!("port: {}", smtp.address().port()))
}

/// An alarm by a script that forwards what it should not.
fn careless_alarm() -> Value {
    let [server_attrs, org_params, field, address] = IN_BODIES;
    json!({
        "device": {
            "eui": "6353012af1093062",
            "name": "Cold room 3",
            "server_attrs": { "anything": server_attrs },
        },
        "org_params": { "anything": org_params },
        "dingtalk_token": field,
        "config": { "smtp": { "password": field } },
        "level": "urgent",
        "title": "Too warm",
        "desc": format!("told by https://oapi.dingtalk.com/robot/send?access_token={address}"),
    })
}

/// A gateway among providers that misbehave in one way, and the way to them overheard.
struct SecretsSetup {
    providers: FakeProviders,
    http: WireTap,
    smtp: WireTap,
    gateway: TestGateway,
    secrets: SecretPlaces,
    /// The token of its API.
    token: &'static str,
}

impl SecretsSetup {
    fn new(faults: Vec<(&str, Fault)>) -> Self {
        let providers = FakeProviders::start(all_channels().map(|(name, sample)| sample.account(name)));
        for (channel, fault) in faults {
            providers.set_fault(channel, FaultSwitch::always(fault)).unwrap();
        }
        let (http, smtp) =
            (WireTap::before(providers.http_address()), WireTap::before(providers.smtp_address()));
        let site = TestFolder::new(&placed(&config(), &http, &smtp));
        let secrets = SecretPlaces::new(&format!("http://{}", http.address()));
        for (name, secret) in &secrets.files {
            // As an editor leaves it, with the end of the line.
            site.write(name, &format!("{secret}\n"));
        }
        let gateway = TestGateway::start_at(&Arc::new(site), &[], &secrets.env());
        Self { providers, http, smtp, gateway, secrets, token: API_TOKEN }
    }

    fn get(&self, path: &str) -> String {
        let answer = TestRequest::get(path).bearer(self.token).send(self.gateway.address());
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.body
    }

    /// The rows of a list of the API.
    fn rows(&self, list: &str) -> Vec<Value> {
        let json: Value = serde_json::from_str(&self.get(&format!("/api/v1/{list}"))).unwrap();
        json[list.replace('-', "_")].as_array().unwrap().clone()
    }

    fn deliveries(&self) -> Vec<Value> {
        self.rows("deliveries")
    }

    /// Everything that comes to this gateway's doors, and each channel's first attempt.
    /// Returns what those were answered who were refused.
    fn live(&self) -> String {
        let body = careless_alarm().to_string();
        let post = |source: &str, token: &str| {
            TestRequest::post(&format!("/ingest/{source}"), body.as_str())
                .bearer(token)
                .send(self.gateway.address())
        };
        let mut refused = String::new();
        for (source, token) in [("by-env", WRONG_TOKEN), ("by-env", FILE_TOKEN), ("by-file", API_TOKEN)] {
            let answer = post(source, token);
            assert_eq!(answer.status, 401);
            refused.push_str(&format!("{}{}", answer.head, answer.body));
        }
        assert_eq!(post("by-env", ENV_TOKEN).status, 202);
        assert_eq!(post("by-file", FILE_TOKEN).status, 202);
        let tried = |it: &Value| it["attempts"].as_u64() > Some(0);
        until(
            "every channel has been tried",
            || {
                let channels: BTreeSet<String> = self
                    .deliveries()
                    .iter()
                    .filter(|it| tried(it))
                    .map(|it| text(it, "channel").to_owned())
                    .collect();
                self::channels().all(|it| channels.contains(it))
            },
            PATIENCE,
        );
        refused
    }

    /// The answers to tests of the channels. Channels that must be silent answer late.
    fn tests(&self) -> Vec<(String, String)> {
        let test = |channel: &str| {
            let path = format!("/api/v1/channels/{channel}/test");
            let answer = TestRequest::post(&path, "").bearer(self.token).send(self.gateway.address());
            assert!(matches!(answer.status, 200 | 202), "{path}: {answer:?}");
            (path, answer.body)
        };
        std::thread::scope(|scope| {
            let tests: Vec<_> = channels().map(|channel| scope.spawn(move || test(channel))).collect();
            tests.into_iter().map(|it| it.join().unwrap()).collect()
        })
    }

    /// Every door at which something can be read.
    fn paths(&self) -> Vec<String> {
        let lists = ["alerts", "deliveries", "dead-letters", "channels", "audit"];
        let mut paths: Vec<String> = lists.iter().map(|it| format!("/api/v1/{it}")).collect();
        paths.push("/metrics".to_owned());
        let each = |list: &str, path: &dyn Fn(&Value) -> String| -> Vec<String> {
            self.rows(list).iter().map(path).collect()
        };
        paths.extend(each("deliveries", &|it| format!("/api/v1/deliveries/{}/attempts", it["id"])));
        paths.extend(each("alerts", &|it| format!("/api/v1/alerts/{}/explain", it["id"])));
        paths.extend(each("dead-letters", &|it| format!("/api/v1/dead-letters/{}", text(it, "id"))));
        paths.extend(each("channels", &|it| format!("/api/v1/channels/{}", text(it, "name"))));
        paths
    }

    /// Every text that this gateway shows to anybody, with the name of the place.
    fn places(mut self, refused: String) -> Vec<(String, String)> {
        let mut places = vec![("a refusal".to_owned(), refused)];
        places.extend(self.tests());
        for path in self.paths() {
            places.push((path.clone(), self.get(&path)));
        }
        for command in [&["check"][..], &["check", "--json"], &["routes", "show"]] {
            places
                .push((format!("{command:?}"), self.gateway.site().run(command, &self.secrets.env()).said()));
        }
        for command in [
            &["deliveries", "list"][..],
            &["explain", "1"],
            &["channels", "list"],
            &["dead-letters", "list"],
            &["audit"],
        ] {
            places.push((format!("{command:?}"), self.gateway.run(command, &self.secrets.env()).said()));
            let in_json = [command, &["--json"]].concat();
            places.push((format!("{in_json:?}"), self.gateway.run(&in_json, &self.secrets.env()).said()));
        }
        let seen = self.providers.messages();
        places
            .push(("what people see".to_owned(), seen.iter().map(|it| format!("{:?}", it.shown)).collect()));
        places.push(("the database, while it runs".to_owned(), self.gateway.site().database()));
        self.gateway.terminate_and_wait();
        places.push(("the database, after it stopped".to_owned(), self.gateway.site().database()));
        let log = self.gateway.log();
        assert!(log.contains("TRACE"), "the log is not as detailed as it can be");
        places.push(("the log".to_owned(), log));
        places
    }
}

/// The values after `name=` in the addresses on the wire: secrets that are made on the way.
fn made_on_the_way(name: &str, wire: &str) -> Vec<String> {
    let is_of_value = |c: char| c.is_ascii_alphanumeric() || "%-._~+/=".contains(c);
    let values = wire.split(name).skip(1).map(|it| it.split(|c| !is_of_value(c)).next().unwrap().to_owned());
    let decoded = values.map(|it| it.replace("%2B", "+").replace("%2F", "/").replace("%3D", "="));
    // An alert may quote such an address; there the mask stands in the secret's place.
    let is_secret = |it: &String| it.len() > 10 && !it.starts_with("%5Bremoved%5D");
    let mut values: Vec<String> = decoded.filter(is_secret).collect();
    values.sort();
    values.dedup();
    values
}

/// Lets a gateway live among providers with these faults, and looks for every secret in every place.
#[track_caller]
fn check(faults: Vec<(&str, Fault)>, expected_words: &str) {
    check_after(faults, |_| (), &[expected_words]);
}

/// The same; `wait` ends when all that is to be said has been said.
#[track_caller]
fn check_after(faults: Vec<(&str, Fault)>, wait: impl FnOnce(&SecretsSetup), expected_words: &[&str]) {
    let scene = SecretsSetup::new(faults);
    let refused = scene.live();
    wait(&scene);
    let wire = scene.http.heard();
    let marks: BTreeSet<&str> =
        samples().iter().flat_map(|it| &it.derived_after).map(String::as_str).collect();
    let made: Vec<String> = marks.into_iter().flat_map(|mark| made_on_the_way(mark, &wire)).collect();
    assert!(!made.is_empty(), "not even a signature was heard");
    let places = scene.places(refused);
    for (place, text) in &places {
        assert!(!text.is_empty(), "{place} holds nothing that could be searched");
    }
    let said: String = places.iter().map(|(_, text)| text.as_str()).collect();
    for words in expected_words {
        assert!(said.contains(words), "nothing was said of what this test is about: {words}");
    }
    for secret in planted().into_iter().chain(made) {
        check_hidden(&secret, &places);
    }
}

/// `secret` stands in none of these places, in no form.
#[track_caller]
fn check_hidden(secret: impl AsRef<[u8]>, places: &[(String, String)]) {
    for (place, text) in places {
        if let Some(form) = find(secret.as_ref(), text) {
            let at = text.find(&form).unwrap();
            let from = text[..at].char_indices().rev().nth(200).map_or(0, |(index, _)| index);
            let secret = String::from_utf8_lossy(secret.as_ref());
            panic!("{secret} stands in {place} as {form}: …{}", &text[from..at + form.len()]);
        }
    }
}

fn mail(stage: MailStage, code: u16, words: &str) -> Fault {
    Fault::mail(stage, MailAction::Reply { code, text: words.to_owned() })
}

#[test]
fn what_is_searched_for_is_on_the_wire() {
    let scene = SecretsSetup::new(vec![]);
    scene.live();
    let (http, smtp) = (scene.http.heard(), scene.smtp.heard());
    for (channel, sample) in samples().iter().map(|it| (it.name.as_str(), it)) {
        let wire = match sample.protocol {
            Protocol::Http => &http,
            Protocol::Smtp => &smtp,
        };
        for secret in &sample.secrets {
            let found = find(secret.hidden(channel), wire);
            assert_eq!(found.is_none(), secret.signs, "`{}` of `{channel}`: {found:?}", secret.name);
        }
        for mark in &sample.derived_after {
            assert!(
                !made_on_the_way(mark, wire).is_empty(),
                "nothing was heard after `{mark}` of `{channel}`"
            );
        }
        until("each provider has let us in", || scene.providers.seen(channel).len() == 2, PATIENCE);
    }
    let body = careless_alarm().to_string();
    for secret in IN_BODIES {
        assert!(find(secret, &body).is_some());
    }
}

/// The same on every HTTP channel, and something else for the mail.
fn everywhere(fault: &Fault, mail: Fault) -> Vec<(&'static str, Fault)> {
    each_quoting(|_| fault.clone(), |_| mail.clone())
}

/// A fault of each channel, made of a secret that its provider knows.
fn each_quoting(http: impl Fn(&str) -> Fault, smtp: impl Fn(&str) -> Fault) -> Vec<(&'static str, Fault)> {
    let fault = |sample: &SampleChannel| {
        let secret = sample.secrets[0].hidden(&sample.name);
        match sample.protocol {
            Protocol::Http => http(&secret),
            Protocol::Smtp => smtp(&secret),
        }
    };
    samples().iter().map(|it| (it.name.as_str(), fault(it))).collect()
}

#[test]
fn no_secret_shows_when_all_goes_well() {
    check(vec![], "delivered");
}

#[test]
fn no_secret_shows_when_providers_refuse() {
    let refusal =
        Fault::Errcode { code: 310_000, words: "sign not match, more: [https://ding-doc.test]".to_owned() };
    check(
        everywhere(&refusal, mail(MailStage::Auth, 535, "5.7.8 login fail, see https://mail.test/535")),
        "sign not match",
    );
}

/// Pages of web servers that name the address they do not know.
#[test]
fn no_secret_shows_when_pages_quote_the_address_back() {
    let quote = |secret: &str| {
        let in_address = secret.replace('+', "%2B");
        let body = format!("<html>Cannot POST /send?key={in_address} ({secret})</html>");
        Fault::Answer(Canned { status: 404, retry_after: None, content_type: "text/html".to_owned(), body })
    };
    check(each_quoting(quote, not_the_password), "404");
}

/// A mail server's refusal that quotes the password.
fn not_the_password(password: &str) -> Fault {
    mail(MailStage::Auth, 535, &format!("5.7.8 {password} is not the password"))
}

/// A provider's refusal that quotes the token.
fn invalid_credential(secret: &str) -> Fault {
    Fault::Errcode { code: 40_001, words: format!("invalid credential {secret}") }
}

#[test]
fn no_secret_shows_when_refusals_quote_the_token_back() {
    check(each_quoting(invalid_credential, not_the_password), "invalid credential");
}

/// The channels that are left say which do not work, in the words of their providers.
#[test]
fn no_secret_shows_in_what_we_say_of_ourselves() {
    let told = |scene: &SecretsSetup| {
        let says = |words: &str| scene.providers.seen(SPARE).iter().any(|it| it.shown.text.contains(words));
        let all = || says("does not work") && says("invalid credential") && says("could not be told");
        until("the spare channel is told what is wrong", all, PATIENCE);
    };
    check_after(
        each_quoting(invalid_credential, not_the_password),
        told,
        &["ChannelBroken", "ContractBroken", "abandoned", "fanfare_unaccounted_alerts"],
    );
}

#[test]
fn no_secret_shows_when_providers_answer_html() {
    check(everywhere(&Fault::html_in_200(), mail(MailStage::Body, 554, "5.7.1 spam")), "spam");
}

#[test]
fn no_secret_shows_when_providers_fail() {
    check(everywhere(&Fault::status(500), mail(MailStage::Mail, 451, "4.3.0 try later")), "500");
}

#[test]
fn no_secret_shows_when_providers_hang_up() {
    check(everywhere(&Fault::Close, Fault::Close), "Attempt failed");
}

#[test]
fn no_secret_shows_when_answers_are_cut_off() {
    check(everywhere(&Fault::Reset, Fault::Reset), "Attempt failed");
}

/// Configs that cannot be used, each with a secret where none belongs, or beside what is wrong.
fn unsound_configs() -> Vec<String> {
    let sound = config();
    let token = secret_of("dingtalk", "access_token");
    let key = secret_of("wecom-bot", "key");
    let secret = secret_of("wecom-app", "secret");
    let password = secret_of("email", "password");
    let literal = replaced(&sound, "{ env: DINGTALK_ACCESS_TOKEN }", &token);
    let login = sound.replacen("HTTP", &format!("http://me:{key}@127.0.0.1:9"), 1);
    let proxy =
        sound.replacen("HTTP", &format!("http://127.0.0.1:9, proxy: \"http://me:{key}@127.0.0.1:9\""), 1);
    let misplaced = replaced(&sound, "access_token: {", &format!("acess_token: {secret}, access_token: {{"));
    let duplicate = replaced(&sound, "tls: none", &format!("tls: none, password: {password}"));
    let cut_off = format!("{sound}  access_token: \"{API_TOKEN}");
    let inline = format!("allow_inline_secrets: true\n{literal}");
    let beside = replaced(&inline, "timeout: 2s", "timeout: soon");
    let in_a_list =
        replaced(&inline, "{ file: secrets/dingtalk-secret }", "[{ file: secrets/dingtalk-secret }]");
    let not_closed = replaced(&inline, &token, &format!("\"{token}"));
    vec![literal, login, proxy, misplaced, duplicate, cut_off, beside, in_a_list, not_closed]
}

/// `config` with `other` instead of `part`, which it has.
#[track_caller]
fn replaced(config: &str, part: &str, other: &str) -> String {
    assert!(config.contains(part), "no `{part}` in {config}");
    config.replace(part, other)
}

#[test]
fn no_secret_shows_when_the_config_is_wrong() {
    for config in unsound_configs() {
        let site = TestFolder::new(&config);
        for command in
            [&["check"][..], &["check", "--json"], &["serve"], &["serve", "--sandbox"], &["routes", "show"]]
        {
            let finished = site.run(command, &SecretPlaces::new("http://127.0.0.1:9").env());
            assert_eq!(finished.code, Some(1), "{command:?}: {}\n{config}", finished.said());
            for secret in planted() {
                check_hidden(&secret, &[(format!("{command:?}"), finished.said())]);
            }
        }
    }
}
