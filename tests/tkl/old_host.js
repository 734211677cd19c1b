// Runs scripts as ThinkLink 2.00.011 runs them: both are bodies of functions in node:vm, of which
// none may take more than a second. In scope are `device`, an RPC's `params` and a few helpers:
// no `logger`, `alarms`, `org_params` or `require`, and no `thingModelId` for a trigger.
//
// Reads {trigger, rpc, device, tenant} from standard input, the first two as source text,
// and prints what ThinkLink would publish on its broker: [{topic, message}].

const vm = require("node:vm");
const { readFileSync } = require("node:fs");

const { trigger, rpc, device, tenant } = JSON.parse(readFileSync(0, "utf8"));

// No script of ours uses them; they are there so that nothing is missing in the scope.
const helpers = { crcSum() {}, crc16CCIT() {}, crc16Modbus() {}, Buffer };
const run = (body, scope) =>
  vm.runInNewContext(`(function () {\n${body}\n})()`, { ...helpers, ...scope }, { timeout: 1000 });

const { actions } = run(trigger, { device: JSON.parse(JSON.stringify(device)) });
const published = actions.flatMap(({ method, params }) => {
  if (method !== "gw_alert") throw new Error(`no RPC is called ${method}`);
  if (params._eui !== device.eui) throw new Error("missing device");
  const items = run(rpc, { device, params });
  if (!Array.isArray(items)) throw new Error("Invalid return format");
  return items
    .filter(({ type }) => type !== "modifyAttrs")
    .map(({ target, dnMsg }) => ({
      topic: `/v32/${tenant}/as/dn/data/${target ?? device.eui}`,
      message: JSON.stringify(dnMsg),
    }));
});

console.log(JSON.stringify(published));
