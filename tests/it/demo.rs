//! The first minutes of somebody who has just cloned the repository.

use std::net::SocketAddr;
use std::process::Command;

use fanfare_core::Language;
use fanfare_testkit::check_language;
use serde_json::Value;

use crate::harness::{PATIENCE, TestAnswer, TestFolder, TestProgram, TestRequest, root, text, until};

/// One test, not several: a demo takes the example's fixed address if it is free.
#[test]
fn the_demo_tells_both_channels_within_a_second_and_what_to_try_next() {
    let site = TestFolder::new("");
    let mut demo = TestProgram::start(site.command(&["demo"], &[]));
    demo.await_words("that Ctrl-C ends it", |it| it.printed().contains("Ctrl-C").then_some(()));
    let printed = demo.printed();

    check_language(Language::En, &prose(&printed));
    for channel in ["ops-dingtalk", "ops-mail"] {
        let row = row_of(channel, &printed);
        assert!(row.contains("delivered"), "{row}");
        assert!(milliseconds(row) < 1_000, "not within a second: {row}");
    }

    let commands = TypedCommand::all_of(&printed);
    let seen = commands.find("/sandbox/messages").run().json();
    people_have_seen_the_sample(&seen);

    let raise = commands.find("b05-notification-group.json");
    assert_eq!(raise.run().status, 202, "{printed}");
    until("WeCom shows the other body", || shown(&commands, "team-wecom").len() == 1, PATIENCE);

    assert_eq!(commands.find("-X PUT").run().status, 200);
    assert_eq!(raise.with_body("b07-rpc-item.json").run().status, 202);
    until("the mail is there though DingTalk refuses", || shown(&commands, "ops-mail").len() == 2, PATIENCE);
    until("DingTalk has refused", || refused(&commands) == 1, PATIENCE);
    assert_eq!(commands.find("-X DELETE").run().status, 200);

    let list = printed.lines().find_map(|it| it.trim().strip_prefix("fanfare ")).unwrap();
    let listed = site.run(&list.split(' ').collect::<Vec<_>>(), &[]);
    assert_eq!(listed.code, Some(0), "{}", listed.stderr);
    assert!(
        listed.stdout.contains("ops-dingtalk") && listed.stdout.contains("sign not match"),
        "{}",
        listed.stdout
    );

    let link = printed.lines().find_map(|it| it.trim().strip_prefix("http://")).expect("a link");
    let (address, path) = link.split_once('/').unwrap();
    let acknowledged = TestRequest::new("POST", &format!("/{path}")).send(address.parse().unwrap());
    assert_eq!(acknowledged.status, 200, "{acknowledged:?}");
    let is_told = |it: &Value| text(it, "text").contains("somebody with the link");
    until("the mail says so", || shown(&commands, "ops-mail").iter().any(is_told), PATIENCE);

    demo.signal("INT");
    assert_eq!(demo.wait().code(), Some(0), "{}", demo.log());
    let complaints: Vec<String> =
        demo.log().lines().filter(|it| !it.contains("sign not match")).map(str::to_owned).collect();
    assert_eq!(complaints, [""; 0], "nothing but what was switched on goes wrong");

    a_chinese_reader_sees_nothing_else();
}

/// The lines for people, without commands to type, links and JSON.
fn prose(printed: &str) -> Vec<&str> {
    let is_for_programs =
        |line: &&str| ["curl ", "fanfare ", "http://", "{"].iter().any(|it| line.starts_with(it));
    printed.lines().map(str::trim).filter(|line| !is_for_programs(line)).collect()
}

fn a_chinese_reader_sees_nothing_else() {
    let site = TestFolder::new("");
    let mut demo = TestProgram::start(site.command(&["demo"], &[("LANG", "zh_CN.UTF-8")]));
    demo.await_words("that Ctrl-C ends it", |it| it.printed().contains("Ctrl-C").then_some(()));
    let printed = demo.printed();
    check_language(Language::Zh, &prose(&printed));
    for channel in ["ops-dingtalk", "ops-mail"] {
        let row = row_of(channel, &printed);
        assert!(row.contains("已送达") && row.contains("[紧急] 温度过高 - 3 号冷库"), "{row}");
    }
    demo.signal("INT");
    assert_eq!(demo.wait().code(), Some(0), "{}", demo.log());
}

/// The table's row of a channel.
fn row_of<'a>(channel: &str, printed: &'a str) -> &'a str {
    let mut rows = printed.lines().filter(|line| line.starts_with(['|', '│']) && line.contains(channel));
    rows.next().unwrap_or_else(|| panic!("no row of {channel}:\n{printed}"))
}

/// The number before ` ms`.
fn milliseconds(row: &str) -> u64 {
    let (before, _) = row.split_once(" ms").unwrap_or_else(|| panic!("no time in {row}"));
    before.rsplit(' ').next().unwrap().parse().unwrap()
}

fn people_have_seen_the_sample(seen: &Value) {
    let of = |kind: &str| {
        let all = seen.as_array().unwrap();
        all.iter().find(|it| it["kind"] == kind).unwrap_or_else(|| panic!("nobody saw it by {kind}: {seen}"))
    };
    for message in [of("dingtalk"), of("email")] {
        assert_eq!(message["verdict"]["outcome"], "delivered");
        for words in ["Cold room 3", "-9.4", "6353012af1093062"] {
            assert!(text(message, "text").contains(words), "{words} is missing: {message}");
        }
    }
    assert_eq!(of("dingtalk")["mentioned"], serde_json::json!(["13800000000"]));
    assert_eq!(of("email")["recipients"], serde_json::json!(["oncall@example.com", "boss@example.com"]));
}

/// Messages that people see on a channel, without those that were refused.
fn shown(commands: &TypedCommands, channel: &str) -> Vec<Value> {
    let all = commands.find("/sandbox/messages").run().json();
    let of_channel = |it: &&Value| it["target"] == channel && it["verdict"]["outcome"] == "delivered";
    all.as_array().unwrap().iter().filter(of_channel).cloned().collect()
}

fn refused(commands: &TypedCommands) -> usize {
    let all = commands.find("/sandbox/messages").run().json();
    all.as_array()
        .unwrap()
        .iter()
        .filter(|it| it["target"] == "ops-dingtalk" && it["verdict"]["outcome"] != "delivered")
        .count()
}

/// The `curl` lines that the demo prints.
struct TypedCommands(Vec<TypedCommand>);

impl TypedCommands {
    #[track_caller]
    fn find(&self, part: &str) -> &TypedCommand {
        self.0.iter().find(|it| it.0.contains(part)).unwrap_or_else(|| panic!("no command with {part}"))
    }
}

/// A `curl` line as a person would type it.
#[derive(Clone)]
struct TypedCommand(String);

impl TypedCommand {
    fn all_of(printed: &str) -> TypedCommands {
        let lines = printed.lines().map(str::trim).filter(|line| line.starts_with("curl "));
        TypedCommands(lines.map(|line| Self(line.to_owned())).collect())
    }

    /// The same with another of the example bodies.
    fn with_body(&self, name: &str) -> Self {
        Self(self.0.replace("b05-notification-group.json", name))
    }

    /// Does what curl would do. The shell takes the quotes away, as it does for people.
    fn run(&self) -> TestAnswer {
        let print = self.0.replacen("curl", "printf '%s\\n'", 1);
        let words = Command::new("sh").args(["-c", &print]).output().unwrap().stdout;
        let words = String::from_utf8(words).unwrap();
        let mut words = words.lines();
        let (mut method, mut url, mut headers, mut body) = ("GET", None, Vec::new(), None);
        while let Some(word) = words.next() {
            match word {
                "-X" => method = words.next().unwrap(),
                "-H" => headers.push(words.next().unwrap().split_once(": ").unwrap()),
                "-d" => body = words.next(),
                _ => url = word.strip_prefix("http://"),
            }
        }
        if body.is_some() && method == "GET" {
            method = "POST";
        }
        let (address, path) = url.unwrap().split_once('/').unwrap();
        let request = TestRequest::new(method, &format!("/{path}")).body(body.map_or(Vec::new(), data));
        let request = headers.into_iter().fold(request, |request, (name, value)| request.header(name, value));
        request.send(address.parse::<SocketAddr>().unwrap())
    }
}

/// `-d TEXT`, or `-d @FILE` in the repository's folder.
fn data(text: &str) -> Vec<u8> {
    match text.strip_prefix('@') {
        Some(file) => std::fs::read(root().join(file)).unwrap(),
        None => text.into(),
    }
}
