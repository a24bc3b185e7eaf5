//! Finds what the source calls an atomic where it uses it.
//!
//! An atomic is nothing but its value, so nobody knows where it was created. But every access names it:
//! `self.permits.fetch_sub(…)`, `COUNT.load(…)`, `flags[i].store(…)`, `AtomicBool::load(&ready, …)`. A variable may
//! stand for something else, as after `let permits = &self.permits`, in `for flag in &flags` or in
//! `flags.iter().for_each(|flag| …)`. Then the search goes on with that.

use std::str::FromStr;

use proc_macro2::{Delimiter, LineColumn, TokenStream, TokenTree, extra};

use super::{
    Level, Position, bound_names, commas, ident, is_assignment, is_punct, is_single_colon, is_word, levels, name_in,
    outside_angles, plain,
};

/// How well a name says which atomic it is, the best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// A field.
    Field,
    /// A static or a constant.
    Static,
    /// A variable that a `let` binds.
    Variable,
    /// A variable that stands for one atomic after the other: of a `for`, or the parameter of a function or closure.
    Parameter,
    /// A function that returns it.
    Function,
}

/// A name for an atomic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Receiver {
    pub(crate) kind: Kind,
    pub(crate) name: String,
}

/// How many variables may stand for one another.
const MOST_ALIASES: usize = 8;

/// Functions that return what they are called on, or a part of it.
const TRANSPARENT: [&str; 34] = [
    "as_deref",
    "as_mut",
    "as_ptr",
    "as_ref",
    "as_slice",
    "borrow",
    "by_ref",
    "chain",
    "clone",
    "cloned",
    "copied",
    "cycle",
    "deref",
    "each_ref",
    "enumerate",
    "expect",
    "filter",
    "first",
    "from_ptr",
    "from_ref",
    "get",
    "get_unchecked",
    "into_iter",
    "iter",
    "iter_mut",
    "last",
    "next",
    "nth",
    "rev",
    "skip",
    "take",
    "unwrap",
    "values",
    "zip",
];

/// Words before a group in parentheses that is no list of arguments.
const KEYWORDS: [&str; 8] = ["else", "if", "in", "match", "move", "mut", "return", "while"];

/// What the source calls the atomic of the accesses at `positions`, in the same order: for each access, all names that
/// it has there.
pub(crate) fn receivers_at(source: &str, positions: &[Position]) -> Vec<Vec<Receiver>> {
    let stream = TokenStream::from_str(source).ok();
    let of_access = |&(line, column): &Position| {
        let position = LineColumn {
            line: line as usize,
            column: (column as usize).checked_sub(1)?,
        };
        Some(receivers(levels(stream.clone()?, position)))
    };
    let found = positions
        .iter()
        .map(|position| of_access(position).unwrap_or_default())
        .collect();
    // Otherwise the library keeps the source for as long as the thread lives.
    extra::invalidate_current_thread_spans();
    found
}

/// For each expression of the source that creates an atomic: the type of the atomic, and the variable, field or static
/// that it is created for.
pub(crate) fn created_atomics(source: &str) -> Vec<(String, Option<String>)> {
    let Ok(stream) = TokenStream::from_str(source) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    // Not by recursion: groups may be nested as deeply as somebody likes.
    let mut open = vec![stream.clone()];
    while let Some(group) = open.pop() {
        let tokens: Vec<TokenTree> = group.into_iter().collect();
        for (at, token) in tokens.iter().enumerate() {
            match token {
                TokenTree::Group(group) => open.push(group.stream()),
                TokenTree::Ident(word) => {
                    let creates = tokens.get(at + 1..at + 5).is_some_and(|rest| {
                        is_punct(&rest[0], ':')
                            && is_punct(&rest[1], ':')
                            && ["new", "default", "from"].iter().any(|name| is_word(&rest[2], name))
                            && matches!(&rest[3], TokenTree::Group(_))
                    });
                    let word = plain(word);
                    if creates && word.starts_with("Atomic") {
                        found.push((word, start_of_path(&tokens, at).span().start()));
                    }
                }
                TokenTree::Punct(_) | TokenTree::Literal(_) => {}
            }
        }
    }
    found.sort_by_key(|(_, position)| *position);
    let named = found
        .into_iter()
        .map(|(of, position)| (of, name_in(&levels(stream.clone(), position))))
        .collect();
    extra::invalidate_current_thread_spans();
    named
}

/// The first token of the path that ends with the word at `at`.
fn start_of_path(tokens: &[TokenTree], at: usize) -> &TokenTree {
    let mut start = at;
    while let Some([word, one, two]) = start.checked_sub(3).map(|from| &tokens[from..start])
        && ident(word).is_some()
        && is_punct(one, ':')
        && is_punct(two, ':')
    {
        start -= 3;
    }
    &tokens[start]
}

fn receivers(mut levels: Vec<Level>) -> Vec<Receiver> {
    let mut found = Vec::new();
    let Some(level) = levels.last() else {
        return found;
    };
    let mut next = match level.before().split_last() {
        Some((dot, receiver)) if is_punct(dot, '.') => of_value(receiver),
        _ => called_with(&level.tokens[level.n_before..]),
    };
    while let Some(receiver) = next.take().filter(|_| found.len() < MOST_ALIASES) {
        let Receiver { kind, name } = &receiver;
        if *kind != Kind::Variable {
            found.push(receiver);
            break;
        }
        let (bound, stands_for) = binding_of(&mut levels, name);
        found.push(Receiver {
            kind: bound,
            ..receiver
        });
        next = stands_for.filter(|other| other.kind != Kind::Function);
    }
    found
}

/// The first argument of the call that begins `tokens`: of a function or a macro.
fn called_with(tokens: &[TokenTree]) -> Option<Receiver> {
    let is_path =
        |token: &TokenTree| matches!(token, TokenTree::Ident(_)) || is_punct(token, ':') || is_punct(token, '!');
    match tokens.iter().find(|token| !is_path(token))? {
        TokenTree::Group(arguments) if arguments.delimiter() != Delimiter::Brace => of_first(arguments.stream()),
        _ => None,
    }
}

fn of_first(arguments: TokenStream) -> Option<Receiver> {
    let arguments: Vec<TokenTree> = arguments.into_iter().collect();
    let end = commas(&arguments).first().copied().unwrap_or(arguments.len());
    of_value(&arguments[..end])
}

/// What the source calls the value of an expression.
fn of_value(expression: &[TokenTree]) -> Option<Receiver> {
    let mut expression = expression.to_vec();
    // Each turn leaves fewer tokens, or those of a group inside.
    loop {
        if let Some(cast) = expression.iter().position(|token| is_word(token, "as")) {
            expression.truncate(cast);
        }
        match expression.pop()? {
            TokenTree::Ident(word) => {
                let name = plain(&word);
                let before = expression.last();
                if before.is_some_and(|before| is_punct(before, '.')) {
                    if name == "await" {
                        expression.pop();
                        continue;
                    }
                    return Some(Receiver {
                        kind: Kind::Field,
                        name,
                    });
                }
                let is_path = before.is_some_and(|before| is_punct(before, ':'));
                let kind = if is_path || name.starts_with(char::is_uppercase) {
                    Kind::Static
                } else {
                    Kind::Variable
                };
                return (name != "self").then_some(Receiver { kind, name });
            }
            // The number of a field: what it belongs to has a name.
            TokenTree::Literal(_) => drop(expression.pop().filter(|dot| is_punct(dot, '.'))?),
            TokenTree::Punct(mark) if mark.as_char() == '?' => {}
            TokenTree::Punct(_) => return None,
            TokenTree::Group(group) => {
                let inner = || group.stream().into_iter().collect::<Vec<TokenTree>>();
                match group.delimiter() {
                    Delimiter::Bracket => {}
                    Delimiter::Parenthesis => match expression.pop() {
                        Some(TokenTree::Ident(function)) if !KEYWORDS.iter().any(|word| function == word) => {
                            let name = plain(&function);
                            let is_method = expression.pop_if(|dot| is_punct(dot, '.')).is_some();
                            if !TRANSPARENT.contains(&name.as_str()) {
                                return Some(Receiver {
                                    kind: Kind::Function,
                                    name,
                                });
                            }
                            if !is_method {
                                expression = first_part(inner());
                            }
                        }
                        Some(TokenTree::Punct(mark)) if matches!(mark.as_char(), '!' | '>') => return None,
                        _ => expression = inner(),
                    },
                    Delimiter::Brace | Delimiter::None => {
                        let inner = inner();
                        let start = inner.iter().rposition(|token| is_punct(token, ';'));
                        expression = inner[start.map_or(0, |start| start + 1)..].to_vec();
                    }
                }
            }
        }
    }
}

fn first_part(mut tokens: Vec<TokenTree>) -> Vec<TokenTree> {
    let end = commas(&tokens).first().copied().unwrap_or(tokens.len());
    tokens.truncate(end);
    tokens
}

/// What kind of variable `name` is where `levels` end, and what it stands for. The levels are cut to those around its
/// binding.
fn binding_of(levels: &mut Vec<Level>, name: &str) -> (Kind, Option<Receiver>) {
    while let Some(level) = levels.last() {
        let before = level.before();
        if let Some((start, value)) = bound_by_let(before, name) {
            let value = value.and_then(of_value);
            let level = levels.last_mut().expect("the level was just looked at");
            level.n_before = start;
            return (Kind::Variable, value);
        }
        if let Some(value) = bound_by_for(before, name) {
            let value = of_value(value);
            return (Kind::Parameter, value);
        }
        if is_parameter_of_closure(before, name) {
            levels.pop();
            let value = levels.last().and_then(|outer| match outer.before() {
                [receiver @ .., dot, TokenTree::Ident(_)] if is_punct(dot, '.') => of_value(receiver),
                _ => None,
            });
            return (Kind::Parameter, value);
        }
        levels.pop();
    }
    (Kind::Parameter, None)
}

/// The last `let` in these tokens that binds `name`: where it begins, and the tokens of the value.
fn bound_by_let<'a>(tokens: &'a [TokenTree], name: &str) -> Option<(usize, Option<&'a [TokenTree]>)> {
    let mut lets = (0..tokens.len()).rev().filter(|&at| is_word(&tokens[at], "let"));
    lets.find_map(|start| {
        let rest = &tokens[start + 1..];
        let end = rest.iter().position(|token| is_punct(token, ';'));
        let is_condition = start.checked_sub(1).is_some_and(|before| {
            let before = &tokens[before];
            is_word(before, "if") || is_word(before, "while") || is_punct(before, '&')
        });
        if end.is_none() && !is_condition {
            // The access is part of the value, where the name still means another variable.
            return None;
        }
        let statement = &rest[..end.unwrap_or(rest.len())];
        let equals = outside_angles(statement)
            .into_iter()
            .find(|&at| is_assignment(statement, at))?;
        let pattern = &statement[..equals];
        let typed = (0..pattern.len()).find(|&at| is_single_colon(pattern, at));
        let names = bound_names(&pattern[..typed.unwrap_or(pattern.len())]);
        let is_bound = names.iter().any(|bound| bound == name);
        // Of several variables, nobody knows which part of the value is whose.
        let value = (names.len() == 1).then(|| without_block(&statement[equals + 1..]));
        is_bound.then_some((start, value))
    })
}

/// The tokens before the block that follows the value of `if let` or `while let`, or the `else` of a `let`.
fn without_block(value: &[TokenTree]) -> &[TokenTree] {
    let is_end = |token: &TokenTree| {
        is_word(token, "else") || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
    };
    let end = value.iter().position(is_end).filter(|end| *end > 0);
    &value[..end.unwrap_or(value.len())]
}

/// What `for … in` goes through at the end of `before`, if it binds `name`.
fn bound_by_for<'a>(before: &'a [TokenTree], name: &str) -> Option<&'a [TokenTree]> {
    let start = before.iter().rposition(|token| is_word(token, "for"))?;
    let rest = &before[start + 1..];
    let is_over = rest.iter().any(|token| {
        is_punct(token, ';') || matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace)
    });
    let word_in = rest.iter().position(|token| is_word(token, "in"))?;
    let names = bound_names(&rest[..word_in]);
    (!is_over && names.iter().any(|bound| bound == name)).then(|| &rest[word_in + 1..])
}

/// Whether `before` ends inside a closure with the parameter `name`.
fn is_parameter_of_closure(before: &[TokenTree], name: &str) -> bool {
    let bars: Vec<usize> = (0..before.len()).filter(|&at| is_punct(&before[at], '|')).collect();
    bars.chunks_exact(2).any(|bars| {
        let parameters = &before[bars[0] + 1..bars[1]];
        let names = bound_names(parameters);
        names.iter().any(|bound| bound == name)
    })
}

#[cfg(test)]
mod tests;
