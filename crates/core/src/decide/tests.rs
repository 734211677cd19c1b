//! Decisions one after the other, each on the state that the ones before have left.

mod ledger;
mod decision_fixture;

mod accept;
mod ends;
mod acknowledge;
mod dead_letter;
mod give_up;
mod recheck;
mod restarts;
mod repeat;
mod settle;
mod withdraw;
mod twice;
