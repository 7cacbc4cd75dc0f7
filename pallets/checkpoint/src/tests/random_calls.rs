//! Random sequences of blocks, answers, forgeries, failures and governance keep every invariant;
//! and whatever happened, everything is confirmed or superseded once the relay chain is well again.

use crate::{
	message, mock::*, CheckpointParameters, Checkpoints, Posting, ProgressOf, RelayTarget, Standing,
};
use frame_support::assert_ok;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use xcm::latest::prelude::*;

#[derive(Clone, Debug)]
enum Step {
	Blocks(u8),
	Link(u8),
	Heads(u8),
	Money(u8),
	Room(bool),
	Answer(u8, bool),
	Forge(u8),
	Bring(u8),
	Switch(bool),
	Parameters(u8, bool),
}

fn step() -> impl Strategy<Value = Step> {
	prop_oneof![
		6 => (1..40u8).prop_map(Step::Blocks),
		1 => (0..3u8).prop_map(Step::Link),
		1 => (0..5u8).prop_map(Step::Heads),
		1 => (0..4u8).prop_map(Step::Money),
		1 => any::<bool>().prop_map(Step::Room),
		4 => (any::<u8>(), any::<bool>()).prop_map(|(n, ok)| Step::Answer(n, ok)),
		1 => any::<u8>().prop_map(Step::Forge),
		1 => any::<u8>().prop_map(Step::Bring),
		1 => any::<bool>().prop_map(Step::Switch),
		1 => (0..4u8, any::<bool>()).prop_map(|(n, guide)| Step::Parameters(n, guide)),
	]
}

/// What a relay chain would know: which checkpoints came to it, with which root.
#[derive(Default)]
struct Relay {
	arrived: BTreeMap<u32, Vec<u8>>,
}

impl Relay {
	fn collect(&mut self) {
		for message in take_sent() {
			let (query_id, call) = content(&message);
			let index = message::index_of(query_id).unwrap();
			let root = call[call.len() - 32..].to_vec();
			let before = self.arrived.insert(index, root.clone());
			assert!(before.is_none_or(|before| before == root), "a checkpoint changed its root");
		}
	}
}

fn apply(step: Step, relay: &mut Relay) {
	match step {
		Step::Blocks(n) => (0..n).for_each(|_| block()),
		Step::Link(n) => LinkNow::set([Link::Up, Link::Refuses("full"), Link::Breaks][n as usize]),
		Step::Heads(n) => HeadsNow::set(
			[
				Heads::Both,
				Heads::Included(2),
				Heads::Fixed(last_block() / 2),
				Heads::Garbage,
				Heads::None,
			][n as usize],
		),
		Step::Money(n) => {
			RelayMoney::set([Some(1_000_000), Some(5), None, None][n as usize]);
			RelayIsReal::set(n < 3);
		}
		Step::Room(room) => IdleWeight::set(if room { Weight::MAX } else { Weight::zero() }),
		Step::Answer(n, ok) => {
			relay.collect();
			let Some(index) = relay.arrived.keys().nth(n as usize % relay.arrived.len().max(1))
			else {
				return;
			};
			let open = ProgressOf::<Test>::get().is_open(*index);
			let taken = block_with(|| answer(*index, if ok { DONE } else { CALL_FAILED }));
			assert_eq!(taken, open);
			if ok && open {
				assert!(record(*index).acknowledged_at.is_some());
			}
		}
		Step::Forge(n) => block_with(|| {
			let before = ProgressOf::<Test>::get();
			let id = message::query_id(u32::from(n) % (before.next + 1));
			assert!(!receive(Location::parent(), id, None, DONE));
			push_in(Location::new(1, [Parachain(2013)]), id, Some(Location::here()), DONE);
			assert_eq!(ProgressOf::<Test>::get(), before);
		}),
		Step::Bring(n) => block_with(|| {
			let number = last_block().saturating_sub(u32::from(n));
			let bytes = codec::Encode::encode(&header(number));
			let _ = Checkpoint::note_header(RuntimeOrigin::signed(1), bytes);
		}),
		Step::Switch(on) => block_with(|| {
			let posting = if on { Posting::On } else { Posting::Off };
			let _ = Checkpoint::set_posting(RuntimeOrigin::root(), posting);
		}),
		Step::Parameters(n, guide) => block_with(|| {
			let target = if guide { TARGET } else { RelayTarget::PbcRouter { pallet: 4, call: 1 } };
			assert_ok!(Checkpoint::set_parameters(
				RuntimeOrigin::root(),
				CheckpointParameters {
					interval: [4, 7, 16, 50][n as usize],
					target,
					..test_parameters()
				},
			));
		}),
	}
}

use frame_support::weights::Weight;

proptest! {
	#![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..Default::default() })]

	#[test]
	fn random_calls_keep_every_invariant(steps in proptest::collection::vec(step(), 1..60)) {
		ExtBuilder::default().build().execute_with(|| {
			let mut relay = Relay::default();
			let mut acknowledged = BTreeSet::new();
			for step in steps {
				let before = ProgressOf::<Test>::get();
				apply(step, &mut relay);
				assert_ok!(Checkpoint::do_try_state());
				let after = ProgressOf::<Test>::get();
				// Nothing goes back, and nothing pending disappears.
				assert!(after.next >= before.next && after.resolved >= before.resolved);
				for index in after.resolved..after.next {
					let info = Checkpoint::checkpoint(index).unwrap();
					assert_eq!(info.standing, Standing::Pending);
				}
				// What is acknowledged stays so, with the root of its block.
				for (index, record) in Checkpoints::<Test>::iter() {
					assert_eq!(record.state_root, header(record.block_number).state_root);
					if record.acknowledged_at.is_some() {
						acknowledged.insert(index);
					} else {
						assert!(!acknowledged.contains(&index));
					}
				}
				relay.collect();
			}

			// The relay chain is well again, and answers everything.
			LinkNow::set(Link::Up);
			HeadsNow::set(Heads::Both);
			RelayMoney::set(Some(1_000_000));
			RelayIsReal::set(true);
			IdleWeight::set(Weight::MAX);
			block_with(|| {
				let _ = Checkpoint::set_posting(RuntimeOrigin::root(), Posting::On);
			});
			let last = ProgressOf::<Test>::get().next;
			for _ in 0..(MAX_BACKOFF + 60) {
				block();
				for (query_id, _) in take_sent().iter().map(content) {
					block_with(|| answer(message::index_of(query_id).unwrap(), DONE));
				}
			}
			let progress = ProgressOf::<Test>::get();
			assert!(progress.resolved >= last, "{progress:?}");
			assert_ok!(Checkpoint::do_try_state());
		});
	}
}
