//! Jitter: random numbers that spread retries.

use std::fmt;

/// A source of random numbers.
pub trait Jitter: fmt::Debug + Send + Sync {
    /// A random number in `0.0..1.0`.
    fn spread(&self) -> f64;
}

/// The random numbers of the operating system's seed; fit for jitter, not for keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomJitter;

impl Jitter for RandomJitter {
    fn spread(&self) -> f64 {
        fastrand::f64()
    }
}
