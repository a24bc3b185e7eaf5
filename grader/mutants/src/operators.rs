//! The mutation operators: a walk over the syntax tree that asks each family of operators at each node.
//!
//! Operators look at names only. A change that does not compile costs one call of the compiler, so they rather propose
//! too much than too little.

mod atomics;
mod channels;
mod conditions;
mod critical_sections;
mod numbers;
mod statements;
mod threads;
mod values;
mod waiting;

use std::ops::Range;

use syn::punctuated::Punctuated;
use syn::visit::{self, Visit};
use syn::{
    Arm, Attribute, Block, Expr, File, ImplItemFn, ItemConst, ItemFn, ItemImpl, ItemMod, ItemStatic, Macro, Pat,
    Signature, Token, Type,
};

use crate::change::Change;
use crate::source::Source;

/// A change and the operator that proposes it.
pub(crate) struct Found {
    pub(crate) operator: &'static str,
    pub(crate) function: String,
    pub(crate) change: Change,
}

/// The changes that all operators propose.
pub(crate) fn find(file: &File, source: &Source<'_>) -> Vec<Found> {
    let mut walk = Walk {
        source,
        owner: None,
        proposals: Proposals {
            function: String::new(),
            found: Vec::new(),
        },
    };
    walk.visit_file(file);
    walk.proposals.found
}

/// What was proposed so far.
struct Proposals {
    /// The function that is walked over.
    function: String,
    found: Vec<Found>,
}

impl Proposals {
    /// Proposes to replace one place.
    fn replace(&mut self, operator: &'static str, range: Range<usize>, new: impl Into<String>) {
        self.replace_all(operator, vec![(range, new.into())]);
    }

    /// Proposes to insert code at one place.
    fn insert(&mut self, operator: &'static str, at: usize, new: impl Into<String>) {
        self.replace(operator, at..at, new);
    }

    /// Proposes to replace several places at once.
    fn replace_all(&mut self, operator: &'static str, replacements: Vec<(Range<usize>, String)>) {
        self.found.push(Found {
            operator,
            function: self.function.clone(),
            change: Change::new(replacements),
        });
    }
}

struct Walk<'s, 'a> {
    source: &'s Source<'a>,
    /// The type whose implementation is walked over.
    owner: Option<String>,
    proposals: Proposals,
}

impl Walk<'_, '_> {
    fn enter(&mut self, signature: &Signature, block: &Block, walk: impl FnOnce(&mut Self)) {
        let name = &signature.ident;
        let function = match &self.owner {
            Some(owner) => format!("{owner}::{name}"),
            None => name.to_string(),
        };
        let outer = std::mem::replace(&mut self.proposals.function, function);
        values::in_function(signature, block, self.source, &mut self.proposals);
        numbers::in_function(signature, block, self.source, &mut self.proposals);
        walk(self);
        self.proposals.function = outer;
    }
}

impl<'ast> Visit<'ast> for Walk<'_, '_> {
    fn visit_attribute(&mut self, _: &'ast Attribute) {}

    fn visit_type(&mut self, _: &'ast Type) {}

    fn visit_item_mod(&mut self, item: &'ast ItemMod) {
        let is_test = |attribute: &Attribute| attribute.path().is_ident("cfg");
        if !item.attrs.iter().any(is_test) {
            visit::visit_item_mod(self, item);
        }
    }

    fn visit_item_impl(&mut self, item: &'ast ItemImpl) {
        let name = match &*item.self_ty {
            Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
            _ => None,
        };
        let outer = std::mem::replace(&mut self.owner, name);
        visit::visit_item_impl(self, item);
        self.owner = outer;
    }

    fn visit_impl_item_fn(&mut self, item: &'ast ImplItemFn) {
        self.enter(&item.sig, &item.block, |walk| visit::visit_impl_item_fn(walk, item));
    }

    fn visit_item_fn(&mut self, item: &'ast ItemFn) {
        self.enter(&item.sig, &item.block, |walk| visit::visit_item_fn(walk, item));
    }

    fn visit_item_const(&mut self, item: &'ast ItemConst) {
        self.visit_expr(&item.expr);
    }

    fn visit_item_static(&mut self, item: &'ast ItemStatic) {
        self.visit_expr(&item.expr);
    }

    fn visit_signature(&mut self, _: &'ast Signature) {}

    fn visit_block(&mut self, block: &'ast Block) {
        critical_sections::in_block(block, self.source, &mut self.proposals);
        channels::in_block(block, self.source, &mut self.proposals);
        statements::in_block(block, self.source, &mut self.proposals);
        threads::in_block(block, self.source, &mut self.proposals);
        visit::visit_block(self, block);
    }

    fn visit_arm(&mut self, arm: &'ast Arm) {
        if let Pat::Guard(pat) = &arm.pat {
            conditions::of_branch(&pat.guard, self.source, &mut self.proposals);
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr(&mut self, expr: &'ast Expr) {
        for operators in [
            atomics::in_expression,
            channels::in_expression,
            conditions::in_expression,
            critical_sections::in_expression,
            numbers::in_expression,
            statements::in_expression,
            threads::in_expression,
            values::in_expression,
            waiting::in_expression,
        ] {
            operators(expr, self.source, &mut self.proposals);
        }
        visit::visit_expr(self, expr);
    }

    /// The arguments of most macros are expressions. What a failed assertion or a panic prints does not matter.
    fn visit_macro(&mut self, call: &'ast Macro) {
        let name = call.path.segments.last().map(|segment| segment.ident.to_string());
        let is_message = |name: &str| ["panic", "unreachable", "todo", "unimplemented"].contains(&name);
        if name.as_deref().is_none_or(is_message) {
            return;
        }
        // The parsed expressions live only here, so they are walked over by a walk of their own.
        let Ok(args) = call.parse_body_with(Punctuated::<Expr, Token![,]>::parse_terminated) else {
            return;
        };
        let mut inner = Walk {
            source: self.source,
            owner: self.owner.clone(),
            proposals: Proposals {
                function: self.proposals.function.clone(),
                found: Vec::new(),
            },
        };
        args.iter().for_each(|arg| inner.visit_expr(arg));
        self.proposals.found.append(&mut inner.proposals.found);
    }
}
