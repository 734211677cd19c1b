//! Randomness, for the spread of retries.

use std::fmt;

/// A source of random numbers.
pub trait Jitter: fmt::Debug + Send + Sync {
    /// A number in `0.0..1.0`.
    fn spread(&self) -> f64;
}

/// Numbers nobody can foresee; good enough for jitter, not for keys.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomJitter;

impl Jitter for RandomJitter {
    fn spread(&self) -> f64 {
        fastrand::f64()
    }
}
