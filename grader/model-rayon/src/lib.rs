//! The modelled rayon: the iterators of rayon itself, unchanged, compiled against the modelled `std` and over
//! `model-rayon-core` in place of `rayon-core`.
//!
//! A crate uses it unchanged when it is compiled against the modelled `std` and with
//! `--extern rayon=libmodel_rayon.rlib`, or with a dependency `rayon = { package = "model-rayon", … }`. The build
//! script copies the sources of the version of rayon that the workspace locks.

#![allow(warnings, clippy::all)]

include!(concat!(env!("OUT_DIR"), "/modelled-library/rayon/lib.rs"));
