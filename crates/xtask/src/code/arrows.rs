//! Arrows between the modules of one crate: none points up, and none closes a circle.
//!
//! A parent lists its modules from top to bottom. A module may use what stands
//! in modules after it, and a parent may use its children; a child that uses its
//! parent, or a module before it, is an arrow upward. A re-export is followed to
//! the module that defines the item.

use std::collections::{BTreeMap, BTreeSet};

use crate::code::facts::Facts;
use crate::code::finding::{CodeFinding, Rule};
use crate::code::module::{CrateCode, Module};

#[cfg(test)]
mod tests;

/// The most re-exports of one name that are followed.
const MAX_REEXPORTS: usize = 8;

/// Arrows upward and circles of one crate.
pub(super) fn findings(krate: &CrateCode) -> Vec<CodeFinding> {
    let roots: BTreeSet<&str> =
        krate.modules.iter().filter(|it| !it.is_test).map(|it| it.root.as_str()).collect();
    roots.into_iter().flat_map(|root| TargetModules::new(krate, root).findings()).collect()
}

/// The modules of one target, e.g. of the library.
struct TargetModules<'a> {
    krate: &'a str,
    modules: BTreeMap<&'a [String], (&'a Module, Facts)>,
}

/// One module's use of another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Arrow<'a> {
    from: &'a [String],
    to: &'a [String],
    line: usize,
}

impl<'a> TargetModules<'a> {
    fn new(krate: &'a CrateCode, root: &str) -> Self {
        let modules = krate.modules.iter().filter(|it| !it.is_test && it.root == root);
        let modules = modules.map(|it| (it.path.as_slice(), (it, Facts::from_product(it)))).collect();
        Self { krate: &krate.name, modules }
    }

    fn findings(&self) -> Vec<CodeFinding> {
        let arrows = self.arrows();
        let upward = arrows.iter().filter(|arrow| self.points_up(arrow)).map(|arrow| self.upward(arrow));
        upward.chain(self.circles(&arrows)).collect()
    }

    /// Each module's arrows to others; one to the same module at most once a line.
    fn arrows(&self) -> BTreeSet<Arrow<'a>> {
        let mut arrows = BTreeSet::new();
        for (from, (_, facts)) in &self.modules {
            for (path, line) in &facts.paths {
                if let Some(to) = self.module_of(from, path)
                    && to != *from
                {
                    arrows.insert(Arrow { from, to, line: *line });
                }
            }
        }
        arrows
    }

    /// The module that defines what `path`, written in `from`, names.
    fn module_of(&self, from: &[String], path: &[String]) -> Option<&'a [String]> {
        let (start, rest) = match path.split_first()? {
            (first, rest) if first == "crate" => (&[][..], rest),
            (first, _) if first == "self" || first == "super" => self.relative_to(from, path)?,
            _ => return None,
        };
        self.descend(start, rest, MAX_REEXPORTS)
    }

    /// The module that the leading `self` and `super`s name, and the rest of the path.
    fn relative_to<'p>(
        &self,
        from: &'p [String],
        path: &'p [String],
    ) -> Option<(&'p [String], &'p [String])> {
        let path = path.strip_prefix(&["self".to_owned()][..]).unwrap_or(path);
        let ups = path.iter().take_while(|it| *it == "super").count();
        Some((from.get(..from.len().checked_sub(ups)?)?, &path[ups..]))
    }

    fn descend(&self, module: &[String], path: &[String], reexports: usize) -> Option<&'a [String]> {
        let (here, (_, facts)) = self.modules.get_key_value(module)?;
        let Some((name, rest)) = path.split_first() else {
            return Some(here);
        };
        let child: Vec<String> = module.iter().chain([name]).cloned().collect();
        if self.modules.contains_key(child.as_slice()) {
            return self.descend(&child, rest, reexports);
        }
        let import = facts.imports.get(name).filter(|_| reexports > 0);
        let elsewhere = import.and_then(|import| self.through(module, import, rest, reexports - 1));
        elsewhere.or(Some(here))
    }

    /// Follows a re-export; the path may begin with a child's name, as in `pub use child::Item`.
    fn through(
        &self,
        module: &[String],
        import: &[String],
        rest: &[String],
        left: usize,
    ) -> Option<&'a [String]> {
        let whole: Vec<String> = import.iter().chain(rest).cloned().collect();
        let (start, path) = match whole.split_first()? {
            (first, path) if first == "crate" => (&[][..], path),
            (first, _) if first == "self" || first == "super" => self.relative_to(module, &whole)?,
            _ => (module, whole.as_slice()),
        };
        let is_external = start == module && {
            let child: Vec<String> = module.iter().chain(path.first()).cloned().collect();
            !self.modules.contains_key(child.as_slice())
        };
        if is_external { None } else { self.descend(start, path, left) }
    }

    fn points_up(&self, arrow: &Arrow<'_>) -> bool {
        match self.siblings(arrow) {
            // The target stands above: it is the parent, or its parent.
            None => arrow.from.starts_with(arrow.to),
            Some((_, from, to)) => from > to,
        }
    }

    /// The nearest common parent, and the positions of its two children between which the arrow goes.
    fn siblings(&self, arrow: &Arrow<'a>) -> Option<(&'a [String], usize, usize)> {
        let common = arrow.from.iter().zip(arrow.to).take_while(|(a, b)| a == b).count();
        let parent = &arrow.from[..common];
        let (module, _) = self.modules.get(parent)?;
        let position = |path: &[String]| module.children.iter().position(|it| Some(it) == path.get(common));
        Some((parent, position(arrow.from)?, position(arrow.to)?))
    }

    fn upward(&self, arrow: &Arrow<'_>) -> CodeFinding {
        let text = format!("arrow upward: `{}` uses `{}`", shown(arrow.from), shown(arrow.to));
        self.finding(Rule::UpwardArrow, arrow.from, arrow.line, text)
    }

    /// Groups of modules of one folder, each of which reaches every other.
    fn circles(&self, arrows: &BTreeSet<Arrow<'a>>) -> Vec<CodeFinding> {
        let mut folders: BTreeMap<&[String], BTreeSet<(usize, usize)>> = BTreeMap::new();
        for (parent, from, to) in arrows.iter().filter_map(|arrow| self.siblings(arrow)) {
            if from != to {
                folders.entry(parent).or_default().insert((from, to));
            }
        }
        folders.iter().flat_map(|(parent, edges)| self.circles_in(parent, edges)).collect()
    }

    fn circles_in(&self, parent: &[String], edges: &BTreeSet<(usize, usize)>) -> Vec<CodeFinding> {
        let Some((module, _)) = self.modules.get(parent) else {
            return Vec::new();
        };
        let circles = circles(module.children.len(), edges).into_iter();
        let text = |circle: Vec<usize>| {
            let names: Vec<&str> =
                circle.iter().filter_map(|it| Some(module.children.get(*it)?.as_str())).collect();
            format!("circle below `{}`: {}", shown(parent), names.join(", "))
        };
        circles.map(|circle| self.finding(Rule::Circle, parent, 1, text(circle))).collect()
    }

    fn finding(&self, rule: Rule, module: &[String], line: usize, text: String) -> CodeFinding {
        let file = self.modules.get(module).map(|(it, _)| it.file.clone()).unwrap_or_default();
        CodeFinding { rule, krate: self.krate.to_owned(), file, line, text }
    }
}

/// The strongly connected sets of more than one node.
fn circles(nodes: usize, edges: &BTreeSet<(usize, usize)>) -> Vec<Vec<usize>> {
    let reached: Vec<BTreeSet<usize>> = (0..nodes).map(|node| reach(node, edges)).collect();
    let is_together = |a: usize, b: usize| reached[a].contains(&b) && reached[b].contains(&a);
    let mut circles: Vec<Vec<usize>> = Vec::new();
    for node in 0..nodes {
        let circle: Vec<usize> = (0..nodes).filter(|other| is_together(node, *other)).collect();
        if circle.first() == Some(&node) && circle.len() > 1 {
            circles.push(circle);
        }
    }
    circles
}

/// The nodes that one node reaches over at least one edge.
fn reach(node: usize, edges: &BTreeSet<(usize, usize)>) -> BTreeSet<usize> {
    let mut reached = BTreeSet::new();
    let mut waiting = vec![node];
    while let Some(from) = waiting.pop() {
        let next = edges.iter().filter(|(it, _)| *it == from).map(|(_, to)| *to);
        waiting.extend(next.filter(|to| reached.insert(*to)));
    }
    reached
}

fn shown(path: &[String]) -> String {
    if path.is_empty() { "crate".to_owned() } else { path.join("::") }
}
