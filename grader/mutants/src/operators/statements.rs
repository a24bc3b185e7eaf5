//! Statements: deleted, swapped with the next one, or with an error that nobody looks at.

use syn::{Block, Expr, Local, Stmt};

use super::Proposals;
use crate::source::{Source, binding, names};

/// Words of what other threads notice. The order of two statements with such words may matter.
const SHARED: [&str; 34] = [
    "acquire",
    "compare_exchange",
    "compare_exchange_weak",
    "drop",
    "fetch_add",
    "fetch_sub",
    "fetch_update",
    "flush",
    "join",
    "load",
    "lock",
    "notify_all",
    "notify_one",
    "park",
    "park_timeout",
    "print",
    "println",
    "read",
    "recv",
    "scope",
    "send",
    "sleep",
    "spawn",
    "store",
    "swap",
    "try_acquire",
    "try_lock",
    "try_recv",
    "try_send",
    "unpark",
    "wait",
    "wait_timeout",
    "wait_while",
    "write",
];

pub(super) fn in_block(block: &Block, source: &Source<'_>, proposals: &mut Proposals) {
    for (index, statement) in block.stmts.iter().enumerate() {
        let is_last = index + 1 == block.stmts.len();
        if is_deletable(statement, &block.stmts[..index], is_last) {
            proposals.replace("statement_deleted", source.range(statement), "");
        }
        if let Some(next) = block.stmts.get(index + 1)
            && is_swappable(statement, next, source)
        {
            let (range, next_range) = (source.range(statement), source.range(next));
            let swapped = vec![
                (range, source.text(next).to_owned()),
                (next_range, source.text(statement).to_owned()),
            ];
            proposals.replace_all("statements_swapped", swapped);
        }
        if let Stmt::Expr(expr, Some(_)) = statement
            && let Some(inner) = unwrapped(expr)
        {
            let new = format!("let _ = {};", source.text(inner));
            proposals.replace("error_ignored", source.range(statement), new);
        }
    }
}

pub(super) fn in_expression(expr: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    if let Expr::Try(expr) = expr {
        proposals.replace(
            "error_ignored",
            source.range(&expr.question_token),
            ".unwrap_or_default()",
        );
    }
}

fn is_deletable(statement: &Stmt, earlier: &[Stmt], is_last: bool) -> bool {
    match statement {
        // Without it, an earlier binding of the same name takes its place; a name that begins with `_` is never used.
        Stmt::Local(local) => binding(&local.pat).is_some_and(|pat| {
            let name = pat.ident.to_string();
            name.starts_with('_') || shadows(local, &name, earlier)
        }),
        Stmt::Expr(_, Some(_)) => true,
        // A value, unless it is one of these and not the last.
        Stmt::Expr(expr, None) => {
            let is_control = matches!(
                expr,
                Expr::If(_) | Expr::While(_) | Expr::ForLoop(_) | Expr::Match(_) | Expr::Loop(_)
            );
            is_control || !is_last
        }
        Stmt::Macro(call) => call.semi_token.is_some(),
        Stmt::Item(_) => false,
    }
}

/// Whether there may be another binding of that name: the new value is made of it, or it was bound above.
fn shadows(local: &Local, name: &str, earlier: &[Stmt]) -> bool {
    let in_init = local.init.as_ref().is_some_and(|init| names(&init.expr, name));
    in_init
        || earlier
            .iter()
            .any(|statement| matches!(statement, Stmt::Local(other) if names(&other.pat, name)))
}

fn is_swappable(statement: &Stmt, next: &Stmt, source: &Source<'_>) -> bool {
    let is_statement = |statement: &Stmt| match statement {
        Stmt::Local(_) => true,
        Stmt::Expr(expr, semicolon) => {
            semicolon.is_some() || matches!(expr, Expr::If(_) | Expr::While(_) | Expr::ForLoop(_) | Expr::Match(_))
        }
        Stmt::Macro(call) => call.semi_token.is_some(),
        Stmt::Item(_) => false,
    };
    let is_shared = |statement: &Stmt| {
        // A closure is not called where it is made.
        let is_closure =
            matches!(statement, Stmt::Local(Local { init: Some(init), .. }) if matches!(*init.expr, Expr::Closure(_)));
        let holds_guard = |expr: &Expr| source.holds_guard(expr);
        let takes = match statement {
            Stmt::Local(local) => local.init.as_ref().is_some_and(|init| holds_guard(&init.expr)),
            Stmt::Expr(expr, _) => holds_guard(expr),
            Stmt::Macro(_) | Stmt::Item(_) => false,
        };
        !is_closure && (takes || SHARED.iter().any(|word| names(statement, word)))
    };
    is_statement(statement) && is_statement(next) && is_shared(statement) && is_shared(next)
}

/// What is unwrapped, or given back as an error.
fn unwrapped(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::MethodCall(call) if call.method == "unwrap" || call.method == "expect" => {
            // There is nobody left to send to, or the lock is poisoned: neither happens unless a thread panics.
            let is_harmless = |call: &syn::ExprMethodCall| ["lock", "send"].iter().any(|name| call.method == name);
            match &*call.receiver {
                Expr::MethodCall(inner) if is_harmless(inner) => None,
                inner => Some(inner),
            }
        }
        Expr::Try(expr) => Some(&expr.expr),
        _ => None,
    }
}
