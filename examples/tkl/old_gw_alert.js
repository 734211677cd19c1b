// Sends an alert to Fanfare from ThinkLink 2.00.011, which knows neither `axios` items nor Org Params.
//
// Paste it into ThinkLink under Model -> RPC, with `gw_alert` as its Method, and mount that RPC on
// each device that is to raise alerts. This ThinkLink publishes what is returned here on its own MQTT broker,
// to /v32/TENANT/as/dn/data/fanfare, where Fanfare takes it: no address and no token stands in a script.
//
// Parameters, all optional except `name`:
//
//   name         string    which alarm of the device; the same for raise and clear
//   action       string    `new` (default), `clear`, or `no` for nothing to do
//   level        string    `low`, `mid`, `high` or `urgent`
//   title, desc  string    for people; a reading in `desc` does no harm
//   at_mobiles   object    e.g. ["13800000000"]
//   at_all       boolean   use sparingly

// Anything but an array is logged as an error, `null` too.
if (params.action === "no") return [];

return [{
  sleepTimeMs: 0,
  target: "fanfare",
  // Named one by one: `device` as a whole holds what must not leave ThinkLink.
  dnMsg: {
    device: { eui: device.eui, name: device.name, tags: device.tags },
    name: params.name,
    action: params.action || "new",
    level: params.level,
    title: params.title,
    desc: params.desc,
    at_mobiles: params.at_mobiles || [],
    at_all: !!params.at_all,
    time: new Date().toISOString(),
  },
}];
