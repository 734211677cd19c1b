// Zabbix 6.0 and later: Alerts -> Media types -> Create media type, type "Webhook", this script, and these parameters:
//
//   fanfare_url      http://GATEWAY:8780/ingest/zabbix
//   fanfare_token    {$FANFARE_TOKEN}, a secret macro
//   name             {EVENT.NAME}
//   value            {EVENT.VALUE}
//   severity         {EVENT.NSEVERITY}
//   event_id         {EVENT.ID}
//   trigger_id       {TRIGGER.ID}
//   host             {HOST.NAME}
//   address          {HOST.IP}
//   operational_data {EVENT.OPDATA}
//   message          {ALERT.MESSAGE}
//   url              {TRIGGER.URL}
//
// Message templates: "Problem" and "Problem recovery". A recovery has the trigger and the host of its problem.

var HOW = ['fanfare_url', 'fanfare_token', 'HTTPProxy'];

// A macro that has no value stays as it is written, or becomes *UNKNOWN*.
function isFilledIn(text) {
    return text !== '' && text !== '*UNKNOWN*' && !/^\{[$A-Z0-9._]+\}$/.test(text);
}

function body(params) {
    var filled = {};
    Object.keys(params).forEach(function (name) {
        if (HOW.indexOf(name) === -1 && isFilledIn(String(params[name]))) {
            filled[name] = String(params[name]);
        }
    });
    return filled;
}

var params = JSON.parse(value);
var request = new HttpRequest();
request.addHeader('Content-Type: application/json');
request.addHeader('Authorization: Bearer ' + params.fanfare_token);
if (params.HTTPProxy) {
    request.setProxy(params.HTTPProxy);
}
var answer = request.post(params.fanfare_url, JSON.stringify(body(params)));
if (request.getStatus() !== 202) {
    // Zabbix tries again, as the media type says.
    throw 'Fanfare answers ' + request.getStatus() + ': ' + answer;
}
return 'OK';
