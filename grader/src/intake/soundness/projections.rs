//! Associated types of a type that is `'static`.
//!
//! The compiler concludes that they are `'static` too. But a closure may be `'static` although its result is not
//! ([rust-lang/rust#84366](https://github.com/rust-lang/rust/issues/84366)), and so may an iterator made of it. So a
//! function that takes a value of such an associated type may make a reference of it that lives for ever.
//!
//! A function needs no such type for its result, nor as the subject of a bound, so these are passed:
//! `fn start<J: Job + 'static>(job: J) -> Handle<J::Output> where J::Output: Send`.

use proc_macro2::Delimiter;

use super::{MAX_TOKENS, Placed, Token, after_angles, after_group};

/// The lines of functions and types that take a value of such an associated type.
pub(super) fn lines(tokens: &[Placed]) -> Vec<usize> {
    let mut found = Vec::new();
    for (index, (token, line)) in tokens.iter().enumerate() {
        let Token::Word(keyword) = token else { continue };
        let header = header(&tokens[index..]);
        let body = || &tokens[index + header.len()..after_body(tokens, index + header.len())];
        match keyword.as_str() {
            "fn" if parameters_that_outlive_all(header).any(|name| takes(header, name)) => found.push(*line),
            "struct" | "enum" | "union" => {
                let names = parameters_that_outlive_all(header);
                let fields = [header, body()];
                found.extend(
                    names
                        .filter(|name| fields.iter().any(|part| mentions(part, name)))
                        .map(|_| *line),
                );
            }
            "impl" => {
                for name in parameters_that_outlive_all(header) {
                    found.extend(functions_that_take(body(), name));
                }
            }
            "trait" => {
                let names = parameters_that_outlive_all(header);
                for name in names.chain(is_outliving_trait(header).then_some("Self")) {
                    found.extend(functions_that_take(body(), name));
                }
            }
            _ => {}
        }
    }
    found
}

/// The tokens of an item up to its body.
fn header(tokens: &[Placed]) -> &[Placed] {
    let is_end = |token: &Token| matches!(token, Token::Open(Delimiter::Brace) | Token::Mark(';'));
    let end = tokens.iter().take(MAX_TOKENS).position(|(token, _)| is_end(token));
    &tokens[..end.unwrap_or(tokens.len().min(MAX_TOKENS))]
}

fn after_body(tokens: &[Placed], start: usize) -> usize {
    match tokens.get(start) {
        Some((Token::Open(Delimiter::Brace), _)) => after_group(tokens, start),
        _ => start,
    }
}

/// The type parameters with a bound `'static` or `Any`.
fn parameters_that_outlive_all(header: &[Placed]) -> impl Iterator<Item = &str> {
    header.iter().enumerate().filter_map(|(index, (token, _))| {
        let Token::Word(name) = token else { return None };
        (is_colon(header, index + 1) && outlives_all(bound(&header[index + 2..]))).then_some(name.as_str())
    })
}

/// Whether a trait has `'static` or `Any` above it.
fn is_outliving_trait(header: &[Placed]) -> bool {
    let generics = match header.get(2) {
        Some((Token::Mark('<'), _)) => after_angles(header, 2),
        _ => 2,
    };
    is_colon(header, generics) && outlives_all(bound(&header[generics + 1..]))
}

/// Whether there is a single colon at `index`.
fn is_colon(tokens: &[Placed], index: usize) -> bool {
    let is_colon = |index: usize| matches!(tokens.get(index), Some((Token::Mark(':'), _)));
    is_colon(index) && !is_colon(index + 1) && !is_colon(index - 1)
}

/// The tokens of a bound: up to the comma after it, or the end of what it is in.
fn bound(tokens: &[Placed]) -> &[Placed] {
    let mut depth = 0usize;
    let mut before = None;
    for (place, (token, _)) in tokens.iter().enumerate() {
        match token {
            Token::Mark('<') | Token::Open(_) => depth += 1,
            Token::Mark('>') if before == Some(&Token::Mark('-')) => {}
            Token::Mark('>') | Token::Close(_) | Token::Mark(',' | '=') if depth == 0 => return &tokens[..place],
            Token::Mark('>') | Token::Close(_) => depth -= 1,
            _ => {}
        }
        if token.is_word("where") && depth == 0 {
            return &tokens[..place];
        }
        before = Some(token);
    }
    tokens
}

fn outlives_all(bound: &[Placed]) -> bool {
    let is_static = |token: &Token| *token == Token::Lifetime("static".to_owned());
    let begins = |place: usize| place == 0 || bound[place - 1].0 == Token::Mark('+');
    let mut places = bound.iter().enumerate();
    places.any(|(place, (token, _))| token.is_word("Any") || is_static(token) && begins(place))
}

/// Whether a function takes a value of an associated type of `name`: as a parameter, or from one.
fn takes(header: &[Placed], name: &str) -> bool {
    let generics = match header.get(2) {
        Some((Token::Mark('<'), _)) => after_angles(header, 2),
        _ => 2,
    };
    let Some((Token::Open(Delimiter::Parenthesis), _)) = header.get(generics) else {
        return false;
    };
    let parameters = after_group(header, generics);
    let is_where = |(token, _): &Placed| token.is_word("where");
    let bounds = header[parameters..].iter().position(is_where);
    let bounds = bounds.map_or(&[][..], |place| &header[parameters + place..]);
    mentions(&header[generics..parameters], name)
        || mentions_in_bounds(&header[..generics], name)
        || mentions_in_bounds(bounds, name)
}

/// The lines of the functions in `body` that take a value of an associated type of `name`.
fn functions_that_take(body: &[Placed], name: &str) -> Vec<usize> {
    let functions = body.iter().enumerate().filter(|(_, (token, _))| token.is_word("fn"));
    functions
        .filter(|&(index, _)| takes(header(&body[index..]), name))
        .map(|(_, (_, line))| *line)
        .collect()
}

/// Whether an associated type of `name` is mentioned.
fn mentions(tokens: &[Placed], name: &str) -> bool {
    projections(tokens, name).next().is_some()
}

/// Whether it is mentioned elsewhere than as the subject of a bound.
fn mentions_in_bounds(tokens: &[Placed], name: &str) -> bool {
    projections(tokens, name).any(|end| !is_colon(tokens, end))
}

/// Where `name::Type` and `<name as Trait>::Type` end.
fn projections(tokens: &[Placed], name: &str) -> impl Iterator<Item = usize> {
    tokens.iter().enumerate().filter_map(move |(index, (token, _))| {
        let is = |place: usize, wanted: &Token| tokens.get(place).is_some_and(|(token, _)| token == wanted);
        let is_path = |place: usize| is(place, &Token::Mark(':')) && is(place + 1, &Token::Mark(':'));
        let is_cast = tokens.get(index + 1).is_some_and(|(token, _)| token.is_word("as"));
        if !token.is_word(name) {
            return None;
        }
        let after = match index.checked_sub(1) {
            Some(before) if is_cast && is(before, &Token::Mark('<')) => after_angles(tokens, before),
            _ => index + 1,
        };
        is_path(after).then_some(after + 3)
    })
}
