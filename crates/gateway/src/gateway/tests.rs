mod harness;

mod channels;
mod retries;
mod accounts;
mod budgets;
mod order;
mod restarts;
mod trouble;
mod simulation;
