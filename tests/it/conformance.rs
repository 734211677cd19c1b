//! Channels of every registered kind keep the contract of a notifier, whatever the other side does.

use std::sync::Arc;

use fanfare_core::Notifier;
use fanfare_testkit::{ProviderFacts, ProviderWord, http_conformance};
use serde_json::Value;

use crate::samples::{ProviderAddresses, SampleChannel, Word, http_samples, loaded_channel};

/// The channel's name.
const NAME: &str = "ops";

/// The sample as the config builds it, with its provider at `endpoint`.
fn notifier(sample: &SampleChannel, endpoint: &str) -> Arc<dyn Notifier> {
    let at = ProviderAddresses {
        http: endpoint.to_owned(),
        smtp_host: String::new(),
        smtp_port: String::new(),
        ca_file: None,
    };
    loaded_channel(NAME, &sample.settings(NAME, at)).notifier
}

/// Checks that each text of a message is as short as the provider wants it.
#[track_caller]
fn keeps_limits(sample: &SampleChannel, body: &str) {
    let json: Value = serde_json::from_str(body).unwrap();
    let limits = &sample.http().limits;
    let mut measured = 0;
    for (pointer, most) in limits {
        let length = match json.pointer(pointer) {
            Some(_) if pointer.is_empty() => body.len(),
            Some(Value::String(text)) => text.len(),
            Some(_) | None => continue,
        };
        assert!(length <= *most, "`{}`: {length} bytes at `{pointer}`: {body}", sample.name);
        measured += 1;
    }
    assert!(measured > 0, "`{}` names no limit of this message: {body}", sample.name);
}

#[tokio::test]
async fn a_channel_of_every_kind_keeps_the_notifier_contract() {
    for sample in http_samples() {
        // A task of its own, so that what is found is told together with the kind.
        tokio::spawn(conforms(sample)).await.unwrap_or_else(|err| panic!("`{}`: {err}", sample.name));
    }
}

async fn conforms(sample: &'static SampleChannel) {
    let http = sample.http();
    let secrets: Vec<String> = sample.secrets.iter().map(|it| it.hidden(NAME)).collect();
    // The token that the suite hands to whoever asks for one.
    let secrets: Vec<&str> = secrets.iter().map(String::as_str).chain(["a-fresh-access-token"]).collect();
    let word = match http.word {
        Word::Body => ProviderWord::Body,
        Word::Status => ProviderWord::Status,
    };
    let facts = ProviderFacts { secrets: &secrets, taken: &http.taken, word };
    http_conformance(|endpoint| notifier(sample, endpoint), facts, |body| keeps_limits(sample, body)).await;
}
