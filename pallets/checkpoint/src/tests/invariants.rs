//! Each check of the state sees what it is there for.

use crate::{mock::*, Agendas, Checkpoints, Flight, InFlight, Parameters, PausedAt, ProgressOf};
use frame_support::{assert_ok, BoundedVec};
use sp_runtime::DispatchError;

/// Corrupts a sound state, with checkpoint 1 acknowledged and 2 and 3 in flight, and expects the
/// check with this message.
fn detects(message: &'static str, corrupt: impl FnOnce()) {
	ExtBuilder::default().build().execute_with(|| {
		run_to(4 * INTERVAL + 1);
		confirm(1);
		assert_ok!(Checkpoint::do_try_state());
		corrupt();
		assert_eq!(Checkpoint::do_try_state(), Err(DispatchError::Other(message)));
	})
}

fn change(how: impl FnOnce(&mut crate::Progress)) {
	ProgressOf::<Test>::mutate(how)
}

fn change_record(index: u32, how: impl FnOnce(&mut crate::Checkpoint)) {
	Checkpoints::<Test>::mutate(index, |record| how(record.as_mut().unwrap()));
}

#[test]
fn try_state_detects_indices_out_of_order() {
	let message = "the indices of checkpoints are out of order";
	detects(message, || change(|progress| progress.oldest = 3));
	detects(message, || change(|progress| progress.resolved = 5));
	detects("a checkpoint was posted that does not exist", || {
		change(|progress| progress.last_posted = Some(4))
	});
	detects("a checkpoint was resolved that was never posted", || {
		change(|progress| progress.last_posted = Some(0))
	});
	detects("a checkpoint was resolved that was never posted", || {
		change(|progress| progress.last_posted = None)
	});
}

#[test]
fn try_state_detects_wrong_records() {
	detects("the number of records differs from the indices", || Checkpoints::<Test>::remove(0));
	detects("the number of records differs from the indices", || {
		Checkpoints::<Test>::insert(9, record(0))
	});
	detects("a checkpoint has no record", || {
		Checkpoints::<Test>::insert(9, record(0));
		Checkpoints::<Test>::remove(0)
	});
	detects("block numbers of checkpoints do not rise", || {
		change_record(1, |record| record.block_number = INTERVAL)
	});
	detects("a checkpoint was noted before its block", || {
		change_record(1, |record| record.noted_at = record.block_number)
	});
	detects("a checkpoint was noted before its block", || {
		change_record(3, |record| record.noted_at = u32::MAX)
	});
	detects("a pending checkpoint is acknowledged", || {
		change_record(2, |record| record.acknowledged_at = Some(70))
	});
	detects("the last resolved checkpoint is not acknowledged", || {
		change_record(1, |record| record.acknowledged_at = None)
	});
	detects("a checkpoint is due that exists", || {
		Agendas::<Test>::mutate(|agenda| agenda.next_due = Some(4 * INTERVAL))
	});
}

#[test]
fn try_state_detects_wrong_flights() {
	detects("those in flight are not the last ones", || {
		InFlight::<Test>::mutate(|flights| flights[0].index = 1)
	});
	detects("those in flight are not the last ones", || {
		InFlight::<Test>::mutate(|flights| flights.truncate(1))
	});
	detects("a resolved checkpoint is in flight", || {
		let flights = (1..4).map(|index| Flight::ready(index, 0)).collect();
		InFlight::<Test>::put(BoundedVec::truncate_from(flights))
	});
	detects("nothing is in flight for what is pending", InFlight::<Test>::kill);
}

#[test]
fn try_state_detects_a_wrong_plan() {
	detects("the plan differs from what is in flight", || {
		Agendas::<Test>::mutate(|agenda| agenda.send_at = None)
	});
	detects("the plan differs from what is in flight", || {
		Agendas::<Test>::mutate(|agenda| agenda.next_due = None)
	});
	detects("sending pauses though nothing is posted", || {
		Agendas::<Test>::kill();
		PausedAt::<Test>::put(1)
	});
}

#[test]
fn try_state_detects_parameters_out_of_bounds() {
	detects("a parameter lies outside its bounds", || {
		Parameters::<Test>::mutate(|parameters| parameters.interval = 0)
	});
}
