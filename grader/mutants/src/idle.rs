//! A program that does nothing: each function that is to be written returns a default.

use syn::visit::{self, Visit};
use syn::{
    Block, Fields, File, GenericArgument, ImplItemFn, Item, ItemFn, ItemImpl, PathArguments, ReturnType, Signature,
    Type,
};

use crate::source::{Source, names};
use crate::{Change, SyntaxError, parse};

/// How deep a value may be nested. A type that contains itself has no default.
const DEPTH: usize = 8;

/// The stub `text` with a default in place of each function body that has a `todo!`. Such a body stays where no value
/// of its type can be told.
///
/// # Errors
///
/// When the source is not Rust.
pub fn idle(text: &str) -> Result<String, SyntaxError> {
    let file = parse(text)?;
    let mut bodies = Bodies {
        source: &Source::new(text, &file),
        file: &file,
        owner: None,
        replacements: Vec::new(),
    };
    bodies.visit_file(&file);
    Ok(Change::new(bodies.replacements).apply(text))
}

struct Bodies<'s, 'a> {
    source: &'s Source<'a>,
    file: &'s File,
    /// The type whose implementation is walked over.
    owner: Option<&'s Type>,
    replacements: Vec<(std::ops::Range<usize>, String)>,
}

impl<'s> Bodies<'s, '_> {
    fn replace(&mut self, signature: &'s Signature, block: &'s Block) {
        if !names(block, "todo") {
            return;
        }
        let value = match &signature.output {
            ReturnType::Default => Some(String::new()),
            ReturnType::Type(_, ty) => {
                let has_receiver = signature.receiver().is_some();
                self.value(ty, has_receiver, DEPTH)
            }
        };
        if let Some(value) = value {
            let braces = block.brace_token.span;
            let inside = self.source.range(&braces.open()).end..self.source.range(&braces.close()).start;
            self.replacements.push((inside, format!(" {value} ")));
        }
    }

    /// An expression of that type.
    fn value(&self, ty: &Type, has_receiver: bool, depth: usize) -> Option<String> {
        let depth = depth.checked_sub(1)?;
        let value = |ty: &Type| self.value(ty, has_receiver, depth);
        match ty {
            Type::Tuple(tuple) => {
                let values: Option<Vec<String>> = tuple.elems.iter().map(|ty| Some(value(ty)? + ",")).collect();
                Some(format!("({})", values?.concat()))
            }
            Type::Reference(reference) => match &*reference.elem {
                Type::Slice(_) => Some("&[]".to_owned()),
                Type::Path(path) if path.path.is_ident("str") => Some("\"\"".to_owned()),
                target if has_receiver && self.is_owner(target) => Some("self".to_owned()),
                _ => None,
            },
            Type::Path(path) => {
                let last = path.path.segments.last()?;
                let name = last.ident.to_string();
                Some(match name.as_str() {
                    "Self" => value(self.owner?)?,
                    "Option" => "None".to_owned(),
                    "Result" => {
                        let PathArguments::AngleBracketed(args) = &last.arguments else {
                            return None;
                        };
                        let GenericArgument::Type(ok) = args.args.first()? else {
                            return None;
                        };
                        format!("Ok({})", value(ok)?)
                    }
                    name => match self.item(name) {
                        Some(Item::Struct(item)) => {
                            name.to_owned() + &self.fields(&item.fields, has_receiver, depth)?
                        }
                        Some(Item::Enum(item)) => {
                            let variant = item.variants.first()?;
                            let fields = self.fields(&variant.fields, has_receiver, depth)?;
                            format!("{name}::{}{fields}", variant.ident)
                        }
                        _ => "Default::default()".to_owned(),
                    },
                })
            }
            _ => Some("Default::default()".to_owned()),
        }
    }

    fn is_owner(&self, ty: &Type) -> bool {
        let name = |ty: &Type| match ty {
            Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.clone()),
            _ => None,
        };
        self.owner.and_then(name).is_some_and(|owner| name(ty) == Some(owner))
    }

    /// The struct or enum of that name.
    fn item(&self, name: &str) -> Option<&Item> {
        self.file.items.iter().find(|item| match item {
            Item::Struct(item) => item.ident == name,
            Item::Enum(item) => item.ident == name,
            _ => false,
        })
    }

    /// What follows the name of a struct or variant: a value for each field.
    fn fields(&self, fields: &Fields, has_receiver: bool, depth: usize) -> Option<String> {
        let mut values = String::new();
        for field in fields {
            let name = field.ident.as_ref().map(|name| format!("{name}: ")).unwrap_or_default();
            values += &format!("{name}{}, ", self.value(&field.ty, has_receiver, depth)?);
        }
        Some(match fields {
            Fields::Named(_) => format!(" {{ {values}}}"),
            Fields::Unnamed(_) => format!("({values})"),
            Fields::Unit => String::new(),
        })
    }
}

impl<'s> Visit<'s> for Bodies<'s, '_> {
    fn visit_item_impl(&mut self, item: &'s ItemImpl) {
        self.owner = Some(&item.self_ty);
        visit::visit_item_impl(self, item);
        self.owner = None;
    }

    fn visit_impl_item_fn(&mut self, item: &'s ImplItemFn) {
        self.replace(&item.sig, &item.block);
    }

    fn visit_item_fn(&mut self, item: &'s ItemFn) {
        self.replace(&item.sig, &item.block);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn becomes(stub: &str, expected: &str) {
        assert_eq!(idle(stub).expect("the stub is Rust"), expected);
    }

    #[test]
    fn a_function_returns_a_default_of_its_type() {
        becomes("fn f(n: u8) { todo!(\"{n}\") }", "fn f(n: u8) {  }");
        becomes(
            "fn f() -> Vec<u8> { todo!() }",
            "fn f() -> Vec<u8> { Default::default() }",
        );
        becomes(
            "fn f() -> Result<(u8, bool), E> { todo!() }",
            "fn f() -> Result<(u8, bool), E> { Ok((Default::default(),Default::default(),)) }",
        );
        becomes("fn f() -> Option<Odd> { todo!() }", "fn f() -> Option<Odd> { None }");
        becomes(
            "enum Exit { Code(i32), Other }\nfn f() -> Exit { todo!() }",
            "enum Exit { Code(i32), Other }\nfn f() -> Exit { Exit::Code(Default::default(), ) }",
        );
    }

    #[test]
    fn a_type_that_borrows_its_owner_gets_self() {
        let types = "struct Gate {}\nstruct Pass<'a> { gate: &'a Gate }\n";
        becomes(
            &format!("{types}impl Gate {{ fn new() -> Self {{ todo!() }} fn enter(&self) -> Pass<'_> {{ todo!() }} }}"),
            &format!(
                "{types}impl Gate {{ fn new() -> Self {{ Gate {{ }} }} \
                 fn enter(&self) -> Pass<'_> {{ Pass {{ gate: self, }} }} }}"
            ),
        );
    }

    #[test]
    fn what_is_written_already_stays_and_so_does_what_has_no_default() {
        for stub in [
            "fn f() -> u8 { 3 }",
            "enum Never {}\nfn f() -> Never { todo!() }",
            "fn f() -> &'static Odd { todo!() }",
        ] {
            becomes(stub, stub);
        }
    }
}
