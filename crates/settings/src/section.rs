//! A part of the config that is read into one type, with every problem it has.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::de::DeserializeOwned;

use crate::context::ReadContext;
use crate::deserialize::NodeDeserializer;
use crate::error::{Mistake, SettingError};
use crate::node::{Node, Placeholder, Value, YamlEntry, visit_texts};
use crate::place::{PathStep, Position, SettingPath};
use crate::problem::{Problem, ProblemSeverity};
use crate::secret_doubts::inline_doubts;
use crate::suggest;

/// A part of the config, and the problems found in it.
#[derive(Debug)]
pub struct Section {
    /// The path of the part.
    path: SettingPath,
    /// The position of the part's name, which is shown for what is missing in it.
    name_position: Position,
    node: Node,
    /// Settings that belong here too, but are read elsewhere.
    also_known: &'static [&'static str],
    problems: Vec<Problem>,
}

impl Section {
    /// The whole config.
    #[must_use]
    pub fn new(root: Node) -> Self {
        Self {
            path: SettingPath::default(),
            name_position: root.position,
            node: root,
            also_known: &[],
            problems: Vec::new(),
        }
    }

    /// The part at `path`, whose name stands at `name_position`. The settings
    /// `also_known` belong there too, but are read elsewhere.
    #[must_use]
    pub fn with_path(
        path: SettingPath,
        name_position: Position,
        node: Node,
        also_known: &'static [&'static str],
    ) -> Self {
        Self { path, name_position, node, also_known, problems: Vec::new() }
    }

    /// The part read as a `T`. Every mistake is noted, replaced by something
    /// harmless, and the part is read again, until no more is found.
    ///
    /// The result holds such placeholders unless [`Section::is_sound`]; it is then
    /// only good to look for further problems.
    pub fn read<T: DeserializeOwned>(&mut self, context: &ReadContext<'_>) -> Option<T> {
        loop {
            let inline_secrets = RefCell::default();
            let node = NodeDeserializer { node: &self.node, context, inline_secrets: &inline_secrets };
            match T::deserialize(node) {
                Ok(read) => {
                    self.doubt_secrets(&inline_secrets.into_inner());
                    return Some(read);
                }
                Err(err) => self.recover(&err, context.placeholder_texts.len())?,
            }
        }
    }

    /// True if no error was found so far.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        !self.problems.iter().any(Problem::is_error)
    }

    /// The tree, with placeholders where something was wrong.
    #[must_use]
    pub fn node(&self) -> &Node {
        &self.node
    }

    /// Notes that the setting at `path`, seen from this part, is not allowed.
    pub fn error(&mut self, path: &SettingPath, message: impl Into<String>) {
        self.note(ProblemSeverity::Error, path, message.into());
    }

    /// Notes that the setting at `path`, seen from this part, is allowed but unwise.
    pub fn warning(&mut self, path: &SettingPath, message: impl Into<String>) {
        self.note(ProblemSeverity::Warning, path, message.into());
    }

    /// True if the setting at `path` has been reported already.
    #[must_use]
    pub fn is_reported(&self, path: &SettingPath) -> bool {
        self.node.locate(path.steps()).is_placeholder
    }

    /// The problems found.
    #[must_use]
    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Warns of the secrets at these places in the config itself about which somebody should be asked.
    fn doubt_secrets(&mut self, secrets: &BTreeSet<Position>) {
        let mut doubtful = Vec::new();
        visit_texts(&self.node, &SettingPath::default(), &mut |position, text, path| {
            if secrets.contains(&position) {
                doubtful.extend(inline_doubts(text).into_iter().map(|doubt| (path.clone(), doubt)));
            }
        });
        for (path, doubt) in doubtful {
            self.warning(&path, doubt);
        }
    }

    fn note(&mut self, severity: ProblemSeverity, path: &SettingPath, message: String) {
        if !self.is_reported(path) {
            self.note_at(severity, self.position_of(path.steps()), path, message);
        }
    }

    fn note_at(
        &mut self,
        severity: ProblemSeverity,
        position: Position,
        path: &SettingPath,
        message: String,
    ) {
        let path = self.path.join(path.steps()).to_string();
        self.problems.push(Problem { position: Some(position), severity, path, message });
    }

    fn position_of(&self, steps: &[PathStep]) -> Position {
        if steps.is_empty() { self.name_position } else { self.node.locate(steps).position }
    }

    /// Notes the mistake and changes the tree so that the next reading gets
    /// further. `None` if there is no getting further.
    ///
    /// `candidates` is the number of texts that may be tried for a value.
    fn recover(&mut self, err: &SettingError, candidates: usize) -> Option<()> {
        let steps = err.steps();
        if let Some(placeholder) = self.first_placeholder(&steps) {
            return self.try_next_candidate(&placeholder, candidates);
        }
        let path = SettingPath::default().join(&steps);
        match &err.mistake {
            Mistake::Value(message) => {
                self.error(&path, message);
                self.put_placeholder(&steps)
            }
            Mistake::Unknown { name, known: own } => {
                let also_known = if steps.is_empty() { self.also_known } else { &[] };
                let known = own.iter().chain(also_known).copied();
                let message = suggest::unknown_name("setting", name, known);
                let path = path.key(name);
                let position = self.node.name_position(path.steps()).unwrap_or(self.name_position);
                self.note_at(ProblemSeverity::Error, position, &path, message);
                self.read_as_meant(&steps, name, own).or_else(|| self.exhaust(path.steps()))
            }
            Mistake::Missing(name) => self.recover_missing(&path, name),
        }
    }

    /// Renames a misspelt setting to the one it was meant to be, so that this one
    /// is not reported as missing too, and its value is looked at.
    fn read_as_meant(&mut self, map: &[PathStep], name: &str, known: &[&'static str]) -> Option<()> {
        let map = self.node.find_mut(map)?;
        let meant = suggest::closest(name, known).filter(|meant| map.get(meant).is_none())?;
        let Value::Map(entries) = &mut map.value else { return None };
        meant.clone_into(&mut entries.iter_mut().find(|it| it.name == name)?.name);
        Some(())
    }

    fn recover_missing(&mut self, path: &SettingPath, name: &str) -> Option<()> {
        let here = self.node.find_mut(path.steps())?;
        if here.get(name).is_some() {
            // It was there, but no text passed for it: that has been reported.
            return self.put_placeholder(path.steps());
        }
        self.error(path, format!("missing setting `{name}`"));
        let here = self.node.find_mut(path.steps())?;
        let position = here.position;
        let Value::Map(entries) = &mut here.value else { return self.put_placeholder(path.steps()) };
        let node = Node { position, value: Value::Placeholder(Placeholder::Candidate(0)) };
        entries.push(YamlEntry { name: name.to_owned(), name_position: position, node });
        Some(())
    }

    /// The way to the first placeholder on the way along `steps`.
    fn first_placeholder(&self, steps: &[PathStep]) -> Option<Vec<PathStep>> {
        (0..=steps.len())
            .map(|len| &steps[..len])
            .find(|it| self.node.locate(it).is_placeholder)
            .map(<[PathStep]>::to_vec)
    }

    fn try_next_candidate(&mut self, at: &[PathStep], candidates: usize) -> Option<()> {
        let node = self.node.find_mut(at)?;
        match node.value {
            Value::Placeholder(Placeholder::Candidate(text)) if text + 1 < candidates => {
                node.value = Value::Placeholder(Placeholder::Candidate(text + 1));
                Some(())
            }
            Value::Placeholder(Placeholder::Candidate(_) | Placeholder::Exhausted)
            | Value::Nothing
            | Value::Bool(_)
            | Value::Number(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_) => self.exhaust(at),
        }
    }

    /// Reads on as if there were nothing at `steps`. An item of a list takes its
    /// list with it: the items after it must not change their numbers.
    fn exhaust(&mut self, steps: &[PathStep]) -> Option<()> {
        let (last, parent) = steps.split_last()?;
        let node = self.node.find_mut(steps)?;
        let is_exhausted = node.value == Value::Placeholder(Placeholder::Exhausted);
        match last {
            PathStep::Key(_) if !is_exhausted => {
                node.value = Value::Placeholder(Placeholder::Exhausted);
                Some(())
            }
            PathStep::Key(_) | PathStep::Index(_) => self.put_placeholder(parent),
        }
    }

    /// `None` at the top: if nothing passes for the whole, nothing more is to be found.
    fn put_placeholder(&mut self, steps: &[PathStep]) -> Option<()> {
        if steps.is_empty() {
            return None;
        }
        self.node.find_mut(steps)?.value = Value::Placeholder(Placeholder::Candidate(0));
        Some(())
    }
}

#[cfg(test)]
mod tests;
