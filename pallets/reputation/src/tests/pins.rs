//! What clients and stored data rely on.

use crate::{mock::*, Call, HoldReason, LiftReason, ReleaseReason, Ruling, SlashState, Suspension};
use crate::{Parameters, SuspensionCause};
use codec::Encode;
use frame_support::traits::{GetCallName, GetStorageVersion, StorageInfoTrait, StorageVersion};

#[test]
fn call_indices() {
	let index = |call: Call<Test>| call.encode()[0];
	let slash_id = 0;
	assert_eq!(index(Call::release_slash { slash_id }), 0);
	assert_eq!(index(Call::appeal_slash { slash_id }), 1);
	assert_eq!(index(Call::resolve_appeal { slash_id, ruling: Ruling::Uphold }), 2);
	assert_eq!(index(Call::lift_suspension { did: vec![] }), 3);
	assert_eq!(index(Call::refresh_score { did: vec![] }), 4);
	assert_eq!(index(Call::suspend_node { did: vec![] }), 5);
	assert_eq!(index(Call::reinstate_node { did: vec![] }), 6);
	run(|| {
		let parameters = Parameters::<Test>::get();
		assert_eq!(index(Call::set_parameters { parameters }), 7);
	});
	assert_eq!(Call::<Test>::get_call_names().len(), 8);
}

#[test]
fn hold_reasons_and_stored_enums() {
	assert_eq!(HoldReason::AppealBond.encode(), [0]);
	assert_eq!([Ruling::Uphold, Ruling::Overturn].encode(), [0, 1]);
	let reasons = [ReleaseReason::Unappealed, ReleaseReason::Upheld, ReleaseReason::ArbiterSilent];
	assert_eq!(reasons.encode(), [0, 1, 2]);
	let reasons = [LiftReason::Cooled, LiftReason::Overturned, LiftReason::Governance];
	assert_eq!(reasons.encode(), [0, 1, 2]);
	assert_eq!(SlashState::<u8>::Held.encode(), [0]);
	assert_eq!(SlashState::<u8>::Appealed { bond: 7 }.encode(), [1, 7]);
	let causes = [
		SuspensionCause::Violations { points: 0, bucket: 0 },
		SuspensionCause::Score,
		SuspensionCause::Governance,
	];
	for (index, cause) in (0u8..).zip(causes) {
		assert_eq!(Suspension { cause, since: 0u32, until: 0 }.encode()[0], index);
	}
}

/// Largest key and value of a storage item, as the benchmarks count it.
fn max_size(name: &str) -> u32 {
	Reputation::storage_info()
		.into_iter()
		.find(|info| info.storage_name == name.as_bytes())
		.and_then(|info| info.max_size)
		.unwrap()
}

/// Settlement reads a record and the parameters: small against the accounts it reads.
#[test]
fn hot_records_stay_small() {
	assert!(max_size("Reputations") <= 100, "{}", max_size("Reputations"));
	assert!(max_size("Suspensions") <= 60, "{}", max_size("Suspensions"));
	assert!(max_size("Parameters") <= 200, "{}", max_size("Parameters"));
	assert!(max_size("Slashes") <= 250, "{}", max_size("Slashes"));
}

#[test]
fn storage_names_and_version() {
	let names: Vec<_> = Reputation::storage_info()
		.into_iter()
		.map(|info| String::from_utf8(info.storage_name).unwrap())
		.collect();
	for name in ["Reputations", "Suspensions", "Slashes", "NextSlashId", "Parameters"] {
		assert!(names.iter().any(|n| n == name), "{name}");
	}
	assert_eq!(Reputation::in_code_storage_version(), StorageVersion::new(1));
}

#[test]
fn genesis_gives_the_account_its_existential_deposit() {
	run(|| assert_eq!(free(Reputation::pot()), ED));
}
