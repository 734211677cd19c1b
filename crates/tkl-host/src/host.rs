//! The versions of ThinkLink, by what they give to scripts.

use std::fmt;

/// A version of ThinkLink, by what it gives to scripts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Host {
    /// The version on edge boxes, the newest whose program is public: a script is the bare body of a function, and
    /// whatever an RPC returns is published on the broker.
    V2_00_011,
    /// The versions that the documents of March 2026 describe: a script may also be a function called `rpc_script` or
    /// `trigger_script`, and an item of type `axios` is posted.
    Newer,
}

impl Host {
    /// Every version, the oldest first.
    pub const ALL: [Self; 2] = [Self::V2_00_011, Self::Newer];

    /// The names in the scope of a script, in the order of [`crate::engine`]'s arguments. Those that are left out are
    /// unknown there: a script that reads one ends with an error.
    pub(crate) fn scope(self) -> &'static [&'static str] {
        match self {
            Self::V2_00_011 => &["device", "params"],
            Self::Newer => &["device", "params", "thingModelId", "alarms", "logger", "org_params"],
        }
    }

    /// The end of a script's body: what calls the function that the script may have declared.
    pub(crate) fn call(self) -> &'static str {
        match self {
            Self::V2_00_011 => "",
            Self::Newer => {
                "\nif (typeof rpc_script === 'function') return rpc_script({ device, params, alarms, logger, org_params });\
                 \nif (typeof trigger_script === 'function') return trigger_script(device, thingModelId);"
            }
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::V2_00_011 => "2.00.011",
            Self::Newer => "newer",
        })
    }
}
