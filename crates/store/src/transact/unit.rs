//! A unit of a transaction: the keys of a state, and the decision about it.

use std::fmt;

use fanfare_core::{Changes, DecisionState, Obstacle, StateKey};

/// One unit of a transaction: the state of its keys is read, and the changes that
/// are decided on it are written.
pub struct Unit {
    keys: Vec<StateKey>,
    further_keys: Option<Box<FurtherKeys>>,
    decide: Box<Decide>,
}

type FurtherKeys = dyn FnMut(&DecisionState) -> Vec<StateKey> + Send;

type Decide = dyn FnMut(&DecisionState) -> Result<Changes, Obstacle> + Send;

impl Unit {
    /// A unit whose decision always finds changes, perhaps empty ones.
    ///
    /// The decision runs in the writing thread; a second time if another call that
    /// shared the commit failed.
    #[must_use]
    pub fn new(
        keys: Vec<StateKey>,
        mut decide: impl FnMut(&DecisionState) -> Changes + Send + 'static,
    ) -> Self {
        Self::with_obstacles(keys, move |state| Ok(decide(state)))
    }

    /// A unit whose decision may meet an obstacle; then nothing of it is written.
    #[must_use]
    pub fn with_obstacles(
        keys: Vec<StateKey>,
        decide: impl FnMut(&DecisionState) -> Result<Changes, Obstacle> + Send + 'static,
    ) -> Self {
        Self { keys, further_keys: None, decide: Box::new(decide) }
    }

    /// The same unit, which also needs the state of what `further` names once it has seen that of its keys.
    #[must_use]
    pub fn reading(mut self, further: impl FnMut(&DecisionState) -> Vec<StateKey> + Send + 'static) -> Self {
        self.further_keys = Some(Box::new(further));
        self
    }

    pub(super) fn keys(&self) -> &[StateKey] {
        &self.keys
    }

    pub(super) fn further_keys(&mut self, state: &DecisionState) -> Vec<StateKey> {
        self.further_keys.as_mut().map(|further| further(state)).unwrap_or_default()
    }

    pub(super) fn decide(&mut self, state: &DecisionState) -> Result<Changes, Obstacle> {
        (self.decide)(state)
    }
}

impl fmt::Debug for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Unit").field("keys", &self.keys).finish_non_exhaustive()
    }
}
