//! Fields that tell apart two alarms of one name: places, codes, and numbers of devices behind one another.

/// The names of fields for a place, normalised, the more telling first.
pub const PLACE_FIELDS: &str = "location locationname station stationname site sitename place position address area zone room \
     roomname roomno building floor line door channel channelno channelname slaveid slave slaveno unitid modbusid \
     loop loopno point pointno pointname probe sensor sensorno tag tagname variable variablename varname \
     register registeraddress regaddr circuit rack cabinet module slot interface phase metric parameter \
     回路 点位 点位名称 通道 通道号 防区 测点 测点名称 点名 变量 变量名 变量名称 传感器 传感器名称 寄存器 支路 机柜 模块 从站 \
     位置 地点 地址 站点 站点名称 区域 房间 楼层 楼栋 安装位置";

/// The names of fields for the code of an alarm, normalised: with it a name like `PLC alarm` is told apart from another.
pub const ALARM_CODE_FIELDS: &str = "alarmcode faultcode errorcode 告警代码 故障代码 报警代码 错误代码";

/// The names of fields for a number of a device that is no EUI, normalised, the more telling first.
pub const DEVICE_NUMBER_FIELDS: &str = "deviceid devid deviceno devno devicecode devicesn devsn sn serial serialnumber serialno imei mac \
     macaddress assetid nodeid sensorid meterid equipmentid machineid plcid 设备编号 设备id 设备号 设备编码 设备序列号 序列号";

/// A name as names are compared: without case, `_`, `-`, `.` and blanks.
#[must_use]
pub fn plain_name(name: &str) -> String {
    let kept = name.chars().filter(|c| !(matches!(c, '_' | '-' | '.') || c.is_whitespace()));
    kept.flat_map(char::to_lowercase).collect()
}

/// The name, normalised, of the field at `path`, if it tells alarms apart.
pub(crate) fn name_told_apart(path: &str) -> Option<String> {
    let name = plain_name(path.rsplit('.').next().unwrap_or(path));
    let lists = [PLACE_FIELDS, ALARM_CODE_FIELDS, DEVICE_NUMBER_FIELDS];
    let is_known = lists.iter().any(|list| list.split_ascii_whitespace().any(|it| it == name));
    is_known.then_some(name)
}
