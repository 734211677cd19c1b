//! Conditions of routes that nothing meets, and routes that nothing reaches.

use std::collections::BTreeSet;

use fanfare_core::{Matcher, Operator, Route, Severity};
use fanfare_settings::{Section, SettingPath};

use crate::condition_doubts::doubt;

/// A look at the conditions of a tree of routes.
#[derive(Debug)]
pub(crate) struct ConditionCheck<'a> {
    /// The names of all sources.
    pub(crate) sources: BTreeSet<&'a str>,
    /// The names of the labels that sources fix.
    pub(crate) fixed_labels: BTreeSet<&'a str>,
}

impl ConditionCheck<'_> {
    /// Warns of every route below `root` that no alert can reach, and of conditions that hardly say what is meant.
    pub(crate) fn run(&self, root: &Route, section: &mut Section) {
        self.below(root, &[], &SettingPath::new("route"), section);
    }

    /// Looks at the routes below `parent`, whose alerts meet all of `inherited`.
    fn below(&self, parent: &Route, inherited: &[&Matcher], path: &SettingPath, section: &mut Section) {
        for (index, route) in parent.routes.iter().enumerate() {
            let path = path.key("routes").index(index);
            let conditions: Vec<&Matcher> = inherited.iter().copied().chain(&route.matchers).collect();
            if let Some(message) = self.contradiction(&conditions) {
                section.warning(&path.key("matchers"), message);
                continue;
            }
            let doubts = route.matchers.iter().filter_map(|it| doubt(it, &self.fixed_labels));
            for message in doubts {
                section.warning(&path.key("matchers"), message);
            }
            let mut before = parent.routes.iter().take(index);
            match before.position(|it| !it.r#continue && self.takes_all(it, &conditions)) {
                Some(earlier) => section.warning(&path, never_reached(earlier)),
                None => self.below(route, &conditions, &path, section),
            }
        }
    }

    /// The complaint about `conditions` that no alert can meet at once.
    fn contradiction(&self, conditions: &[&Matcher]) -> Option<String> {
        let names: BTreeSet<&str> = conditions.iter().map(|it| it.name()).collect();
        names.into_iter().find_map(|name| {
            let of_name = named(conditions, name);
            let possible = self.possible_texts(name, &of_name)?;
            let is_met = possible.iter().any(|text| of_name.iter().all(|it| it.holds_for(text)));
            (!is_met).then(|| self.never_met(name, &of_name))
        })
    }

    /// The texts that the label `name` can have if it meets `conditions`; `None` if they cannot be told.
    fn possible_texts(&self, name: &str, conditions: &[&Matcher]) -> Option<Vec<String>> {
        match name {
            "severity" => Some(Severity::ALL.iter().map(ToString::to_string).collect()),
            "source" => Some(self.sources.iter().map(ToString::to_string).collect()),
            _ => {
                let equal = conditions.iter().find(|it| it.operator() == Operator::Equal)?;
                Some(vec![equal.value().to_owned()])
            }
        }
    }

    fn never_met(&self, name: &str, conditions: &[&Matcher]) -> String {
        let written: Vec<String> = conditions.iter().map(|it| format!("`{it}`")).collect();
        let written = written.join(" and ");
        match name {
            "severity" => {
                format!("no alert can meet {written}: an alert's severity is low, mid, high or urgent")
            }
            "source" => {
                let names: Vec<String> = self.sources.iter().map(|it| format!("`{it}`")).collect();
                format!("no alert can meet {written}: the sources are {}", names.join(", "))
            }
            _ => format!("no alert can meet {written} at once"),
        }
    }

    /// True if every alert that meets `conditions` meets those of `route`, as far as it can be told.
    fn takes_all(&self, route: &Route, conditions: &[&Matcher]) -> bool {
        route.matchers.iter().all(|wanted| {
            let of_name = named(conditions, wanted.name());
            let follows = |texts: Vec<String>| {
                let is_possible = |text: &&String| of_name.iter().all(|it| it.holds_for(text));
                texts.iter().filter(is_possible).all(|text| wanted.holds_for(text))
            };
            of_name.contains(&wanted) || self.possible_texts(wanted.name(), &of_name).is_some_and(follows)
        })
    }
}

fn named<'a>(conditions: &[&'a Matcher], name: &str) -> Vec<&'a Matcher> {
    conditions.iter().copied().filter(|it| it.name() == name).collect()
}

fn never_reached(earlier: usize) -> String {
    format!(
        "is never reached: routes[{earlier}] beside it takes every alert that comes here; put this one before it, or \
         let that one say `continue: true`"
    )
}
