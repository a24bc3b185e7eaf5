//! Conditions: off by one, negated, one of two, always or never.

use syn::{BinOp, Expr, Lit, RangeLimits, UnOp};

use super::Proposals;
use crate::source::Source;

pub(super) fn in_expression(expr: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    match expr {
        Expr::Binary(expr) => {
            let others: &[(&'static str, &str)] = match expr.op {
                BinOp::Lt(_) => &[("off_by_one", "<="), ("negated", ">=")],
                BinOp::Le(_) => &[("off_by_one", "<"), ("negated", ">")],
                BinOp::Gt(_) => &[("off_by_one", ">="), ("negated", "<=")],
                BinOp::Ge(_) => &[("off_by_one", ">"), ("negated", "<")],
                BinOp::Eq(_) => &[("negated", "!=")],
                BinOp::Ne(_) => &[("negated", "==")],
                BinOp::And(_) => &[("and_to_or", "||")],
                BinOp::Or(_) => &[("or_to_and", "&&")],
                BinOp::Add(_) => &[("other_arithmetic", "-")],
                BinOp::Sub(_) => &[("other_arithmetic", "+")],
                BinOp::Mul(_) => &[("other_arithmetic", "+")],
                BinOp::Div(_) => &[("other_arithmetic", "*")],
                BinOp::Rem(_) => &[("other_arithmetic", "/")],
                BinOp::AddAssign(_) => &[("other_arithmetic", "-=")],
                BinOp::SubAssign(_) => &[("other_arithmetic", "+=")],
                _ => &[],
            };
            for (operator, other) in others {
                proposals.replace(operator, source.range(&expr.op), *other);
            }
        }
        Expr::Unary(expr) if matches!(expr.op, UnOp::Not(_)) => {
            proposals.replace("negated", source.range(&expr.op), "");
        }
        Expr::Range(expr) if expr.end.is_some() => {
            let other = match expr.limits {
                RangeLimits::HalfOpen(_) => "..=",
                RangeLimits::Closed(_) => "..",
            };
            proposals.replace("off_by_one", source.range(&expr.limits), other);
        }
        Expr::Lit(expr) => {
            if let Lit::Bool(lit) = &expr.lit {
                proposals.replace("negated", source.range(expr), if lit.value { "false" } else { "true" });
            }
        }
        Expr::If(expr) if expr.else_branch.is_none() => {
            // Never is the deletion of the statement.
            negated(&expr.cond, source, proposals);
            always(&expr.cond, source, proposals);
        }
        Expr::If(expr) => of_branch(&expr.cond, source, proposals),
        Expr::While(expr) => negated(&expr.cond, source, proposals),
        _ => {}
    }
}

/// The condition of an `if` with two branches, or of an arm of a `match`.
pub(super) fn of_branch(condition: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    negated(condition, source, proposals);
    always(condition, source, proposals);
    if !has_let(condition) {
        proposals.replace("condition_never", source.range(condition), "false");
    }
}

fn always(condition: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    if !has_let(condition) {
        proposals.replace("condition_always", source.range(condition), "true");
    }
}

/// Comparisons and `!` are negated where they stand.
fn negated(condition: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    let is_other = match condition {
        Expr::Binary(expr) => matches!(expr.op, BinOp::And(_) | BinOp::Or(_)),
        Expr::Unary(_) | Expr::Lit(_) => false,
        _ => true,
    };
    if is_other && !has_let(condition) {
        let negated = format!("!({})", source.text(condition));
        proposals.replace("negated", source.range(condition), negated);
    }
}

/// Whether it is a chain with a pattern, which is no value.
fn has_let(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(expr) => has_let(&expr.left) || has_let(&expr.right),
        _ => false,
    }
}
