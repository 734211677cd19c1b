//! Headings and names, in one language.

use fanfare_core::Language;

pub(super) struct Words {
    pub(super) alert: &'static str,
    pub(super) firing: &'static str,
    pub(super) resolved: &'static str,
    pub(super) received: &'static str,
    pub(super) incident: &'static str,
    pub(super) since: &'static str,
    pub(super) labels: &'static str,
    pub(super) before: &'static str,
    pub(super) after: &'static str,
    pub(super) why_whom: &'static str,
    pub(super) told_before: &'static str,
    pub(super) chosen: &'static str,
    pub(super) policy_unknown: &'static str,
    pub(super) what_happened: &'static str,
    pub(super) how_it_stands: &'static str,
    pub(super) time: &'static str,
    pub(super) receiver: &'static str,
    pub(super) channel: &'static str,
    pub(super) what: &'static str,
    pub(super) why: &'static str,
    pub(super) contract: &'static str,
    pub(super) state: &'static str,
    pub(super) tries: &'static str,
    pub(super) how: &'static str,
    pub(super) next: &'static str,
    pub(super) to_come: &'static str,
}

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &ENGLISH,
            Language::Zh => &CHINESE,
        }
    }
}

static ENGLISH: Words = Words {
    alert: "Alert",
    firing: "firing",
    resolved: "resolved",
    received: "Received",
    incident: "Incident",
    since: "since",
    labels: "Labels",
    before: "Before it",
    after: "After it",
    why_whom: "WHO MUST KNOW",
    told_before: "those who were told that it fired, wherever it would be routed now",
    chosen: "whom it was made for: it is a test, or the gateway speaks of itself",
    policy_unknown: "the policy it was decided by is not known",
    what_happened: "WHAT HAPPENED",
    how_it_stands: "HOW IT STANDS",
    time: "TIME",
    receiver: "RECEIVER",
    channel: "CHANNEL",
    what: "WHAT",
    why: "WHY",
    contract: "CONTRACT",
    state: "STATE",
    tries: "TRIES",
    how: "HOW",
    next: "NOT BEFORE",
    to_come: "STILL TO COME",
};

static CHINESE: Words = Words {
    alert: "告警",
    firing: "告警中",
    resolved: "已恢复",
    received: "接收时间",
    incident: "事件",
    since: "开始于",
    labels: "标签",
    before: "此前",
    after: "此后",
    why_whom: "应通知谁",
    told_before: "告警时已通知过的接收者，与当前路由无关",
    chosen: "测试消息或网关自身的告警，直接指定了渠道",
    policy_unknown: "当时的路由策略未知",
    what_happened: "经过",
    how_it_stands: "当前状态",
    time: "时间",
    receiver: "接收者",
    channel: "渠道",
    what: "内容",
    why: "原因",
    contract: "约定",
    state: "状态",
    tries: "尝试次数",
    how: "方式",
    next: "最早重试",
    to_come: "后续升级",
};
