//! The delivery contract, seen from outside: the gateway with its real channels
//! against the strict fakes, on paused time, and judged by what people saw and
//! by the file it left, which is read past the gateway.

mod world;

mod matrix;
mod failover;
mod flood;
mod outage;
