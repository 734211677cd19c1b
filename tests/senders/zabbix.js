// Runs a media type's script as Zabbix runs it: the body of a function with `value`, the parameters as JSON, and
// `HttpRequest`. https://www.zabbix.com/documentation/current/en/manual/config/items/preprocessing/javascript/javascript_objects
//
// Reads {script, params, status} from standard input and prints {url, headers, body, result, error}.

const { readFileSync } = require("node:fs");

const { script, params, status } = JSON.parse(readFileSync(0, "utf8"));

const seen = { headers: [] };

class HttpRequest {
  addHeader(header) {
    seen.headers.push(header);
  }
  setProxy() {}
  post(url, body) {
    Object.assign(seen, { url, body });
    return "the answer";
  }
  getStatus() {
    return status;
  }
}

try {
  seen.result = new Function("value", "HttpRequest", script)(JSON.stringify(params), HttpRequest);
} catch (error) {
  seen.error = String(error);
}
console.log(JSON.stringify(seen));
