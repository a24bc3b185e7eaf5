//! The lifetimes in the signature of a function.

use proc_macro2::Delimiter;

use super::{MAX_TOKENS, Placed, Token, after_angles, lifetimes};

/// The tokens of a signature.
pub(crate) struct Signature<'a> {
    /// The function's name; `None` where it is a macro variable.
    pub(crate) name: Option<&'a str>,
    pub(crate) line: usize,
    generics: &'a [Placed],
    parameters: &'a [Placed],
    /// The return type and the bounds.
    rest: &'a [Placed],
}

impl<'a> Signature<'a> {
    /// The signatures of all functions with generics. Others cannot have two named lifetimes.
    pub(crate) fn all(tokens: &'a [Placed]) -> Vec<Signature<'a>> {
        let is_fn = |token: &Token| matches!(token, Token::Word(word) if word == "fn");
        let mut signatures = Vec::new();
        // A signature contains no other function, so the search goes on behind it.
        let mut end = 0;
        for (index, (token, line)) in tokens.iter().enumerate() {
            if index >= end
                && is_fn(token)
                && let Some(signature) = Signature::at(tokens, index + 1, *line)
            {
                end = index + signature.generics.len() + signature.parameters.len() + signature.rest.len();
                signatures.push(signature);
            }
        }
        signatures
    }

    fn at(tokens: &'a [Placed], name: usize, line: usize) -> Option<Signature<'a>> {
        let (name, start) = match &tokens.get(name)?.0 {
            Token::Word(word) => (Some(word.as_str()), name + 1),
            // `$name`
            Token::Mark('$') => (None, name + 2),
            _ => return None,
        };
        if tokens.get(start)?.0 != Token::Mark('<') {
            return None;
        }
        let open = after_angles(tokens, start);
        let close = open + matching(&tokens[open..])?;
        let is_end = |token: &Token| matches!(token, Token::Open(Delimiter::Brace) | Token::Mark(';'));
        let rest = tokens[close..]
            .iter()
            .take(MAX_TOKENS)
            .position(|(token, _)| is_end(token));
        let end = close + rest.unwrap_or(0);
        Some(Signature {
            name,
            line,
            generics: &tokens[start..open],
            parameters: &tokens[open..close],
            rest: &tokens[close..end],
        })
    }

    /// Whether the function takes a value with the inner lifetime of a `&'a &'b …` and returns one with the outer
    /// lifetime.
    pub(crate) fn translates(&self) -> bool {
        let result = self.result();
        let signature = [self.parameters, self.rest].into_iter();
        signature.flat_map(borrows).any(|(outer, inner)| {
            let is_own = |name| lifetimes(self.generics).any(|own| own == name);
            // The inner lifetime has to occur outside of the nested references as well.
            let in_pairs = borrows(self.parameters).filter(|pair| *pair == (outer, inner)).count();
            let comes_in = lifetimes(self.parameters).filter(|name| *name == inner).count() > in_pairs;
            let leaves = lifetimes(result).any(|name| name == outer);
            outer != inner && is_own(outer) && is_own(inner) && comes_in && leaves
        })
    }

    /// Whether it does so, and the `&'a &'b …` is in a projection `<&'a &'b … as Trait>`, where no caller has to pass
    /// it.
    pub(crate) fn hides_a_bound_in_a_projection(&self) -> bool {
        let mut places = self.parameters.iter().enumerate();
        let has_projection = places.any(|(index, (token, _))| {
            let rest = &self.parameters[index..];
            if *token != Token::Mark('<') {
                return false;
            }
            let projection = &rest[..after_angles(rest, 0)];
            let is_cast = |token: &Token| matches!(token, Token::Word(word) if word == "as");
            projection.iter().any(|(token, _)| is_cast(token)) && borrows(projection).next().is_some()
        });
        has_projection && self.translates()
    }

    /// The return type.
    fn result(&self) -> &'a [Placed] {
        let end = self
            .rest
            .iter()
            .position(|(token, _)| *token == Token::Word("where".to_owned()));
        &self.rest[..end.unwrap_or(self.rest.len())]
    }
}

/// The length of the group that begins with the first token.
fn matching(tokens: &[Placed]) -> Option<usize> {
    if tokens.first()?.0 != Token::Open(Delimiter::Parenthesis) {
        return None;
    }
    let mut depth = 0usize;
    for (place, (token, _)) in tokens.iter().enumerate().take(MAX_TOKENS) {
        match token {
            Token::Open(_) => depth += 1,
            Token::Close(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return Some(place + 1);
        }
    }
    None
}

/// The lifetimes of each `&'a &'b …`, the outer first.
pub(crate) fn borrows(tokens: &[Placed]) -> impl Iterator<Item = (&str, &str)> {
    (0..tokens.len()).filter_map(|index| {
        let (outer, index) = borrow(tokens, index)?;
        let (inner, _) = borrow(tokens, index)?;
        Some((outer, inner))
    })
}

/// The lifetime of the `&'a` or `&'a mut` at `index`, and the index after it.
fn borrow(tokens: &[Placed], index: usize) -> Option<(&str, usize)> {
    let Some([(Token::Mark('&'), _), (Token::Lifetime(name), _)]) = tokens.get(index..index + 2) else {
        return None;
    };
    let is_mut = matches!(tokens.get(index + 2), Some((Token::Word(word), _)) if word == "mut");
    Some((name, index + 2 + usize::from(is_mut)))
}
