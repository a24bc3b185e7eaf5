//! Detects the known soundness hole of the compiler through which safe code extends lifetimes.
//!
//! From a parameter `&'a &'b ()` the compiler concludes that `'b` outlives `'a`. It fails to check this when the
//! function is used as a value ([rust-lang/rust#25860](https://github.com/rust-lang/rust/issues/25860)), when the
//! reference is in a projection ([#100051](https://github.com/rust-lang/rust/issues/100051)), or when it is in a trait
//! bound ([#84591](https://github.com/rust-lang/rust/issues/84591)). With a dangling reference made this way, a
//! submission can read and write any memory of its process, including the reply of a check.
//!
//! The detection works on tokens: it sees macros, and ignores comments and string literals. It recognises the known
//! forms and proves nothing: a form that is split over several functions is not detected. Text that is not Rust has no
//! findings.

mod signature;

use std::collections::BTreeSet;
use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree, extra};

use self::signature::{Signature, borrows};

/// How many tokens of a signature or a bound are looked at. Real ones have fewer than a hundred. Without a limit, a
/// source full of unfinished signatures would take quadratic time.
const MAX_TOKENS: usize = 200;

/// A place where a lifetime may be extended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Extension {
    /// The file, as in `sources`.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// A token. A group is flattened into its delimiters and its tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Token {
    Word(String),
    Lifetime(String),
    Mark(char),
    Open(Delimiter),
    Close(Delimiter),
    Literal,
}

/// A token and its line.
type Placed = (Token, usize);

/// The places in `sources`, which are paths and texts.
pub(super) fn extensions(sources: &[(String, String)]) -> Vec<Extension> {
    let files: Vec<(&String, Vec<Placed>)> = sources.iter().map(|(path, text)| (path, tokens(text))).collect();
    // A function may be defined in one file and used as a value in another.
    let values: BTreeSet<&str> = files.iter().flat_map(|(_, tokens)| values(tokens)).collect();
    let mut found = Vec::new();
    for (path, tokens) in &files {
        let signatures = Signature::all(tokens);
        let of_functions = signatures
            .iter()
            .filter(|signature| {
                let is_value = signature.name.is_none_or(|name| values.contains(name));
                signature.hides_a_bound_in_a_projection() || (is_value && signature.translates())
            })
            .map(|signature| signature.line);
        let mut lines: Vec<usize> = of_functions.chain(bounds(tokens)).collect();
        lines.sort_unstable();
        lines.dedup();
        found.extend(lines.into_iter().map(|line| Extension {
            file: (*path).clone(),
            line,
        }));
    }
    found
}

/// The tokens of a file; none if it is not Rust.
fn tokens(text: &str) -> Vec<Placed> {
    let Ok(stream) = TokenStream::from_str(text) else {
        return Vec::new();
    };
    let mut tokens = Vec::new();
    // Without recursion, because groups may be nested arbitrarily deep.
    let mut open: Vec<(proc_macro2::token_stream::IntoIter, Option<(Delimiter, usize)>)> =
        vec![(stream.into_iter(), None)];
    while let Some((rest, group)) = open.last_mut() {
        let group = *group;
        match rest.next() {
            Some(TokenTree::Group(inner)) => {
                let (delimiter, close) = (inner.delimiter(), inner.span_close().start().line);
                tokens.push((Token::Open(delimiter), inner.span_open().start().line));
                open.push((inner.stream().into_iter(), Some((delimiter, close))));
            }
            Some(tree) => push(tree, &mut tokens),
            None => {
                tokens.extend(group.map(|(delimiter, line)| (Token::Close(delimiter), line)));
                open.pop();
            }
        }
    }
    // Otherwise `proc_macro2` keeps each text for its spans.
    extra::invalidate_current_thread_spans();
    tokens
}

fn push(tree: TokenTree, tokens: &mut Vec<Placed>) {
    let line = tree.span().start().line;
    let is_lifetime = matches!(tokens.last(), Some((Token::Mark('\''), _)));
    let token = match tree {
        TokenTree::Ident(word) if is_lifetime => {
            tokens.pop();
            Token::Lifetime(word.to_string())
        }
        TokenTree::Ident(word) => Token::Word(word.to_string().trim_start_matches("r#").to_owned()),
        TokenTree::Punct(mark) => Token::Mark(mark.as_char()),
        TokenTree::Literal(_) | TokenTree::Group(_) => Token::Literal,
    };
    tokens.push((token, line));
}

/// The names that are used as values: neither called nor defined.
fn values(tokens: &[Placed]) -> impl Iterator<Item = &str> {
    tokens.iter().enumerate().filter_map(|(index, (token, _))| {
        let Token::Word(name) = token else { return None };
        let before = index.checked_sub(1).map(|index| &tokens[index].0);
        let is_definition = before == Some(&Token::Word("fn".to_owned()));
        let after = &tokens[after_generics(tokens, index + 1)..];
        let is_called = matches!(after.first(), Some((Token::Open(Delimiter::Parenthesis), _)));
        (!is_definition && !is_called).then_some(name.as_str())
    })
}

/// The index after `::<…>`, if the tokens at `index` are that; otherwise `index`.
fn after_generics(tokens: &[Placed], index: usize) -> usize {
    let marks: Vec<&Token> = tokens[index..].iter().take(3).map(|(token, _)| token).collect();
    match marks[..] {
        [Token::Mark(':'), Token::Mark(':'), Token::Mark('<')] => after_angles(tokens, index + 2),
        _ => index,
    }
}

/// Where the tokens go on after `<…>`, which begins at `index`.
pub(crate) fn after_angles(tokens: &[Placed], index: usize) -> usize {
    let mut depth = 0usize;
    let mut before = None;
    for (place, (token, _)) in tokens.iter().enumerate().skip(index).take(MAX_TOKENS) {
        match token {
            Token::Mark('<') => depth += 1,
            // The `>` of `->` closes nothing.
            Token::Mark('>') if before != Some(&Token::Mark('-')) => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return place + 1;
                }
            }
            Token::Open(Delimiter::Brace) | Token::Mark(';') => return place,
            _ => {}
        }
        before = Some(token);
    }
    tokens.len().min(index + MAX_TOKENS)
}

/// The lines of bounds such as `for<'a, 'b> Trait<'a, 'b, &'b &'a ()>`, where both lifetimes are arguments by
/// themselves too.
fn bounds(tokens: &[Placed]) -> impl Iterator<Item = usize> {
    tokens.iter().enumerate().filter_map(|(index, (token, line))| {
        let is_for = *token == Token::Word("for".to_owned());
        if !is_for || tokens.get(index + 1).map(|(token, _)| token) != Some(&Token::Mark('<')) {
            return None;
        }
        let binder = after_angles(tokens, index + 1);
        let bound: Vec<&str> = lifetimes(&tokens[index + 1..binder]).collect();
        let is_path = |token: &Token| matches!(token, Token::Word(_) | Token::Mark(':'));
        let path = tokens[binder..].iter().take_while(|(token, _)| is_path(token)).count();
        if tokens.get(binder + path)?.0 != Token::Mark('<') {
            return None;
        }
        let arguments = &tokens[binder + path..after_angles(tokens, binder + path)];
        let is_argument = |name: &str| {
            let mut pairs = arguments.windows(2);
            pairs.any(|pair| {
                pair[1].0 == Token::Lifetime(name.to_owned()) && matches!(pair[0].0, Token::Mark('<' | ','))
            })
        };
        let mut borrows = borrows(arguments);
        borrows
            .any(|(outer, inner)| {
                [outer, inner]
                    .iter()
                    .all(|name| bound.contains(name) && is_argument(name))
            })
            .then_some(*line)
    })
}

pub(crate) fn lifetimes(tokens: &[Placed]) -> impl Iterator<Item = &str> {
    tokens.iter().filter_map(|(token, _)| match token {
        Token::Lifetime(name) => Some(name.as_str()),
        _ => None,
    })
}

#[cfg(test)]
mod tests;
