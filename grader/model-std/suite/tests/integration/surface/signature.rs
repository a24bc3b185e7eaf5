//! Normalises signatures, so that two texts are equal if the interfaces are.
//!
//! It drops the names of parameters, on which nobody can depend, the parameter for an allocator, which is unstable, and
//! what is private. It moves the bounds into one sorted `where` clause.

use std::collections::{BTreeMap, BTreeSet};

/// Bounds by the type that they are on.
type Bounds = BTreeMap<String, BTreeSet<String>>;

/// The declaration of an item of its own.
pub(crate) fn of_item(declaration: &str) -> String {
    let places = [" { /* private fields */ }", "(/* private fields */);", ";"];
    let declaration = places
        .iter()
        .fold(declaration.to_owned(), |text, place| text.replace(place, ""));
    if declaration.contains("trait ") {
        return declaration;
    }
    match declaration.split_once(" {") {
        Some((head, body)) => format!("{} {{{body}", canonical(head)),
        None => canonical(&declaration),
    }
}

/// A method, or a type or a constant that belongs to a type, with the implementation that it stands in.
pub(crate) fn of_member(implementation: &str, header: &str) -> String {
    let implementation = canonical(implementation);
    let (head, _) = cut_clause(&implementation);
    let of_type = head.rsplit("> ").next().unwrap_or(head).trim_start_matches("impl ");
    let header = canonical(header).replace("-> Self", &format!("-> {of_type}"));
    let member = format!("{implementation} {{ {header} }}");
    with_plain_lifetimes(&member)
}

/// The head of an implementation.
pub(crate) fn of_implementation(header: &str) -> String {
    let header = canonical(header);
    let is_negative = header.contains(" !");
    let header = if is_negative { cut_clause(&header).0 } else { &header };
    with_plain_lifetimes(header)
}

/// The text with its lifetimes renamed in the order in which they appear, named and anonymous ones alike.
fn with_plain_lifetimes(row: &str) -> String {
    let (generics, rest) = match row.strip_prefix("impl<").and_then(|_| closing(row, 4)) {
        Some(close) => (split(&row[5..close]), &row[close + 1..]),
        None => (Vec::new(), row.strip_prefix("impl").unwrap_or(row)),
    };
    let head_ends = rest.find(" {").unwrap_or(rest.len());
    let (mut names, mut text, mut place) = (Vec::new(), String::new(), 0);
    for part in rest.split_inclusive('\'') {
        let after = &rest[place + part.len()..];
        place += part.len();
        text.push_str(part);
        let name: String = after
            .chars()
            .take_while(|sign| sign.is_alphanumeric() || *sign == '_')
            .collect();
        let is_own = generics.iter().any(|generic| generic.strip_prefix('\'') == Some(&name));
        if part.ends_with('\'') && (is_own || name == "_" && place <= head_ends) {
            let known = names.iter().position(|known| *known == name && name != "_");
            let number = known.unwrap_or(names.len());
            if known.is_none() {
                names.push(name.clone());
            }
            text.push_str(&format!("{number}·"));
        }
    }
    for name in &names {
        text = text.replace(&format!("·{name}"), "");
    }
    let generics: Vec<&str> = generics
        .into_iter()
        .filter(|generic| !generic.starts_with('\''))
        .collect();
    if generics.is_empty() {
        format!("impl{text}")
    } else {
        format!("impl<{}>{text}", generics.join(", "))
    }
}

fn canonical(signature: &str) -> String {
    let signature_has_allocator = signature.contains(", A>");
    let signature = without_allocator(signature);
    let mut bounds = Bounds::new();
    let (head, clause) = cut_clause(&signature);
    for predicate in split(clause) {
        let (subject, of) = predicate.split_once(": ").unwrap_or((predicate, ""));
        note(&mut bounds, subject, of);
    }
    let head = without_names(&without_bounds(head, &mut bounds));
    if signature_has_allocator {
        bounds.remove("A");
    }
    let clause: Vec<String> = bounds
        .into_iter()
        .filter(|(_, of)| !of.is_empty())
        .map(|(subject, of)| format!("{subject}: {}", Vec::from_iter(of).join(" + ")))
        .collect();
    if clause.is_empty() {
        head
    } else {
        format!("{head} where {}", clause.join(", "))
    }
}

fn note(bounds: &mut Bounds, subject: &str, of: &str) {
    let parts = pieces(of, " + ")
        .into_iter()
        .filter(|part| !part.is_empty() && *part != "Allocator");
    bounds
        .entry(subject.to_owned())
        .or_default()
        .extend(parts.map(str::to_owned));
}

/// The text before its own `where`, and the clause.
fn cut_clause(signature: &str) -> (&str, &str) {
    match pieces(signature, " where ")[..] {
        [head, clause] => (head, clause.trim_end_matches(',')),
        _ => (signature, ""),
    }
}

/// The text with generic parameters without their bounds, which are added to `bounds`.
fn without_bounds(head: &str, bounds: &mut Bounds) -> String {
    let start = if head.starts_with("impl") {
        Some(0)
    } else {
        ["fn ", "struct ", "enum ", "type "]
            .iter()
            .find_map(|word| Some(head.find(word)? + word.len()))
    };
    let name_ends = start
        .and_then(|start| Some(start + head[start..].find(|sign: char| !(sign.is_alphanumeric() || sign == '_'))?));
    let Some(open) = name_ends.filter(|end| head[*end..].starts_with('<')) else {
        return head.to_owned();
    };
    let Some(close) = closing(head, open) else {
        return head.to_owned();
    };
    let parameters = split(&head[open + 1..close]).into_iter().map(|parameter| {
        if parameter.starts_with("const ") {
            return parameter.to_owned();
        }
        let (parameter, default) = parameter.split_once(" = ").unwrap_or((parameter, ""));
        let (name, of) = parameter.split_once(": ").unwrap_or((parameter, ""));
        note(bounds, name, of);
        if default.is_empty() {
            name.to_owned()
        } else {
            format!("{name} = {default}")
        }
    });
    let parameters = parameters.collect::<Vec<_>>().join(", ");
    format!("{}<{parameters}>{}", &head[..open], &head[close + 1..])
}

/// The text without the parameter `A: Allocator` of a collection or a pointer.
fn without_allocator(signature: &str) -> String {
    let is_apart = |sign: Option<char>| !sign.is_some_and(|sign| sign.is_alphanumeric() || sign == '_' || sign == '\'');
    let mut text = signature.to_owned();
    for gone in [
        ": Allocator + Clone",
        ": Allocator + 'static",
        ": Allocator = Global",
        ": Allocator",
        " = Global",
    ] {
        text = text.replace(&format!("A{gone}"), "A");
    }
    for place in [", A>", ", A,", "<A>", " A: "] {
        let is_allocator = is_apart(place.chars().next());
        if is_allocator && signature.contains("Allocator") || place == ", A>" {
            text = text.replace(
                place,
                match place {
                    ", A>" => ">",
                    ", A," => ",",
                    "<A>" => "",
                    _ => " A: ",
                },
            );
        }
    }
    text
}

/// The signature of a function with the types of its parameters only. Any other text stays as it is.
fn without_names(signature: &str) -> String {
    let Some(name) = signature.find("fn ") else {
        return signature.to_owned();
    };
    let Some(open) = pieces(&signature[name..], "(")
        .first()
        .map(|before| name + before.len())
    else {
        return signature.to_owned();
    };
    let Some(close) = closing(signature, open) else {
        return signature.to_owned();
    };
    let types = split(&signature[open + 1..close])
        .into_iter()
        .map(|parameter| match parameter.split_once(": ") {
            Some((name, of_type)) if name != "self" && !name.contains(['<', '(', '[']) => of_type,
            _ => parameter,
        });
    format!(
        "{}({}){}",
        &signature[..open],
        types.collect::<Vec<_>>().join(", "),
        &signature[close + 1..]
    )
}

/// Where the bracket that opens at `open` closes.
fn closing(text: &str, open: usize) -> Option<usize> {
    let (mut depth, mut last) = (0, ' ');
    for (place, sign) in text.char_indices().skip_while(|(place, _)| *place < open) {
        depth += nesting(last, sign);
        if depth == 0 {
            return Some(place);
        }
        last = sign;
    }
    None
}

/// Splits a list at its outermost commas.
fn split(list: &str) -> Vec<&str> {
    pieces(list, ",")
        .into_iter()
        .map(str::trim)
        .filter(|part| !part.is_empty())
        .collect()
}

/// Splits a text at every `separator` outside all brackets.
fn pieces<'a>(text: &'a str, separator: &str) -> Vec<&'a str> {
    let (mut depth, mut start, mut last, mut parts) = (0, 0, ' ', Vec::new());
    for (place, sign) in text.char_indices() {
        if depth == 0 && place >= start && text[place..].starts_with(separator) {
            parts.push(&text[start..place]);
            start = place + separator.len();
        }
        depth += nesting(last, sign);
        last = sign;
    }
    parts.push(&text[start..]);
    parts
}

/// How much deeper in brackets the text is after `sign`.
fn nesting(last: char, sign: char) -> i32 {
    match sign {
        '<' | '(' | '[' | '{' => 1,
        '>' if last == '-' || last == '=' => 0,
        '>' | ')' | ']' | '}' => -1,
        _ => 0,
    }
}
