//! Waiting for a condition, and waking up those who wait.

use syn::Expr;

use super::Proposals;
use crate::source::Source;

pub(super) fn in_expression(expr: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    match expr {
        Expr::While(expr) if !matches!(*expr.cond, Expr::Let(_)) => {
            let label = expr.label.as_ref().map(|label| source.range(label));
            let from = label.map_or(source.range(&expr.while_token).start, |label| label.start);
            let to = source.range(&expr.while_token).end;
            proposals.replace("while_to_if", from..to, "if");
        }
        Expr::MethodCall(call) => {
            let args: Vec<&str> = call.args.iter().map(|arg| source.text(arg)).collect();
            let call_range = source.range(&call.method).start..source.range(call).end;
            match (call.method.to_string().as_str(), args.as_slice()) {
                ("notify_all", []) => {
                    proposals.replace("notify_one_for_all", source.range(&call.method), "notify_one");
                }
                ("wait_while", [guard, _]) => {
                    proposals.replace("wait_once", call_range, format!("wait({guard})"));
                    let ready = format!("::std::sync::LockResult::Ok({guard})");
                    proposals.replace("wait_dropped", source.range(call), ready);
                }
                ("wait_timeout_while", [guard, timeout, _]) => {
                    proposals.replace("wait_once", call_range, format!("wait_timeout({guard}, {timeout})"));
                    timeout_ignored(&call.args[1], source, proposals);
                }
                ("wait_timeout", [_, _]) => timeout_ignored(&call.args[1], source, proposals),
                ("recv_timeout" | "park_timeout", [_]) => timeout_ignored(&call.args[0], source, proposals),
                _ => {}
            }
        }
        _ => {}
    }
}

/// A million years, which a clock can still add to a time.
fn timeout_ignored(timeout: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    let forever = "::std::time::Duration::from_secs(1 << 45)";
    proposals.replace("timeout_ignored", source.range(timeout), forever);
}
