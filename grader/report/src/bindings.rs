//! Finds the variable, field or static that an expression of the source makes a value for.
//!
//! The source is read as tokens, so that comments, strings and line breaks make no difference. From the expression, the
//! search goes outward through the groups around it: the arguments of a call, a closure, a block, a struct literal. The
//! first group that binds its value to a name ends it. A value that is not the value of the block around it has no
//! name.

pub(crate) mod receivers;

use std::str::FromStr;

use proc_macro2::{Delimiter, Ident, LineColumn, Spacing, TokenStream, TokenTree, extra};

/// A line and a column of a source file, both counted from 1.
pub(crate) type Position = (u32, u32);

/// The names for the values of the expressions that begin at `positions` of `source`, in the same order.
///
/// A pattern that binds several names to one value gives all of them: `sender/receiver`.
pub(crate) fn names_at(source: &str, positions: &[Position]) -> Vec<Option<String>> {
    let stream = TokenStream::from_str(source).ok();
    let name = |&(line, column): &Position| {
        let position = LineColumn {
            line: line as usize,
            column: (column as usize).checked_sub(1)?,
        };
        name_in(&levels(stream.clone()?, position))
    };
    let names = positions.iter().map(name).collect();
    // Otherwise the library keeps the source for as long as the thread lives.
    extra::invalidate_current_thread_spans();
    names
}

/// The tokens of one group, or of the whole file, around the position.
struct Level {
    delimiter: Delimiter,
    tokens: Vec<TokenTree>,
    /// How many of them come before the position; the next one is the group that contains it, or begins there.
    n_before: usize,
}

impl Level {
    fn before(&self) -> &[TokenTree] {
        &self.tokens[..self.n_before]
    }

    /// The tokens of the statement before the position.
    fn statement(&self) -> &[TokenTree] {
        let before = self.before();
        let start = before.iter().rposition(|token| is_punct(token, ';'));
        &before[start.map_or(0, |start| start + 1)..]
    }
}

/// The groups around `position`, the whole file first.
fn levels(stream: TokenStream, position: LineColumn) -> Vec<Level> {
    let mut levels = Vec::new();
    let mut next = Some((Delimiter::None, stream));
    while let Some((delimiter, stream)) = next.take() {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let n_before = tokens.partition_point(|token| token.span().end() <= position);
        if let Some(TokenTree::Group(group)) = tokens.get(n_before)
            && group.span_open().end() <= position
        {
            next = Some((group.delimiter(), group.stream()));
        }
        levels.push(Level {
            delimiter,
            tokens,
            n_before,
        });
    }
    levels
}

fn name_in(levels: &[Level]) -> Option<String> {
    for (at, level) in levels.iter().enumerate().rev() {
        if is_body(level) {
            return None;
        }
        let name = of_let(level, levels.get(at + 1))
            .or_else(|| of_static(level))
            .or_else(|| of_field(level))
            .or_else(|| of_assignment(level));
        if name.is_some() {
            return name;
        }
        let is_dropped = || level.tokens[level.n_before..].iter().any(|token| is_punct(token, ';'));
        if level.delimiter == Delimiter::Brace && is_dropped() {
            return None;
        }
    }
    None
}

/// Whether the position lies in the body of a function, a loop or an `impl`, whose value has no name.
fn is_body(level: &Level) -> bool {
    let is_braced =
        |token: &TokenTree| matches!(token, TokenTree::Group(group) if group.delimiter() == Delimiter::Brace);
    if !level.tokens.get(level.n_before).is_some_and(is_braced) {
        return false;
    }
    let statement = level.statement();
    let start = statement.iter().rposition(is_braced).map_or(0, |start| start + 1);
    let head = &statement[start..];
    head.iter().enumerate().any(|(at, token)| {
        let is_named = || matches!(head.get(at + 1), Some(TokenTree::Ident(_)));
        ["for", "while", "loop", "impl", "mod", "trait"]
            .iter()
            .any(|word| is_word(token, word))
            || is_word(token, "fn") && is_named()
    })
}

/// `let PATTERN = …`, with or without a type. Of a tuple that a tuple pattern takes apart, the part that contains the
/// position.
fn of_let(level: &Level, inner: Option<&Level>) -> Option<String> {
    let statement = level.statement();
    let start = statement.iter().rposition(|token| is_word(token, "let"))?;
    let is_condition = start.checked_sub(1).is_some_and(|before| {
        let before = &statement[before];
        is_word(before, "if") || is_word(before, "while") || is_punct(before, '&')
    });
    if is_condition {
        return None;
    }
    let binding = &statement[start + 1..];
    let equals = outside_angles(binding)
        .into_iter()
        .find(|&at| is_assignment(binding, at))?;
    let pattern = &binding[..equals];
    let end = (0..pattern.len()).find(|&at| is_single_colon(pattern, at));
    let pattern = &pattern[..end.unwrap_or(pattern.len())];
    let is_whole_value = equals + 1 == binding.len();
    let part = part_of_tuple(level, pattern, inner.filter(|_| is_whole_value));
    let names = part.as_deref().map(bound_names).unwrap_or_else(|| bound_names(pattern));
    (!names.is_empty()).then(|| names.join("/"))
}

/// The part of the tuple `pattern` that takes the part of the tuple `value` in which the position lies.
fn part_of_tuple(level: &Level, pattern: &[TokenTree], value: Option<&Level>) -> Option<Vec<TokenTree>> {
    let value = value.filter(|value| value.delimiter == Delimiter::Parenthesis)?;
    let is_end = level
        .tokens
        .get(level.n_before + 1)
        .is_none_or(|token| is_punct(token, ';'));
    let [TokenTree::Group(tuple)] = pattern else {
        return None;
    };
    if !is_end || tuple.delimiter() != Delimiter::Parenthesis {
        return None;
    }
    let number = commas(value.before()).len();
    let parts: Vec<TokenTree> = tuple.stream().into_iter().collect();
    let ends = commas(&parts);
    let start = number
        .checked_sub(1)
        .map_or(Some(0), |before| Some(ends.get(before)? + 1))?;
    let end = ends.get(number).copied().unwrap_or(parts.len());
    Some(parts[start..end].to_vec()).filter(|part| !part.is_empty())
}

/// `static NAME: …` and `const NAME: …`.
fn of_static(level: &Level) -> Option<String> {
    let statement = level.statement();
    (0..statement.len()).rev().find_map(|start| {
        let is_item = is_word(&statement[start], "static") || is_word(&statement[start], "const");
        let is_mutable = statement.get(start + 1).is_some_and(|token| is_word(token, "mut"));
        let at = start + 1 + usize::from(is_mutable);
        let name = ident(statement.get(at)?)?;
        (is_item && is_single_colon(statement, at + 1)).then(|| plain(name))
    })
}

/// `name: …` in a struct literal.
fn of_field(level: &Level) -> Option<String> {
    if level.delimiter != Delimiter::Brace {
        return None;
    }
    let mut part = last_part(level);
    while let [attribute, TokenTree::Group(_), rest @ ..] = part
        && is_punct(attribute, '#')
    {
        part = rest;
    }
    let name = ident(part.first()?)?;
    is_single_colon(part, 1).then(|| plain(name))
}

/// `name = …` and `self.name = …`.
fn of_assignment(level: &Level) -> Option<String> {
    let part = last_part(level);
    let equals = outside_angles(part).into_iter().rfind(|&at| is_assignment(part, at))?;
    let name = plain(ident(part.get(equals.checked_sub(1)?)?)?);
    (name != "_").then_some(name)
}

/// The tokens before the position since the last comma or semicolon.
fn last_part(level: &Level) -> &[TokenTree] {
    let statement = level.statement();
    let start = commas(statement).last().map_or(0, |comma| comma + 1);
    &statement[start..]
}

/// The variables that a pattern binds.
fn bound_names(pattern: &[TokenTree]) -> Vec<String> {
    let mut names = Vec::new();
    // Not by recursion: groups may be nested as deeply as somebody likes.
    let mut open = vec![TokenStream::from_iter(pattern.iter().cloned()).into_iter().peekable()];
    while let Some(tokens) = open.last_mut() {
        match tokens.next() {
            None => drop(open.pop()),
            Some(TokenTree::Group(group)) => {
                open.push(group.stream().into_iter().peekable());
            }
            Some(TokenTree::Ident(word)) => {
                // `field: name` and `module::Type` bind nothing themselves.
                let is_path = tokens.peek().is_some_and(|next| is_punct(next, ':'));
                let word = plain(&word);
                if !is_path && is_variable(&word) {
                    names.push(word);
                }
            }
            Some(TokenTree::Punct(_) | TokenTree::Literal(_)) => {}
        }
    }
    names
}

fn is_variable(word: &str) -> bool {
    let is_lowercase = |first: char| first.is_lowercase() || first == '_';
    word.starts_with(is_lowercase) && !matches!(word, "_" | "mut" | "ref" | "box")
}

/// The places of the commas that separate parts, and not the parameters of a type.
fn commas(tokens: &[TokenTree]) -> Vec<usize> {
    let outside = outside_angles(tokens);
    outside.into_iter().filter(|&at| is_punct(&tokens[at], ',')).collect()
}

/// The places of the tokens that do not stand between the angle brackets of a type.
fn outside_angles(tokens: &[TokenTree]) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut outside = Vec::new();
    for at in 0..tokens.len() {
        // `->` and `=>` close nothing.
        let is_arrow = at.checked_sub(1).is_some_and(|before| is_joint(&tokens[before]));
        if is_punct(&tokens[at], '<') && opens_parameters(tokens, at) {
            depth += 1;
        } else if is_punct(&tokens[at], '>') && depth > 0 && (!is_arrow || is_punct(&tokens[at - 1], '>')) {
            depth -= 1;
        } else if depth == 0 {
            outside.push(at);
        }
    }
    outside
}

/// Whether the `<` at `at` opens the parameters of a type: after `::`, after a type's name, or in front of a path.
fn opens_parameters(tokens: &[TokenTree], at: usize) -> bool {
    match at.checked_sub(1).map(|before| &tokens[before]) {
        None => true,
        Some(TokenTree::Ident(word)) => {
            let word = plain(word);
            word.starts_with(char::is_uppercase) || matches!(word.as_str(), "for" | "as")
        }
        Some(TokenTree::Punct(mark)) => matches!(mark.as_char(), ':' | '<' | '=' | '&' | ',' | '>'),
        Some(TokenTree::Group(_) | TokenTree::Literal(_)) => false,
    }
}

/// Whether the token at `at` is a `=` of its own, and no part of `==`, `<=`, `=>` or `+=`.
fn is_assignment(tokens: &[TokenTree], at: usize) -> bool {
    let is_part = at
        .checked_sub(1)
        .is_some_and(|before| is_joint(&tokens[before]) && !is_punct(&tokens[before], '>'));
    is_punct(&tokens[at], '=') && !is_joint(&tokens[at]) && !is_part
}

/// Whether the token at `at` is a `:` of its own, and no part of `::`.
fn is_single_colon(tokens: &[TokenTree], at: usize) -> bool {
    let is_part = at
        .checked_sub(1)
        .is_some_and(|before| is_joint(&tokens[before]) && is_punct(&tokens[before], ':'));
    let is_path = tokens.get(at + 1).is_some_and(|next| is_punct(next, ':')) && tokens.get(at).is_some_and(is_joint);
    tokens.get(at).is_some_and(|token| is_punct(token, ':')) && !is_part && !is_path
}

fn is_punct(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

fn is_joint(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.spacing() == Spacing::Joint)
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    ident(token).is_some_and(|ident| ident == word)
}

fn ident(token: &TokenTree) -> Option<&Ident> {
    match token {
        TokenTree::Ident(ident) => Some(ident),
        TokenTree::Group(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => None,
    }
}

/// An identifier as a reader says it, without `r#`.
fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map_or(name.clone(), str::to_owned)
}

#[cfg(test)]
mod tests;
