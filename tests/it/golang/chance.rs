//! Generated numbers.

/// Numbers that follow from a seed (xorshift).
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    /// One of `items`.
    pub(crate) fn one<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Fewer than `most` digits.
    pub(crate) fn digits(&mut self, most: usize) -> String {
        let length = self.below(most);
        (0..length)
            .map(|_| *self.one(&['0', '1', '2', '3', '4', '5', '6', '7', '8', '9']))
            .collect()
    }
}
