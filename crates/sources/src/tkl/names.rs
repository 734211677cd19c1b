//! Names of fields: what a field is for, by the name that people give it.

use std::collections::HashMap;
use std::sync::LazyLock;

use fanfare_core::{ALARM_CODE_FIELDS, DEVICE_NUMBER_FIELDS, PLACE_FIELDS, plain_name};

/// The meaning of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Meaning {
    /// The name of the alarm: with the device it is the alarm's identity.
    AlarmName,
    /// The EUI of the device.
    Eui,
    /// Another number of the device, used where it has no EUI.
    DeviceId,
    /// The device that an RPC goes to: for a device behind another one it names the other one.
    Target,
    /// The name of the device.
    DeviceName,
    /// The place. It is told to people and tells alarms apart, but is no device: two devices may share it.
    Place,
    /// A short text.
    Title,
    /// A text that describes what has happened.
    Description,
    /// A long text.
    Content,
    /// The severity, in the sender's word.
    Level,
    /// An order: raise, clear, nothing.
    Action,
    /// The kind of message, which may also be an order.
    Kind,
    /// The state of the alarm.
    AlarmState,
    /// A flag that says that the alarm is over.
    OverFlag,
    /// A state of anything.
    State,
    /// The time of the event.
    Time,
    /// The end of the event.
    End,
    /// The notification groups.
    Groups,
    /// The mobile numbers to mention.
    Mobiles,
    /// The user ids to mention.
    UserIds,
    /// The flag that mentions everybody.
    Everybody,
    /// A reading, or its limit.
    Reading,
    /// A reading of the device's own health, which changes with every message and is rarely of use.
    Health,
    /// A number that goes up with each message, or names the message.
    Counter,
    /// A part of the envelope that says nothing about the alarm.
    Envelope,
}

/// The names of each meaning, normalised: those that ThinkLink's documents use, which win, and then the usual ones
/// of gateways, PLCs and scripts, the more telling first.
const NAMES: [(Meaning, &str, &str); 25] = [
    (
        Meaning::AlarmName,
        "alarmname alertname",
        "alarm alert rulename eventname 告警名称 报警名称 告警 报警 alarmtype alerttype 告警类型 报警类型 \
         alarmcode faultcode errorcode 告警代码 故障代码 报警代码 错误代码",
    ),
    (Meaning::Eui, "eui", "deveui deviceeui"),
    (Meaning::DeviceId, "", DEVICE_NUMBER_FIELDS),
    (Meaning::Target, "target", ""),
    (
        Meaning::DeviceName,
        "devicename",
        "device devname dev 设备名称 设备名 设备 equipmentname equipment machinename machine sensorname assetname \
         nodename metername plc hostname",
    ),
    (Meaning::Place, "", PLACE_FIELDS),
    (Meaning::Title, "title", "subject summary headline alarmtitle alerttitle event 标题 主题 事件 摘要"),
    (
        Meaning::Description,
        "desc description",
        "alarmcontent alarmmsg alarmmessage alarmdesc alarmdescription alarmtext alertmessage 告警内容 报警内容 \
         告警描述 告警信息 报警信息 detail details reason cause 描述 详情 原因 errormessage errormsg errmsg error \
         fault",
    ),
    (
        Meaning::Content,
        "content",
        "message msg text info body 内容 消息 消息内容 信息 文本 note remark comment 备注 说明",
    ),
    (
        Meaning::Level,
        "level severity",
        "alarmlevel alertlevel alarmseverity eventlevel eventseverity priority urgency grade 级别 告警级别 \
         报警级别 告警等级 报警等级 等级 严重程度 优先级",
    ),
    (Meaning::Action, "action", "op operation 动作 操作"),
    (Meaning::Kind, "type", "eventtype messagetype 事件类型 类型"),
    (
        Meaning::AlarmState,
        "",
        "alarmstatus alarmstate alertstatus alertstate eventstatus eventstate isalarm alarming alarmflag isactive \
         active firing 告警状态 报警状态",
    ),
    (
        Meaning::OverFlag,
        "",
        "resolved cleared recovered recovery recover clear isresolved iscleared isrecovered isrecovery isrecover isclear \
         已恢复 恢复 是否恢复 已解除 已消除",
    ),
    (Meaning::State, "", "status state 状态"),
    (
        Meaning::Time,
        "time timestamp occurredat",
        "ts datetime date eventtime alarmtime alerttime occurtime occurredtime happenedat createdat createtime \
         reporttime reportedat starttime startsat triggertime triggeredat 时间 告警时间 报警时间 发生时间 \
         触发时间 上报时间 开始时间",
    ),
    (
        Meaning::End,
        "endsat endtime",
        "cleartime clearedat recovertime recoverytime recoveredat resolvedat 恢复时间 结束时间",
    ),
    (Meaning::Groups, "noticegroups group notify", ""),
    (Meaning::Mobiles, "atmobiles", "mentionedmobilelist"),
    (Meaning::UserIds, "atuserids", "mentionedlist"),
    (Meaning::Everybody, "atall", "isatall"),
    (
        Meaning::Reading,
        "",
        "value val currentvalue current threshold limit max min upper lower unit temp temperature humidity hum \
         pressure voltage volt power energy flow speed distance weight co2 pm25 pm10 lux noise ph 值 当前值 数值 \
         阈值 上限 下限 温度 湿度 压力 电压 电流 功率 流量 液位 单位",
    ),
    (
        Meaning::Health,
        "",
        "rssi snr lsnr sinr battery batt vbat bat batterylevel signal csq 电量 信号 信号强度",
    ),
    (
        Meaning::Counter,
        "",
        "seq seqno sequence fcnt fcntup fport count counter times total uptime duration elapsed retry retries \
         updatetime activetime updatedat lastseen eventid messageid msgid requestid traceid uuid nonce 次数 序号 \
         计数 持续时间 时长",
    ),
    (Meaning::Envelope, "jsonrpc method sleeptimems version", "msgtype url headers timeout errcode"),
];

/// Objects whose numbers are readings, whatever their names are, and whose states are those of a device.
const TELEMETRY: &str = "telemetry telemetrydata values readings measurements sensors sensordata metrics points rxinfo txinfo 遥测";

/// Names of the type of an alarm: of one type a device may have several alarms at once.
const ALARM_TYPES: [&str; 4] = ["alarmtype", "alerttype", "告警类型", "报警类型"];

/// Tells whether the normalised name is that of an alarm's type.
pub(super) fn is_alarm_type(plain: &str) -> bool {
    ALARM_TYPES.contains(&plain)
}

/// Tells whether the normalised name is that of an alarm's code.
pub(super) fn is_alarm_code(plain: &str) -> bool {
    ALARM_CODE_FIELDS.split_ascii_whitespace().any(|name| name == plain)
}

/// A name as names are compared: without case, `_`, `-`, `.` and blanks.
pub(super) fn plain(name: &str) -> String {
    plain_name(name)
}

/// The meaning of a name, and its rank among the names of that meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownName {
    pub(super) meaning: Meaning,
    pub(super) rank: usize,
    /// ThinkLink's documents use the name: a value of the wrong type under it is a fault of the sender.
    pub(super) is_documented: bool,
}

/// The meaning of the normalised name.
pub(super) fn known(plain: &str) -> Option<KnownName> {
    BY_NAME.get(plain).copied()
}

/// Tells whether the normalised name is that of an object with readings.
pub(super) fn is_telemetry(plain: &str) -> bool {
    TELEMETRY.split_ascii_whitespace().any(|name| name == plain)
}

fn names_in(list: &'static str) -> impl Iterator<Item = &'static str> {
    list.split_ascii_whitespace()
}

/// The names above by themselves. A name that stands twice keeps its first meaning; a test finds it.
static BY_NAME: LazyLock<HashMap<&'static str, KnownName>> = LazyLock::new(|| {
    let mut by_name = HashMap::new();
    for (meaning, documented, usual) in NAMES {
        for (rank, name) in names_in(documented).chain(names_in(usual)).enumerate() {
            let is_documented = rank < names_in(documented).count();
            by_name.entry(name).or_insert(KnownName { meaning, rank, is_documented });
        }
    }
    by_name
});

/// Prepares the table.
pub(super) fn warm_up() {
    LazyLock::force(&BY_NAME);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_stands_once_and_normalised() {
        let all: Vec<&str> =
            NAMES.iter().flat_map(|(_, ours, theirs)| names_in(ours).chain(names_in(theirs))).collect();
        assert_eq!(all.len(), BY_NAME.len());
        for name in all {
            assert_eq!(plain(name), name);
        }
    }

    #[test]
    fn a_name_means_the_same_in_every_spelling() {
        for name in ["alarm_name", "alarmName", "alarm-name", "AlarmName", "ALARM NAME"] {
            assert_eq!(known(&plain(name)).map(|it| it.meaning), Some(Meaning::AlarmName), "{name}");
        }
    }
}
