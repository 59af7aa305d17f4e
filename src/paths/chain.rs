//! A list that grows at its end and shares its beginning: what a part of a flow has met so far.

use std::rc::Rc;

/// Copies share what they have in common, so that splitting a part costs nothing.
#[derive(Debug)]
pub(super) struct Chain<T> {
    last: Option<Rc<Node<T>>>,
    length: usize,
}

#[derive(Debug)]
struct Node<T> {
    item: T,
    before: Option<Rc<Node<T>>>,
}

impl<T> Chain<T> {
    pub(super) fn push(&mut self, item: T) {
        let before = self.last.take();
        self.last = Some(Rc::new(Node { item, before }));
        self.length += 1;
    }

    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// The newest first.
    pub(super) fn newest(&self) -> impl Iterator<Item = &T> {
        std::iter::successors(self.last.as_deref(), |node| node.before.as_deref()).map(|node| &node.item)
    }

    /// The oldest first.
    pub(super) fn oldest(&self) -> impl Iterator<Item = &T> {
        let mut items: Vec<&T> = self.newest().collect();
        items.reverse();
        items.into_iter()
    }
}

impl<T: Clone + PartialEq> Chain<T> {
    /// Each item once, in the order of its first appearance.
    pub(super) fn unique(&self) -> Vec<T> {
        let mut items: Vec<T> = Vec::new();
        for item in self.oldest() {
            if !items.contains(item) {
                items.push(item.clone());
            }
        }
        items
    }
}

impl<T> Default for Chain<T> {
    fn default() -> Chain<T> {
        Chain {
            last: None,
            length: 0,
        }
    }
}

impl<T> Clone for Chain<T> {
    fn clone(&self) -> Chain<T> {
        Chain {
            last: self.last.clone(),
            length: self.length,
        }
    }
}

impl<T> Drop for Chain<T> {
    /// One after the other: dropping the last node would otherwise recurse to the first.
    fn drop(&mut self) {
        let mut next = self.last.take();
        while let Some(node) = next {
            next = Rc::into_inner(node).and_then(|node| node.before);
        }
    }
}
