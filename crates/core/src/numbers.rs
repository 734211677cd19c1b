//! Texts without what changes from one telling of an alarm to the next: readings, durations, times and counters.
//!
//! A number that names a thing (a room, a floor, a pump, a card) tells two alarms apart and is always kept. What cannot
//! be told apart is kept, too: rather told twice than not. So a bare integer is kept, and a number is a reading only
//! with a decimal point, a sign, a unit or a word for what it counts.
//!
//! `Room 3.12` is the number of a room, since a word for a place stands right before it. `Room: 3.12` cannot be told
//! from the temperature of a room, which is written like that far more often; it is taken for a reading. A unit is part
//! of a name where the thing follows that is called by it: `10 kV line`, `12V供电`.

use std::sync::LazyLock;

use regex::Regex;

/// The bytes in which readings are looked for: a body of 1 MiB may hold half a million numbers, each of which is
/// compared with a thousand words, and no text that people read is so long.
const MAX_EXAMINED_BYTES: usize = 16 * 1024;

/// The text without readings, durations, times and counters; what stands behind [`MAX_EXAMINED_BYTES`] is kept as it
/// is. What is left of it is for comparing, not for people.
#[must_use]
pub fn without_readings(text: &str) -> String {
    without(text, |number| number.is_reading())
}

/// The name of an alarm without the readings that some senders put into it. A limit in whole numbers is kept: `over 30 °C`
/// and `over 40 °C` are the names of two alarms.
#[must_use]
pub fn name_without_readings(name: &str) -> String {
    without(name, |number| number.is_reading() && !number.is_limit())
}

fn without(text: &str, is_left_out: impl Fn(&WrittenNumber<'_>) -> bool) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut done = 0;
    let next_digit = |from: usize| text[from..].find(|c: char| c.is_ascii_digit()).map(|at| from + at);
    while let Some(start) = next_digit(done).filter(|it| *it < MAX_EXAMINED_BYTES) {
        let number = WrittenNumber::at(text, start);
        let end = if is_left_out(&number) { number.start } else { number.end };
        kept.push_str(&text[done..end]);
        done = number.end;
    }
    kept.push_str(&text[done..]);
    kept
}

/// The things that `text` calls by a number, each as `pump 1`, `r1` or `号泵 3`. A bare number behind a word for a
/// quantity, a colon or `=` is none, unless a word for a place stands there, too.
pub(crate) fn numbered_things(text: &str) -> Vec<String> {
    let mut things = Vec::new();
    let mut done = 0;
    while let Some(start) = text[done..].find(|c: char| c.is_ascii_digit()).map(|at| done + at) {
        let number = WrittenNumber::at(text, start);
        done = number.end;
        if !number.is_reading() && !number.is_quantity() {
            things.push(number.thing(&text[start..]));
        }
    }
    things
}

/// Prepares the pattern.
pub fn warm_up_numbers() {
    LazyLock::force(&TIME);
}

/// A number within a text, and what stands around it.
struct WrittenNumber<'a> {
    /// The beginning, with the sign.
    start: usize,
    end: usize,
    before: &'a str,
    after: &'a str,
    digits: usize,
    lead: NumberLead,
    shape: NumberShape,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberLead {
    /// A blank or the like.
    None,
    Sign,
    /// A letter, a hyphen or the like, which makes the number a part of a name: `B2`, `A-12`, `#3`, `v1`.
    Glue,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum NumberShape {
    Integer,
    /// With a decimal point, or with a comma between thousands.
    Decimal,
    /// Of several parts, as an address of a network or a version.
    Parts,
    /// A date or a time of day.
    Time,
}

/// The unit behind a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum UnitKind {
    None,
    /// One letter or character, which may as well belong to a name: `5 m`, `3天`.
    Short,
    /// One capital letter, which most often belongs to a name: `Zone 12A`, `2F`.
    Capital,
    /// A word that is most often a unit: `5 min`, `3小时`.
    Word,
    /// A sign that is nothing else: `5 %`, `41 °C`.
    Symbol,
}

/// Dates and times, which nobody writes the name of a thing with. The longer forms stand first.
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?x) ^ (?:
            (?: (?: 19 | 20 ) [0-9]{2} - [0-9]{1,2} - [0-9]{1,2} | (?: 19 | 20 ) [0-9]{2} / [0-9]{1,2} / [0-9]{1,2}
              | [0-9]{1,2} [./] [0-9]{1,2} [./] (?: 19 | 20 ) [0-9]{2} | (?: (?: 19 | 20 ) [0-9]{2} 年 )? [0-9]{1,2} 月 [0-9]{1,2} [日号]? )
            (?: (?: T | [\ ,]{0,2} ) (?: [01]? [0-9] | 2[0-3] ) : [0-5][0-9] (?: : [0-5][0-9] (?: [.,] [0-9]+ )? )? )?
            (?: \ ? (?: Z | UTC | GMT | [+-] [0-9]{2} :? [0-9]{2} ) )?
          | (?: [01]? [0-9] | 2[0-3] ) : [0-5][0-9] (?: : [0-5][0-9] (?: [.,] [0-9]+ )? )? (?: \ ? [AaPp] \.? [Mm] )?
          | [0-9]{1,2} [时点] [0-9]{1,2} 分 (?: [0-9]{1,2} 秒 )?
          | [0-9]{1,2} \ ? [AaPp][Mm]
          | 20 [0-9]{2} (?: 0[1-9] | 1[0-2] ) (?: 0[1-9] | [12][0-9] | 3[01] ) (?: [01][0-9] | 2[0-3] ) (?: [0-5][0-9] ){2}
          | [0-9]{1,2} \ (?: Jan | Feb | Mar | Apr | May | Jun | Jul | Aug | Sep | Oct | Nov | Dec ) [a-z]* (?: \ (?: 19 | 20 ) [0-9]{2} )?
        )",
    )
});

impl<'a> WrittenNumber<'a> {
    /// The number whose first digit stands at `first`.
    fn at(text: &'a str, first: usize) -> Self {
        let (start, lead) = lead_before(text, first);
        let (end, shape) = match time_end(&text[first..]) {
            Some(length) if !is_address(&text[first..first + length], &text[..start]) => {
                (first + length, NumberShape::Time)
            }
            Some(_) | None => {
                let (length, shape) = digits_end(&text[first..]);
                (first + length, shape)
            }
        };
        let digits = end - first;
        Self { start, end, before: &text[..start], after: &text[end..], digits, lead, shape }
    }

    fn is_reading(&self) -> bool {
        let unit = unit_of(self.after);
        let is_glued = self.lead == NumberLead::Glue;
        let is_named = is_glued || ends_with_word_of(self.before, &[' ', '.', '-'], PLACES, PLACES_ZH);
        match (self.shape, unit) {
            (NumberShape::Parts, _) => false,
            (NumberShape::Time, _) if self.digits > "08:30".len() => !is_glued,
            (NumberShape::Time, _) => !is_named,
            (NumberShape::Integer | NumberShape::Decimal, UnitKind::Symbol) => true,
            (NumberShape::Integer | NumberShape::Decimal, _) if self.is_rating() => false,
            (NumberShape::Integer | NumberShape::Decimal, UnitKind::Word) if !is_named => true,
            (NumberShape::Decimal, UnitKind::Word) => !is_glued,
            (NumberShape::Decimal, _) if self.lead == NumberLead::Sign => true, // no room is called -9.4
            (NumberShape::Integer | NumberShape::Decimal, _)
                if is_named || names_a_thing(self.before, self.after) =>
            {
                false
            }
            (NumberShape::Decimal, UnitKind::Short | UnitKind::Capital)
            | (NumberShape::Integer, UnitKind::Short | UnitKind::Word) => true,
            (NumberShape::Integer, UnitKind::Capital) => self.is_measured(),
            (NumberShape::Decimal, UnitKind::None) => !self.is_followed_by_letter(),
            (NumberShape::Integer, UnitKind::None) => {
                let is_signed =
                    self.lead == NumberLead::Sign && self.digits < 8 && !self.is_followed_by_letter();
                is_signed || self.is_counter()
            }
        }
    }

    /// Tells whether the number, with its unit, is part of the name of the thing behind it: `-5V rail`, `35kV线路`,
    /// `1.12 smoke detector`. A thing with a number of its own is called by that one.
    fn is_rating(&self) -> bool {
        if self.is_measured() {
            return false;
        }
        let after = self.after.trim_start_matches(' ');
        if starts_with(after, NAMED_BEFORE_UNITS_ZH) {
            return true;
        }
        let word = first_word(after);
        let behind = match (word, self.shape) {
            ("", NumberShape::Decimal) => after,
            ("", NumberShape::Integer | NumberShape::Parts | NumberShape::Time) => return false,
            (unit, _) if has(RATINGS, &unit.to_lowercase()) => after[unit.len()..].trim_start_matches(' '),
            (_, NumberShape::Decimal) if self.lead != NumberLead::Sign => after,
            (..) => return false,
        };
        let thing = first_word(behind);
        let further = behind[thing.len()..].trim_start_matches([' ', '-', '#']);
        let is_thing = has(PLACES, &thing.to_lowercase()) || has(RATED, &thing.to_lowercase());
        (is_thing && !further.starts_with(|c: char| c.is_ascii_digit())) || starts_with(behind, RATED_ZH)
    }

    /// Tells whether the number is a bare one that says how much, and not which.
    fn is_quantity(&self) -> bool {
        let before = self.before.trim_end_matches(' ');
        let is_place = || ends_with_word_of(before, &[' ', ':', '=', '：'], PLACES, PLACES_ZH);
        let label = before.strip_suffix([':', '=', '：']);
        // Behind a digit it is the mark within an address.
        let is_labelled = label.is_some_and(|it| !it.ends_with(|c: char| c.is_ascii_digit()));
        self.is_measured() || (is_labelled && !is_place())
    }

    /// The thing: the word before the number and the number, or what a Chinese name has behind it. `from_digits` is the
    /// text from the first digit on.
    fn thing(&self, from_digits: &str) -> String {
        let glued = self.after.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(self.after.len());
        let number = &from_digits[..self.digits + glued];
        let after = &self.after[glued..];
        let word = if starts_with(after, NAMED_ZH) {
            after.chars().take(2).collect()
        } else {
            let before = self.before.trim_end_matches([' ', '-', '_', '#', '.', ':', '：', '№', '=']);
            last_word(before)
        };
        format!("{word} {number}").trim().to_lowercase()
    }

    /// Tells whether a word for a quantity or a comparison stands right before the number, and none for a place.
    fn is_measured(&self) -> bool {
        let skipped = [' ', ':', '=', '：', '>', '<', '≥', '≤'];
        let is_compared = self.before.trim_end_matches(' ').ends_with(['=', '>', '<', '≥', '≤']);
        let is_place = ends_with_word_of(self.before, &skipped, PLACES, PLACES_ZH);
        !is_place && (is_compared || ends_with_word_of(self.before, &skipped, MEASURES, MEASURES_ZH))
    }

    /// Tells whether the number is whole, and a word or sign of comparison stands right before it.
    fn is_limit(&self) -> bool {
        let before = self.before.trim_end_matches(' ');
        let is_compared = [">", "<", "≥", "≤", ">=", "<="].iter().any(|it| before.ends_with(*it));
        self.shape == NumberShape::Integer
            && (is_compared || ends_with_word_of(before, &[' ', ':', '：'], LIMITS, LIMITS_ZH))
    }

    /// Tells whether the number counts something that grows while an alarm lasts.
    fn is_counter(&self) -> bool {
        let next = self.after.trim_start_matches(' ');
        starts_with(next, COUNTED_ZH)
            || has(COUNTED, &first_word(next).to_lowercase())
            || ends_with_word_of(self.before, &[' ', ':', '=', '：', '#'], COUNTERS, COUNTERS_ZH)
    }

    fn is_followed_by_letter(&self) -> bool {
        self.after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
    }
}

/// The lead of the digit at `first`, and where the number begins with it.
fn lead_before(text: &str, first: usize) -> (usize, NumberLead) {
    let before = &text[..first];
    let Some(last) = before.chars().next_back() else { return (first, NumberLead::None) };
    let outer = &before[..before.len() - last.len_utf8()];
    match last {
        '−' | '±' => (outer.len(), NumberLead::Sign),
        '-' | '+' | '－' | '＋' if is_sign_after(outer) => (outer.len(), NumberLead::Sign),
        '-' | '+' | '－' | '＋' | '#' | '_' | '№' => (first, NumberLead::Glue),
        '.' if outer.ends_with(|c: char| c.is_alphanumeric()) => (first, NumberLead::Glue),
        c if c.is_ascii_alphanumeric() || is_foreign_letter(c) => (first, NumberLead::Glue),
        _ => (first, NumberLead::None),
    }
}

/// Tells whether a `-` behind `outer` is a sign. Right behind a letter or a digit it is a hyphen, unless Chinese
/// characters, which need no blank, say what is measured.
fn is_sign_after(outer: &str) -> bool {
    let Some(last) = outer.chars().next_back() else { return true };
    if last.is_alphanumeric() || last == '_' || last == ')' || last == ']' {
        return ends_with(outer, MEASURES_ZH);
    }
    last != '-' && last != '.'
}

/// A letter of a script that puts blanks between words.
fn is_foreign_letter(c: char) -> bool {
    c.is_alphabetic() && c < '\u{2e80}'
}

/// The length of the date or time at the beginning of `text`.
fn time_end(text: &str) -> Option<usize> {
    let end = TIME.find(text)?.end();
    let mut rest = text[end..].chars();
    let is_longer = match rest.next() {
        Some(':' | '.' | '-' | '/') => rest.next().is_some_and(|c| c.is_ascii_digit()),
        Some(c) => c.is_ascii_alphanumeric(),
        None => false,
    };
    (!is_longer).then_some(end)
}

/// Tells whether what looks like a time is the address of a detector, `1:12` for loop and device: an hour of one digit
/// where no word for a time stands before it, and no seconds or half of the day behind.
fn is_address(time: &str, before: &str) -> bool {
    let is_short = matches!(time.as_bytes(), [b'0'..=b'9', b':', _, _]);
    is_short && !ends_with_word_of(before, &[' ', ':', '：', '(', '[', '@', ','], TIMES, TIMES_ZH)
}

/// The length of the digits at the beginning of `text`, and their shape.
fn digits_end(text: &str) -> (usize, NumberShape) {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let mut end = digits(text);
    let (mut points, mut thousands) = (0, 0);
    while let Some(mark @ (b'.' | b',')) = text.as_bytes().get(end) {
        let more = digits(&text[end + 1..]);
        let is_decimal_comma =
            points + thousands == 0 && matches!(more, 1 | 2) && has_unit(&text[end + 1 + more..]);
        if more == 0 || (*mark == b',' && more != 3 && !is_decimal_comma) {
            break;
        }
        points += usize::from(*mark == b'.');
        thousands += usize::from(*mark == b',');
        end += 1 + more;
    }
    let shape = match (points, thousands) {
        (0, 0) => NumberShape::Integer,
        (0 | 1, _) => NumberShape::Decimal,
        _ => NumberShape::Parts,
    };
    (end, shape)
}

fn has_unit(text: &str) -> bool {
    matches!(unit_of(text), UnitKind::Symbol | UnitKind::Word)
}

/// The unit at the beginning of `text`.
fn unit_of(text: &str) -> UnitKind {
    let text = text.trim_start_matches([' ', '\u{a0}', '\u{2009}', '\u{202f}']);
    let text = &text[..text.floor_char_boundary(MAX_UNIT_BYTES)];
    let end = text.find(|c: char| c.is_whitespace() || "，。；;()（）!！?？:：\"'|<>[]{}".contains(c));
    let word = &text[..end.unwrap_or(text.len())];
    let word = word.trim_end_matches([',', '.', '/']);
    if word.starts_with(['°', '℃', '℉', '%', '％', '‰', 'Ω', 'µ', 'μ']) {
        return UnitKind::Symbol;
    }
    let word = &word[..word.find(|c: char| c >= '\u{2e80}').filter(|at| *at > 0).unwrap_or(word.len())];
    if has(UNITS, &word.split(',').next().unwrap_or(word).to_lowercase()) {
        return match word {
            "V" | "W" => UnitKind::Short,
            _ if word.len() > 1 => UnitKind::Word,
            _ if word.bytes().all(|byte| byte.is_ascii_lowercase()) => UnitKind::Short,
            _ => UnitKind::Capital,
        };
    }
    if starts_with(text, UNITS_ZH) {
        return UnitKind::Word;
    }
    if starts_with(text, SHORT_UNITS_ZH) { UnitKind::Short } else { UnitKind::None }
}

/// More than the longest unit has, in bytes; so that a text without blanks is not read to its end for each number.
const MAX_UNIT_BYTES: usize = 24;

/// Tells whether a number is part of a Chinese name: `3号`, `-1层`; or a code: `error: -12`.
fn names_a_thing(before: &str, after: &str) -> bool {
    starts_with(after, NAMED_ZH)
        || ends_with_word_of(before, &[' ', ':', '=', '：', '#', '.'], CODES, CODES_ZH)
}

/// Tells whether `text`, without the signs in `skipped` at its end, ends with one of the words.
fn ends_with_word_of(text: &str, skipped: &[char], words: &str, words_zh: &str) -> bool {
    let text = text.trim_end_matches(skipped);
    if ends_with(text, words_zh) && !ends_with(text, NO_PLACES_ZH) {
        return true;
    }
    let start = text
        .rfind(|c: char| !c.is_ascii_alphabetic())
        .map_or(0, |at| at + text[at..].chars().next().map_or(1, char::len_utf8));
    let word = &text[start..];
    !word.is_empty() && word.len() <= 16 && has(words, &word.to_lowercase())
}

/// Tells whether the list has the word.
fn has(list: &str, word: &str) -> bool {
    list.split_ascii_whitespace().any(|it| it == word)
}

fn starts_with(text: &str, list: &str) -> bool {
    list.split_ascii_whitespace().any(|word| text.starts_with(word))
}

fn ends_with(text: &str, list: &str) -> bool {
    list.split_ascii_whitespace().any(|word| text.ends_with(word))
}

/// The word at the end of `text`; of Chinese, which has no blanks, the last two characters.
fn last_word(text: &str) -> String {
    let of_words = |c: &char| c.is_alphanumeric() && *c < '\u{2e80}';
    let mut word: Vec<char> = text.chars().rev().take_while(of_words).take(16).collect();
    if word.is_empty() {
        word = text.chars().rev().take_while(|c| c.is_alphanumeric()).take(2).collect();
    }
    word.into_iter().rev().collect()
}

fn first_word(text: &str) -> &str {
    &text[..text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len())]
}

/// Units in lower case. One letter is not sure to be one.
const UNITS: &str = "v w a c f k l j n m s h d g t percent pct deg degc degrees celsius fahrenheit kelvin kw kwh wh mw mwh kva \
     kvar va kv mv ma ka ah mah hz khz mhz ghz rpm r/min bar mbar psi pa kpa mpa hpa mm cm km um nm inch ft m2 m3 \
     m² m³ m3/h m³/h ml l/min l/h l/s m/s km/h mm/s kg/h kg mg mg/l mg/m3 mg/m³ ug/m3 ton tons lb ppm ppb db dbm \
     dba lx lux kb mb gb tb mib gib bytes kbps mbps ms sec secs second seconds min mins minute minutes hr hrs \
     hour hours day days ohm";
const UNITS_ZH: &str = "摄氏度 分钟 小时 毫秒 伏特 安培 千瓦 毫安 毫伏 千伏 赫兹 厘米 毫米 公里 毫升 立方 公斤 千克 千帕 兆帕 分贝 \
     个月 百分";
const SHORT_UNITS_ZH: &str = "度 秒 分 天 周 伏 安 瓦 米 升 吨 帕 转";

/// Words for things that have a number, right before it.
const PLACES: &str = "room rm floor fl level building bldg block house hall wing zone area sector section door gate window line \
     lane channel ch chan card pump fan motor valve tank unit bay rack cabinet panel port slot node sensor meter \
     device gateway station site lift elevator pos position row column shelf bin silo boiler chiller compressor \
     conveyor loop circuit breaker feeder phase input output relay di do ai ao group team step stage plant \
     parking space apartment apt suite freezer fridge camera point detector box hub cell machine server disk vlan \
     register part store container truck vehicle track platform exit entrance basement cellar garage deck storey \
     story lvl lot km kilometer kilometre milepost chainage smoke heat flame mcp callpoint hydrant sprinkler module \
     slave";
const PLACES_ZH: &str = "烟感 温感 感烟 感温 手报 探测器 消火栓 喷淋 模块 门磁 地下 负 里程 桩号 点位 节点 房间 房 室 楼 层 区 栋 幢 座 门 线 路 道 卡 泵 柜 机 站 井 单元 组 排 列 台 段 阀 箱 罐 仓 桥 塔 梯 桩 车间";
/// Words that end like one for a place and are none.
const NO_PLACES_ZH: &str =
    "离线 断线 掉线 上线 下线 在线 无线 开机 关机 停机 待机 短路 断路 开路 分段 阶段 时段";
/// Characters that make a name of the number before them.
const NAMED_ZH: &str = "号 楼 层 室 栋 幢 座 区 路 线 门 柜 排 列 单元 机 组 期 站 井 通道 回路 房 段 台 库 桩 烟感 温感 手报 探测器";
/// Names whose first character would be a unit.
const NAMED_BEFORE_UNITS_ZH: &str = "分区 分厂 分站 分部 分店 分队 分机 分支 分路 分局 分公司 分库 分段 分院 分校 分箱 分会场 公里处 公里标 天井 天台 天桥 天车 \
     升降 升压 安检 安全 周界 转运 转炉 转角 转辙 瓦楞 帕克 米仓 吨位";
/// Units by which things are called.
const RATINGS: &str = "v kv w kw mw kva mva ka a mm inch t ton hz bar";
/// Things that are called by their voltage, current or size.
const RATED: &str = "rail rails supply psu ups bus busbar mains feed crane transformer switchgear substation switch fuse \
     battery charger network grid cable pipe power system side";
const RATED_ZH: &str = "线 母线 供电 电源 开关 断路器 变压器 变电 配电 进线 出线 馈线 电缆 侧 段 柜 系统 回路 电池 蓄电池 直流 交流 行车 吊车 起重机 \
     锅炉 管 高压 低压 电网 输出 输入 站 室 烟感 温感 手报 探测器";
/// Words before a time of day.
const TIMES: &str = "at since from until till time by after before when clock on";
const TIMES_ZH: &str = "上午 下午 早上 晚上 凌晨 中午 时间 于 自 从 在 今日 今天 昨天 日 号 至 到";
/// Words for codes: also behind a colon the number is a name.
const CODES: &str = "no nr num number id code error err fault errno ip address addr version ver v model serial sn order ticket \
     batch lot user";
const CODES_ZH: &str = "编号 代码 错误码 故障码 卡号 工号 版本 型号 序列号 单号 批次";
/// Words for quantities, limits and comparisons.
const MEASURES: &str = "temp temperature t voltage volt volts current power u i p pressure humidity flow speed limit threshold max \
     min above below over under exceeds exceeded than at is to reached reads value val avg battery load";
const MEASURES_ZH: &str = "温度 湿度 电压 电流 功率 压力 液位 水位 流量 浓度 转速 值 为 达 到 超过 高于 低于 大于 小于 上限 下限 当前 \
     设定 是 约 电量 水温 室温";
/// The words for limits and comparisons among those.
const LIMITS: &str = "limit threshold max min above below over under exceeds exceeded than";
const LIMITS_ZH: &str = "超过 高于 低于 大于 小于 上限 下限 阈值";
/// Words for what is counted, behind the number.
const COUNTED: &str = "times attempts retries tries failures errors alarms messages packets events repeats";
const COUNTED_ZH: &str = "次 遍 回合 条";
/// Words for a counter, before the number.
const COUNTERS: &str = "count counter seq sequence fcnt attempt retry retries total uptime";
const COUNTERS_ZH: &str = "次数 计数 累计 共计";

/// The pattern of this file.
#[expect(clippy::expect_used, reason = "a constant of this file; every test would fail")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a valid pattern")
}

#[cfg(test)]
mod tests;
