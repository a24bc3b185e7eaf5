//! Critical sections: guards and permits that are dropped too early, given up in between, or taken in another way.

use syn::visit::{self, Visit};
use syn::{BinOp, Block, Expr, Local, Stmt};

use super::Proposals;
use crate::source::{Source, binding, last_name, names};

pub(super) fn in_block(block: &Block, source: &Source<'_>, proposals: &mut Proposals) {
    for (index, statement) in block.stmts.iter().enumerate() {
        let Stmt::Local(local) = statement else { continue };
        let (Some(name), Some(init)) = (binding(&local.pat), &local.init) else {
            continue;
        };
        let is_guard = source.is_guard(&init.expr);
        // `_turn`, `_permit`: a name for what is only kept.
        let is_kept = name.ident.to_string().starts_with('_');
        if is_guard || is_kept {
            proposals.replace("guard_not_kept", source.range(&name), "_");
            dropped_early(local, &block.stmts[index..], source, proposals);
        }
        if is_guard && init.diverge.is_none() {
            split(local, &init.expr, &block.stmts[index..], source, proposals);
        }
    }
    locks_swapped(block, source, proposals);
}

pub(super) fn in_expression(expr: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    match expr {
        Expr::Binary(update) if source.holds_guard(&update.left) => {
            let Some(operator) = operator_of_update(&update.op) else {
                return;
            };
            let (place, by) = (source.text(&update.left), source.text(&update.right));
            let new = format!("({{ let value = {place}; {place} = value {operator} {by} }})");
            proposals.replace("update_in_two_steps", source.range(update), new);
        }
        // Only a function that returns an option compiles then: one that only tries.
        Expr::MethodCall(call)
            if call.method == "unwrap" || call.method == "expect" || call.method == "unwrap_or_else" =>
        {
            try_lock(expr, &call.receiver, source, proposals);
            let is_poison = call
                .args
                .first()
                .is_some_and(|arg| source.text(arg).ends_with("into_inner"));
            if is_poison {
                let range = source.range(&call.method).start..source.range(call).end;
                proposals.replace("poison_panics", range, "unwrap()");
            }
        }
        _ => {}
    }
}

fn try_lock(expr: &Expr, receiver: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    if let Expr::MethodCall(lock) = receiver
        && lock.method == "lock"
        && lock.args.is_empty()
    {
        let tried = format!("{}.try_lock().ok()?", source.text(&lock.receiver));
        proposals.replace("try_lock_for_lock", source.range(expr), tried);
    }
}

fn operator_of_update(op: &BinOp) -> Option<&'static str> {
    match op {
        BinOp::AddAssign(_) => Some("+"),
        BinOp::SubAssign(_) => Some("-"),
        BinOp::MulAssign(_) => Some("*"),
        _ => None,
    }
}

/// `statements` begin with the binding. Dropping it where nothing is done any more changes nothing.
fn dropped_early(local: &Local, statements: &[Stmt], source: &Source<'_>, proposals: &mut Proposals) {
    let Some(name) = binding(&local.pat).map(|pat| pat.ident.to_string()) else {
        return;
    };
    for (index, statement) in statements.iter().enumerate() {
        let later = &statements[index + 1..];
        if later.iter().any(calls) && !later.iter().any(|statement| names(statement, &name)) {
            let end = source.range(statement).end;
            proposals.insert("guard_dropped_early", end, format!(" drop({name});"));
        }
    }
}

/// Whether a function is called, or a macro.
fn calls(statement: &Stmt) -> bool {
    struct Finder(bool);
    impl<'ast> Visit<'ast> for Finder {
        fn visit_expr_call(&mut self, call: &'ast syn::ExprCall) {
            // `Some(value)` is written like a call.
            let is_constructor = last_name(&call.func).is_some_and(|name| name.starts_with(char::is_uppercase));
            self.0 |= !is_constructor;
            visit::visit_expr_call(self, call);
        }

        fn visit_expr_method_call(&mut self, _: &'ast syn::ExprMethodCall) {
            self.0 = true;
        }

        fn visit_macro(&mut self, _: &'ast syn::Macro) {
            self.0 = true;
        }
    }
    let mut finder = Finder(false);
    finder.visit_stmt(statement);
    finder.0
}

/// Gives the guard up and takes it again where both sides belong into the critical section: between two statements, and
/// between a condition and what depends on it.
fn split(local: &Local, init: &Expr, statements: &[Stmt], source: &Source<'_>, proposals: &mut Proposals) {
    let Some(pat) = binding(&local.pat) else { return };
    let (name, init_text) = (pat.ident.to_string(), source.text(init));
    // Where the guard has the name of its lock, the lock is no longer there by that name.
    let (before, taken) = if names(init, &name) {
        (format!("let take_again = || {init_text}; "), "take_again()")
    } else {
        (String::new(), init_text)
    };
    let again = match pat.mutability {
        Some(_) => format!("drop({name}); {name} = {taken};"),
        None => format!("drop({name}); let {name} = {taken};"),
    };
    let start = source.range(local).start;
    let mut propose = |at: usize, code: String| {
        let replacements = vec![(start..start, before.clone()), (at..at, code)];
        proposals.replace_all("critical_section_split", replacements);
    };
    for (index, statement) in statements.iter().enumerate().skip(1) {
        if let Stmt::Expr(Expr::If(expr), _) = statement
            && names(&expr.then_branch, &name)
            && let Some(first) = expr.then_branch.stmts.first()
        {
            propose(source.range(first).start, format!("{again} "));
        }
        let later = &statements[index + 1..];
        if later.iter().any(|statement| names(statement, &name)) {
            propose(source.range(statement).end, format!(" {again}"));
        }
    }
}

/// Takes two locks in the other order. Neighbours are swapped as any statements are.
fn locks_swapped(block: &Block, source: &Source<'_>, proposals: &mut Proposals) {
    let is_lock = |statement: &&Stmt| match statement {
        Stmt::Local(local) => local.init.as_ref().is_some_and(|init| source.is_guard(&init.expr)),
        _ => false,
    };
    let locks: Vec<(usize, &Stmt)> = block.stmts.iter().enumerate().filter(|(_, s)| is_lock(s)).collect();
    for (place, (at, first)) in locks.iter().enumerate() {
        for (later_at, second) in &locks[place + 1..] {
            if at + 1 < *later_at {
                let swapped = vec![
                    (source.range(*first), source.text(*second).to_owned()),
                    (source.range(*second), source.text(*first).to_owned()),
                ];
                proposals.replace_all("locks_swapped", swapped);
            }
        }
    }
}
