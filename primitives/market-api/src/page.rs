//! Pages of long lists.

use alloc::vec::Vec;
use codec::{Decode, DecodeAll, Encode};
use scale_info::TypeInfo;

/// Most entries of a page.
pub const MAX_LIMIT: u32 = 100;

/// Most entries of the state that a call looks at, whether or not they are asked for.
pub const MAX_SCANNED: u32 = 1_000;

/// Longest cursor in bytes.
const MAX_CURSOR_LEN: usize = 256;

/// A piece of a list.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub struct Page<Item> {
	/// Entries, at most as many as asked for. Can be empty although more follow.
	pub items: Vec<Item>,
	/// Where the next page begins. None: the list ends here.
	pub next: Option<Vec<u8>>,
}

/// Why a question has no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode, TypeInfo)]
pub enum QueryError {
	/// The limit is 0 or above [`MAX_LIMIT`].
	#[codec(index = 0)]
	InvalidLimit,
	/// The cursor is not one of this list.
	#[codec(index = 1)]
	InvalidCursor,
	/// Not of the form `did:etrid:<kind>:<id>`.
	#[codec(index = 2)]
	InvalidDid,
	/// No such node is registered.
	#[codec(index = 3)]
	NodeNotFound,
	/// More than [`MAX_CRITERIA`](crate::MAX_CRITERIA) criteria.
	#[codec(index = 4)]
	TooManyCriteria,
	/// A criterion is out of its bounds.
	#[codec(index = 5)]
	InvalidCriterion,
}

/// The limit, if it is within bounds.
pub fn checked_limit(limit: u32) -> Result<u32, QueryError> {
	if (1..=MAX_LIMIT).contains(&limit) {
		Ok(limit)
	} else {
		Err(QueryError::InvalidLimit)
	}
}

/// The place in a list that a cursor names.
pub fn position<Position: Decode>(cursor: Option<Vec<u8>>) -> Result<Option<Position>, QueryError> {
	let Some(bytes) = cursor else { return Ok(None) };
	if bytes.len() > MAX_CURSOR_LEN {
		return Err(QueryError::InvalidCursor);
	}
	Position::decode_all(&mut &bytes[..]).map(Some).map_err(|_| QueryError::InvalidCursor)
}

/// Takes a page out of a walk over entries and their positions, of which `pick` keeps what is asked
/// for. `limit` is at least 1.
pub fn paged<Position: Encode, Entry, Item>(
	walk: impl Iterator<Item = (Position, Entry)>,
	limit: u32,
	mut pick: impl FnMut(Entry) -> Option<Item>,
) -> Page<Item> {
	let mut walk = walk.peekable();
	let mut items = Vec::new();
	for scanned in 1..=MAX_SCANNED {
		let Some((position, entry)) = walk.next() else { break };
		items.extend(pick(entry));
		let is_full = items.len() >= limit as usize || scanned == MAX_SCANNED;
		if is_full {
			// Whether anything follows decides whether there is a next page.
			let next = walk.peek().map(|_| position.encode());
			return Page { items, next };
		}
	}
	Page { items, next: None }
}

#[cfg(test)]
mod tests {
	use super::*;
	use proptest::prelude::*;

	/// Walks `0..len`, keeping multiples of `every`, page by page.
	fn walk(len: u32, every: u32, limit: u32) -> (Vec<u32>, u32) {
		let (mut seen, mut pages, mut cursor) = (Vec::new(), 0, None);
		loop {
			let after = position::<u32>(cursor).unwrap();
			let from = after.map_or(0, |after| after + 1);
			let page = paged((from..len).map(|n| (n, n)), limit, |n| (n % every == 0).then_some(n));
			assert!(page.items.len() <= limit as usize);
			seen.extend(page.items);
			pages += 1;
			cursor = page.next;
			if cursor.is_none() {
				return (seen, pages);
			}
		}
	}

	#[test]
	fn a_walk_sees_each_entry_once() {
		let expected = |len: u32, every: usize| (0..len).step_by(every).collect::<Vec<_>>();
		for len in [0, 1, 99, 100, 101, 999, 1_000, 1_001, 2_345] {
			for every in [1, 3, 2_000] {
				for limit in [1, 7, 100] {
					assert_eq!(walk(len, every, limit).0, expected(len, every as usize));
				}
			}
		}
	}

	#[test]
	fn boundary_the_last_page_has_no_cursor() {
		assert_eq!(walk(100, 1, 100).1, 1);
		assert_eq!(walk(101, 1, 100).1, 2);
		assert_eq!(walk(1_000, 5_000, 100).1, 1);
		assert_eq!(walk(1_001, 5_000, 100).1, 2);
		assert_eq!(walk(0, 1, 1).1, 1);
	}

	#[test]
	fn a_page_looks_at_a_bounded_number_of_entries() {
		let mut looked = 0;
		let page = paged((0u32..).map(|n| (n, n)), 100, |_| {
			looked += 1;
			None::<()>
		});
		assert_eq!(looked, MAX_SCANNED);
		assert_eq!(page, Page { items: vec![], next: Some((MAX_SCANNED - 1).encode()) });
	}

	#[test]
	fn limits_have_bounds() {
		assert_eq!([1, 100].map(checked_limit), [Ok(1), Ok(100)]);
		let refused = Err(QueryError::InvalidLimit);
		assert_eq!([0, 101, u32::MAX].map(checked_limit), [refused; 3]);
	}

	proptest! {
		#[test]
		fn no_cursor_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
			let read = position::<u32>(Some(bytes.clone()));
			match <[u8; 4]>::try_from(&bytes[..]) {
				Ok(four) => prop_assert_eq!(read, Ok(Some(u32::from_le_bytes(four)))),
				Err(_) => prop_assert_eq!(read, Err(QueryError::InvalidCursor)),
			}
			let _ = position::<crate::NodePosition>(Some(bytes.clone()));
			let _ = position::<crate::EarningsPosition>(Some(bytes));
		}
	}
}
