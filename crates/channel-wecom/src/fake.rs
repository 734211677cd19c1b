//! A fake of WeCom, as strict as the real one. It shares no code with the client.
//!
//! | setting of a bot's account | meaning |
//! |---|---|
//! | `key` | the key in the webhook address |
//! | `member`* | the user ids and mobiles of the people in the group; anyone without it |
//! | `state`? | `active`, `stopped` or `removed` |
//! | `limits`? | `none` switches the provider's limits off |
//!
//! | setting of an app's account | meaning |
//! |---|---|
//! | `corp_id`, `secret`, `agent_id` | the company, the app's secret and its number |
//! | `to_user`?, `to_party`?, `to_tag`? | the members, departments and tags that exist, joined by `\|` |
//! | `expires_in`? | the seconds that a token lives |
//! | `allowed_address`* | the ranges of addresses from which calls may come; all without it |
//! | `limits`? | `none` switches the provider's limits off |

mod server;
mod bot;
mod app;
mod token;
mod media;
mod outcome;
mod content;
mod mention;
mod reply;
mod account;
mod rules;

pub use self::rules::{SafeForm, WeComReader, WeComRules};
pub use self::server::FakeWeCom;
