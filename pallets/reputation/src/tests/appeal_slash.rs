//! `appeal_slash`.

use crate::{mock::*, Error, Event, SlashState};
use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};
use sp_runtime::DispatchError;

#[test]
fn success_holds_the_bond() {
	run(|| {
		let slash_id = no_show();
		System::reset_events();
		assert_ok!(Reputation::appeal_slash(signed(OWNER), slash_id));
		assert_eq!((bond_of(OWNER), free(OWNER)), (10 * TOKEN, START_BALANCE - 10 * TOKEN));
		assert_eq!(slash(slash_id).state, SlashState::Appealed { bond: 10 * TOKEN });
		let decided_until = 1_000 + ARBITRATION;
		assert_eq!(slash(slash_id).deadline, decided_until);
		assert_eq!(
			events(),
			vec![Event::SlashAppealed { slash_id, owner: OWNER, bond: 10 * TOKEN, decided_until }]
		);
		// The money stays where it is.
		assert_eq!(in_pot(), SLASH);
	});
}

#[test]
fn boundary_until_the_deadline() {
	run(|| {
		let (first, second) = (no_show(), no_show());
		wait(DAY - 1);
		assert_ok!(Reputation::appeal_slash(signed(OWNER), first));
		wait(1);
		assert_noop!(Reputation::appeal_slash(signed(OWNER), second), Error::<Test>::TooLate);
	});
}

#[test]
fn several_bonds_add_up() {
	run(|| {
		let (first, second) = (appealed(), appealed());
		assert_ne!(first, second);
		assert_eq!(bond_of(OWNER), 20 * TOKEN);
	});
}

#[test]
fn the_bond_is_the_one_of_the_appeal() {
	run(|| {
		let slash_id = appealed();
		set(|p| p.appeal_bond = 50 * TOKEN);
		assert_ok!(Reputation::resolve_appeal(signed(ARBITER), slash_id, crate::Ruling::Overturn));
		assert_eq!((bond_of(OWNER), free(OWNER)), (0, START_BALANCE + SLASH));
	});
}

#[test]
fn fails_for_others_twice_unknown_and_without_money() {
	run(|| {
		let slash_id = no_show();
		for who in [STRANGER, REQUESTER, TREASURY] {
			assert_noop!(
				Reputation::appeal_slash(signed(who), slash_id),
				Error::<Test>::NotAuthorized
			);
		}
		assert_noop!(
			Reputation::appeal_slash(RuntimeOrigin::root(), slash_id),
			DispatchError::BadOrigin
		);
		assert_noop!(Reputation::appeal_slash(signed(OWNER), 9), Error::<Test>::SlashNotFound);
		Balances::set_balance(&OWNER, 10 * TOKEN);
		assert_noop!(
			Reputation::appeal_slash(signed(OWNER), slash_id),
			Error::<Test>::InsufficientBalance
		);
		Balances::set_balance(&OWNER, START_BALANCE);
		assert_ok!(Reputation::appeal_slash(signed(OWNER), slash_id));
		assert_noop!(
			Reputation::appeal_slash(signed(OWNER), slash_id),
			Error::<Test>::InvalidState
		);
	});
}
