//! Secrets while the config is read again.

use fanfare_sandbox::FakeAccount;

use super::{
    API_TOKEN, FILE_TOKEN, SecretsSetup, careless_alarm, check_hidden, config, find, placed, planted,
    replaced, unsound_configs,
};
use crate::harness::{PATIENCE, TestAnswer, TestRequest, until};

const NEW_API_TOKEN: &str = "Zq7+new-api+r7Xk1";
const NEW_FILE_TOKEN: &str = "Zq7+new-source+o2Vb6";
const NEW_WECOM_KEY: &str = "Zq7+new-wecom-key+i9Gm3";
const NEW_DINGTALK_SECRET: &str = "SECZq7+new-dingtalk-secret+l4Tz8";

impl SecretsSetup {
    /// The answers to a reload of `config`, in each form.
    fn refuses(&self, config: &str) -> Vec<(String, String)> {
        self.gateway.site().write("fanfare.yaml", &placed(config, &self.http, &self.smtp));
        let ask = |accept: &str| {
            let request = TestRequest::new("POST", "/-/reload").bearer(API_TOKEN).header("Accept", accept);
            let answer = request.send(self.gateway.address());
            assert_eq!(answer.status, 400, "{answer:?}\n{config}");
            (format!("POST /-/reload for {accept}"), answer.body)
        };
        vec![ask("application/json"), ask("text/plain")]
    }
}

#[test]
fn no_secret_shows_when_a_config_is_not_taken() {
    let mut scene = SecretsSetup::new(vec![]);
    scene.live();
    let missing = [
        replaced(&config(), "env: DINGTALK_ACCESS_TOKEN", "env: NOBODY_HAS_SET_IT"),
        replaced(&config(), "file: secrets/wecom-bot-key", "file: secrets/none"),
    ];
    let mut places = Vec::new();
    for config in unsound_configs().into_iter().chain(missing) {
        places.extend(scene.refuses(&config));
        let refused = scene.gateway.log().matches("The config was not reloaded").count();
        scene.gateway.program().signal("HUP");
        until(
            "the log says why not",
            || scene.gateway.log().matches("The config was not reloaded").count() > refused,
            PATIENCE,
        );
    }
    scene.gateway.site().write("fanfare.yaml", &placed(&config(), &scene.http, &scene.smtp));
    let taken = scene.gateway.run(&["reload"], &scene.secrets.env());
    assert_eq!(taken.code, Some(0), "{}", taken.said());
    places.push(("/metrics".to_owned(), scene.get("/metrics")));
    scene.gateway.terminate_and_wait();
    places.push(("the log".to_owned(), scene.gateway.log()));
    for secret in planted() {
        check_hidden(&secret, &places);
    }
}

#[test]
fn no_secret_shows_when_it_is_replaced_neither_the_old_nor_the_new() {
    let mut scene = SecretsSetup::new(vec![]);
    let refused = scene.live();
    scene.providers.add(&FakeAccount::new("wecom", [("key", NEW_WECOM_KEY)]).named("new")).unwrap();
    for (file, secret) in [
        ("secrets/api", NEW_API_TOKEN),
        ("secrets/source", NEW_FILE_TOKEN),
        ("secrets/wecom-bot-key", NEW_WECOM_KEY),
        ("secrets/dingtalk-secret", NEW_DINGTALK_SECRET),
    ] {
        scene.gateway.site().write(file, &format!("{secret}\n"));
    }
    scene.gateway.program().signal("HUP");
    until("it is read", || scene.gateway.log().contains("The config was reloaded"), PATIENCE);
    let post = |token: &str| {
        let body = careless_alarm().to_string().replace("Too warm", "Too cold");
        TestRequest::post("/ingest/by-file", body).bearer(token).send(scene.gateway.address())
    };
    let outdated = post(FILE_TOKEN);
    assert_eq!((outdated.status, post(NEW_FILE_TOKEN).status), (401, 202));
    let api = |token: &str| TestRequest::get("/api/v1/channels").bearer(token).send(scene.gateway.address());
    let shut_out = api(API_TOKEN);
    assert_eq!((shut_out.status, api(NEW_API_TOKEN).status), (401, 200));
    scene.token = NEW_API_TOKEN;
    let heard = || find(NEW_WECOM_KEY, &scene.http.heard()).is_some();
    until("the new key is used", heard, PATIENCE);
    let words = |answer: TestAnswer| format!("{}{}", answer.head, answer.body);
    let places = scene.places([refused, words(outdated), words(shut_out)].concat());
    let new = [NEW_API_TOKEN, NEW_FILE_TOKEN, NEW_WECOM_KEY, NEW_DINGTALK_SECRET];
    for secret in planted().into_iter().chain(new.map(str::to_owned)) {
        check_hidden(&secret, &places);
    }
}
