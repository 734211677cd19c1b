//! The parts that chat channels share: a message within a limit, mentions, markdown,
//! settings of robots, and a signature by the provider's clock.
//!
//! This crate knows no provider and sends nothing. A channel hands it a message and
//! its own limits, and posts the result through `fanfare-http-channel`.
//!
//! ```
//! use fanfare_chat::fit;
//! use fanfare_words::{Message, OtherAlerts};
//!
//! let title = "Too warm ".repeat(90);
//! let others = OtherAlerts::default();
//! let long = Message { title, facts: vec![], others, content: None, link: None };
//! let text = fit(&long, 100, |message, _missing| message.to_string(), String::len);
//! assert!(text.len() <= 100);
//! ```

mod capacity;
mod fit;
mod plain;
mod markdown;
mod mention;
mod signing;
mod robot_settings;
mod cut_sign;

#[cfg(test)]
mod fixtures;

pub use crate::capacity::capacity;
pub use crate::fit::fit;
pub use crate::markdown::{
    before_names, begins_tag, link_target, linked, wide_brackets, with_links, without_tags,
};
pub use crate::mention::{MentionAll, MentionSettings};
pub use crate::plain::{plain, without_links};
pub use crate::robot_settings::{SecretForm, check_address_part, check_form, check_keyword};
pub use crate::signing::{ClockRemedy, SigningClock, SigningTime};
