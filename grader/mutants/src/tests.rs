//! What the operators propose for small sources.

use super::*;

fn all(source: &str) -> Vec<Mutant> {
    mutants(source).expect("the source is Rust")
}

/// There is a mutant of that operator in which `was` became `is`.
#[track_caller]
fn makes(source: &str, operator: &str, was: &str, is: &str) {
    let expected = source.replacen(was, is, 1);
    assert_ne!(expected, source, "{was:?} is not in the source");
    let of_operator: Vec<Mutant> = all(source)
        .into_iter()
        .filter(|mutant| mutant.operator == operator)
        .collect();
    let texts: Vec<&str> = of_operator.iter().map(|mutant| mutant.text.as_str()).collect();
    assert!(texts.contains(&expected.as_str()), "{expected:?} is none of {texts:#?}");
}

#[test]
fn a_while_becomes_an_if_in_place() {
    makes(
        "fn f() {\n    // Why.\n    while a() { b(); }\n}\n",
        "while_to_if",
        "while",
        "if",
    );
}
