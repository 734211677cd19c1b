//! Definitions and uses of one module's code.

use std::collections::BTreeMap;

use proc_macro2::{Span, TokenTree};
use syn::visit::{self, Visit};
use syn::{
    Attribute, Block, ExprMethodCall, Ident, ImplItemFn, Item, ItemFn, Macro, Meta, Path, Signature, UseTree,
    Visibility,
};

use crate::code::module::{Module, is_for_tests};
use crate::code::tokens;

/// A function with a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Function {
    /// The name alone.
    pub(super) name: String,
    /// The line of its `fn`, from 1.
    pub(super) line: usize,
    /// The number of lines, from `fn` to the closing brace.
    pub(super) lines: usize,
}

/// A struct, enum, union, trait or type alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct TypeDefinition {
    /// The name alone.
    pub(super) name: String,
    /// The line of its name, from 1.
    pub(super) line: usize,
}

/// One call of a method.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct MethodCall {
    pub(super) method: String,
    pub(super) arguments: usize,
    pub(super) line: usize,
}

/// Definitions and uses of one module.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) functions: Vec<Function>,
    pub(super) types: Vec<TypeDefinition>,
    /// Paths of more than one segment, and imports, as written.
    pub(super) paths: Vec<(Vec<String>, usize)>,
    /// Names that imports and re-exports bring into the module, and the paths they stand for.
    pub(super) imports: BTreeMap<String, Vec<String>>,
    /// Methods that are called.
    pub(super) calls: Vec<MethodCall>,
    /// Types that derive `Serialize` or `Deserialize`.
    pub(super) serialized: Vec<TypeDefinition>,
}

impl Facts {
    /// Everything outside tests; nothing in a module for tests.
    pub(super) fn from_product(module: &Module) -> Self {
        let mut visitor = Visitor { facts: Self::default(), with_tests: false };
        if !module.is_test {
            module.items.iter().for_each(|item| visitor.visit_item(item));
        }
        visitor.facts
    }

    /// Everything, tests too.
    pub(super) fn from_all(module: &Module) -> Self {
        let mut visitor = Visitor { facts: Self::default(), with_tests: true };
        module.items.iter().for_each(|item| visitor.visit_item(item));
        visitor.facts
    }
}

struct Visitor {
    facts: Facts,
    with_tests: bool,
}

impl Visitor {
    fn leaves_out(&self, attributes: &[Attribute]) -> bool {
        !self.with_tests && is_for_tests(attributes)
    }

    fn function(&mut self, signature: &Signature, block: &Block) {
        let start = line_of(signature.fn_token.span);
        let lines = block.brace_token.span.close().end().line + 1 - start;
        self.facts.functions.push(Function { name: signature.ident.to_string(), line: start, lines });
    }

    fn import(&mut self, tree: &UseTree, prefix: &mut Vec<String>) {
        match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.import(&path.tree, prefix);
                prefix.pop();
            }
            UseTree::Group(group) => group.items.iter().for_each(|it| self.import(it, prefix)),
            UseTree::Name(name) => self.imported(&name.ident, &name.ident, prefix),
            UseTree::Rename(rename) => self.imported(&rename.ident, &rename.rename, prefix),
            UseTree::Glob(glob) => self.facts.paths.push((prefix.clone(), line_of(glob.star_token.span))),
        }
    }

    fn imported(&mut self, name: &Ident, here: &Ident, prefix: &[String]) {
        let mut path = prefix.to_vec();
        if name != "self" {
            path.push(name.to_string());
        }
        let here = if here == "self" { path.last().cloned().unwrap_or_default() } else { here.to_string() };
        self.facts.paths.push((path.clone(), line_of(name.span())));
        self.facts.imports.insert(here, path);
    }
}

impl<'ast> Visit<'ast> for Visitor {
    fn visit_item(&mut self, item: &'ast Item) {
        let (attributes, name) = match item {
            Item::Struct(it) => (&it.attrs, Some(&it.ident)),
            Item::Enum(it) => (&it.attrs, Some(&it.ident)),
            Item::Union(it) => (&it.attrs, Some(&it.ident)),
            Item::Trait(it) => (&it.attrs, Some(&it.ident)),
            Item::Type(it) => (&it.attrs, Some(&it.ident)),
            Item::Fn(it) => (&it.attrs, None),
            Item::Impl(it) => (&it.attrs, None),
            Item::Use(it) => (&it.attrs, None),
            Item::Const(it) => (&it.attrs, None),
            Item::Static(it) => (&it.attrs, None),
            Item::Macro(it) => (&it.attrs, None),
            Item::Mod(it) => (&it.attrs, None),
            Item::ExternCrate(_) | Item::ForeignMod(_) | Item::TraitAlias(_) | Item::Verbatim(_) | _ => {
                return;
            }
        };
        if self.leaves_out(attributes) {
            return;
        }
        if let Some(name) = name {
            let definition = TypeDefinition { name: name.to_string(), line: line_of(name.span()) };
            if attributes.iter().any(derives_serde) {
                self.facts.serialized.push(definition.clone());
            }
            self.facts.types.push(definition);
        }
        if let Item::Use(import) = item {
            self.import(&import.tree, &mut Vec::new());
        }
        visit::visit_item(self, item);
    }

    fn visit_item_fn(&mut self, function: &'ast ItemFn) {
        self.function(&function.sig, &function.block);
        visit::visit_item_fn(self, function);
    }

    fn visit_impl_item_fn(&mut self, function: &'ast ImplItemFn) {
        if !self.leaves_out(&function.attrs) {
            self.function(&function.sig, &function.block);
            visit::visit_impl_item_fn(self, function);
        }
    }

    fn visit_trait_item_fn(&mut self, function: &'ast syn::TraitItemFn) {
        if let Some(block) = &function.default {
            self.function(&function.sig, block);
        }
        visit::visit_trait_item_fn(self, function);
    }

    fn visit_path(&mut self, path: &'ast Path) {
        if let Some(first) = path.segments.first()
            && path.segments.len() > 1
        {
            let segments = path.segments.iter().map(|it| it.ident.to_string()).collect();
            self.facts.paths.push((segments, line_of(first.ident.span())));
        }
        visit::visit_path(self, path);
    }

    /// `pub(in crate::a)` says who may look in, and uses nothing.
    fn visit_visibility(&mut self, _: &'ast Visibility) {}

    fn visit_macro(&mut self, call: &'ast Macro) {
        tokens::paths(call.tokens.clone(), &mut self.facts.paths);
        visit::visit_macro(self, call);
    }

    fn visit_expr_method_call(&mut self, call: &'ast ExprMethodCall) {
        let (method, line) = (call.method.to_string(), line_of(call.method.span()));
        self.facts.calls.push(MethodCall { method, arguments: call.args.len(), line });
        visit::visit_expr_method_call(self, call);
    }
}

/// True for `#[derive(…)]` with serde's `Serialize` or `Deserialize`, also as `serde::Serialize`.
fn derives_serde(attribute: &Attribute) -> bool {
    let Meta::List(list) = &attribute.meta else { return false };
    let is_serde =
        |token: TokenTree| matches!(&token, TokenTree::Ident(it) if it == "Serialize" || it == "Deserialize");
    list.path.is_ident("derive") && list.tokens.clone().into_iter().any(is_serde)
}

fn line_of(span: Span) -> usize {
    span.start().line
}
