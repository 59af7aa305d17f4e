//! Choices read from a list of numbers, so that proptest can make a failing case smaller: with all
//! numbers zero every choice is the first one.

pub struct Entropy<'a> {
    numbers: std::slice::Iter<'a, u16>,
}

impl Entropy<'_> {
    pub fn new(numbers: &[u16]) -> Entropy<'_> {
        Entropy {
            numbers: numbers.iter(),
        }
    }

    /// A number below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        usize::from(self.numbers.next().copied().unwrap_or(0)) % end.max(1)
    }

    /// True in `percent` of the cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) >= 100 - percent
    }

    pub fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }
}
