//! The decisions of core, written and read back.

mod unit;
mod accept;
mod ends;
mod settle;
mod recheck;
mod acknowledge;
mod dead_letters;
mod give_up;
mod identity;
