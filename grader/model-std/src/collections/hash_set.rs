//! As `std::collections::hash_set`, with a set whose default hasher is the modelled one.

pub use ::std::collections::hash_set::*;

use std::borrow::Borrow;
use std::collections::TryReserveError;
use std::collections::hash_set as real;
use std::fmt;
use std::hash::{BuildHasher, Hash};
use std::ops::{BitAnd, BitOr, BitXor, Sub};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::hash::RandomState;

/// As [`std::collections::HashSet`].
pub struct HashSet<T, S = RandomState>(real::HashSet<T, S>);

impl<T> HashSet<T, RandomState> {
    /// As [`std::collections::HashSet::new`].
    #[must_use]
    pub fn new() -> HashSet<T, RandomState> {
        HashSet::default()
    }

    /// As [`std::collections::HashSet::with_capacity`].
    #[must_use]
    pub fn with_capacity(capacity: usize) -> HashSet<T, RandomState> {
        HashSet::with_capacity_and_hasher(capacity, RandomState::new())
    }
}

impl<T, S> HashSet<T, S> {
    /// As [`std::collections::HashSet::with_hasher`].
    pub const fn with_hasher(hasher: S) -> HashSet<T, S> {
        HashSet(real::HashSet::with_hasher(hasher))
    }

    /// As [`std::collections::HashSet::with_capacity_and_hasher`].
    pub fn with_capacity_and_hasher(capacity: usize, hasher: S) -> HashSet<T, S> {
        HashSet(real::HashSet::with_capacity_and_hasher(capacity, hasher))
    }

    /// As [`std::collections::HashSet::capacity`].
    pub fn capacity(&self) -> usize {
        self.0.capacity()
    }

    /// As [`std::collections::HashSet::iter`].
    pub fn iter(&self) -> Iter<'_, T> {
        self.0.iter()
    }

    /// As [`std::collections::HashSet::len`].
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// As [`std::collections::HashSet::is_empty`].
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// As [`std::collections::HashSet::drain`].
    pub fn drain(&mut self) -> Drain<'_, T> {
        self.0.drain()
    }

    /// As [`std::collections::HashSet::extract_if`].
    pub fn extract_if<F>(&mut self, pred: F) -> ExtractIf<'_, T, F>
    where
        F: FnMut(&T) -> bool,
    {
        self.0.extract_if(pred)
    }

    /// As [`std::collections::HashSet::retain`].
    pub fn retain<F>(&mut self, f: F)
    where
        F: FnMut(&T) -> bool,
    {
        self.0.retain(f);
    }

    /// As [`std::collections::HashSet::clear`].
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// As [`std::collections::HashSet::hasher`].
    pub fn hasher(&self) -> &S {
        self.0.hasher()
    }
}

impl<T: Eq + Hash, S: BuildHasher> HashSet<T, S> {
    /// As [`std::collections::HashSet::reserve`].
    pub fn reserve(&mut self, additional: usize) {
        self.0.reserve(additional);
    }

    /// As [`std::collections::HashSet::try_reserve`].
    ///
    /// # Errors
    ///
    /// If the capacity overflows, or the allocator reports a failure.
    pub fn try_reserve(&mut self, additional: usize) -> Result<(), TryReserveError> {
        self.0.try_reserve(additional)
    }

    /// As [`std::collections::HashSet::shrink_to_fit`].
    pub fn shrink_to_fit(&mut self) {
        self.0.shrink_to_fit();
    }

    /// As [`std::collections::HashSet::shrink_to`].
    pub fn shrink_to(&mut self, min_capacity: usize) {
        self.0.shrink_to(min_capacity);
    }

    /// As [`std::collections::HashSet::difference`].
    pub fn difference<'a>(&'a self, other: &'a HashSet<T, S>) -> Difference<'a, T, S> {
        self.0.difference(&other.0)
    }

    /// As [`std::collections::HashSet::symmetric_difference`].
    pub fn symmetric_difference<'a>(&'a self, other: &'a HashSet<T, S>) -> SymmetricDifference<'a, T, S> {
        self.0.symmetric_difference(&other.0)
    }

    /// As [`std::collections::HashSet::intersection`].
    pub fn intersection<'a>(&'a self, other: &'a HashSet<T, S>) -> Intersection<'a, T, S> {
        self.0.intersection(&other.0)
    }

    /// As [`std::collections::HashSet::union`].
    pub fn union<'a>(&'a self, other: &'a HashSet<T, S>) -> Union<'a, T, S> {
        self.0.union(&other.0)
    }

    /// As [`std::collections::HashSet::contains`].
    pub fn contains<Q>(&self, value: &Q) -> bool
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.contains(value)
    }

    /// As [`std::collections::HashSet::get`].
    pub fn get<Q>(&self, value: &Q) -> Option<&T>
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.get(value)
    }

    /// As [`std::collections::HashSet::is_disjoint`].
    pub fn is_disjoint(&self, other: &HashSet<T, S>) -> bool {
        self.0.is_disjoint(&other.0)
    }

    /// As [`std::collections::HashSet::is_subset`].
    pub fn is_subset(&self, other: &HashSet<T, S>) -> bool {
        self.0.is_subset(&other.0)
    }

    /// As [`std::collections::HashSet::is_superset`].
    pub fn is_superset(&self, other: &HashSet<T, S>) -> bool {
        self.0.is_superset(&other.0)
    }

    /// As [`std::collections::HashSet::insert`].
    pub fn insert(&mut self, value: T) -> bool {
        self.0.insert(value)
    }

    /// As [`std::collections::HashSet::replace`].
    pub fn replace(&mut self, value: T) -> Option<T> {
        self.0.replace(value)
    }

    /// As [`std::collections::HashSet::remove`].
    pub fn remove<Q>(&mut self, value: &Q) -> bool
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.remove(value)
    }

    /// As [`std::collections::HashSet::take`].
    pub fn take<Q>(&mut self, value: &Q) -> Option<T>
    where
        T: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0.take(value)
    }
}

macro_rules! operators {
    ($($operator:ident::$function:ident),*) => {
        $(
            impl<T: Eq + Hash + Clone, S: BuildHasher + Default> $operator<&HashSet<T, S>> for &HashSet<T, S> {
                type Output = HashSet<T, S>;

                fn $function(self, other: &HashSet<T, S>) -> HashSet<T, S> {
                    HashSet($operator::$function(&self.0, &other.0))
                }
            }
        )*
    };
}

operators!(BitAnd::bitand, BitOr::bitor, BitXor::bitxor, Sub::sub);

impl<T: Clone, S: Clone> Clone for HashSet<T, S> {
    fn clone(&self) -> Self {
        HashSet(self.0.clone())
    }

    fn clone_from(&mut self, source: &Self) {
        self.0.clone_from(&source.0);
    }
}

impl<T: fmt::Debug, S> fmt::Debug for HashSet<T, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<T, S: Default> Default for HashSet<T, S> {
    fn default() -> HashSet<T, S> {
        HashSet(real::HashSet::default())
    }
}

impl<T: Eq + Hash, S: BuildHasher> PartialEq for HashSet<T, S> {
    fn eq(&self, other: &HashSet<T, S>) -> bool {
        self.0 == other.0
    }
}

impl<T: Eq + Hash, S: BuildHasher> Eq for HashSet<T, S> {}

impl<T: Eq + Hash, const N: usize> From<[T; N]> for HashSet<T, RandomState> {
    fn from(values: [T; N]) -> Self {
        HashSet::from_iter(values)
    }
}

impl<T: Eq + Hash, S: BuildHasher + Default> FromIterator<T> for HashSet<T, S> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> HashSet<T, S> {
        HashSet(real::HashSet::from_iter(values))
    }
}

impl<T: Eq + Hash, S: BuildHasher> Extend<T> for HashSet<T, S> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        self.0.extend(values);
    }
}

impl<'a, T: Eq + Hash + Copy + 'a, S: BuildHasher> Extend<&'a T> for HashSet<T, S> {
    fn extend<I: IntoIterator<Item = &'a T>>(&mut self, values: I) {
        self.0.extend(values);
    }
}

impl<'a, T, S> IntoIterator for &'a HashSet<T, S> {
    type Item = &'a T;
    type IntoIter = Iter<'a, T>;

    fn into_iter(self) -> Iter<'a, T> {
        self.0.iter()
    }
}

impl<T, S> IntoIterator for HashSet<T, S> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(self) -> IntoIter<T> {
        self.0.into_iter()
    }
}

/// As serde has it for [`std::collections::HashSet`].
impl<T: Serialize, S> Serialize for HashSet<T, S> {
    fn serialize<R: Serializer>(&self, serializer: R) -> Result<R::Ok, R::Error> {
        self.0.serialize(serializer)
    }
}

/// As serde has it for [`std::collections::HashSet`].
impl<'de, T, S> Deserialize<'de> for HashSet<T, S>
where
    T: Deserialize<'de> + Eq + Hash,
    S: BuildHasher + Default,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        real::HashSet::deserialize(deserializer).map(HashSet)
    }
}
