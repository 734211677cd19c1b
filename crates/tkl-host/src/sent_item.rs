//! Items that a script returns, and what a version of ThinkLink sends for them.

use serde_json::Value;

use crate::host::Host;

/// The end of an item that a script returns.
#[derive(Debug, Clone, PartialEq)]
pub enum SentItem {
    /// A request over HTTP.
    Posted {
        /// The address of the request.
        url: String,
        /// The body of the request.
        body: Value,
    },
    /// A message on ThinkLink's broker.
    Published {
        /// The topic of the broker.
        topic: String,
        /// The message under it.
        body: Value,
        /// True if the item was meant to be posted: its address and header fields, credentials too, stand in the
        /// message for all of the broker's clients.
        was_to_be_posted: bool,
    },
    /// A change of attributes, a downlink, an entry in ThinkLink's own alarm centre: nothing that leaves it.
    Inside {
        /// The type of the item.
        kind: String,
    },
    /// A call of an RPC by a trigger.
    Called {
        /// The name of the RPC.
        method: String,
        /// The parameters of the call.
        params: Value,
        /// True if `params._eui` names the device, without which nothing is called.
        names_device: bool,
    },
}

/// The type of an item that states none: a downlink, which the broker's clients get as well.
const DOWNLINK: &str = "default";

/// The sending of one item of an RPC.
pub(crate) fn of_item(item: &Value, host: Host, device: &Value) -> SentItem {
    let kind = item["type"].as_str().unwrap_or(DOWNLINK);
    let message = &item["dnMsg"];
    match (kind, host) {
        ("modifyAttrs", _) => SentItem::Inside { kind: kind.to_owned() },
        ("axios", Host::Newer) => SentItem::Posted {
            url: message["url"].as_str().unwrap_or_default().to_owned(),
            body: message["data"].clone(),
        },
        (_, Host::Newer) if kind != DOWNLINK => SentItem::Inside { kind: kind.to_owned() },
        (_, Host::V2_00_011 | Host::Newer) => {
            let text = |value: &Value| value.as_str().map(str::to_owned);
            let target = text(&item["target"]).or_else(|| text(&device["eui"])).unwrap_or_default();
            let tenant = text(&device["tenant_code"]).unwrap_or_else(|| "TENANT".to_owned());
            SentItem::Published {
                topic: format!("/v32/{tenant}/as/dn/data/{target}"),
                body: message.clone(),
                was_to_be_posted: kind == "axios",
            }
        }
    }
}

/// The sending of one action of a trigger.
pub(crate) fn of_action(action: &Value, device: &Value) -> SentItem {
    let name = ["method", "methodId"].into_iter().find_map(|it| action[it].as_str());
    SentItem::Called {
        method: name.unwrap_or_default().to_owned(),
        params: action["params"].clone(),
        names_device: action["params"]["_eui"] == device["eui"],
    }
}
