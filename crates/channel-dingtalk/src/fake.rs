//! A fake of DingTalk, as strict as the real one. It shares no code with the client.
//!
//! | setting of an account | meaning |
//! |---|---|
//! | `access_token` | the token in the webhook address |
//! | `secret`? | the secret of the security setting 加签; off without it |
//! | `keyword`* | the keywords of which a message must contain one |
//! | `member`* | the mobiles and user ids of the people in the group; anyone without it |
//! | `allowed_address`* | the ranges of addresses from which calls may come; all without it |
//! | `state`? | `active`, `stopped`, `removed` or `disbanded` |
//! | `limits`? | `none` switches the provider's limits off |

mod server;
mod robot_state;
mod message;
mod mention;
mod refusals;
mod signature;
mod robot;
mod rules;

pub use self::rules::{DingTalkRules, EdgeForm, ErrcodeForm, ErrorLanguage, KeywordScope};
pub use self::server::FakeDingTalk;
