//! View functions.

use crate::{message, mock::*, Delivery, Posting, Standing};

#[test]
fn status_follows_a_checkpoint() {
	posting(|| {
		let status = Checkpoint::status();
		assert_eq!((status.posting, status.next_due), (Posting::On, Some(INTERVAL)));
		assert_eq!((status.pending, status.next_attempt), (0, None));
		assert_eq!(
			(status.last_noted, status.last_posted, status.last_acknowledged),
			(None, None, None)
		);

		run_to(INTERVAL + 1);
		let status = Checkpoint::status();
		assert_eq!(status.next_due, Some(2 * INTERVAL));
		assert_eq!((status.pending, status.next_attempt), (1, Some(INTERVAL + 1 + TIMEOUT)));
		let posted = status.last_posted.unwrap();
		assert_eq!(posted.checkpoint, record(0));
		assert_eq!(posted.standing, Standing::Pending);
		assert_eq!(posted.query_id, message::query_id(0));
		assert_eq!(posted.flight.unwrap().delivery, Delivery::Sent);
		assert_eq!(status.last_noted, Some(posted));
		assert_eq!(status.last_acknowledged, None);
		assert_eq!(status.relay_balance.unwrap().read_at, INTERVAL + 1);

		confirm(0);
		let status = Checkpoint::status();
		assert_eq!((status.pending, status.next_attempt), (0, None));
		let acknowledged = status.last_acknowledged.unwrap();
		assert_eq!(acknowledged.standing, Standing::Acknowledged);
		assert_eq!(acknowledged.flight, None);
	});
}

#[test]
fn status_shows_a_pause_and_that_posting_is_off() {
	posting(|| {
		RelayMoney::set(Some(12));
		run_to(INTERVAL + 1);
		assert_eq!(Checkpoint::status().paused_at_balance, Some(12));
	});
	ExtBuilder { posting: Posting::Off, ..Default::default() }.build_and_execute(|| {
		let status = Checkpoint::status();
		assert_eq!((status.posting, status.next_due), (Posting::Off, None));
	});
}

#[test]
fn checkpoints_show_where_they_stand() {
	posting(|| {
		run_to(4 * INTERVAL + 1);
		confirm(1);
		let standing = |index| Checkpoint::checkpoint(index).map(|info| info.standing);
		assert_eq!(standing(0), Some(Standing::Superseded));
		assert_eq!(standing(1), Some(Standing::Acknowledged));
		assert_eq!(standing(2), Some(Standing::Pending));
		assert_eq!(standing(4), None);
		assert_eq!(standing(u32::MAX), None);
		let pending = Checkpoint::pending_checkpoints();
		assert_eq!(pending.iter().map(|info| info.index).collect::<Vec<_>>(), [2, 3]);
		assert!(pending.iter().all(|info| info.flight.is_some()));
	});
}

#[test]
fn a_block_is_covered_by_the_next_acknowledged_checkpoint() {
	posting(|| {
		let covering =
			|block| Checkpoint::checkpoint_covering(block).map(|info| info.checkpoint.block_number);
		assert_eq!(covering(0), None);
		run_to(3 * INTERVAL + 1);
		assert_eq!(covering(0), None);
		confirm(1);
		// The first is superseded; the third is pending.
		assert_eq!(covering(0), Some(2 * INTERVAL));
		assert_eq!(covering(INTERVAL), Some(2 * INTERVAL));
		assert_eq!(covering(2 * INTERVAL), Some(2 * INTERVAL));
		assert_eq!(covering(2 * INTERVAL + 1), None);
		confirm(2);
		assert_eq!(covering(2 * INTERVAL + 1), Some(3 * INTERVAL));
		assert_eq!(covering(u32::MAX), None);
	});
}

#[test]
fn a_block_is_covered_after_records_have_left() {
	posting(|| {
		for index in 0..8 {
			run_to((index + 1) * INTERVAL + 1);
			confirm(index);
		}
		let covering =
			|block| Checkpoint::checkpoint_covering(block).map(|info| info.checkpoint.block_number);
		// Records of 0 to 3 are gone: the oldest that is left covers what they did.
		assert_eq!(covering(0), Some(5 * INTERVAL));
		assert_eq!(covering(7 * INTERVAL + 3), Some(8 * INTERVAL));
	});
}

#[test]
fn the_call_is_shown_as_it_is_sent() {
	posting(|| {
		run_to(INTERVAL + 1);
		let (_, call) = content(&take_sent()[0]);
		assert_eq!(Checkpoint::relay_call(0), Some(call));
		assert_eq!(Checkpoint::relay_call(1), None);
	});
}
