//! A part of the config that is read into one type, with everything that is
//! wrong with it.

use serde::de::DeserializeOwned;

use super::de::{NodeDeserializer, Reading};
use super::error::{Error, Wrong};
use super::node::{Entry, Node, StandIn, Value};
use super::place::{Path, Position, Step};
use super::problem::{Problem, ProblemSeverity};
use super::stand_in::TEXTS;
use super::suggest;

/// A part of the config, and what was found wrong with it.
#[derive(Debug)]
pub(crate) struct Section {
    /// Where the part stands.
    path: Path,
    /// Where its name stands: where to look for what is missing in it.
    name_at: Position,
    node: Node,
    /// Settings that belong here too, but are read elsewhere.
    also_known: &'static [&'static str],
    problems: Vec<Problem>,
}

impl Section {
    /// The whole config.
    pub(crate) fn whole(node: Node) -> Self {
        Self { path: Path::default(), name_at: node.position, node, also_known: &[], problems: Vec::new() }
    }

    /// The part at `path`, whose name stands at `name_at`.
    pub(crate) fn part(
        path: Path,
        name_at: Position,
        node: Node,
        also_known: &'static [&'static str],
    ) -> Self {
        Self { path, name_at, node, also_known, problems: Vec::new() }
    }

    /// Reads the part as a `T`. Whatever is wrong is noted, replaced by something
    /// harmless, and read again, until nothing more is found.
    ///
    /// The result holds such stand-ins unless [`Section::is_sound`]; it is then
    /// only good to look for further problems.
    pub(crate) fn read<T: DeserializeOwned>(&mut self, reading: &Reading<'_>) -> Option<T> {
        loop {
            match T::deserialize(NodeDeserializer { node: &self.node, reading }) {
                Ok(read) => return Some(read),
                Err(err) => self.settle(&err)?,
            }
        }
    }

    /// Nothing is wrong with it so far.
    pub(crate) fn is_sound(&self) -> bool {
        self.problems.iter().all(|it| it.severity != ProblemSeverity::Error)
    }

    /// The tree as it now stands.
    pub(crate) fn node(&self) -> &Node {
        &self.node
    }

    /// Notes that the setting at `path`, seen from this part, cannot be.
    pub(crate) fn error(&mut self, path: &Path, message: impl Into<String>) {
        self.note(ProblemSeverity::Error, path, message.into());
    }

    /// Notes that the setting at `path`, seen from this part, should not be.
    pub(crate) fn warning(&mut self, path: &Path, message: impl Into<String>) {
        self.note(ProblemSeverity::Warning, path, message.into());
    }

    /// Whether the setting at `path` has been complained about already.
    pub(crate) fn is_reported(&self, path: &Path) -> bool {
        self.node.place_of(path.steps()).is_stand_in
    }

    /// Everything noted.
    pub(crate) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    fn note(&mut self, severity: ProblemSeverity, path: &Path, message: String) {
        if !self.is_reported(path) {
            self.note_at(severity, self.position_of(path.steps()), path, message);
        }
    }

    fn note_at(&mut self, severity: ProblemSeverity, position: Position, path: &Path, message: String) {
        let path = self.path.then(path.steps()).to_string();
        self.problems.push(Problem { position: Some(position), severity, path, message });
    }

    fn position_of(&self, steps: &[Step]) -> Position {
        if steps.is_empty() { self.name_at } else { self.node.place_of(steps).position }
    }

    /// Notes what is wrong and changes the tree so that the next reading gets
    /// further. `None` if there is no getting further.
    fn settle(&mut self, err: &Error) -> Option<()> {
        let steps = err.steps();
        if let Some(stand_in) = self.first_stand_in(&steps) {
            return self.try_another(stand_in);
        }
        let path = Path::default().then(&steps);
        match &err.wrong {
            Wrong::Value(message) => {
                self.error(&path, message);
                self.stand_in_for(&steps)
            }
            Wrong::Unknown { name, known: own } => {
                let known = own.iter().chain(self.also_known).copied();
                let message = suggest::unknown("setting", name, known);
                let path = path.key(name);
                let position = self.node.name_at(path.steps()).unwrap_or(self.name_at);
                self.note_at(ProblemSeverity::Error, position, &path, message);
                self.read_as_meant(&steps, name, own).or_else(|| self.give_up(path.steps()))
            }
            Wrong::Missing(name) => self.settle_missing(&path, name),
        }
    }

    /// A misspelt setting is read as the one it was meant to be, so that it is
    /// not reported as missing too, and its value is looked at.
    fn read_as_meant(&mut self, map: &[Step], name: &str, known: &[&'static str]) -> Option<()> {
        let map = self.node.find_mut(map)?;
        let meant = suggest::closest(name, known).filter(|meant| map.get(meant).is_none())?;
        let Value::Map(entries) = &mut map.value else { return None };
        meant.clone_into(&mut entries.iter_mut().find(|it| it.name == name)?.name);
        Some(())
    }

    fn settle_missing(&mut self, path: &Path, name: &str) -> Option<()> {
        let here = self.node.find_mut(path.steps())?;
        if here.get(name).is_some() {
            // It was there, but nothing passes for it: that has been told.
            return self.stand_in_for(path.steps());
        }
        self.error(path, format!("missing setting `{name}`"));
        let here = self.node.find_mut(path.steps())?;
        let position = here.position;
        let Value::Map(entries) = &mut here.value else { return self.stand_in_for(path.steps()) };
        let node = Node { position, value: Value::StandIn(StandIn::Try(0)) };
        entries.push(Entry { name: name.to_owned(), name_at: position, node });
        Some(())
    }

    /// The way to the first stand-in on the way along `steps`.
    fn first_stand_in(&self, steps: &[Step]) -> Option<Vec<Step>> {
        (0..=steps.len())
            .map(|len| &steps[..len])
            .find(|it| self.node.place_of(it).is_stand_in)
            .map(<[Step]>::to_vec)
    }

    fn try_another(&mut self, at: Vec<Step>) -> Option<()> {
        let node = self.node.find_mut(&at)?;
        match node.value {
            Value::StandIn(StandIn::Try(text)) if text + 1 < TEXTS.len() => {
                node.value = Value::StandIn(StandIn::Try(text + 1));
                Some(())
            }
            Value::StandIn(StandIn::Try(_) | StandIn::Hopeless)
            | Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_) => self.give_up(&at),
        }
    }

    /// Reads on as if there were nothing at `steps`. An item of a list takes its
    /// list with it: the items after it must not change their numbers.
    fn give_up(&mut self, steps: &[Step]) -> Option<()> {
        let (last, parent) = steps.split_last()?;
        let node = self.node.find_mut(steps)?;
        let is_known_to_be_hopeless = node.value == Value::StandIn(StandIn::Hopeless);
        match last {
            Step::Key(_) if !is_known_to_be_hopeless => {
                node.value = Value::StandIn(StandIn::Hopeless);
                Some(())
            }
            Step::Key(_) | Step::Index(_) => self.stand_in_for(parent),
        }
    }

    /// `None` at the top: if nothing passes for the whole, nothing more is to be found.
    fn stand_in_for(&mut self, steps: &[Step]) -> Option<()> {
        if steps.is_empty() {
            return None;
        }
        self.node.find_mut(steps)?.value = Value::StandIn(StandIn::Try(0));
        Some(())
    }
}
