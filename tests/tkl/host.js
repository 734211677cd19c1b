// Runs scripts as ThinkLink runs them: a trigger is the body of a function, an RPC
// is a function called `rpc_script`, and neither has anything but its arguments.
//
// Reads {trigger, rpc, device, thingModelId, org_params} from standard input, the first
// two as source text, and prints {items, errors}: what ThinkLink would now do, and
// what the scripts logged as errors.

const { readFileSync } = require("node:fs");

const { trigger, rpc, device, thingModelId, org_params } = JSON.parse(readFileSync(0, "utf8"));

const errors = [];
const log = (...words) => errors.push(words);
const logger = { error: log, warn() {}, info() {}, debug() {} };

const run_trigger = new Function("device", "thingModelId", trigger);
const run_rpc = new Function(`${rpc}\nreturn rpc_script;`)();

const { actions } = run_trigger(device, thingModelId);
const items = actions.flatMap(({ method, params }) => {
  if (method !== "gw_alert") throw new Error(`no RPC is called ${method}`);
  return run_rpc({ device, params, alarms: {}, logger, org_params }) ?? [];
});

console.log(JSON.stringify({ items, errors }));
