//! `HashMap` and `HashSet`.

use std::collections::hash_map::{self, DefaultHasher, Entry, RandomState};
use std::collections::{BTreeMap, HashMap, HashSet, hash_set};
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

type Fixed = BuildHasherDefault<DefaultHasher>;

static TABLE: std::sync::Mutex<HashMap<u8, u8, Fixed>> = std::sync::Mutex::new(HashMap::with_hasher(Fixed::new()));

struct Holder<'a> {
    names: HashMap<&'a str, Vec<u32>>,
}

fn sorted<T: Ord>(items: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut items: Vec<T> = items.into_iter().collect();
    items.sort();
    items
}

fn maps() -> String {
    let mut map: HashMap<String, u32> = HashMap::new();
    map.insert("a".to_owned(), map.len() as u32);
    *map.entry("b".to_owned()).or_insert(1) += 1;
    *map.entry("c".to_owned()).or_default() += 3;
    if let Entry::Occupied(entry) = map.entry("c".to_owned()) {
        entry.remove();
    }
    map.extend([("d".to_owned(), 4)]);
    map.reserve(10);
    map.try_reserve(10).unwrap();
    map.shrink_to(4);
    map.shrink_to_fit();
    for value in map.values_mut() {
        *value += 1;
    }
    for (_, value) in &mut map {
        *value += 1;
    }
    map.iter_mut().for_each(|(_, value)| *value += 1);
    *map.get_mut("a").unwrap() += 1;
    let [first, second] = map.get_disjoint_mut(["a", "b"]);
    std::mem::swap(first.unwrap(), second.unwrap());
    let looked = (
        map["a"],
        map.get("x"),
        map.get_key_value("b"),
        map.contains_key("d"),
        map.is_empty(),
        map.capacity() >= 3,
    );
    let seen = format!(
        "{looked:?} {:?} {:?} {:?}",
        sorted(map.keys()),
        sorted(map.values()),
        sorted(map.iter())
    );
    let removed = (
        map.remove("d"),
        map.remove_entry("b"),
        map.clone() == map,
        format!("{map:?}"),
    );
    let copied: HashMap<u8, u8> = HashMap::from([(1, 2), (3, 4)]);
    let mut more: HashMap<u8, u8> = copied.iter().map(|(key, value)| (*key, *value)).collect();
    more.extend(&copied);
    let extracted = sorted(more.extract_if(|key, _| *key == 1));
    more.retain(|_, value| *value == 4);
    let drained = (sorted(more.drain()), more.len());
    more.clear();
    let tree: BTreeMap<u8, u8> = copied.clone().into_iter().collect();
    let owned = (sorted(copied.clone().into_keys()), sorted(copied.into_values()), tree);
    format!("{seen} {removed:?} {extracted:?} {drained:?} {owned:?}")
}

fn hashers() -> String {
    let state = RandomState::new();
    let same = state.hash_one(5) == state.clone().hash_one(5);
    let mut hasher: DefaultHasher = state.build_hasher();
    5.hash(&mut hasher);
    let with = HashMap::<u8, u8, _>::with_hasher(state.clone());
    let both = hash_map::HashMap::<u8, u8, Fixed>::with_capacity_and_hasher(4, Fixed::default());
    let _: &RandomState = with.hasher();
    TABLE.lock().unwrap().insert(1, 2);
    let folded = ["x", "y"].iter().fold(HashMap::with_capacity(2), |mut map, word| {
        map.insert(*word, word.len());
        map
    });
    let mut holder = Holder {
        names: HashMap::default(),
    };
    holder.names.entry("n").or_default().push(1);
    let lengths: Vec<usize> = [folded].iter().map(HashMap::len).collect();
    let std_state = std::hash::RandomState::default();
    format!(
        "{same} {} {both:?} {lengths:?} {:?} {state:?} {}",
        hasher.finish() == state.hash_one(5),
        holder.names,
        std_state.hash_one(1) == std_state.hash_one(1)
    )
}

fn sets() -> String {
    let mut set: HashSet<i32> = HashSet::new();
    let inserted = [set.insert(1), set.insert(1), set.insert(2)];
    set.extend([3]);
    set.extend(&[4]);
    set.reserve(1);
    set.try_reserve(1).unwrap();
    set.shrink_to(1);
    set.shrink_to_fit();
    let other = HashSet::from([2, 3, 9]);
    let algebra = [
        sorted(set.union(&other)),
        sorted(set.intersection(&other)),
        sorted(set.difference(&other)),
        sorted(set.symmetric_difference(&other)),
    ];
    let operators = [
        sorted(&set | &other),
        sorted(&set & &other),
        sorted(&set - &other),
        sorted(&set ^ &other),
    ];
    let related = (
        set.is_disjoint(&other),
        set.is_subset(&other),
        set.is_superset(&other),
        set.contains(&1),
        set.get(&2),
    );
    let text = format!("{inserted:?} {algebra:?} {operators:?} {related:?}");
    let changed = (
        set.replace(1),
        set.remove(&1),
        set.take(&2),
        set.len(),
        set.is_empty(),
        set.capacity() > 0,
    );
    set.retain(|value| *value != 3);
    let extracted: Vec<i32> = set.extract_if(|_| true).collect();
    let hasher = set.hasher().clone();
    set.clear();
    let drained = set.drain().count();
    let collected: HashSet<char> = "hello".chars().collect();
    let by_value = hash_set::HashSet::<u8, RandomState>::with_hasher(hasher)
        .into_iter()
        .count();
    let more = (
        HashSet::<u8>::with_capacity(3) == HashSet::default(),
        HashSet::<u8, Fixed>::with_capacity_and_hasher(1, Fixed::new()),
    );
    format!(
        "{text} {changed:?} {extracted:?} {drained} {:?} {by_value} {more:?} {}",
        sorted(&collected),
        collected.iter().count()
    )
}

pub fn run() -> Vec<String> {
    vec![maps(), hashers(), sets()]
}
