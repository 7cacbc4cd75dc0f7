//! How much memory a call takes: an allocator that counts, for each thread.
//!
//! The fuzz targets and the replay install it; where it is not, nothing is limited.

use core::cell::Cell;
use std::alloc::{GlobalAlloc, Layout, System};

thread_local! {
	static LIVE: Cell<usize> = const { Cell::new(0) };
	static PEAK: Cell<usize> = const { Cell::new(0) };
}

/// The system's allocator, counting.
pub struct Meter;

fn grow(size: usize) {
	// A thread that ends has no counters any more.
	let _ = LIVE.try_with(|live| {
		let now = live.get().wrapping_add(size);
		live.set(now);
		let _ = PEAK.try_with(|peak| peak.set(peak.get().max(now)));
	});
}

fn shrink(size: usize) {
	// What another thread allocated may be freed here.
	let _ = LIVE.try_with(|live| live.set(live.get().saturating_sub(size)));
}

// SAFETY: everything is passed on to the system's allocator as it comes.
unsafe impl GlobalAlloc for Meter {
	unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
		grow(layout.size());
		System.alloc(layout)
	}

	unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
		grow(layout.size());
		System.alloc_zeroed(layout)
	}

	unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
		shrink(layout.size());
		System.dealloc(pointer, layout)
	}

	unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
		// Both may exist at once.
		grow(size);
		shrink(layout.size());
		System.realloc(pointer, layout, size)
	}
}

/// What `call` returns, and the most bytes that it had at once.
pub fn measured<R>(call: impl FnOnce() -> R) -> (R, usize) {
	let before = LIVE.get();
	PEAK.set(before);
	let result = call();
	(result, PEAK.get().saturating_sub(before))
}

/// What `call` returns, if it never had more than `most` bytes at once.
pub fn within<R>(most: usize, call: impl FnOnce() -> R) -> R {
	let (result, peak) = measured(call);
	assert!(peak <= most, "takes {peak} bytes of memory, more than {most}");
	result
}
