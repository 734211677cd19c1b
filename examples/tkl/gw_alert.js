// Sends an alert to Fanfare.
//
// Paste it into ThinkLink under Model -> RPC, with `gw_alert` as its Method, and
// set two Org Params, so that no device carries a credential:
//
//   fanfare_url     https://alerts.example.com/ingest/thinklink
//   fanfare_token   the token of the source `thinklink` in Fanfare's config
//
// Parameters, all optional except `name`:
//
//   name         string    which alarm of the device; the same for raise and clear
//   action       string    `new` (default), `clear`, or `no` for nothing to do
//   level        string    `low`, `mid`, `high` or `urgent`
//   title, desc  string    for people; a reading in `desc` does no harm
//   at_mobiles   object    e.g. ["13800000000"]
//   at_all       boolean   use sparingly
//
// What ThinkLink gets back is `202` once the alert is on Fanfare's disk.

function rpc_script({ device, params, alarms, logger, org_params }) {
  const url = org_params?.fanfare_url;
  const token = org_params?.fanfare_token;
  if (!url || !token) {
    logger.error("set the Org Params fanfare_url and fanfare_token", { eui: device.eui });
    return null;
  }
  if (params.action === "no") return null;

  return [{
    sleepTimeMs: 0,
    type: "axios",
    dnMsg: {
      method: "POST",
      url,
      timeout: 5000,
      headers: { "Content-Type": "application/json", "Authorization": "Bearer " + token },
      // Named one by one: `device` as a whole holds what must not leave ThinkLink.
      data: {
        device: { eui: device.eui, name: device.name, tags: device.tags },
        name: params.name,
        action: params.action ?? "new",
        level: params.level,
        title: params.title,
        desc: params.desc,
        at_mobiles: params.at_mobiles ?? [],
        at_all: !!params.at_all,
        time: new Date().toISOString(),
      },
    },
  }];
}
