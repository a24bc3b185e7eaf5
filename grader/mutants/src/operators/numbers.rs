//! Numbers: other constants, narrower types, and parameters that count only up to a point.

use syn::{BinOp, Block, Expr, FnArg, Lit, Signature, Type};

use super::Proposals;
use crate::source::{Source, binding};

pub(super) fn in_expression(expr: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    match expr {
        Expr::Lit(lit) => match &lit.lit {
            Lit::Int(lit) => {
                let (Ok(value), suffix) = (lit.base10_parse::<u128>(), lit.suffix()) else {
                    return;
                };
                let mut others = vec![value.saturating_add(1)];
                others.extend(value.checked_sub(1));
                others.extend((value > 1).then_some(0));
                for other in others {
                    proposals.replace("other_constant", source.range(expr), format!("{other}{suffix}"));
                }
            }
            Lit::Float(lit) => {
                let (Ok(value), suffix) = (lit.base10_parse::<f64>(), lit.suffix()) else {
                    return;
                };
                for other in [value + 1.0, 0.0] {
                    proposals.replace("other_constant", source.range(expr), format!("{other:?}{suffix}"));
                }
            }
            _ => {}
        },
        Expr::Binary(update) if matches!(update.op, BinOp::AddAssign(_) | BinOp::SubAssign(_)) => {
            // The place is named three times: no lock may be taken to get there.
            if source.holds_guard(&update.left) {
                return;
            }
            let (text, place) = (source.text(expr), source.text(&update.left));
            for narrow in ["u8", "u16"] {
                let new = format!("{{ {text}; {place} = {place} as {narrow} as _ }}");
                proposals.replace("narrowed", source.range(expr), new);
            }
        }
        Expr::MethodCall(call) if call.method.to_string().starts_with("fetch_") => {
            for narrow in ["u8", "u16"] {
                let new = format!("({} as {narrow} as _)", source.text(expr));
                proposals.replace("narrowed", source.range(expr), new);
            }
        }
        Expr::Cast(cast) => {
            let narrower = Some(source.text(&cast.ty)).and_then(narrower).unwrap_or_default();
            for narrow in narrower.iter().filter(|narrow| **narrow != "u32") {
                let at = source.range(&cast.as_token).start;
                proposals.insert("narrowed", at, format!("as {narrow} "));
            }
        }
        _ => {}
    }
}

/// Narrower types of the same kind that may be too small. Nobody counts up to 2^32, but `usize::MAX` is a number that a
/// caller may give.
fn narrower(ty: &str) -> Option<&'static [&'static str]> {
    match ty {
        "usize" => Some(&["u8", "u16", "u32"]),
        "u32" | "u64" | "u128" => Some(&["u8", "u16"]),
        "i32" | "i64" | "i128" | "isize" => Some(&["i8", "i16"]),
        "f64" => Some(&["f32"]),
        _ => None,
    }
}

/// What a function makes of a number that it is given: less bits, a limit, or nothing.
pub(super) fn in_function(signature: &Signature, block: &Block, source: &Source<'_>, proposals: &mut Proposals) {
    let start = source.range(&block.brace_token.span.open()).end;
    for input in &signature.inputs {
        let FnArg::Typed(input) = input else { continue };
        let (Some(name), Type::Path(ty)) = (binding(&input.pat), &*input.ty) else {
            continue;
        };
        let (name, ty) = (&name.ident, source.text(ty));
        let Some(narrower) = narrower(ty) else { continue };
        for narrow in narrower {
            proposals.insert("narrowed", start, format!(" let {name} = {name} as {narrow} as {ty};"));
        }
        if ty.starts_with('u') {
            proposals.insert("parameter_capped", start, format!(" let {name}: {ty} = {name}.min(6);"));
            proposals.insert(
                "parameter_capped",
                start,
                format!(" let {name}: {ty} = {name}.min(16);"),
            );
            proposals.insert(
                "parameter_ignored",
                start,
                format!(" let {name}: {ty} = {name}.min(1);"),
            );
        }
    }
}
