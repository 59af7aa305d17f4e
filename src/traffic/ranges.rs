//! Sorted ranges of numbers, the one representation of every set of a header field.

use std::sync::Arc;

/// Sorted, disjoint, non-adjacent inclusive ranges: the one representation of a set of numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Ranges(Arc<[(u32, u32)]>);
impl Ranges {
    /// Ranges in any order, overlapping or not; those that end before they start are dropped.
    #[must_use]
    pub fn new(ranges: impl IntoIterator<Item = (u32, u32)>) -> Ranges {
        let mut ranges = ranges.into_iter().filter(|(low, high)| low <= high);
        // Nearly every set is one range, or none.
        let Some(first) = ranges.next() else {
            return Ranges(Arc::default());
        };
        let Some(second) = ranges.next() else {
            return Ranges(Arc::new([first]));
        };
        let mut sorted: Vec<(u32, u32)> = [first, second].into_iter().chain(ranges).collect();
        sorted.sort_unstable();
        let mut merged: Vec<(u32, u32)> = Vec::with_capacity(sorted.len());
        for (low, high) in sorted {
            match merged.last_mut() {
                Some((_, end)) if low <= end.saturating_add(1) => *end = (*end).max(high),
                _ => merged.push((low, high)),
            }
        }
        Ranges(merged.into())
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn ranges(&self) -> &[(u32, u32)] {
        &self.0
    }

    #[must_use]
    pub fn count(&self) -> u64 {
        self.0.iter().map(|(low, high)| u64::from(high - low) + 1).sum()
    }

    #[must_use]
    pub fn contains(&self, number: u32) -> bool {
        let after = self.0.partition_point(|(low, _)| *low <= number);
        after > 0 && self.0.get(after - 1).is_some_and(|(_, high)| number <= *high)
    }

    #[must_use]
    pub fn union(&self, other: &Ranges) -> Ranges {
        if other.is_empty() || self == other {
            return self.clone();
        }
        if self.is_empty() {
            return other.clone();
        }
        Ranges::new(self.0.iter().chain(other.0.iter()).copied())
    }

    #[must_use]
    pub fn intersection(&self, other: &Ranges) -> Ranges {
        if self == other || other.is_full() {
            return self.clone();
        }
        if self.is_full() {
            return other.clone();
        }
        let mut common = Vec::new();
        self.overlaps(other, |low, high| {
            common.push((low, high));
            true
        });
        Ranges(common.into())
    }

    #[must_use]
    pub fn intersects(&self, other: &Ranges) -> bool {
        let mut found = false;
        self.overlaps(other, |_, _| {
            found = true;
            false
        });
        found
    }

    #[must_use]
    pub fn difference(&self, other: &Ranges) -> Ranges {
        let mut rest = Vec::new();
        let mut others = other.0.iter().peekable();
        for &(low, high) in self.0.iter() {
            let mut start = u64::from(low);
            while let Some(&&(other_low, other_high)) = others.peek() {
                if u64::from(other_high) < start {
                    others.next();
                    continue;
                }
                if other_low > high {
                    break;
                }
                if u64::from(other_low) > start {
                    rest.push((clamp(start), other_low - 1));
                }
                start = u64::from(other_high) + 1;
                if start > u64::from(high) {
                    break;
                }
            }
            if start <= u64::from(high) {
                rest.push((clamp(start), high));
            }
        }
        Ranges(rest.into())
    }

    #[must_use]
    pub fn is_subset(&self, other: &Ranges) -> bool {
        self.0.iter().all(|&(low, high)| {
            let after = other.0.partition_point(|(other_low, _)| *other_low <= low);
            after > 0
                && other
                    .0
                    .get(after - 1)
                    .is_some_and(|(_, other_high)| high <= *other_high)
        })
    }

    #[must_use]
    pub fn first(&self) -> Option<u32> {
        self.0.first().map(|(low, _)| *low)
    }

    fn is_full(&self) -> bool {
        matches!(&*self.0, [(0, u32::MAX)])
    }

    /// Calls `found` with every common range in order until it returns false.
    fn overlaps(&self, other: &Ranges, mut found: impl FnMut(u32, u32) -> bool) {
        let (few, many) = if self.0.len() <= other.0.len() {
            (self, other)
        } else {
            (other, self)
        };
        for &(low, high) in few.0.iter() {
            let mut index = many.0.partition_point(|(_, many_high)| *many_high < low);
            while let Some(&(many_low, many_high)) = many.0.get(index) {
                if many_low > high {
                    break;
                }
                if !found(low.max(many_low), high.min(many_high)) {
                    return;
                }
                index += 1;
            }
        }
    }
}

pub(super) fn clamp(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
