//! Channels: no bound, another bound, a sender that is kept.

use syn::{Block, Expr, Pat, Stmt};

use super::Proposals;
use crate::source::{Source, binding, last_name};

/// More messages than any check sends. The types of an unbounded channel of `std` are others.
const ROOMY: &str = "65_536";

pub(super) fn in_expression(expr: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    let Expr::Call(call) = expr else { return };
    let (Some(name), Some(bound), 1) = (last_name(&call.func), call.args.first(), call.args.len()) else {
        return;
    };
    match name.as_str() {
        "sync_channel" => proposals.replace("channel_without_bound", source.range(bound), ROOMY),
        "bounded" => proposals.replace(
            "channel_without_bound",
            source.range(call),
            "::crossbeam_channel::unbounded()",
        ),
        _ => return,
    }
    proposals.replace("channel_without_buffer", source.range(bound), "0");
}

/// `let (sender, receiver) = channel();` with a clone of the sender that lives as long as the block.
pub(super) fn in_block(block: &Block, source: &Source<'_>, proposals: &mut Proposals) {
    for statement in &block.stmts {
        let Stmt::Local(local) = statement else { continue };
        let (Pat::Tuple(pat), Some(init)) = (&local.pat, &local.init) else {
            continue;
        };
        let Expr::Call(call) = &*init.expr else { continue };
        let makes = ["channel", "sync_channel", "bounded", "unbounded"];
        let is_channel = last_name(&call.func).is_some_and(|name| makes.contains(&name.as_str()));
        if let Some(sender) = pat.elems.first().and_then(binding).filter(|_| is_channel) {
            let kept = format!(" let _kept = {}.clone();", sender.ident);
            proposals.insert("sender_kept", source.range(statement).end, kept);
        }
    }
}
