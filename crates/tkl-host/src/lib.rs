//! The scripts of ThinkLink, run as its versions run them.
//!
//! A script is judged by what it does and never by its text: [`examine()`] runs it in a JavaScript
//! engine, with the scope and the second that each version gives it, and says what that version
//! would send where. Nothing is sent.
//!
//! ```
//! use fanfare_tkl_host::{Host, ScriptSample, SentItem, examine};
//!
//! let script = r#"return [{ target: "fanfare", dnMsg: { eui: device.eui, desc: "Too warm" } }];"#;
//! let run = examine(script, Host::V2_00_011, &ScriptSample::default());
//! assert!(matches!(run.unwrap()[..], [SentItem::Published { .. }]));
//! ```
//!
//! The modules stand in the order of their dependencies: one may use only those
//! that stand below it.

mod examine;
mod sent_item;
mod engine;
mod host;
mod sample;

pub use crate::engine::ScriptFault;
pub use crate::examine::examine;
pub use crate::host::Host;
pub use crate::sample::ScriptSample;
pub use crate::sent_item::SentItem;
