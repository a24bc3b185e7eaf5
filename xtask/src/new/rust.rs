//! The Rust that follows from the signatures of an exercise: the stub, the solution to be written, and the contract.

use std::collections::BTreeSet;

use super::item::{Fields, Function, Item, ItemKind, Methods, Params, Shape, TypeItem};
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
            ItemKind::Function(function) => self::function(function, None, items, bodies),
            ItemKind::Type(ty) => type_item(ty, &item.text),
            ItemKind::Methods(methods) => {
                let functions = methods.functions.iter();
                let functions: Vec<String> = functions
                    .map(|function| self::function(function, Some(methods), items, bodies))
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

fn function(function: &Function, methods: Option<&Methods>, items: &[Item], bodies: Bodies) -> String {
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
    let expectation = match methods {
        Some(_) if function.is_plain_new => {
            "#[expect(clippy::new_without_default, reason = \"the exercise asks for `new` only\")]\n"
        }
        Some(methods) if is_lone_len(function, methods, items) => {
            "#[expect(clippy::len_without_is_empty, reason = \"the exercise asks for `len` only\")]\n"
        }
        _ => "",
    };
    format!("{expectation}{} {{\n{unused}todo!(\"{words}\")\n}}\n", function.text)
}

/// Whether Clippy asks for an `is_empty` beside this `len`.
fn is_lone_len(function: &Function, methods: &Methods, items: &[Item]) -> bool {
    let is_is_empty = |item: &Item| match &item.kind {
        ItemKind::Methods(others) => {
            others.owner == methods.owner && others.functions.iter().any(|other| other.name == "is_empty")
        }
        ItemKind::Function(_) | ItemKind::Type(_) => false,
    };
    let is_len = function.name == "len" && function.rest.trim_start() == "(&self) -> usize";
    is_len && !items.iter().any(is_is_empty)
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

/// Each use is one line that names the type: an error there is told as one of that type.
fn of_type(item: &TypeItem) -> String {
    let TypeItem { name, params, shape } = item;
    let Params {
        declared, used, clause, ..
    } = params;
    match shape {
        Shape::Opaque => {
            format!("fn is_there{declared}(asked: {name}{used}) -> {name}{used} {clause} {{\nasked\n}}\n")
        }
        Shape::Struct(fields) => {
            let has_field = |(index, (pattern, ty)): (usize, (String, &String))| {
                format!(
                    "fn has_field_{index}{declared}(asked: {name}{used}) {clause} {{\n\
                     let _: {ty} = (|{name}{pattern}| field)(asked);\n}}\n"
                )
            };
            patterns(fields).into_iter().enumerate().map(has_field).collect()
        }
        Shape::Enum(variants) => {
            let has_variant = |(index, (variant, fields)): (usize, &(String, Fields))| {
                let (typed, values) = arguments(fields);
                format!(
                    "fn has_variant_{index}{declared}({typed}) -> {name}{used} {clause} {{\n\
                     {name}::{variant}{values}\n}}\n"
                )
            };
            variants.iter().enumerate().map(has_variant).collect()
        }
    }
}

/// For each field a pattern that binds it to `field`, and its type.
fn patterns(fields: &Fields) -> Vec<(String, &String)> {
    match fields {
        Fields::None => Vec::new(),
        Fields::Named(fields) => fields
            .iter()
            .map(|(name, ty)| (format!(" {{ {name}: field, .. }}"), ty))
            .collect(),
        Fields::Tuple(types) => types
            .iter()
            .enumerate()
            .map(|(index, ty)| (format!("({}field, ..)", "_, ".repeat(index)), ty))
            .collect(),
    }
}

/// The fields of a variant as parameters, and the variant's fields made of these.
fn arguments(fields: &Fields) -> (String, String) {
    let typed = |types: &[&String]| -> Vec<String> {
        let field = |(index, ty): (usize, &&String)| format!("field_{index}: {ty}");
        types.iter().enumerate().map(field).collect()
    };
    match fields {
        Fields::None => (String::new(), String::new()),
        Fields::Named(fields) => {
            let types: Vec<&String> = fields.iter().map(|(_, ty)| ty).collect();
            let names = fields.iter().enumerate();
            let values: Vec<String> = names
                .map(|(index, (name, _))| format!("{name}: field_{index}"))
                .collect();
            (typed(&types).join(", "), format!(" {{ {} }}", values.join(", ")))
        }
        Fields::Tuple(types) => {
            let values: Vec<String> = (0..types.len()).map(|index| format!("field_{index}")).collect();
            let types: Vec<&String> = types.iter().collect();
            (typed(&types).join(", "), format!("({})", values.join(", ")))
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
                "{} {{\n<{target}>::{}({})\n}}\n",
                asked(function),
                function.name,
                args.join(", ")
            )
        })
        .collect();
    format!(
        "trait AsAsked{declared_params}: Sized {clause} {{\n{declared}}}\n\
         impl{declared_params} AsAsked{used} for {target} {clause} {{\n{defined}}}\n",
        declared_params = params.declared,
        clause = params.clause,
        used = params.used,
    )
}
