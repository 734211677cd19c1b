// Calls gw_alert on every uplink of a device of ThinkLink 2.00.011: `new` when the reading is bad, `clear` when
// it is good. Fanfare tells people only of the edges, so no state is kept here.
//
// Paste it as the body of a trigger. This ThinkLink hands in `device` alone; where a later one hands in
// `thingModelId` as well, the reading of that model counts.
// The limit comes from the device's server attribute `alarm_temp`.

const models = device.telemetry_data || {};
const readings = typeof thingModelId === "undefined" ? Object.values(models) : [models[thingModelId]];
const model = readings.find((it) => it && typeof it.temperature === "number");

// An uplink without a reading says neither good nor bad.
if (!model) return { delayms: 0, abort_previous_timer: false, actions: [] };

const attrs = device.server_attrs || {};
const limit = typeof attrs.alarm_temp === "number" ? attrs.alarm_temp : -15;
const reading = model.temperature;
const bad = reading > limit;
return {
  delayms: 0,
  abort_previous_timer: false,
  actions: [{
    method: "gw_alert",
    params: {
      _eui: device.eui, // without it ThinkLink logs "missing device" and does nothing
      name: "over_temp",
      action: bad ? "new" : "clear",
      level: reading > limit + 5 ? "urgent" : "high",
      title: "Temperature too high",
      desc: `Current ${reading} °C, limit ${limit} °C`,
    },
  }],
};
