//! Benchmarks, each in its worst case: DIDs and texts of the greatest length, owners whose lists
//! are full, models with prices, an offer and open jobs where they may have them.

use super::*;
use ai_compute_primitives::{
	Did, DidAuthority, DidHash, Hosting, ModelUsage, NodeMutate, PriceRule, MAX_DID_LEN,
};
use alloc::{vec, vec::Vec};
use frame_benchmarking::v2::*;
use frame_support::{
	traits::{
		fungible::{Inspect, Mutate},
		EnsureOrigin, Get,
	},
	BoundedVec,
};
use frame_system::RawOrigin;
use sp_core::H256;
use sp_runtime::traits::{BlockNumberProvider, Saturating};

/// An AI DID of the greatest length, for model `n`.
fn longest_model_did(n: u8) -> Did {
	let mut bytes = b"did:etrid:ai:multimodal:".to_vec();
	let length = bytes.len().saturating_add(64);
	bytes.resize(length, b'a'.saturating_add(n % 26));
	Did::parse(bytes).expect("well-formed")
}

/// A DID of the greatest length, for a node.
fn longest_node_did() -> Did {
	let mut bytes = b"did:etrid:gpu:".to_vec();
	bytes.resize(MAX_DID_LEN as usize, b'a');
	Did::parse(bytes).expect("well-formed")
}

fn bytes(did: &Did) -> Vec<u8> {
	did.as_bytes().to_vec()
}

fn text(byte: u8, length: u32) -> Vec<u8> {
	vec![byte; length as usize]
}

fn fund<T: Config>(account: &T::AccountId) {
	let amount = T::ModelRegistrationDeposit::get()
		.saturating_add(T::HostDeposit::get())
		.saturating_add(T::Currency::minimum_balance());
	let balance = amount.saturating_mul(100u32.into()).max(T::Currency::balance(account));
	T::Currency::set_balance(account, balance);
}

/// Fills `owner`'s list except for one place.
fn crowd<T: Config>(owner: &T::AccountId) {
	let others = (1..T::MaxModelsPerOwner::get())
		.map(|n| {
			let mut hash = [0xff; 32];
			hash[..4].copy_from_slice(&n.to_be_bytes());
			DidHash::from(hash)
		})
		.collect();
	OwnerModels::<T>::insert(owner, BoundedVec::truncate_from(others));
}

fn register<T: Config>(owner: &T::AccountId, did: &Did, parent: Option<&Did>) {
	fund::<T>(owner);
	T::Dids::anchor(did, owner);
	Pallet::<T>::do_register(
		owner.clone(),
		bytes(did),
		text(b'n', MAX_NAME_LEN),
		text(b'v', MAX_VERSION_LEN),
		type_of(did),
		H256::repeat_byte(1),
		text(b'u', MAX_URI_LEN),
		1,
		text(b'l', MAX_LICENSE_LEN),
		Visibility::Public,
		parent.map(|did| ParentClaim { did: bytes(did), max_share_bps: MAX_PARENT_BPS }),
		MAX_ROYALTY_BPS,
	)
	.expect("the arguments are within bounds and the deposit is funded");
}

/// The type that an AI DID names.
fn type_of(did: &Did) -> ModelType {
	[
		ModelType::LLM,
		ModelType::Vision,
		ModelType::Audio,
		ModelType::Multimodal,
		ModelType::Agent,
		ModelType::Ensemble,
	]
	.into_iter()
	.find(|model_type| model_type.is_of(did))
	.expect("models have AI DIDs")
}

/// A model of `owner` that welcomes descendants.
fn parent<T: Config>(owner: &T::AccountId) -> Did {
	let did = longest_model_did(1);
	if !Models::<T>::contains_key(did.hash()) {
		register::<T>(owner, &did, None);
		let descendants = Descendants::Welcome { share_bps: MAX_PARENT_BPS };
		Pallet::<T>::do_set_descendants(owner.clone(), bytes(&did), descendants)
			.expect("the share is within bounds");
	}
	did
}

/// Prices with as many tiers as there may be.
fn set_prices<T: Config>(owner: &T::AccountId, did: &Did) {
	Pallet::<T>::do_set_pricing(
		owner.clone(),
		bytes(did),
		1u32.into(),
		2u32.into(),
		3u32.into(),
		tiers::<T>(),
		PriceRule::AtLeast(1u32.into()),
	)
	.expect("the prices are valid");
}

fn tiers<T: Config>() -> Vec<PriceTier<BalanceOf<T>>> {
	(1..=u64::from(MAX_TIERS))
		.map(|from_tokens| PriceTier {
			from_tokens,
			input_token_price: 1u32.into(),
			output_token_price: 1u32.into(),
		})
		.collect()
}

/// A model of `owner`, last in its full list, with a parent and prices.
fn registered<T: Config>(owner: &T::AccountId) -> Did {
	let parent = parent::<T>(&account("parent", 0, 0));
	let did = longest_model_did(0);
	crowd::<T>(owner);
	register::<T>(owner, &did, Some(&parent));
	set_prices::<T>(owner, &did);
	did
}

/// Publishes versions until `count` are kept.
fn publish<T: Config>(owner: &T::AccountId, did: &Did, count: u32) {
	for _ in 1..count {
		Pallet::<T>::do_publish(
			owner.clone(),
			bytes(did),
			text(b'w', MAX_VERSION_LEN),
			H256::repeat_byte(2),
			Some(H256::repeat_byte(3)),
			Some(H256::repeat_byte(4)),
		)
		.expect("there is room for a version");
	}
}

fn accounts<T: Config>(name: &'static str, count: u32) -> Vec<T::AccountId> {
	(0..count).map(|n| account(name, n, 0)).collect()
}

fn allow<T: Config>(owner: &T::AccountId, did: &Did, accounts: Vec<T::AccountId>) {
	if !accounts.is_empty() {
		Pallet::<T>::do_update_allow_list(owner.clone(), bytes(did), accounts, vec![])
			.expect("there is room on the list");
	}
}

/// A node of `owner`.
fn node<T: Config>(owner: &T::AccountId) -> Did {
	let did = longest_node_did();
	T::BenchmarkNodes::register_for_benchmark(&did, owner, 0u32.into());
	did
}

/// A record of `node` for `did`, of a former owner.
fn leave_former_host<T: Config>(did: &Did, node: &Did) -> T::AccountId {
	let former: T::AccountId = account("former", 0, 0);
	fund::<T>(&former);
	let deposit = T::HostDeposit::get();
	Pallet::<T>::hold(HoldReason::HostDeposit, &former, deposit).expect("funded");
	let registration = Models::<T>::get(did.hash()).expect("registered").registration;
	Hosts::<T>::insert(
		did.hash(),
		node.hash(),
		HostRecord {
			node: node.clone(),
			host: former.clone(),
			registration,
			state: HostState::Declared,
			deposit,
		},
	);
	former
}

fn record<T: Config>(did: &Did) -> ModelRecordOf<T> {
	Models::<T>::get(did.hash()).expect("registered")
}

/// What other pallets' benchmarks need of the catalogue.
impl<T: Config> Pallet<T> {
	/// Registers a model of `owner` under `did` that descends from one of `parent_owner`, with the
	/// highest royalty and share, and run by approved hosts only. Does nothing if it is there.
	pub fn register_for_benchmark(did: &Did, owner: &T::AccountId, parent_owner: &T::AccountId) {
		if Models::<T>::contains_key(did.hash()) {
			return;
		}
		let parent = parent::<T>(parent_owner);
		register::<T>(owner, did, Some(&parent));
		Pallet::<T>::do_set_hosting(
			owner.clone(),
			bytes(did),
			Hosting::Hosts,
			HostAdmission::ByOwner,
		)
		.expect("a public model starts open to every node");
		// What proofs of inference need of it.
		let version = Models::<T>::get(did.hash()).map_or(0, |record| record.version);
		Versions::<T>::mutate(did.hash(), version, |version| {
			if let Some(version) = version {
				version.weights_commitment = Some(H256::repeat_byte(4));
			}
		});
	}

	/// Makes the registered node `node` of `node_owner` an approved host of the model `did`.
	pub fn host_for_benchmark(did: &Did, node: &Did, node_owner: &T::AccountId) {
		if Hosts::<T>::contains_key(did.hash(), node.hash()) {
			return;
		}
		let balance = T::Currency::balance(node_owner)
			.saturating_add(T::HostDeposit::get())
			.saturating_add(T::Currency::minimum_balance());
		T::Currency::set_balance(node_owner, balance);
		Pallet::<T>::do_host(node_owner.clone(), bytes(did), bytes(node))
			.expect("the node is its own");
		let owner = record::<T>(did).owner;
		Pallet::<T>::do_approve_host(owner, bytes(did), bytes(node)).expect("declared just now");
	}

	/// Closes the model `did` to all but its owner and `requester`.
	pub fn allow_for_benchmark(did: &Did, requester: &T::AccountId) {
		let record = record::<T>(did);
		if record.visibility == Visibility::Public {
			Pallet::<T>::do_set_visibility(record.owner.clone(), bytes(did), Visibility::Private)
				.expect("public until now");
		}
		if !Allowed::<T>::contains_key(did.hash(), requester) {
			allow::<T>(&record.owner, did, vec![requester.clone()]);
		}
	}
}

#[benchmarks]
mod benchmarks {
	use super::*;

	/// Worst case: the model has a parent, and the owner's list has one place.
	#[benchmark]
	fn register_model() {
		let caller: T::AccountId = whitelisted_caller();
		let parent = parent::<T>(&account("parent", 0, 0));
		let did = longest_model_did(0);
		fund::<T>(&caller);
		crowd::<T>(&caller);
		T::Dids::anchor(&did, &caller);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller.clone()),
			bytes(&did),
			text(b'n', MAX_NAME_LEN),
			text(b'v', MAX_VERSION_LEN),
			ModelType::Multimodal,
			H256::repeat_byte(1),
			text(b'u', MAX_URI_LEN),
			1,
			text(b'l', MAX_LICENSE_LEN),
			Visibility::Private,
			Some(ParentClaim { did: bytes(&parent), max_share_bps: MAX_PARENT_BPS }),
			MAX_ROYALTY_BPS,
		);

		assert_eq!(record::<T>(&did).parent_bps, MAX_PARENT_BPS);
		assert_eq!(OwnerModels::<T>::get(&caller).len() as u32, T::MaxModelsPerOwner::get());
	}

	#[benchmark]
	fn update_model() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);

		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller),
			bytes(&did),
			text(b'm', MAX_NAME_LEN),
			text(b't', MAX_URI_LEN),
			7,
			text(b'k', MAX_LICENSE_LEN),
			1,
		);

		assert_eq!(record::<T>(&did).min_vram_gb, 7);
	}

	#[benchmark]
	fn publish_version() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		let before = record::<T>(&did).version;

		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller),
			bytes(&did),
			text(b'w', MAX_VERSION_LEN),
			H256::repeat_byte(2),
			Some(H256::repeat_byte(3)),
			Some(H256::repeat_byte(4)),
		);

		assert!(record::<T>(&did).version > before);
		let former = Versions::<T>::get(did.hash(), before).expect("kept");
		assert!(former.inactive_since.is_some());
	}

	#[benchmark]
	fn set_pricing() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		let rule = PriceRule::Exactly(9u32.into());

		#[extrinsic_call]
		_(
			RawOrigin::Signed(caller),
			bytes(&did),
			4u32.into(),
			5u32.into(),
			6u32.into(),
			tiers::<T>(),
			rule,
		);

		assert_eq!(record::<T>(&did).price, rule);
	}

	#[benchmark]
	fn set_visibility() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), Visibility::Private);

		assert_eq!(record::<T>(&did).visibility, Visibility::Private);
	}

	#[benchmark]
	fn deprecate_model() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did));

		assert_eq!(record::<T>(&did).state, ModelState::Deprecated);
	}

	/// Worst case: replaces an offer.
	#[benchmark]
	fn transfer_model() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		Pallet::<T>::do_transfer(caller.clone(), bytes(&did), account("first", 0, 0))
			.expect("the account is another");
		let to: T::AccountId = account("second", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), to.clone());

		assert_eq!(TransferOffers::<T>::get(did.hash()), Some(to));
	}

	/// Worst case: the model has prices and is on offer.
	#[benchmark]
	fn deregister_model(
		v: Linear<1, { T::MaxVersions::get() }>,
		a: Linear<0, { T::MaxAllowed::get() }>,
	) {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		publish::<T>(&caller, &did, v);
		allow::<T>(&caller, &did, accounts::<T>("allowed", a));
		Pallet::<T>::do_transfer(caller.clone(), bytes(&did), account("next", 0, 0))
			.expect("the account is another");
		Pallet::<T>::do_deprecate(caller.clone(), bytes(&did)).expect("active");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did));

		assert!(!Models::<T>::contains_key(did.hash()));
		assert_eq!(Versions::<T>::iter_prefix(did.hash()).count(), 0);
		assert_eq!(Allowed::<T>::iter_key_prefix(did.hash()).count(), 0);
	}

	/// Worst case: a former owner's record makes way.
	#[benchmark]
	fn host_model() {
		let owner: T::AccountId = account("owner", 0, 0);
		let did = registered::<T>(&owner);
		let caller: T::AccountId = whitelisted_caller();
		fund::<T>(&caller);
		let node = node::<T>(&caller);
		leave_former_host::<T>(&did, &node);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), bytes(&did), bytes(&node));

		let host = Hosts::<T>::get(did.hash(), node.hash()).expect("hosted");
		assert_eq!(host.host, caller);
	}

	/// Worst case: the node's present owner removes a former owner's record.
	#[benchmark]
	fn unhost_model() {
		let owner: T::AccountId = account("owner", 0, 0);
		let did = registered::<T>(&owner);
		let caller: T::AccountId = whitelisted_caller();
		let node = node::<T>(&caller);
		leave_former_host::<T>(&did, &node);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), bytes(&node));

		assert!(!Hosts::<T>::contains_key(did.hash(), node.hash()));
	}

	/// Worst case: the deposit is forfeited, with jobs open.
	#[benchmark]
	fn force_remove(
		v: Linear<1, { T::MaxVersions::get() }>,
		a: Linear<0, { T::MaxAllowed::get() }>,
	) -> Result<(), BenchmarkError> {
		let origin =
			T::GovernanceOrigin::try_successful_origin().map_err(|_| BenchmarkError::Weightless)?;
		let owner: T::AccountId = account("owner", 0, 0);
		let did = registered::<T>(&owner);
		publish::<T>(&owner, &did, v);
		allow::<T>(&owner, &did, accounts::<T>("allowed", a));
		Pallet::<T>::do_transfer(owner, bytes(&did), account("next", 0, 0))
			.expect("the account is another");
		Pallet::<T>::job_opened(&did);

		#[extrinsic_call]
		_(origin as T::RuntimeOrigin, bytes(&did), DepositFate::Forfeit);

		assert!(!Models::<T>::contains_key(did.hash()));
		assert_eq!(OpenJobs::<T>::get(did.hash()), 1);
		Ok(())
	}

	/// Worst case: both owners' lists are full afterwards or before.
	#[benchmark]
	fn accept_transfer() {
		let owner: T::AccountId = account("owner", 0, 0);
		let did = registered::<T>(&owner);
		let caller: T::AccountId = whitelisted_caller();
		fund::<T>(&caller);
		crowd::<T>(&caller);
		Pallet::<T>::do_transfer(owner, bytes(&did), caller.clone())
			.expect("the account is another");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller.clone()), bytes(&did));

		assert_eq!(record::<T>(&did).owner, caller);
	}

	#[benchmark]
	fn cancel_transfer() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		Pallet::<T>::do_transfer(caller.clone(), bytes(&did), account("next", 0, 0))
			.expect("the account is another");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did));

		assert!(!TransferOffers::<T>::contains_key(did.hash()));
	}

	#[benchmark]
	fn activate_version() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		let first = record::<T>(&did).version;
		publish::<T>(&caller, &did, 2);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), first);

		assert_eq!(record::<T>(&did).version, first);
	}

	/// Worst case: jobs are open and the retention is over.
	#[benchmark]
	fn retire_version() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		let first = record::<T>(&did).version;
		publish::<T>(&caller, &did, 2);
		Pallet::<T>::job_opened(&did);
		let later = T::BlockNumberProvider::current_block_number()
			.saturating_add(T::VersionRetention::get());
		T::BlockNumberProvider::set_block_number(later);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), first);

		assert!(!Versions::<T>::contains_key(did.hash(), first));
	}

	/// Worst case: accounts leave and others come.
	#[benchmark]
	fn update_allow_list(n: Linear<1, { T::MaxAllowed::get() }>) {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		let leaving = accounts::<T>("leaving", n / 2);
		let coming = accounts::<T>("coming", n.saturating_sub(n / 2));
		let expected = coming.len();
		allow::<T>(&caller, &did, leaving.clone());

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), coming, leaving);

		assert_eq!(Allowed::<T>::iter_key_prefix(did.hash()).count(), expected);
	}

	#[benchmark]
	fn set_hosting() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), Hosting::Hosts, HostAdmission::ByOwner);

		assert_eq!(record::<T>(&did).hosting, Hosting::Hosts);
	}

	#[benchmark]
	fn approve_host() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		let owner: T::AccountId = account("host", 0, 0);
		fund::<T>(&owner);
		let node = node::<T>(&owner);
		Pallet::<T>::do_host(owner, bytes(&did), bytes(&node)).expect("the node is its own");

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), bytes(&node));

		let host = Hosts::<T>::get(did.hash(), node.hash()).expect("hosted");
		assert_eq!(host.state, HostState::Approved);
	}

	#[benchmark]
	fn set_descendants() {
		let caller: T::AccountId = whitelisted_caller();
		let did = registered::<T>(&caller);
		let descendants = Descendants::Welcome { share_bps: 1 };

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did), descendants);

		assert_eq!(record::<T>(&did).descendants, descendants);
	}

	#[benchmark]
	fn disown_descendant() {
		let owner: T::AccountId = account("owner", 0, 0);
		let did = registered::<T>(&owner);
		let caller: T::AccountId = account("parent", 0, 0);

		#[extrinsic_call]
		_(RawOrigin::Signed(caller), bytes(&did));

		assert_eq!(record::<T>(&did).parent, None);
	}

	impl_benchmark_test_suite!(Pallet, crate::mock::ExtBuilder.build(), crate::mock::Test);
}
