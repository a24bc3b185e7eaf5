//! Statements: deleted, swapped with the next one, or with an error that nobody looks at.

use quote::ToTokens;
use syn::{Block, Expr, Local, Stmt};

use super::Proposals;
use crate::source::{Source, binding, names};

/// Words of statements whose order may matter to other threads.
const SHARED: [&str; 40] = [
    "lock",
    "read",
    "write",
    "try_lock",
    "acquire",
    "wait",
    "wait_while",
    "wait_timeout",
    "wait_timeout_while",
    "notify_one",
    "notify_all",
    "load",
    "store",
    "swap",
    "fetch_add",
    "fetch_sub",
    "fetch_update",
    "compare_exchange",
    "send",
    "try_send",
    "recv",
    "try_recv",
    "spawn",
    "join",
    "scope",
    "drop",
    "park",
    "unpark",
    "sleep",
    "flush",
    "print",
    "println",
    "now",
    "elapsed",
    "set",
    "get",
    "take",
    "push",
    "pop",
    "clone",
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
        let tokens = statement.to_token_stream();
        !matches!(statement, Stmt::Local(_))
            || SHARED.iter().any(|word| names(&tokens, word))
            || matches!(statement, Stmt::Local(Local { init: Some(init), .. }) if source.is_guard(&init.expr))
    };
    is_statement(statement) && is_statement(next) && (is_shared(statement) || is_shared(next))
}

/// What is unwrapped, or given back as an error.
fn unwrapped(expr: &Expr) -> Option<&Expr> {
    match expr {
        Expr::MethodCall(call) if call.method == "unwrap" || call.method == "expect" => Some(&call.receiver),
        Expr::Try(expr) => Some(&expr.expr),
        _ => None,
    }
}
