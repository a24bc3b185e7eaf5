//! Detects the known soundness holes of the compiler through which safe code reads memory that is not its own.
//!
//! Three families are known to work with Rust 1.95:
//!
//! * `implied_bounds`: from a parameter `&'a &'b ()` the compiler concludes that `'b` outlives `'a`, and fails to check
//!   that in some places ([rust-lang/rust#25860](https://github.com/rust-lang/rust/issues/25860)).
//! * `projections`: a closure may be `'static` although its result is not, but the compiler concludes from a `'static`
//!   type that its associated types are `'static` ([#84366](https://github.com/rust-lang/rust/issues/84366)).
//! * `trait_objects`: a trait object may say what its associated type is although an `impl` for all types says
//!   otherwise ([#57893](https://github.com/rust-lang/rust/issues/57893)).
//!
//! With a dangling reference or a value of another type made this way, a submission can read and write any memory of
//! its process, including the reply of a check.
//!
//! The detection works on tokens: it sees macros, and ignores comments and string literals. It recognises the known
//! forms and proves nothing: a form that is split over several functions is not detected. Text that is not Rust has no
//! findings.

mod implied_bounds;
mod projections;
mod signature;
mod trait_objects;

use std::str::FromStr as _;

use proc_macro2::{Delimiter, TokenStream, TokenTree, extra};

/// How many tokens of a signature or a bound are looked at. Real ones have fewer than a hundred. Without a limit, a
/// source full of unfinished signatures would take quadratic time.
const MAX_TOKENS: usize = 200;

/// A place where a submission uses one of the holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hole {
    /// Which one.
    pub family: Family,
    /// The file, as in `sources`.
    pub file: String,
    /// The line, counted from 1.
    pub line: usize,
}

/// A family of soundness holes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Bounds that the compiler concludes from a parameter and does not check.
    ImpliedBounds,
    /// Associated types of a type that is `'static`.
    Projections,
    /// Associated types of trait objects.
    TraitObjects,
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

impl Token {
    pub(crate) fn is_word(&self, word: &str) -> bool {
        matches!(self, Token::Word(this) if this == word)
    }
}

/// A token and its line.
type Placed = (Token, usize);

/// The places in `sources`, which are paths and texts.
pub(super) fn holes(sources: &[(String, String)]) -> Vec<Hole> {
    let files: Vec<(&String, Vec<Placed>)> = sources.iter().map(|(path, text)| (path, tokens(text))).collect();
    // What is defined in one file may be used in another.
    let all: Vec<&[Placed]> = files.iter().map(|(_, tokens)| &tokens[..]).collect();
    let values = implied_bounds::values(&all);
    let fixed = trait_objects::fixed_for_all_types(&all);
    let mut found = Vec::new();
    for (path, tokens) in &files {
        for (family, mut lines) in [
            (Family::ImpliedBounds, implied_bounds::lines(tokens, &values)),
            (Family::Projections, projections::lines(tokens)),
            (Family::TraitObjects, trait_objects::lines(tokens, &fixed)),
        ] {
            lines.sort_unstable();
            lines.dedup();
            found.extend(lines.into_iter().map(|line| Hole {
                family,
                file: (*path).clone(),
                line,
            }));
        }
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

pub(crate) fn lifetimes(tokens: &[Placed]) -> impl Iterator<Item = &str> {
    tokens.iter().filter_map(|(token, _)| match token {
        Token::Lifetime(name) => Some(name.as_str()),
        _ => None,
    })
}

/// Where the tokens go on after the group that opens at `index`.
pub(crate) fn after_group(tokens: &[Placed], index: usize) -> usize {
    let mut depth = 0usize;
    for (place, (token, _)) in tokens.iter().enumerate().skip(index) {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return place + 1;
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests;
