//! Benchmarks of the clock.

use super::*;
use frame_benchmarking::v2::*;

#[benchmarks]
mod benches {
	use super::*;

	/// What both system-event hooks do in a block: advance the counter and store a seed. Reading the
	/// seed out of the relay state proof is part of the parachain inherent's own weight.
	#[benchmark]
	fn on_relay_block() {
		Pallet::<T>::advance(1);
		#[block]
		{
			Pallet::<T>::advance(1_000_000);
			Randomness::<T>::put([7u8; 32]);
		}
		let expected: BlockNumberFor<T> = T::MaxClockStep::get().into();
		assert_eq!(Now::<T>::get(), expected + 1u32.into());
	}

	impl_benchmark_test_suite!(Pallet, crate::tests::new_test_ext(), crate::tests::Test);
}
