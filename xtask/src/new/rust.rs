//! The Rust that follows from the signatures of an exercise: the stub, the solution to be written, and the contract.

use std::collections::BTreeSet;

use super::item::{Fields, Function, Item, ItemKind, Methods, Shape, TypeItem};
use super::scope::{ItemUses, Uses};

/// The words in the body of a function that is to be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bodies {
    /// By a student. This goes out as it is.
    Student,
    /// By the author.
    Author,
}

/// The items with functions that are to be written.
pub(super) fn code(items: &[Item], uses: &[ItemUses], bodies: Bodies) -> String {
    let all = uses.iter().flat_map(ItemUses::all);
    let mut imports: BTreeSet<&str> = all.flat_map(|uses| &uses.imports).copied().collect();
    if items.iter().any(has_phantom) {
        imports.insert("std::marker::PhantomData");
    }
    let mut code = imports_of(&imports);
    for item in items {
        code += &match &item.kind {
            ItemKind::Function(function) => self::function(function, None, bodies),
            ItemKind::Type(ty) => type_item(ty, &item.text),
            ItemKind::Methods(methods) => {
                let functions = methods.functions.iter();
                let functions: Vec<String> = functions
                    .map(|function| self::function(function, Some(methods), bodies))
                    .collect();
                let Methods { target, params, .. } = methods;
                let head = format!("impl{} {target} {}", params.declared, params.clause);
                format!("{} {{\n{}}}\n", head.trim_end(), functions.join("\n"))
            }
        };
        code.push('\n');
    }
    code.trim_end().to_owned()
}

fn imports_of(paths: &BTreeSet<&str>) -> String {
    let mut lines: String = paths.iter().map(|path| format!("use {path};\n")).collect();
    if !lines.is_empty() {
        lines.push('\n');
    }
    lines
}

fn function(function: &Function, methods: Option<&Methods>, bodies: Bodies) -> String {
    let name = match methods {
        Some(Methods { owner, .. }) => format!("{owner}::{}", function.name),
        None => function.name.clone(),
    };
    let unused = match &function.params[..] {
        [] => String::new(),
        [param] => format!("let _ = {param};\n"),
        params => format!("let _ = ({});\n", params.join(", ")),
    };
    let words = match bodies {
        Bodies::Student => format!("write `{name}`"),
        Bodies::Author => format!("TBD: the body of `{name}`"),
    };
    let expectation = match function.is_plain_new {
        true => "#[expect(clippy::new_without_default, reason = \"the exercise asks for `new` only\")]\n",
        false => "",
    };
    format!("{expectation}{} {{\n{unused}todo!(\"{words}\")\n}}\n", function.text)
}

fn has_phantom(item: &Item) -> bool {
    matches!(&item.kind, ItemKind::Type(TypeItem { shape: Shape::Opaque, params, .. }) if !params.uses.is_empty())
}

fn type_item(item: &TypeItem, text: &str) -> String {
    let TypeItem { name, params, shape } = item;
    match shape {
        Shape::Opaque => {
            let head = format!("pub struct {name}{} {}", params.declared, params.clause);
            let head = head.trim_end();
            let mut fields = "// The fields are yours to choose.\n".to_owned();
            if !params.uses.is_empty() {
                fields = "// The fields are yours to choose. They have to use each parameter.\n".to_owned();
                for (index, ty) in params.uses.iter().enumerate() {
                    fields += &format!("parameter_{}: PhantomData<{ty}>,\n", index + 1);
                }
            }
            format!("{head} {{\n{fields}}}\n")
        }
        Shape::Struct(Fields::Tuple(_)) => format!("{text};\n"),
        Shape::Struct(_) | Shape::Enum(_) => format!("{text}\n"),
    }
}

/// The items as a statement shows them.
pub(super) fn declarations(items: &[Item]) -> String {
    let declaration = |item: &Item| match &item.kind {
        ItemKind::Methods(methods) => {
            let Methods {
                target,
                params,
                functions,
                ..
            } = methods;
            let head = format!("impl{} {target} {}", params.declared, params.clause);
            let functions: String = functions
                .iter()
                .map(|function| format!("    {};\n", function.text))
                .collect();
            format!("{} {{\n{functions}}}", head.trim_end())
        }
        ItemKind::Type(TypeItem {
            shape: Shape::Enum(_), ..
        }) => item.text.clone(),
        ItemKind::Type(TypeItem {
            shape: Shape::Struct(Fields::Named(_)),
            ..
        }) => item.text.clone(),
        ItemKind::Type(_) | ItemKind::Function(_) => format!("{};", item.text),
    };
    items.iter().map(declaration).collect::<Vec<_>>().join("\n")
}

/// Whether the contract is for the check program whose `std` is the modelled one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Modelled,
    Real,
}

/// A use of each item of the library `name`, which compiles only against what has these signatures.
pub(super) fn contract(name: &str, items: &[Item], uses: &[ItemUses], form: Form) -> String {
    let mut contract = Contract {
        form,
        imports: BTreeSet::new(),
        types: BTreeSet::new(),
        blocks: Vec::new(),
    };
    for (item, uses) in items.iter().zip(uses) {
        match &item.kind {
            ItemKind::Function(function) => {
                let Function {
                    name: called,
                    rest,
                    params,
                    ..
                } = function;
                if contract.can_name(called, &uses.functions[0]) {
                    contract.block(&format!(
                        "fn {called}{rest} {{\n{name}::{called}({})\n}}\n",
                        params.join(", ")
                    ));
                }
            }
            ItemKind::Type(ty) => {
                if contract.can_name(&ty.name, &uses.own) {
                    contract.types.insert(ty.name.clone());
                    contract.block(&of_type(ty));
                }
            }
            ItemKind::Methods(methods) => {
                let mut functions = Vec::new();
                for (function, uses) in methods.functions.iter().zip(&uses.functions) {
                    if contract.can_name(&format!("{}::{}", methods.owner, function.name), uses) {
                        functions.push(function);
                    }
                }
                if !functions.is_empty() && contract.can_name(&methods.owner, &uses.own) {
                    contract.block(&of_methods(methods, &functions));
                }
            }
        }
    }
    contract.text(name)
}

/// The contract as far as it is written.
struct Contract {
    form: Form,
    imports: BTreeSet<&'static str>,
    types: BTreeSet<String>,
    blocks: Vec<String>,
}

impl Contract {
    /// Whether the signature of `item` can be named here; then what it needs is imported. Otherwise a comment asks for
    /// something else.
    fn can_name(&mut self, item: &str, uses: &Uses) -> bool {
        if self.form == Form::Modelled && uses.is_modelled {
            self.blocks.push(format!(
                "// TBD: a use of `{item}` that does not name the type of `std` or of a library in it. Outside of a\n\
                 // grading, the exercise has that of another crate than this file.\n"
            ));
            return false;
        }
        self.imports.extend(&uses.imports);
        self.types.extend(uses.types.iter().cloned());
        true
    }

    /// Adds functions under names that no others can collide with.
    fn block(&mut self, functions: &str) {
        self.blocks.push(format!("const _: () = {{\n{functions}}};\n"));
    }

    fn text(&self, name: &str) -> String {
        let mut text = imports_of(&self.imports);
        if !self.types.is_empty() {
            let types: Vec<&str> = self.types.iter().map(String::as_str).collect();
            text += &format!("use {name}::{{{}}};\n\n", types.join(", "));
        }
        text += &self.blocks.join("\n");
        text.trim_end().to_owned()
    }
}

fn of_type(item: &TypeItem) -> String {
    let TypeItem { name, params, shape } = item;
    let head = format!("fn is_there{}(asked: {name}{})", params.declared, params.used);
    let clause = &params.clause;
    match shape {
        Shape::Opaque => format!("{head} -> {name}{} {clause} {{\nasked\n}}\n", params.used),
        Shape::Struct(fields) => {
            let (pattern, values) = pattern(fields, ", ..");
            format!("{head} {clause} {{\nlet {name}{pattern} = asked;\n{values}}}\n")
        }
        Shape::Enum(variants) => {
            let arms: String = variants
                .iter()
                .map(|(variant, fields)| {
                    let (pattern, values) = pattern(fields, "");
                    format!("{name}::{variant}{pattern} => {{\n{values}}}\n")
                })
                .collect();
            format!(
                "{head} {clause} {{\nmatch asked {{\n{arms}\
                 #[allow(unreachable_patterns, reason = \"a submission may have more\")]\n_ => {{}}\n}}\n}}\n"
            )
        }
    }
}

/// A pattern for the fields, and statements that say which type each has.
fn pattern(fields: &Fields, rest: &str) -> (String, String) {
    let values = |types: &[&String]| -> String {
        let statement = |(index, ty): (usize, &&String)| format!("let _: {ty} = field_{index};\n");
        types.iter().enumerate().map(statement).collect()
    };
    match fields {
        Fields::None => (String::new(), String::new()),
        Fields::Named(fields) => {
            let names = fields
                .iter()
                .enumerate()
                .map(|(index, (name, _))| format!("{name}: field_{index}"));
            let types: Vec<&String> = fields.iter().map(|(_, ty)| ty).collect();
            (
                format!(" {{ {}{rest} }}", names.collect::<Vec<_>>().join(", ")),
                values(&types),
            )
        }
        Fields::Tuple(types) => {
            let names: Vec<String> = (0..types.len()).map(|index| format!("field_{index}")).collect();
            (
                format!("({}{rest})", names.join(", ")),
                values(&types.iter().collect::<Vec<_>>()),
            )
        }
    }
}

/// A trait with the same signatures, and other names: those of the type itself would come first.
fn of_methods(methods: &Methods, functions: &[&Function]) -> String {
    let Methods { target, params, .. } = methods;
    let asked = |function: &Function| format!("fn {}_as_asked{}", function.name, function.rest);
    let declared: String = functions
        .iter()
        .map(|function| format!("{};\n", asked(function)))
        .collect();
    let defined: String = functions
        .iter()
        .map(|function| {
            let receiver = function.has_receiver.then_some("self");
            let args: Vec<&str> = receiver
                .into_iter()
                .chain(function.params.iter().map(String::as_str))
                .collect();
            format!(
                "{} {{\nSelf::{}({})\n}}\n",
                asked(function),
                function.name,
                args.join(", ")
            )
        })
        .collect();
    format!(
        "trait Asked{declared_params}: Sized {clause} {{\n{declared}}}\n\
         impl{declared_params} Asked{used} for {target} {clause} {{\n{defined}}}\n",
        declared_params = params.declared,
        clause = params.clause,
        used = params.used,
    )
}
