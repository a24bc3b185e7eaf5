//! Which messages a thread may still read.

use std::rc::Rc;

use crate::runtime::objects::ObjectId;

/// For each atomic, the number of the oldest message that may still be read; 0 if any.
///
/// A message keeps the view of its writer, and an execution may have tens of thousands of atomics. So a view is a tree
/// whose parts are shared between views: a copy costs nothing, and two views are joined in the time that their
/// differences take.
#[derive(Clone, Debug, Default)]
pub(super) struct View {
    root: Option<Rc<Node>>,
    /// How many nodes lie on the way from the root to a leaf, beside the leaf.
    height: u32,
}

/// How many atomics there are in a leaf. Most programs have no more.
const LEAF: usize = 32;
/// How many nodes there are in an inner node.
const WIDTH: usize = 16;

#[derive(Clone, Debug)]
enum Node {
    Leaf([u32; LEAF]),
    Inner([Option<Rc<Node>>; WIDTH]),
}

/// Where each atomic is put for which a join makes a difference, with its message.
type Raised<'a> = Option<&'a mut Vec<(ObjectId, u32)>>;

/// How many atomics there are below a node.
fn below(height: u32) -> usize {
    LEAF * WIDTH.pow(height)
}

impl View {
    pub(super) fn get(&self, atomic: ObjectId) -> u32 {
        if atomic >= below(self.height) {
            return 0;
        }
        let (mut node, mut height) = (&self.root, self.height);
        loop {
            match node.as_deref() {
                None => return 0,
                Some(Node::Leaf(messages)) => return messages[atomic % LEAF],
                Some(Node::Inner(nodes)) => {
                    height -= 1;
                    node = &nodes[atomic / below(height) % WIDTH];
                }
            }
        }
    }

    pub(super) fn raise(&mut self, atomic: ObjectId, message: u32) {
        if self.get(atomic) >= message {
            return;
        }
        while atomic >= below(self.height) {
            self.grow();
        }
        let (mut node, mut height) = (&mut self.root, self.height);
        loop {
            match Rc::make_mut(node.get_or_insert_with(|| Rc::new(Node::empty(height)))) {
                Node::Leaf(messages) => {
                    messages[atomic % LEAF] = message;
                    return;
                }
                Node::Inner(nodes) => {
                    height -= 1;
                    node = &mut nodes[atomic / below(height) % WIDTH];
                }
            }
        }
    }

    pub(super) fn join(&mut self, other: &View) {
        self.join_with(other, None);
    }

    /// Joins `other` to this view. Returns each atomic for which that made a difference, with its message.
    pub(super) fn join_and_tell(&mut self, other: &View) -> Vec<(ObjectId, u32)> {
        let mut raised = Vec::new();
        self.join_with(other, Some(&mut raised));
        raised
    }

    fn join_with(&mut self, other: &View, raised: Raised<'_>) {
        let mut other = other.clone();
        while self.height < other.height {
            self.grow();
        }
        while other.height < self.height {
            other.grow();
        }
        let place = Place {
            first: 0,
            height: self.height,
        };
        join(&mut self.root, &other.root, place, raised);
    }

    /// Makes room for more atomics.
    fn grow(&mut self) {
        self.height += 1;
        if let Some(old) = self.root.take() {
            let mut nodes = [const { None }; WIDTH];
            nodes[0] = Some(old);
            self.root = Some(Rc::new(Node::Inner(nodes)));
        }
    }
}

impl Node {
    fn empty(height: u32) -> Self {
        if height == 0 {
            Node::Leaf([0; LEAF])
        } else {
            Node::Inner([const { None }; WIDTH])
        }
    }
}

/// Where a node is in a tree.
#[derive(Clone, Copy)]
struct Place {
    /// The first atomic below it.
    first: ObjectId,
    height: u32,
}

/// Joins `theirs` to `mine`. A node that would be equal to one of both is that one.
fn join(mine: &mut Option<Rc<Node>>, theirs: &Option<Rc<Node>>, place: Place, mut raised: Raised<'_>) {
    let Some(their_node) = theirs else { return };
    match mine {
        Some(my_node) if Rc::ptr_eq(my_node, their_node) => return,
        None if raised.is_none() => {
            *mine = theirs.clone();
            return;
        }
        _ => {}
    }
    match &**their_node {
        Node::Leaf(their_messages) => {
            const NOTHING: &[u32; LEAF] = &[0; LEAF];
            let my_messages = match mine.as_deref() {
                Some(Node::Leaf(messages)) => messages,
                _ => NOTHING,
            };
            let (mut is_raised, mut is_covered) = (false, true);
            for (index, (mine, theirs)) in my_messages.iter().zip(their_messages).enumerate() {
                is_covered &= mine <= theirs;
                if mine < theirs {
                    is_raised = true;
                    if let Some(raised) = &mut raised {
                        raised.push((place.first + index, *theirs));
                    }
                }
            }
            if is_covered {
                *mine = Some(Rc::clone(their_node));
            } else if is_raised && let Some(Node::Leaf(messages)) = mine.as_mut().map(Rc::make_mut) {
                for (mine, theirs) in messages.iter_mut().zip(their_messages) {
                    *mine = (*mine).max(*theirs);
                }
            }
        }
        Node::Inner(their_nodes) => {
            // To change a node that is shared, it has to be copied. So it is changed only where that is needed.
            let my_node = mine.get_or_insert_with(|| Rc::new(Node::empty(place.height)));
            let Node::Inner(my_nodes) = &**my_node else {
                unreachable!("nodes of one height are of one kind");
            };
            let mut joined = my_nodes.clone();
            let height = place.height - 1;
            for (index, (mine, theirs)) in joined.iter_mut().zip(their_nodes).enumerate() {
                let first = place.first + index * below(height);
                join(mine, theirs, Place { first, height }, raised.as_deref_mut());
            }
            if are_same(&joined, their_nodes) {
                *my_node = Rc::clone(their_node);
            } else if !are_same(&joined, my_nodes) {
                *my_node = Rc::new(Node::Inner(joined));
            }
        }
    }
}

fn are_same(left: &[Option<Rc<Node>>], right: &[Option<Rc<Node>>]) -> bool {
    left.iter().zip(right).all(|pair| match pair {
        (Some(left), Some(right)) => Rc::ptr_eq(left, right),
        (None, None) => true,
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(messages: &[(ObjectId, u32)]) -> View {
        let mut view = View::default();
        for (atomic, message) in messages {
            view.raise(*atomic, *message);
        }
        view
    }

    #[test]
    fn a_view_is_raised_and_never_lowered() {
        let mut view = view(&[(LEAF, 5), (LEAF, 3)]);
        assert_eq!(
            [0, LEAF, LEAF + 1, 9 * WIDTH * LEAF].map(|atomic| view.get(atomic)),
            [0, 5, 0, 0]
        );
        view.raise(0, 1);
        assert_eq!([0, LEAF].map(|atomic| view.get(atomic)), [1, 5]);
    }

    #[test]
    fn joined_views_have_the_later_message_of_each_atomic() {
        let (left, right) = (view(&[(0, 4), (1, 1)]), view(&[(0, 2), (1, 3), (3 * WIDTH * LEAF, 7)]));
        for (mine, theirs) in [(&left, &right), (&right, &left)] {
            let mut joined = mine.clone();
            joined.join(theirs);
            assert_eq!(
                [0, 1, 2, 3 * WIDTH * LEAF].map(|atomic| joined.get(atomic)),
                [4, 3, 0, 7]
            );
        }
        assert_eq!((left.get(1), right.get(0)), (1, 2), "a view changed that was only read");
    }

    #[test]
    fn a_difference_is_told_for_each_atomic_that_is_raised() {
        let many: Vec<(ObjectId, u32)> = (0..1000).map(|index| (index * 37, 1)).collect();
        let mut mine = view(&many);
        let mut theirs = mine.clone();
        theirs.raise(370, 5);
        theirs.raise(100_000, 2);
        mine.raise(74, 9);
        assert_eq!(mine.join_and_tell(&theirs), [(370, 5), (100_000, 2)]);
        assert_eq!(mine.join_and_tell(&theirs), []);
        assert_eq!(mine.join_and_tell(&view(&many)), []);
        assert_eq!([74, 370, 100_000, 36_963].map(|atomic| mine.get(atomic)), [9, 5, 2, 1]);
        assert_eq!(View::default().join_and_tell(&view(&many)), many);
    }

    #[test]
    fn parts_that_are_the_same_are_shared() {
        let mut first = view(&[(0, 1), (LEAF, 1)]);
        let mut second = first.clone();
        second.raise(LEAF, 2);
        assert_eq!((first.get(LEAF), second.get(LEAF)), (1, 2));
        let root = |view: &View| view.root.clone().expect("it is not empty");
        let (Node::Inner(mine), Node::Inner(theirs)) = (&*root(&first), &*root(&second)) else {
            panic!("two leaves have a node above them");
        };
        assert!(are_same(&mine[..1], &theirs[..1]));
        first.join(&second);
        assert!(
            Rc::ptr_eq(&root(&first), &root(&second)),
            "what is equal is one tree again"
        );
    }
}
