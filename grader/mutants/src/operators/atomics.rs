//! Atomics: weaker orderings, and one operation in two steps.

use syn::{Expr, ExprMethodCall};

use super::Proposals;
use crate::source::{Source, last_name};

pub(super) fn in_expression(expr: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    match expr {
        Expr::MethodCall(call) => {
            load_then_store(call, source, proposals);
            let method = call.method.to_string();
            for (index, arg) in call.args.iter().enumerate() {
                let access = match (method.as_str(), index) {
                    ("load", _) => Access::Load,
                    ("store", _) => Access::Store,
                    // The ordering of a failure, which is that of a load.
                    ("compare_exchange" | "compare_exchange_weak", 3) | ("fetch_update", 1) => Access::Load,
                    _ => Access::Both,
                };
                weaker(arg, access, source, proposals);
            }
        }
        Expr::Call(call) if last_name(&call.func).as_deref() == Some("fence") => {
            call.args
                .iter()
                .for_each(|arg| weaker(arg, Access::Both, source, proposals));
        }
        _ => {}
    }
}

/// What an ordering is for.
#[derive(Clone, Copy, PartialEq)]
enum Access {
    Load,
    Store,
    Both,
}

fn weaker(arg: &Expr, access: Access, source: &Source<'_>, proposals: &mut Proposals) {
    let (Expr::Path(path), Some(ordering)) = (arg, last_name(arg)) else {
        return;
    };
    let weaker: &[&str] = match (ordering.as_str(), access) {
        ("SeqCst", Access::Load) => &["Acquire", "Relaxed"],
        ("SeqCst", Access::Store) => &["Release", "Relaxed"],
        ("SeqCst", Access::Both) => &["AcqRel", "Acquire", "Release", "Relaxed"],
        ("AcqRel", _) => &["Acquire", "Release", "Relaxed"],
        ("Acquire" | "Release", _) => &["Relaxed"],
        _ => &[],
    };
    for weaker in weaker {
        let new = format!("::std::sync::atomic::Ordering::{weaker}");
        // As the source writes it, where the name alone would do.
        let new = if path.path.segments.len() > 1 {
            let last = path.path.segments.last().map(|segment| segment.ident.to_string());
            let text = source.text(arg);
            text[..text.len() - last.unwrap_or_default().len()].to_owned() + weaker
        } else {
            new
        };
        proposals.replace("weaker_ordering", source.range(arg), new);
    }
}

fn load_then_store(call: &ExprMethodCall, source: &Source<'_>, proposals: &mut Proposals) {
    const SEQ_CST: &str = "::std::sync::atomic::Ordering::SeqCst";
    let atomic = source.text(&call.receiver);
    let args: Vec<&str> = call.args.iter().map(|arg| source.text(arg)).collect();
    let stored =
        |new: String| format!("({{ let value = {atomic}.load({SEQ_CST}); {atomic}.store({new}, {SEQ_CST}); value }})");
    let new = match (call.method.to_string().as_str(), args.as_slice()) {
        ("fetch_add", [n, _]) => stored(format!("value.wrapping_add({n})")),
        ("fetch_sub", [n, _]) => stored(format!("value.wrapping_sub({n})")),
        ("fetch_or", [n, _]) => stored(format!("value | ({n})")),
        ("fetch_and", [n, _]) => stored(format!("value & ({n})")),
        ("fetch_xor", [n, _]) => stored(format!("value ^ ({n})")),
        ("fetch_max", [n, _]) => stored(format!("value.max({n})")),
        ("fetch_min", [n, _]) => stored(format!("value.min({n})")),
        ("swap", [new, _]) => stored((*new).to_owned()),
        ("compare_exchange" | "compare_exchange_weak", [expected, new, _, _]) => format!(
            "({{ let value = {atomic}.load({SEQ_CST}); if value == {expected} {{ {atomic}.store({new}, {SEQ_CST}); \
             Ok(value) }} else {{ Err(value) }} }})"
        ),
        ("fetch_update", [_, _, function]) => format!(
            "({{ let value = {atomic}.load({SEQ_CST}); match ({function})(value) {{ Some(new) => {{ \
             {atomic}.store(new, \
             {SEQ_CST}); Ok(value) }} None => Err(value) }} }})"
        ),
        _ => return,
    };
    proposals.replace("load_then_store", source.range(call), new);
}
