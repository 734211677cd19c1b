//! Crates, and the modules that each declares, with the files they stand in.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use syn::{Attribute, Item, ItemMod};

/// A workspace's Rust code.
#[derive(Debug)]
pub struct CodeBase {
    /// The crates below `crates/`, and the package `tests`, by name.
    pub crates: Vec<CrateCode>,
}

/// The code of one package.
#[derive(Debug)]
pub struct CrateCode {
    /// The name of its folder, e.g. `channel-email`.
    pub name: String,
    /// Every module of every target, parents before children.
    pub modules: Vec<Module>,
}

/// One module: a file, or a block inside one.
#[derive(Debug)]
pub struct Module {
    /// The target's root file, relative to the workspace: modules of two targets never meet.
    pub root: String,
    /// The path below `crate`, e.g. `["lane", "batch"]`; empty for the root.
    pub path: Vec<String>,
    /// The file, relative to the workspace.
    pub file: String,
    /// The file's text; empty for a module inside another's file.
    pub text: String,
    /// Compiled for tests only.
    pub is_test: bool,
    /// Items other than modules.
    pub items: Vec<Item>,
    /// The modules it declares outside tests, in the order of their declarations.
    pub children: Vec<String>,
}

impl CodeBase {
    /// Reads the checkout in `folder`.
    ///
    /// # Errors
    ///
    /// When a file is missing or is not Rust.
    pub fn from_folder(folder: &Path) -> Result<Self> {
        let mut packages = vec![folder.join("tests")];
        let crates = folder.join("crates");
        let entries = fs::read_dir(&crates).with_context(|| format!("cannot read {}", crates.display()))?;
        for entry in entries {
            packages.push(entry?.path());
        }
        packages.retain(|package| package.join("Cargo.toml").is_file());
        packages.sort();
        let crates = packages.iter().map(|package| CrateCode::from_folder(folder, package));
        Ok(Self { crates: crates.collect::<Result<_>>()? })
    }

    /// Every module of every crate.
    pub fn modules(&self) -> impl Iterator<Item = &Module> {
        self.crates.iter().flat_map(|it| &it.modules)
    }
}

impl CrateCode {
    fn from_folder(workspace: &Path, package: &Path) -> Result<Self> {
        let mut reader = ModuleReader { workspace, modules: Vec::new() };
        for (root, is_test) in roots(package)? {
            reader.read_file(&root, &ModulePlace { root: &root, path: Vec::new(), is_test })?;
        }
        let name = package.file_name().map(|name| name.display().to_string()).unwrap_or_default();
        Ok(Self { name, modules: reader.modules })
    }

    /// A crate made of `source`, for tests of the rules.
    #[cfg(test)]
    pub(crate) fn from_source(name: &str, source: &str) -> Self {
        let file = syn::parse_file(source).unwrap();
        let root = PathBuf::from(format!("crates/{name}/src/lib.rs"));
        let mut reader = ModuleReader { workspace: Path::new(""), modules: Vec::new() };
        let place = ModulePlace { root: &root, path: Vec::new(), is_test: false };
        reader.read_items(&root, source.to_owned(), file.items, &place).unwrap();
        Self { name: name.to_owned(), modules: reader.modules }
    }

    /// Part of what ships, unlike a tool.
    #[must_use]
    pub fn is_product(&self) -> bool {
        !matches!(self.name.as_str(), "fuzz" | "simulation" | "tests" | "testkit" | "xtask")
    }
}

/// The root files of a package's targets, and whether each is a test.
fn roots(package: &Path) -> Result<Vec<(PathBuf, bool)>> {
    let mut roots = Vec::new();
    for (root, is_test) in
        [("src/lib.rs", false), ("src/main.rs", false), ("lib.rs", true), ("it/main.rs", true)]
    {
        if package.join(root).is_file() {
            roots.push((package.join(root), is_test));
        }
    }
    let tests = package.join("tests");
    if tests.is_dir() {
        for entry in fs::read_dir(tests)? {
            let path = entry?.path();
            let root = if path.is_dir() { path.join("main.rs") } else { path };
            if root.is_file() && root.extension().is_some_and(|it| it == "rs") {
                roots.push((root, true));
            }
        }
    }
    roots.sort();
    Ok(roots)
}

/// The place at which a module is declared.
struct ModulePlace<'a> {
    root: &'a Path,
    path: Vec<String>,
    is_test: bool,
}

struct ModuleReader<'a> {
    workspace: &'a Path,
    modules: Vec<Module>,
}

impl ModuleReader<'_> {
    fn read_file(&mut self, file: &Path, place: &ModulePlace<'_>) -> Result<()> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        let parsed = syn::parse_file(&text).with_context(|| format!("{} is not Rust", file.display()))?;
        self.read_items(file, text, parsed.items, place)
    }

    fn read_items(
        &mut self,
        file: &Path,
        text: String,
        items: Vec<Item>,
        place: &ModulePlace<'_>,
    ) -> Result<()> {
        let mut module = Module {
            root: self.relative(place.root),
            path: place.path.clone(),
            file: self.relative(file),
            text,
            is_test: place.is_test,
            items: Vec::new(),
            children: Vec::new(),
        };
        let mut declared = Vec::new();
        for item in items {
            if let Item::Mod(child) = item { declared.push(child) } else { module.items.push(item) }
        }
        let shipping = declared.iter().filter(|child| !is_for_tests(&child.attrs));
        module.children = shipping.map(|child| child.ident.to_string()).collect();
        self.modules.push(module);
        declared.into_iter().try_for_each(|child| self.read_child(file, child, place))
    }

    fn read_child(&mut self, file: &Path, child: ItemMod, place: &ModulePlace<'_>) -> Result<()> {
        let name = child.ident.to_string();
        let path = place.path.iter().cloned().chain([name.clone()]).collect();
        let is_test = place.is_test || is_for_tests(&child.attrs);
        let place = ModulePlace { root: place.root, path, is_test };
        match child.content {
            Some((_, items)) => self.read_items(file, String::new(), items, &place),
            None => self.read_file(&file_of(file, &name)?, &place),
        }
    }

    fn relative(&self, file: &Path) -> String {
        file.strip_prefix(self.workspace).unwrap_or(file).display().to_string()
    }
}

/// The file of the module `name` that `parent` declares.
fn file_of(parent: &Path, name: &str) -> Result<PathBuf> {
    let folder = match parent.file_stem().and_then(|stem| stem.to_str()) {
        Some("lib" | "main" | "mod") | None => parent.with_file_name(""),
        Some(_) => parent.with_extension(""),
    };
    let candidates = [folder.join(format!("{name}.rs")), folder.join(name).join("mod.rs")];
    match candidates.into_iter().find(|it| it.is_file()) {
        Some(file) => Ok(file),
        None => bail!("{} declares `mod {name}`, and there is no such file", parent.display()),
    }
}

/// An item that is compiled for tests only: `#[cfg(test)]`, `#[test]`, `#[tokio::test]`.
pub(super) fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let path = attribute.path();
        let is_test = path.segments.last().is_some_and(|it| it.ident == "test");
        let is_cfg = path.is_ident("cfg");
        is_test || is_cfg && attribute.parse_args::<syn::Ident>().is_ok_and(|it| it == "test")
    })
}
