//! The text of a source, and what its declarations tell without types.

use std::collections::BTreeSet;
use std::ops::Range;

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{Expr, File, ItemImpl, Pat, ReturnType, Signature};

/// Methods whose result is a guard or a permit: what it protects is released when it is dropped.
const TAKES: [&str; 10] = [
    "lock",
    "try_lock",
    "read",
    "try_read",
    "write",
    "try_write",
    "acquire",
    "try_acquire",
    "acquire_timeout",
    "upgradable_read",
];

/// Methods between a guard and the value that a binding gets.
const UNWRAPS: [&str; 5] = ["unwrap", "expect", "unwrap_or_else", "ok", "map_err"];

/// A source: its text and the names of its functions that return a guard.
pub(crate) struct Source<'a> {
    text: &'a str,
    guard_functions: BTreeSet<String>,
}

impl<'a> Source<'a> {
    pub(crate) fn new(text: &'a str, file: &File) -> Source<'a> {
        let mut declarations = Declarations::default();
        declarations.visit_file(file);
        let is_guard = |(_, types): &(String, BTreeSet<String>)| {
            types
                .iter()
                .any(|name| name.ends_with("Guard") || declarations.with_drop.contains(name))
        };
        let guard_functions = declarations.returns.iter().filter(|returns| is_guard(returns));
        Source {
            text,
            guard_functions: guard_functions.map(|(name, _)| name.clone()).collect(),
        }
    }

    pub(crate) fn range(&self, node: &impl Spanned) -> Range<usize> {
        node.span().byte_range()
    }

    pub(crate) fn text(&self, node: &impl Spanned) -> &'a str {
        &self.text[self.range(node)]
    }

    /// Whether the value is a guard or a permit, as far as names tell.
    pub(crate) fn is_guard(&self, expr: &Expr) -> bool {
        match expr {
            Expr::MethodCall(call) => {
                let name = call.method.to_string();
                TAKES.contains(&name.as_str())
                    || self.guard_functions.contains(&name)
                    || UNWRAPS.contains(&name.as_str()) && self.is_guard(&call.receiver)
            }
            Expr::Call(call) => last_name(&call.func).is_some_and(|name| self.guard_functions.contains(&name)),
            Expr::Try(expr) => self.is_guard(&expr.expr),
            Expr::Paren(expr) => self.is_guard(&expr.expr),
            _ => false,
        }
    }

    /// Whether a guard is made anywhere inside of the expression.
    pub(crate) fn holds_guard(&self, expr: &Expr) -> bool {
        struct Finder<'s, 'a> {
            source: &'s Source<'a>,
            is_found: bool,
        }
        impl<'ast> Visit<'ast> for Finder<'_, '_> {
            fn visit_expr(&mut self, expr: &'ast Expr) {
                self.is_found |= self.source.is_guard(expr);
                visit::visit_expr(self, expr);
            }
        }
        let mut finder = Finder {
            source: self,
            is_found: false,
        };
        finder.visit_expr(expr);
        finder.is_found
    }
}

/// The last name of a path: `spawn` of `thread::spawn`.
pub(crate) fn last_name(expr: &Expr) -> Option<String> {
    match expr {
        Expr::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// The name that a pattern binds, if it is only a name.
pub(crate) fn binding(pat: &Pat) -> Option<&syn::PatIdent> {
    match pat {
        Pat::Ident(pat) if pat.by_ref.is_none() && pat.subpat.is_none() => Some(pat),
        Pat::Type(pat) => binding(&pat.pat),
        _ => None,
    }
}

/// Whether `name` is one of the words of the code.
pub(crate) fn names(code: &impl ToTokens, name: &str) -> bool {
    fn any(tokens: TokenStream, name: &str) -> bool {
        tokens.into_iter().any(|token| match token {
            TokenTree::Group(group) => any(group.stream(), name),
            TokenTree::Ident(ident) => ident == name,
            TokenTree::Literal(literal) => literal.to_string().contains(&format!("{{{name}")),
            TokenTree::Punct(_) => false,
        })
    }
    any(code.to_token_stream(), name)
}

/// What functions return, and which types do something when they are dropped.
#[derive(Default)]
struct Declarations {
    returns: Vec<(String, BTreeSet<String>)>,
    with_drop: BTreeSet<String>,
}

impl<'ast> Visit<'ast> for Declarations {
    fn visit_signature(&mut self, signature: &'ast Signature) {
        if let ReturnType::Type(_, ty) = &signature.output {
            self.returns.push((signature.ident.to_string(), words(ty)));
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        if let Some((path, _)) = &item.trait_
            && path.segments.last().is_some_and(|segment| segment.ident == "Drop")
        {
            self.with_drop.extend(words(&item.self_ty).into_iter().take(1));
        }
        visit::visit_item_impl(self, item);
    }
}

/// The words of a type that begin with a capital letter.
fn words(code: &impl ToTokens) -> BTreeSet<String> {
    fn collect(tokens: TokenStream, words: &mut BTreeSet<String>) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => collect(group.stream(), words),
                TokenTree::Ident(ident) if ident.to_string().starts_with(char::is_uppercase) => {
                    words.insert(ident.to_string());
                }
                TokenTree::Ident(_) | TokenTree::Literal(_) | TokenTree::Punct(_) => {}
            }
        }
    }
    let mut words = BTreeSet::new();
    collect(code.to_token_stream(), &mut words);
    words
}
