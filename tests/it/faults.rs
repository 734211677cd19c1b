//! A channel that fails in any way a provider can fail: it silences nobody else, and
//! nothing the provider did not take is called delivered.

mod cell;

mod refusal;
mod dingtalk;
mod wecom;
mod mail;
