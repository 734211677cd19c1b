//! A fake of a webhook's receiver, as strict as Standard Webhooks want one to be. It
//! shares no code with the client.
//!
//! | setting of an account | meaning |
//! |---|---|
//! | `token` | the last part of the address in the sandbox, `/webhook/<token>` |
//! | `method`? | the method that it takes; `POST` without it |
//! | `signing_key`* | the keys of which one must have signed; unsigned messages are taken without it |

mod server;
mod receiver;
mod signature;

pub use self::server::FakeWebhook;
