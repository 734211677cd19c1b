//! Short texts that senders, brokers and operators write: names of heartbeats, topics, matchers, fingerprints.

use std::fmt::{Debug, Display};
use std::str::FromStr;

use fanfare_core::{Fingerprint, HeartbeatKey, HeartbeatName, Matcher, NamePattern, Severity};
use fanfare_mqtt::is_topic_filter;

/// Reads a text as each of them. What was read, written out and read again, is the same.
pub(crate) fn check(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    come_back::<HeartbeatName>(text);
    come_back::<HeartbeatKey>(text);
    come_back::<NamePattern>(text);
    come_back::<Fingerprint>(text);
    come_back::<Severity>(text);
    if let Ok(name) = text.parse::<HeartbeatName>()
        && let Ok(pattern) = text.parse::<NamePattern>()
    {
        assert!(pattern.fits(&name), "a name does not fit itself as a pattern");
    }
    assert_eq!(is_topic_filter(text), is_topic_filter(text));
    if let Ok(matchers) = Matcher::parse_all(text) {
        let written: Vec<String> = matchers.iter().map(ToString::to_string).collect();
        let again = Matcher::parse_all(&written.join(", ")).expect("matchers that were written out");
        let again: Vec<String> = again.iter().map(ToString::to_string).collect();
        assert_eq!(again, written, "read again, they say another thing");
    }
}

fn come_back<T: FromStr<Err: Display> + Display + PartialEq + Debug>(text: &str) {
    match text.parse::<T>() {
        Ok(read) => {
            let again = read.to_string().parse::<T>().map_err(|err| err.to_string());
            assert_eq!(again.as_ref(), Ok(&read), "written out, it is another");
        }
        Err(err) => assert!(!err.to_string().is_empty(), "refused without a reason"),
    }
}
