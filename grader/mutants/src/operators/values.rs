//! Values: a default in place of what a function returns, and methods that are left out.

use syn::{Block, Expr, ReturnType, Signature, Stmt};

use super::Proposals;
use crate::source::Source;

/// Methods that return a value of the type that they are called on.
const LEFT_OUT: [&str; 14] = [
    "max",
    "min",
    "clamp",
    "rev",
    "skip",
    "take",
    "abs",
    "filter",
    "chain",
    "cycle",
    "step_by",
    "fuse",
    "take_while",
    "skip_while",
];

pub(super) fn in_expression(expr: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    let Expr::MethodCall(call) = expr else { return };
    let method = call.method.to_string();
    if LEFT_OUT.contains(&method.as_str()) {
        proposals.replace("method_left_out", source.range(expr), source.text(&call.receiver));
    }
    let (Some(arg), 1) = (call.args.first(), call.args.len()) else {
        return;
    };
    let (value, arg) = (source.text(&call.receiver), source.text(arg));
    let new = match method.as_str() {
        "saturating_sub" => format!("({value} - ({arg}))"),
        "saturating_add" => format!("({value} + ({arg}))"),
        "checked_add" => format!("Some({value}.wrapping_add({arg}))"),
        "checked_sub" => format!("Some({value}.wrapping_sub({arg}))"),
        "checked_mul" => format!("Some({value}.wrapping_mul({arg}))"),
        "div_ceil" => format!("({value} / ({arg}))"),
        _ => return,
    };
    proposals.replace("overflow_not_checked", source.range(expr), new);
}

pub(super) fn in_function(signature: &Signature, block: &Block, source: &Source<'_>, proposals: &mut Proposals) {
    if block.stmts.is_empty() {
        return;
    }
    let inside = source.range(&block.brace_token.span.open()).end..source.range(&block.brace_token.span.close()).start;
    let ReturnType::Type(_, ty) = &signature.output else {
        proposals.replace("body_deleted", inside, "");
        return;
    };
    proposals.replace("default_returned", inside.clone(), " Default::default() ");
    if source.text(ty) == "bool" {
        proposals.replace("default_returned", inside, " true ");
    }
    // Everything is done, and another value is returned.
    if let Some(Stmt::Expr(tail, None)) = block.stmts.last()
        && !matches!(tail, Expr::Loop(_) | Expr::Return(_))
    {
        let new = format!("{{ let _ = {}; Default::default() }}", source.text(tail));
        proposals.replace("default_returned", source.range(tail), new);
    }
}
