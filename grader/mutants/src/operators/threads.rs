//! Threads: concurrency in name only, and joins that are early or missing.

use syn::{Block, Expr, Stmt};

use super::Proposals;
use crate::source::{Source, binding, last_name, names};

pub(super) fn in_expression(expr: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    match expr {
        Expr::MethodCall(call) => {
            let method = call.method.to_string();
            match (method.as_str(), call.args.len()) {
                ("spawn", 1) => {
                    let spawn = format!("{}.spawn", source.text(&call.receiver));
                    joined_at_once(expr, &spawn, &call.args[0], source, proposals);
                }
                ("install", 1) => {
                    let inline = format!("({})()", source.text(&call.args[0]));
                    proposals.replace("pool_not_used", source.range(expr), inline);
                }
                ("par_iter" | "into_par_iter" | "par_iter_mut" | "par_chunks" | "par_bridge", _) => {
                    let serial = method.replace("into_par_", "into_").replace("par_", "");
                    let range = source.range(&call.method);
                    proposals.replace("iterator_not_parallel", range, serial);
                }
                _ => {}
            }
        }
        Expr::Call(call) => match (last_name(&call.func).as_deref(), call.args.len()) {
            (Some("spawn"), 1) => {
                joined_at_once(expr, source.text(&call.func), &call.args[0], source, proposals);
            }
            (Some("join"), 2) => {
                let (a, b) = (source.text(&call.args[0]), source.text(&call.args[1]));
                proposals.replace("join_in_sequence", source.range(expr), format!("(({a})(), ({b})())"));
            }
            _ => {}
        },
        _ => {}
    }
}

pub(super) fn in_block(block: &Block, source: &Source<'_>, proposals: &mut Proposals) {
    for (index, statement) in block.stmts.iter().enumerate() {
        if let Stmt::Expr(Expr::MethodCall(call), Some(_)) = statement
            && call.method == "spawn"
            && call.args.len() == 1
        {
            let inline = format!("({})();", source.text(&call.args[0]));
            proposals.replace("thread_not_started", source.range(statement), inline);
        }
        join_moved_up(block, index, source, proposals);
    }
}

/// Waits for the end of a new thread before anything else is done. A handle is there all the same.
fn joined_at_once(expr: &Expr, spawn: &str, work: &Expr, source: &Source<'_>, proposals: &mut Proposals) {
    let (parameter, argument) = match work {
        Expr::Closure(closure) if closure.inputs.len() == 1 => ("inner", "inner"),
        Expr::Closure(closure) if closure.inputs.is_empty() => ("", ""),
        Expr::Path(_) => ("", ""),
        _ => return,
    };
    let work = source.text(work);
    let new = format!(
        "({{ let (ended, end) = ::std::sync::mpsc::channel::<()>(); let spawned = {spawn}(move |{parameter}| {{ \
         let _ended = ended; ({work})({argument}) }}); let _ = end.recv(); spawned }})"
    );
    proposals.replace("joined_at_once", source.range(expr), new);
}

/// Moves a statement that joins a thread right after the one that starts it.
fn join_moved_up(block: &Block, index: usize, source: &Source<'_>, proposals: &mut Proposals) {
    let Stmt::Local(local) = &block.stmts[index] else {
        return;
    };
    let (Some(name), Some(init)) = (binding(&local.pat), &local.init) else {
        return;
    };
    if !names(&init.expr, "spawn") {
        return;
    }
    let handle = name.ident.to_string();
    let later = block.stmts.iter().enumerate().skip(index + 2);
    for (_, statement) in later.filter(|(_, later)| names(*later, "join") && names(*later, &handle)) {
        let text = source.text(statement);
        // The last expression of a block has a value.
        if matches!(statement, Stmt::Expr(_, None)) {
            continue;
        }
        let moved = vec![
            (source.range(statement), String::new()),
            (
                source.range(&block.stmts[index]).end..source.range(&block.stmts[index]).end,
                format!(" {text}"),
            ),
        ];
        proposals.replace_all("join_moved_up", moved);
    }
}
