//! The known forms are found, and their harmless neighbours are not.

use super::*;

fn lines(text: &str) -> Vec<usize> {
    let found = extensions(&[("lib.rs".to_owned(), text.to_owned())]);
    found.into_iter().map(|extension| extension.line).collect()
}

#[track_caller]
fn is_found(text: &str) {
    assert_eq!(lines(text).len(), 1, "{text}");
}

#[track_caller]
fn is_passed(text: &str) {
    assert_eq!(lines(text), [] as [usize; 0], "{text}");
}

/// The function of the issue, as its report and `cve-rs` have it.
const TRANSLATE: &str = "fn translate<'a, 'b, T: ?Sized>(_: &'a &'b (), value: &'b T) -> &'a T { value }\n";

#[test]
fn the_form_of_the_issue_is_found_at_its_line() {
    let text = format!(
        "static UNIT: &'static &'static () = &&();\n{TRANSLATE}\
         fn extend<'a, T>(value: &'a T) -> &'static T {{\n\
         let f: fn(_, &'a T) -> &'static T = translate;\nf(UNIT, value)\n}}"
    );
    assert_eq!(lines(&text), [2]);
}

#[test]
fn every_way_to_take_the_function_as_a_value_is_found() {
    for value in [
        "let f: fn(_, &'x T) -> &'static T = translate;",
        "let f: for<'x> fn(_, &'x T) -> &'b T = translate;",
        "let f: fn(_, _) -> _ = translate::<T>;",
        "(translate as fn(_, &'x T) -> &'static T)(UNIT, value)",
        "let f = [translate];",
        "call(self::inner::translate, UNIT, value)",
        "call(&translate)",
        "const F: fn(&'static &'static (), &'static u8) -> &'static u8 = translate;",
    ] {
        is_found(&format!("{TRANSLATE} fn user() {{ {value} }}"));
    }
}

#[test]
fn every_shape_of_the_function_is_found() {
    for function in [
        "const fn t<'a, 'b, T>(_unit: &'a &'b (), value: &'b mut T) -> &'a mut T { value }",
        "pub fn t<'out, 'inner, T>(_: &'out &'inner u8, value: &'inner T) -> &'out T { value }",
        "fn t<'a, 'b>(value: &'b str, _: &'a mut &'b ()) -> &'a str { value }",
        "fn t<'a, 'b, T>(both: (&'a &'b (), Box<dyn Fn() -> &'b T>)) -> Box<dyn Fn() -> &'a T> { both.1 }",
        "fn t<'a, 'b, T>(_: Option<&'a &'b ()>, value: &'b T) -> &'a T { value }",
        "fn t<'a, 'b, T>(_: &'a (), value: &'b T) -> (&'a &'b (), &'a T) { (&&(), value) }",
        "fn t<'a, 'b, T>(_: &'a &'b (), value: &'b T) -> &'a T where T: ?Sized { value }",
        "unsafe fn r#t<'a, 'b, T>(_: &'a &'b (), value: Ref<'b, T>) -> Ref<'a, T> { value }",
    ] {
        is_found(&format!("{function} fn user() {{ let f: fn(_, _) -> _ = t; }}"));
    }
}

#[test]
fn a_function_whose_name_comes_from_a_macro_is_found() {
    is_found(
        "macro_rules! make { ($name:ident) => {
             fn $name<'a, 'b, T>(_: &'a &'b (), value: &'b T) -> &'a T { value }
         } }",
    );
}

#[test]
fn a_function_in_one_file_and_its_use_in_another_are_found() {
    let sources = [("a.rs", TRANSLATE), ("b.rs", "fn user() { call(crate::a::translate) }")];
    let sources = sources.map(|(path, text)| (path.to_owned(), text.to_owned()));
    let expected = Extension {
        file: "a.rs".to_owned(),
        line: 1,
    };
    assert_eq!(extensions(&sources), [expected]);
}

#[test]
fn a_reference_in_a_projection_is_found_without_a_value() {
    is_found(
        "trait Trait { type Type; } impl<T> Trait for T { type Type = (); }
         fn extend<'a, 'b>(value: &'b str, _: <&'a &'b () as Trait>::Type) -> &'a str { value }
         fn user(text: &str) -> &'static str { extend(text, ()) }",
    );
}

#[test]
fn a_reference_in_the_bound_of_a_trait_is_found() {
    is_found(
        "trait Super<'a, 'b> { fn convert<T: ?Sized>(value: &'a T) -> &'b T; }
         trait Sub<'a, 'b, R>: Super<'a, 'b> {}
         fn user<S>(text: &str) -> &'static str where S: for<'a, 'b> Sub<'a, 'b, &'b &'a ()> { S::convert(text) }",
    );
}

#[test]
fn harmless_functions_pass() {
    for harmless in [
        // It is called, and nothing else: then the compiler asks for what it concludes.
        "fn user<'x>(value: &'x u8) { translate(&&(), value); translate::<u8>(&&(), value); }",
        // It is mentioned in a comment and in a text.
        "// let f: fn(_, _) -> _ = translate;\nconst NAME: &str = \"translate\"; /* translate */",
    ] {
        is_passed(&format!("{TRANSLATE} {harmless}"));
    }
    for harmless in [
        "fn first<'a, 'b>(words: &'a &'b str) -> &'b str { words } fn user() { map(first) }",
        "fn outer<'a, 'b>(words: &'a &'b str) -> &'a str { words } fn user() { map(outer) }",
        "fn pick<'a, 'b>(words: &'a [&'b str], other: &'b str) -> &'b str { other } fn user() { fold(pick) }",
        "fn longer<'a, 'b>(x: &'a &'b str, y: &'b str) -> &'b str { y } fn user() { fold(longer) }",
        "fn longest<'a>(x: &'a &'a str, y: &'a str) -> &'a str { y } fn user() { fold(longest) }",
        "fn shorter<'a, 'b: 'a>(x: &'a str, y: &'b str) -> &'a str { y } fn user() { fold(shorter) }",
        "fn compare(x: &&str, y: &&str) -> Ordering { x.cmp(y) } fn user() { words.sort_by(compare) }",
        "fn compare<'a, 'b>(x: &'a &'b str, y: &'a &'b str) -> Ordering { x.cmp(y) } fn user() { sort_by(compare) }",
        "fn apply<F: for<'a, 'b> Fn(&'a &'b str) -> bool>(f: F) { f(&\"\"); }",
        "fn apply<F>(f: F) where F: for<'a, 'b> FnMut(&'a &'b u8, &'b u8) -> &'a u8 { f(&&1, &2); }",
        "fn keep<S: for<'a> Store<'a, &'a &'static str>>(s: S) {} fn user() { keep(store) }",
        "static UNIT: &'static &'static () = &&(); const OTHER: &&() = &&(); fn user() { let f = UNIT; }",
        "struct Pair<'a, 'b>(&'a &'b u8, &'b u8); impl<'a, 'b> Pair<'a, 'b> { fn get(&self) -> &'a u8 { self.0 } }",
        "fn scope<'scope, 'env>(s: &'scope Scope<'scope, 'env>, text: &'env str) -> Handle<'scope> { s.spawn(text) }
         fn user() { start(scope) }",
    ] {
        is_passed(harmless);
    }
}

#[test]
fn what_is_no_rust_and_what_is_cut_off_has_no_findings() {
    for text in [
        "\"",
        "fn",
        "fn f<",
        "fn f<'a",
        "fn $",
        "for<",
        "for<'a>",
        "fn f<'a>(",
        "x::<",
        "'",
        "fn f<'a>(&'a)",
    ] {
        is_passed(text);
    }
}

#[test]
fn nesting_without_end_is_no_stack_without_end() {
    let n = 64 << 10;
    is_passed(&format!("{}{}", "(".repeat(n), ")".repeat(n)));
    for beginning in ["fn f<", "for<", "f::<", "fn f<>(", "fn f<>()<", "for<> a", "fn f<'a>(<"] {
        is_passed(&beginning.replace(['(', ')'], "").repeat(n / 4));
        is_passed(&format!(
            "{}{}",
            beginning.repeat(2_000),
            ")".repeat(2_000 * usize::from(beginning.contains('(')))
        ));
    }
}
