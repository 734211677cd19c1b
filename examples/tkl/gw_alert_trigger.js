// Calls gw_alert on every uplink: `new` when the reading is bad, `clear` when it
// is good. Fanfare tells people only of the edges, so no state is kept here.
//
// Paste it as the body of a trigger; ThinkLink hands in `device` and `thingModelId`.
// The limit comes from the device's server attribute `alarm_temp`.

const reading = device.telemetry_data?.[thingModelId]?.temperature;
const limit = device.server_attrs?.alarm_temp ?? -15;

// An uplink without a reading says neither good nor bad.
if (typeof reading !== "number") return { delayms: 0, abort_previous_timer: false, actions: [] };

const bad = reading > limit;
return {
  delayms: 0,
  abort_previous_timer: false,
  actions: [{
    method: "gw_alert",
    params: {
      _eui: device.eui,
      name: "over_temp",
      action: bad ? "new" : "clear",
      level: reading > limit + 5 ? "urgent" : "high",
      title: "Temperature too high",
      desc: `Current ${reading} °C, limit ${limit} °C`,
    },
  }],
};
