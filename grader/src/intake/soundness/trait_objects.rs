//! Associated types of trait objects.
//!
//! `impl<T: ?Sized> Trait for T { type Type = …; }` fixes the associated type of all types, and of trait objects as
//! well. But `dyn Trait<Type = …>` may say something else, and the compiler believes both
//! ([rust-lang/rust#57893](https://github.com/rust-lang/rust/issues/57893)). So a value of one type becomes a value of
//! another.

use std::collections::BTreeSet;

use proc_macro2::Delimiter;

use super::{MAX_TOKENS, Placed, Token, after_angles, after_group};

/// The names of associated types that an `impl` for all types fixes, even for those without a size.
pub(super) fn fixed_for_all_types<'a>(files: &[&'a [Placed]]) -> BTreeSet<&'a str> {
    files.iter().flat_map(|tokens| fixed_in(tokens)).collect()
}

fn fixed_in(tokens: &[Placed]) -> Vec<&str> {
    let mut fixed = Vec::new();
    for (index, pair) in tokens.windows(2).enumerate() {
        if !pair[0].0.is_word("impl") || pair[1].0 != Token::Mark('<') {
            continue;
        }
        let generics = after_angles(tokens, index + 1);
        let is_brace = |(token, _): &Placed| *token == Token::Open(Delimiter::Brace);
        let Some(body) = tokens[generics..].iter().take(MAX_TOKENS).position(is_brace) else {
            continue;
        };
        let body = generics + body;
        if is_for_types_without_size(&tokens[index..body]) {
            let body = &tokens[body..after_group(tokens, body)];
            fixed.extend(body.windows(2).filter_map(|pair| match pair {
                [(word, _), (Token::Word(name), _)] if word.is_word("type") => Some(name.as_str()),
                _ => None,
            }));
        }
    }
    fixed
}

/// Whether an `impl` is for a type parameter with the bound `?Sized`.
fn is_for_types_without_size(header: &[Placed]) -> bool {
    let target = header.iter().rposition(|(token, _)| token.is_word("for"));
    let Some((target, _)) = target.and_then(|place| header.get(place + 1)) else {
        return false;
    };
    header.windows(4).any(|bound| {
        let marks = [Token::Mark(':'), Token::Mark('?')];
        bound[0].0 == *target && bound[1].0 == marks[0] && bound[2].0 == marks[1] && bound[3].0.is_word("Sized")
    })
}

/// The lines of trait objects that say what such an associated type is.
pub(super) fn lines(tokens: &[Placed], fixed: &BTreeSet<&str>) -> Vec<usize> {
    let of_objects = tokens.iter().enumerate().filter(|(_, (token, _))| token.is_word("dyn"));
    of_objects
        .filter_map(|(index, (_, line))| {
            let is_open = |(token, _): &Placed| *token == Token::Mark('<');
            let arguments = index + tokens[index..].iter().take(MAX_TOKENS).position(is_open)?;
            let arguments = &tokens[arguments..after_angles(tokens, arguments)];
            let says = |pair: &[Placed]| match pair {
                [(Token::Word(name), _), (Token::Mark('='), _)] => fixed.contains(name.as_str()),
                _ => false,
            };
            arguments.windows(2).any(says).then_some(*line)
        })
        .collect()
}
