//! Findings about scripts of senders.

use serde::{Deserialize, Serialize};

/// One thing that a version of ThinkLink does for a script.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScriptFinding {
    /// The version of ThinkLink: `2.00.011`, or `newer`.
    pub thinklink: String,
    /// The deed, in words for people.
    pub does: String,
    /// The verdict on it, in words for people.
    pub verdict: String,
    /// True if people would hear of it.
    pub reaches_fanfare: bool,
}
