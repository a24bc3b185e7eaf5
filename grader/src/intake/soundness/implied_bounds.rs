//! Bounds that the compiler concludes from a parameter and does not check.
//!
//! From `&'a &'b ()` it concludes that `'b` outlives `'a`. It fails to check this when the function is used as a value
//! ([rust-lang/rust#25860](https://github.com/rust-lang/rust/issues/25860)), when the reference is in a projection
//! ([#100051](https://github.com/rust-lang/rust/issues/100051)), or when it is in a trait bound
//! ([#84591](https://github.com/rust-lang/rust/issues/84591)).

use std::collections::BTreeSet;

use proc_macro2::Delimiter;

use super::signature::{Signature, borrows};
use super::{Placed, Token, after_angles, lifetimes};

/// The names that are used as values in any of the `files`: neither called nor defined.
pub(super) fn values<'a>(files: &[&'a [Placed]]) -> BTreeSet<&'a str> {
    files.iter().flat_map(|tokens| values_in(tokens)).collect()
}

/// The lines of functions and bounds that use such a conclusion.
pub(super) fn lines(tokens: &[Placed], values: &BTreeSet<&str>) -> Vec<usize> {
    let signatures = Signature::all(tokens);
    let of_functions = signatures
        .iter()
        .filter(|signature| {
            let is_value = signature.name.is_none_or(|name| values.contains(name));
            signature.hides_a_bound_in_a_projection() || (is_value && signature.translates())
        })
        .map(|signature| signature.line);
    of_functions.chain(bounds(tokens)).collect()
}

fn values_in(tokens: &[Placed]) -> impl Iterator<Item = &str> {
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
