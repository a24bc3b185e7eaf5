//! The known forms are found, and their harmless neighbours are not.

use super::*;

fn lines(text: &str) -> Vec<usize> {
    let found = holes(&[("lib.rs".to_owned(), text.to_owned())]);
    found.into_iter().map(|hole| hole.line).collect()
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
    let expected = Hole {
        family: Family::ImpliedBounds,
        file: "a.rs".to_owned(),
        line: 1,
    };
    assert_eq!(holes(&sources), [expected]);
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

/// An iterator that is `'static`, whose items are not.
const GIVES: &str = "fn extend<'a, T: 'static>(x: &'a mut T) -> &'static mut T {
    let gives = std::iter::from_fn(|| -> Option<&'a mut T> { loop {} });
    *keep(&gives, x).downcast::<&'static mut T>().unwrap()
}\n";

#[test]
fn every_way_to_take_a_value_of_an_associated_type_is_found() {
    for keep in [
        "fn keep<I: Iterator + 'static>(_: &I, x: I::Item) -> Box<dyn Any> { Box::new(x) }",
        "fn keep<I>(_: &I, x: I::Item) -> Box<dyn Any> where I: Iterator + 'static { Box::new(x) }",
        "fn keep<I: 'static + Iterator>(_: &I, x: <I as Iterator>::Item) -> Box<dyn Any> { Box::new(x) }",
        "fn keep<I: Any + Iterator>(_: &I, x: Option<I::Item>) -> Box<dyn Any> { Box::new(x) }",
        "fn keep<I: Iterator + 'static, S: FnOnce() -> I::Item>(_: &I, s: S) -> Box<dyn Any> { Box::new(s()) }",
        "fn keep<I: Iterator + 'static, S>(_: &I, s: S) -> Box<dyn Any> where S: FnOnce() -> I::Item { todo!() }",
        "trait Keep: Iterator + 'static { fn keep(&self, x: Self::Item) -> Box<dyn Any> { Box::new(x) } }",
        "struct Keep<I: Iterator + 'static>(I::Item);",
        "struct Keep<I> where I: Iterator + 'static { item: I::Item }",
        "impl<I: Iterator + 'static> Keep<I> { fn keep(&self, x: I::Item) -> Box<dyn Any> { Box::new(x) } }",
        "trait Gives { type Associated; } impl<R, F: Fn() -> R> Gives for F { type Associated = R; }
         fn keep<T: Gives + 'static>(_: &T, x: T::Associated) -> Box<dyn Any> { Box::new(x) }",
    ] {
        is_found(&format!("{GIVES}{keep}"));
    }
}

#[test]
fn what_gives_a_value_of_an_associated_type_passes() {
    for harmless in [
        "fn start<J: Job + Send + 'static>(job: J) -> JoinHandle<J::Output> where J::Output: Send + 'static { go(job) }",
        "fn start<J: Job<Output: Send> + 'static>(job: J) -> Receiver<J::Output> { go(job) }",
        "fn run<F: FnOnce() -> R + Send + 'static, R: Send + 'static>(f: F, slot: Sender<R>) { go(f, slot) }",
        "fn all<I: Iterator>(items: I, first: I::Item) -> Vec<I::Item> { go(items, first) }",
        "fn name<N: Into<String>>(name: N, kind: &'static str) -> N::Error { N::from(kind) }",
        "fn tell<F: Fn() -> &'static str>(f: F, first: F::Output) { go(f, first) }",
        "impl<J: Job + 'static> Pool<J> { fn add(&self, job: J) -> Handle<J::Output> { J::start(job) } }",
        "trait Job: Send + 'static { type Output; fn run(self) -> Self::Output; }",
        "struct Pool<J: Job + 'static> { jobs: Vec<J> }",
    ] {
        is_passed(harmless);
    }
}

#[test]
fn a_trait_object_with_another_associated_type_is_found() {
    for transmute in [
        "trait Object<U> { type Output; } impl<T: ?Sized, U> Object<U> for T { type Output = U; }
         fn id<T: ?Sized, U>(x: <T as Object<U>>::Output) -> U { x }
         fn transmute<T, U>(x: T) -> U { id::<dyn Object<U, Output = T>, U>(x) }",
        "trait Same { type This: ?Sized; } impl<T> Same for T where T: ?Sized { type This = T; }
         trait Sub: Same {} fn id<T: ?Sized>(x: &T::This) -> &T { x } fn user(x: &u8) { id::<dyn Sub<This = u8>>(x); }",
    ] {
        is_found(transmute);
    }
}

#[test]
fn other_trait_objects_pass() {
    for harmless in [
        "impl<T: ?Sized + Display> Show for T { fn show(&self) {} } fn f(x: &dyn Iterator<Item = u8>) {}",
        "trait Job { type Output; } impl<F: FnOnce() -> R, R> Job for F { type Output = R; }
         fn run(job: Box<dyn Job<Output = u8>>) {}",
        "impl<T: ?Sized> Deref for Guard<'_, T> { type Target = T; } fn f(x: &dyn Deref<Target = u8>) {}",
    ] {
        is_passed(harmless);
    }
}
