//! The public items of an exercise, as the command line gives them: the signature of a function, a type, or an `impl`
//! with the signatures of methods, as a statement shows them.
//!
//! An item is kept as its author wrote it. What a stub could not be made of is refused, with the place in the text.

use std::collections::BTreeSet;
use std::ops::Range;

use grader::help::Help;
use proc_macro2::Span;
use syn::parse::{Parse, ParseStream, Parser};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{
    Attribute, Error, FnArg, GenericParam, Generics, Ident, ItemEnum, Pat, Path, ReturnType, Safety, Signature, Token,
    Type, TypeImplTrait, Visibility, braced, token,
};

/// A public item.
#[derive(Debug)]
pub(super) struct Item {
    /// Its text, without a semicolon at the end.
    pub(super) text: String,
    pub(super) kind: ItemKind,
    /// What its types and bounds name, apart from its own parameters. Functions have theirs.
    pub(super) names: Vec<Named>,
}

#[derive(Debug)]
pub(super) enum ItemKind {
    Function(Function),
    Type(TypeItem),
    Methods(Methods),
}

/// A function or a method.
#[derive(Debug)]
pub(super) struct Function {
    pub(super) name: String,
    /// The signature with `pub`, on one line.
    pub(super) text: String,
    /// What comes after the name.
    pub(super) rest: String,
    /// The names of the arguments, without the receiver.
    pub(super) params: Vec<String>,
    pub(super) has_receiver: bool,
    /// What its types and bounds name, apart from the parameters.
    pub(super) names: Vec<Named>,
    /// Whether it is the `new` without parameters for which Clippy asks for a `Default`.
    pub(super) is_plain_new: bool,
}

/// A struct or an enum.
#[derive(Debug)]
pub(super) struct TypeItem {
    pub(super) name: String,
    pub(super) params: Params,
    pub(super) shape: Shape,
}

/// The parameters of a type or an `impl`.
#[derive(Debug)]
pub(super) struct Params {
    /// With their bounds: `<'a, T: Send>`.
    pub(super) declared: String,
    /// As they are used: `<'a, T>`.
    pub(super) used: String,
    /// The clause `where …`.
    pub(super) clause: String,
    /// Types that use each lifetime and type parameter: `&'a ()`, `T`.
    pub(super) uses: Vec<String>,
}

#[derive(Debug)]
pub(super) enum Shape {
    /// A struct whose fields are up to the student.
    Opaque,
    Struct(Fields),
    Enum(Vec<(String, Fields)>),
}

#[derive(Debug)]
pub(super) enum Fields {
    Named(Vec<(String, String)>),
    Tuple(Vec<String>),
    None,
}

/// The methods of a type.
#[derive(Debug)]
pub(super) struct Methods {
    /// The name of the type.
    pub(super) owner: String,
    /// The type with its parameters: `Queue<T>`.
    pub(super) target: String,
    pub(super) params: Params,
    pub(super) functions: Vec<Function>,
}

/// A path in a signature.
#[derive(Debug)]
pub(super) struct Named {
    /// Its segments: `["std", "sync", "Arc"]`.
    pub(super) segments: Vec<String>,
    /// Where it is in the text, in bytes.
    pub(super) offset: usize,
}

/// A signature that no item can be made of.
#[derive(Debug, thiserror::Error)]
#[error("failed to read the item `{text}`: {problem}, at column {column}{near}")]
pub(super) struct ItemError {
    text: String,
    problem: String,
    column: usize,
    near: String,
    help: Option<String>,
}

impl Help for ItemError {
    fn help(&self) -> Option<String> {
        Some(self.help.clone().unwrap_or_else(|| {
            "give `pub fn …`, `pub struct …`, `pub enum …`, or `impl Type { pub fn …; pub fn …; }`".to_owned()
        }))
    }
}

impl ItemError {
    /// The problem is at `offset` in `text`.
    pub(super) fn at(text: &str, offset: usize, problem: impl Into<String>, help: Option<String>) -> Self {
        let offset = (0..=offset.min(text.len()))
            .rev()
            .find(|offset| text.is_char_boundary(*offset));
        let (before, after) = text.split_at(offset.unwrap_or(0));
        let after: String = after.trim_end().chars().take(24).collect();
        Self {
            text: one_line(text),
            problem: problem.into(),
            column: before.chars().count() + 1,
            near: match after.as_str() {
                "" => ", where it ends".to_owned(),
                after => format!(" (`{}`)", one_line(after)),
            },
            help,
        }
    }
}

/// Reads an item.
pub(super) fn parse(text: &str) -> Result<Item, ItemError> {
    let parser = |input: ParseStream<'_>| Asked { text }.parse(input);
    parser.parse_str(text).map_err(|error| {
        let mut message = error.to_string();
        if message == "cannot parse string into token stream" {
            message = "expected a closing bracket or quote".to_owned();
        }
        let is_at_end = message.starts_with("unexpected end of input");
        let offset = if is_at_end {
            text.trim_end().len()
        } else {
            range(error.span()).start
        };
        ItemError::at(text, offset, message, None)
    })
}

/// The text with one space where there were others, or line breaks.
pub(super) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn range(span: Span) -> Range<usize> {
    span.byte_range()
}

/// The item that `text` asks for.
struct Asked<'a> {
    text: &'a str,
}

impl Asked<'_> {
    fn source(&self, node: &impl Spanned) -> String {
        one_line(&self.text[range(node.span())])
    }

    fn parse(&self, input: ParseStream<'_>) -> syn::Result<Item> {
        without_attributes(input)?;
        let (kind, names) = if input.peek(Token![impl]) {
            self.methods(input)?
        } else {
            let ahead = input.fork();
            ahead.parse::<Visibility>()?;
            if ahead.peek(Token![enum]) {
                self.enumeration(input)?
            } else if ahead.peek(Token![struct]) {
                self.structure(input)?
            } else {
                self.function(input)?
            }
        };
        input.parse::<Option<Token![;]>>()?;
        if !input.is_empty() {
            return Err(input.error("expected the end, since each item is an `--item` of its own"));
        }
        Ok(Item {
            text: one_line(self.text.trim().trim_end_matches(';')),
            kind,
            names,
        })
    }

    fn function(&self, input: ParseStream<'_>) -> syn::Result<(ItemKind, Vec<Named>)> {
        let start = input.span();
        let function = self.signature(input, &BTreeSet::new())?;
        if function.has_receiver {
            return Err(Error::new(start, "expected an `impl` around a method"));
        }
        Ok((ItemKind::Function(function), Vec::new()))
    }

    /// A signature in which `outer` are parameters as well.
    fn signature(&self, input: ParseStream<'_>, outer: &BTreeSet<String>) -> syn::Result<Function> {
        public(input)?;
        let signature: Signature = input.parse()?;
        if input.peek(token::Brace) {
            return Err(input.error("expected a signature without a body"));
        }
        let by_hand = [
            // A `todo!` cannot be in one.
            signature.constness.as_ref().map(|token| token.span()),
            signature.asyncness.as_ref().map(|token| token.span()),
            match &signature.safety {
                Safety::Default => None,
                safety => Some(safety.span()),
            },
            signature.abi.as_ref().map(Spanned::span),
            signature.variadic.as_ref().map(Spanned::span),
        ];
        if let Some(span) = by_hand.into_iter().flatten().next() {
            return Err(Error::new(span, "expected a function without this word"));
        }
        if let ReturnType::Type(_, output) = &signature.output {
            refuse_impl_trait(output)?;
        }
        let mut params = Vec::new();
        for input in &signature.inputs {
            match input {
                FnArg::Receiver(receiver) => {
                    if let Some(token) = &receiver.mutability {
                        return Err(Error::new(token.span(), "expected `self` without `mut`"));
                    }
                }
                FnArg::Typed(typed) => match &*typed.pat {
                    Pat::Ident(pat) if pat.by_ref.is_none() && pat.mutability.is_none() && pat.subpat.is_none() => {
                        params.push(pat.ident.to_string());
                    }
                    pat => return Err(Error::new(pat.span(), "expected the name of a parameter")),
                },
            }
        }
        let whole = range(signature.span());
        let name = signature.ident.to_string();
        let text = one_line(&format!("pub {}", &self.text[whole.clone()]));
        let has_receiver = signature.receiver().is_some();
        let returns_self = matches!(&signature.output, ReturnType::Type(_, ty) if self.source(ty) == "Self");
        let own = &Params::names(&signature.generics) | outer;
        Ok(Function {
            is_plain_new: name == "new" && signature.inputs.is_empty() && returns_self,
            rest: one_line(&self.text[range(signature.ident.span()).end..whole.end]),
            names: names(&own, |names| names.visit_signature(&signature)),
            name,
            text,
            params,
            has_receiver,
        })
    }

    fn structure(&self, input: ParseStream<'_>) -> syn::Result<(ItemKind, Vec<Named>)> {
        public(input)?;
        input.parse::<Token![struct]>()?;
        let name: Ident = input.parse()?;
        let mut generics: Generics = input.parse()?;
        generics.where_clause = input.parse()?;
        let fields = if input.peek(token::Brace) {
            syn::Fields::Named(input.parse()?)
        } else if input.peek(token::Paren) {
            let fields = syn::Fields::Unnamed(input.parse()?);
            generics.where_clause = input.parse()?;
            fields
        } else {
            syn::Fields::Unit
        };
        for field in &fields {
            if !matches!(field.vis, Visibility::Public(_)) {
                return Err(Error::new(
                    field.span(),
                    "expected `pub`, since other fields are up to the student",
                ));
            }
        }
        let shape = match self.fields(&fields)? {
            Fields::None => Shape::Opaque,
            fields => Shape::Struct(fields),
        };
        let names = names(&Params::names(&generics), |names| {
            names.visit_generics(&generics);
            names.visit_fields(&fields);
        });
        let item = TypeItem {
            name: name.to_string(),
            params: self.params(&generics)?,
            shape,
        };
        Ok((ItemKind::Type(item), names))
    }

    fn enumeration(&self, input: ParseStream<'_>) -> syn::Result<(ItemKind, Vec<Named>)> {
        let item: ItemEnum = input.parse()?;
        if !matches!(item.vis, Visibility::Public(_)) {
            return Err(Error::new(item.enum_token.span(), "expected `pub` before it"));
        }
        let mut variants = Vec::new();
        for variant in &item.variants {
            variants.push((variant.ident.to_string(), self.fields(&variant.fields)?));
        }
        let names = names(&Params::names(&item.generics), |names| names.visit_item_enum(&item));
        let item = TypeItem {
            name: item.ident.to_string(),
            params: self.params(&item.generics)?,
            shape: Shape::Enum(variants),
        };
        Ok((ItemKind::Type(item), names))
    }

    fn fields(&self, fields: &syn::Fields) -> syn::Result<Fields> {
        for field in fields {
            if let Some(attribute) = field.attrs.first() {
                return Err(Error::new(attribute.span(), NO_ATTRIBUTES));
            }
        }
        Ok(match fields {
            syn::Fields::Named(fields) if fields.named.is_empty() => Fields::None,
            syn::Fields::Unnamed(fields) if fields.unnamed.is_empty() => Fields::None,
            syn::Fields::Unit => Fields::None,
            syn::Fields::Named(fields) => {
                let named = |field: &syn::Field| {
                    let name = field.ident.as_ref().map(Ident::to_string).unwrap_or_default();
                    (name, self.source(&field.ty))
                };
                Fields::Named(fields.named.iter().map(named).collect())
            }
            syn::Fields::Unnamed(fields) => {
                Fields::Tuple(fields.unnamed.iter().map(|field| self.source(&field.ty)).collect())
            }
        })
    }

    fn methods(&self, input: ParseStream<'_>) -> syn::Result<(ItemKind, Vec<Named>)> {
        input.parse::<Token![impl]>()?;
        let mut generics: Generics = input.parse()?;
        let target: Type = input.parse()?;
        if input.peek(Token![for]) {
            return Err(input.error("expected the methods of a type, not those of a trait"));
        }
        generics.where_clause = input.parse()?;
        let owner = match &target {
            Type::Path(path) if path.qself.is_none() => path.path.segments.last().map(|last| last.ident.to_string()),
            _ => None,
        };
        let owner = owner.ok_or_else(|| Error::new(target.span(), "expected a type of the exercise"))?;
        let content;
        braced!(content in input);
        let own = Params::names(&generics);
        let names = names(&own, |names| {
            names.visit_generics(&generics);
            names.visit_type(&target);
        });
        let mut functions = Vec::new();
        while !content.is_empty() {
            without_attributes(&content)?;
            functions.push(self.signature(&content, &own)?);
            if !content.is_empty() {
                content.parse::<Token![;]>()?;
            }
        }
        if functions.is_empty() {
            return Err(Error::new(target.span(), "expected methods in the braces"));
        }
        let methods = Methods {
            owner,
            target: self.source(&target),
            params: self.params(&generics)?,
            functions,
        };
        Ok((ItemKind::Methods(methods), names))
    }

    fn params(&self, generics: &Generics) -> syn::Result<Params> {
        let (mut declared, mut used, mut uses) = (Vec::new(), Vec::new(), Vec::new());
        for param in &generics.params {
            match param {
                GenericParam::Lifetime(lifetime) => {
                    used.push(lifetime.lifetime.to_string());
                    uses.push(format!("&{} ()", lifetime.lifetime));
                }
                GenericParam::Type(ty) => {
                    if let Some((_, default)) = &ty.default {
                        return Err(Error::new(default.span(), "expected a parameter without a default"));
                    }
                    used.push(ty.ident.to_string());
                    uses.push(ty.ident.to_string());
                }
                GenericParam::Const(constant) => {
                    if let Some((_, default)) = &constant.default {
                        return Err(Error::new(default.span(), "expected a parameter without a default"));
                    }
                    used.push(constant.ident.to_string());
                }
            }
            declared.push(self.source(param));
        }
        let in_brackets = |params: &[String]| match params {
            [] => String::new(),
            params => format!("<{}>", params.join(", ")),
        };
        Ok(Params {
            declared: in_brackets(&declared),
            used: in_brackets(&used),
            clause: generics
                .where_clause
                .as_ref()
                .map(|clause| self.source(clause))
                .unwrap_or_default(),
            uses,
        })
    }
}

impl Params {
    /// The names of the type and const parameters.
    fn names(generics: &Generics) -> BTreeSet<String> {
        let name = |param: &GenericParam| match param {
            GenericParam::Lifetime(_) => None,
            GenericParam::Type(ty) => Some(ty.ident.to_string()),
            GenericParam::Const(constant) => Some(constant.ident.to_string()),
        };
        generics.params.iter().filter_map(name).collect()
    }
}

const NO_ATTRIBUTES: &str = "expected no attributes and comments here; add them to the stub";

fn without_attributes(input: ParseStream<'_>) -> syn::Result<()> {
    match Attribute::parse_outer(input)?.first() {
        Some(attribute) => Err(Error::new(attribute.span(), NO_ATTRIBUTES)),
        None => Ok(()),
    }
}

fn public(input: ParseStream<'_>) -> syn::Result<()> {
    let at = input.span();
    match Visibility::parse(input)? {
        Visibility::Public(_) => Ok(()),
        Visibility::Restricted(_) | Visibility::Inherited => Err(Error::new(at, "expected `pub`")),
    }
}

fn refuse_impl_trait(output: &Type) -> syn::Result<()> {
    struct Finder(Option<Span>);
    impl Visit<'_> for Finder {
        fn visit_type_impl_trait(&mut self, ty: &TypeImplTrait) {
            self.0.get_or_insert(ty.span());
        }
    }
    let mut finder = Finder(None);
    finder.visit_type(output);
    match finder.0 {
        Some(span) => Err(Error::new(
            span,
            "expected a type with a name, since a stub cannot return `impl Trait`",
        )),
        None => Ok(()),
    }
}

/// The paths in what `visit` visits, without those that begin with one of the parameters `own`.
fn names(own: &BTreeSet<String>, visit: impl FnOnce(&mut Names)) -> Vec<Named> {
    let mut names = Names(Vec::new());
    visit(&mut names);
    let is_foreign = |named: &Named| !named.segments.first().is_some_and(|first| own.contains(first));
    names.0.into_iter().filter(is_foreign).collect()
}

struct Names(Vec<Named>);

impl<'ast> Visit<'ast> for Names {
    fn visit_path(&mut self, path: &'ast Path) {
        if path.leading_colon.is_none() {
            self.0.push(Named {
                segments: path.segments.iter().map(|segment| segment.ident.to_string()).collect(),
                offset: range(path.span()).start,
            });
        }
        visit::visit_path(self, path);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refuses(text: &str, expected: &str) {
        let error = parse(text).expect_err("it is refused");
        assert_eq!(
            error.to_string(),
            format!("failed to read the item `{text}`: {expected}")
        );
    }

    #[test]
    fn what_is_wrong_with_a_signature_is_told_with_its_place() {
        refuses("", "expected `pub`, at column 1, where it ends");
        refuses("pub fn f(a u32)", "expected `:`, at column 12 (`u32)`)");
        refuses("pub fn f(\u{e4}: u8, b u8)", "expected `:`, at column 19 (`u8)`)");
        refuses("pub fn f(", "expected a closing bracket or quote, at column 9 (`(`)");
        refuses(
            "pub fn f(); pub fn g()",
            "expected the end, since each item is an `--item` of its own, at column 13 (`pub fn g()`)",
        );
        refuses(
            "pub enum A",
            "unexpected end of input, expected curly braces, at column 11, where it ends",
        );
        refuses("pub trait A {}", "expected `fn`, at column 5 (`trait A {}`)");
        refuses(
            "#[must_use] pub fn f()",
            &format!("{NO_ATTRIBUTES}, at column 1 (`#[must_use] pub fn f()`)"),
        );
    }

    #[test]
    fn what_no_stub_can_be_made_of_is_refused() {
        refuses("fn f()", "expected `pub`, at column 1 (`fn f()`)");
        refuses("pub(crate) fn f()", "expected `pub`, at column 1 (`pub(crate) fn f()`)");
        refuses(
            "pub fn f() {}",
            "expected a signature without a body, at column 12 (`{}`)",
        );
        for word in ["unsafe", "async", "const"] {
            let text = format!("pub {word} fn f()");
            refuses(
                &text,
                &format!("expected a function without this word, at column 5 (`{word} fn f()`)"),
            );
        }
        refuses(
            "pub fn f(mut a: u32)",
            "expected the name of a parameter, at column 10 (`mut a: u32)`)",
        );
        refuses(
            "pub fn f() -> impl Fn()",
            "expected a type with a name, since a stub cannot return `impl Trait`, at column 15 (`impl Fn()`)",
        );
        refuses(
            "pub struct A { a: u32 }",
            "expected `pub`, since other fields are up to the student, at column 16 (`a: u32 }`)",
        );
        refuses(
            "impl A { fn f(&self); }",
            "expected `pub`, at column 10 (`fn f(&self); }`)",
        );
        refuses(
            "impl A { pub fn f(mut self); }",
            "expected `self` without `mut`, at column 19 (`mut self); }`)",
        );
        refuses(
            "pub fn f(&self)",
            "expected an `impl` around a method, at column 1 (`pub fn f(&self)`)",
        );
        refuses("impl A {}", "expected methods in the braces, at column 6 (`A {}`)");
    }

    #[test]
    fn an_item_is_kept_as_it_was_written() {
        let item =
            parse(" pub fn f<'a, T>(a: &'a [T],\n n: usize) -> Foo<T>\nwhere T: Bar; ").expect("it is a signature");
        let ItemKind::Function(function) = &item.kind else {
            panic!("it is a function");
        };
        assert_eq!(
            function.text,
            "pub fn f<'a, T>(a: &'a [T], n: usize) -> Foo<T> where T: Bar"
        );
        assert_eq!(function.rest, "<'a, T>(a: &'a [T], n: usize) -> Foo<T> where T: Bar");
        assert_eq!(function.params, ["a", "n"]);
        let named: Vec<String> = function.names.iter().map(|named| named.segments.join("::")).collect();
        assert_eq!(named, ["Bar", "usize", "Foo"]);
    }
}
