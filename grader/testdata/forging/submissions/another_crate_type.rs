//! Wants to be a macro that runs inside the compiler.

#![crate_type = "proc-macro"]

extern crate proc_macro;

/// Would run while the check is compiled.
#[proc_macro]
pub fn answer(_tokens: proc_macro::TokenStream) -> proc_macro::TokenStream {
    std::process::exit(0)
}
