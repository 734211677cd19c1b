//! A fake of Feishu, as strict as the real one. It shares no code with the client.
//!
//! | setting of an account | meaning |
//! |---|---|
//! | `token` | the last part of the webhook address |
//! | `secret`? | the secret of the security setting 签名校验; off without it |
//! | `keyword`* | the keywords of which a message must contain one |
//! | `member`* | the open_ids and user_ids of the people in the group; anyone without it |
//! | `allowed_address`* | the ranges of addresses from which calls may come; all without it |
//! | `limits`? | `none` switches the provider's limits off |

mod server;
mod bot;
mod message;
mod signature;
mod rules;

pub use self::rules::{FeishuRules, SuccessForm};
pub use self::server::FakeFeishu;
