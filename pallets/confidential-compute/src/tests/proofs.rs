//! Keys under which inference is proven, and proofs under them.

use crate::{
	mock::*, Call, Error, Event, HoldReason, ModelProofKeys, ProofFault, ProofKey, ProofKeyBodies,
	ProofKeys, MAX_PROOF_KEYS,
};
use ai_compute_primitives::{Did, ProofClaim, ProofInspect, ProofLength, ProvenOutput};
use codec::Encode;
use frame_support::{
	assert_noop, assert_ok, dispatch::GetDispatchInfo, traits::fungible::InspectHold,
};
use inference_proofs::{key_hash, simulator::Trapdoor, Curve};
use proptest::{prelude::*, test_runner::TestRunner};
use sp_core::H256;
use sp_runtime::{DispatchError, DispatchResult};

const OTHER_MODEL: &[u8] = b"did:etrid:ai:llm:other";
const CURVES: [Curve; 2] = [Curve::Bn254, Curve::Bls12_381];

fn trapdoor(curve: Curve, seed: u64) -> Trapdoor {
	Trapdoor { curve, seed }
}

fn hash_of(trapdoor: &Trapdoor) -> H256 {
	key_hash(trapdoor.curve, &trapdoor.key()).into()
}

fn register(who: AccountId, model: &[u8], trapdoor: &Trapdoor) -> DispatchResult {
	let (curve, key) = (trapdoor.curve, trapdoor.key());
	ConfidentialCompute::register_proof_key(signed(who), model.to_vec(), curve, key)
}

fn retire(who: AccountId, key: H256) -> DispatchResult {
	ConfidentialCompute::retire_proof_key(signed(who), MODEL.to_vec(), key)
}

fn remove(key: H256) -> DispatchResult {
	ConfidentialCompute::remove_proof_key(signed(PAUPER), MODEL.to_vec(), key)
}

fn on_hold(who: AccountId) -> Balance {
	Balances::balance_on_hold(&HoldReason::ProofKeyDeposit.into(), &who)
}

fn fault(fault: ProofFault) -> DispatchError {
	Error::<Test>::Proof(fault).into()
}

fn run(test: impl FnOnce()) {
	ExtBuilder::default().build_and_execute(test);
}

const OUTPUT: &[u8] = b"an answer";

fn claim() -> ProofClaim<'static, AccountId> {
	ProofClaim {
		job: 7,
		attempt: 2,
		node: node(),
		owner: ALICE,
		output: ProvenOutput::Bytes(OUTPUT),
		tokens_used: 9,
		input: [3; 32],
		weights: [4; 32],
	}
}

fn prove(trapdoor: &Trapdoor, claim: &ProofClaim<AccountId>, nonce: u64) -> Vec<u8> {
	let statement = ConfidentialCompute::statement(trapdoor.curve, claim).unwrap();
	trapdoor.prove(&statement, nonce)
}

fn verify(model: &[u8], key: H256, claim: &ProofClaim<AccountId>, proof: &[u8]) -> DispatchResult {
	<ConfidentialCompute as ProofInspect<_>>::verify(&did(model), &key, claim, proof)
}

fn nameable(model: &[u8], key: H256) -> DispatchResult {
	<ConfidentialCompute as ProofInspect<AccountId>>::check_key(&did(model), &key)
}

mod register_proof_key {
	use super::*;

	#[test]
	fn success_checks_stores_and_holds_the_deposit() {
		run(|| {
			for (n, curve) in CURVES.into_iter().enumerate() {
				let trapdoor = trapdoor(curve, 1);
				let key = hash_of(&trapdoor);
				let before = on_hold(CAROL);
				assert_ok!(register(CAROL, MODEL, &trapdoor));
				let deposit = ConfidentialCompute::proof_key_deposit(curve);
				assert_eq!(deposit, (curve.stored_key_len() + 256) as Balance);
				assert_eq!(on_hold(CAROL), before + deposit);
				let record = ProofKey { curve, payer: CAROL, deposit, retired_at: None };
				let place = did(MODEL).hash();
				assert_eq!(ProofKeys::<Test>::get(place, key), Some(record.clone()));
				assert_eq!(ProofKeyBodies::<Test>::get(place, key).unwrap().curve(), curve);
				assert_eq!(ModelProofKeys::<Test>::get(place).len(), n + 1);
				assert_eq!(ConfidentialCompute::proof_keys(MODEL.to_vec())[n], (key, record));
				let event = Event::ProofKeyRegistered {
					model: did(MODEL),
					key,
					curve,
					who: CAROL,
					deposit,
				};
				assert_eq!(events().last(), Some(&event));
				assert_ok!(nameable(MODEL, key));
			}
			assert_eq!(ConfidentialCompute::proof_keys(b"no did".to_vec()), vec![]);
		});
	}

	#[test]
	fn fails_for_others_than_the_models_owner() {
		run(|| {
			let trapdoor = trapdoor(Curve::Bn254, 1);
			assert_noop!(register(ALICE, MODEL, &trapdoor), Error::<Test>::NotAuthorized);
			assert_noop!(register(CAROL, OTHER_MODEL, &trapdoor), Error::<Test>::NotAuthorized);
			let no_did = register(CAROL, b"model", &trapdoor);
			assert!(matches!(no_did, Err(DispatchError::Module(_))));
			let (curve, key) = (trapdoor.curve, trapdoor.key());
			assert_noop!(
				ConfidentialCompute::register_proof_key(root(), MODEL.to_vec(), curve, key),
				DispatchError::BadOrigin
			);
		});
	}

	#[test]
	fn fails_twice_but_not_for_another_model() {
		run(|| {
			let trapdoor = trapdoor(Curve::Bn254, 1);
			assert_ok!(register(CAROL, MODEL, &trapdoor));
			assert_noop!(register(CAROL, MODEL, &trapdoor), Error::<Test>::AlreadyExists);
			// Nobody keeps a model's owner from his key by registering it first for his own.
			ModelOwners::mutate(|owners| owners.insert(did(OTHER_MODEL), BOB));
			assert_ok!(register(BOB, OTHER_MODEL, &trapdoor));
		});
	}

	#[test]
	fn fails_for_bad_keys_each_with_its_own_fault() {
		run(|| {
			let put = |key: Vec<u8>| {
				let curve = Curve::Bn254;
				ConfidentialCompute::register_proof_key(signed(CAROL), MODEL.to_vec(), curve, key)
			};
			let good = trapdoor(Curve::Bn254, 1).key();
			let change = |at: usize, bytes: &[u8]| {
				let mut key = good.clone();
				key[at..at + bytes.len()].copy_from_slice(bytes);
				key
			};
			// alpha 0..32, beta ..96, gamma ..160, delta ..224, count ..232, then twelve points.
			assert_noop!(put(good[..615].to_vec()), fault(ProofFault::KeyLength));
			assert_noop!(put([&good[..], &[0]].concat()), fault(ProofFault::KeyLength));
			assert_noop!(put(vec![]), fault(ProofFault::KeyLength));
			assert_noop!(put(change(224, &[11])), fault(ProofFault::KeyInputs));
			assert_noop!(put(change(0, &[0xff; 31])), fault(ProofFault::KeyMalformed));
			let mut infinity = [0; 32];
			infinity[31] = 0x40;
			assert_noop!(put(change(232, &infinity)), fault(ProofFault::KeyIdentity));
			assert_noop!(put(change(232, &good[264..296])), fault(ProofFault::KeyRepeated));
			assert_noop!(put(change(160, &good[96..160])), fault(ProofFault::KeyForgeable));
			// A key over the other curve.
			let other = trapdoor(Curve::Bls12_381, 1).key();
			assert_noop!(put(other), fault(ProofFault::KeyLength));
			assert_ok!(put(good));
		});
	}

	#[test]
	fn fails_with_too_many_or_too_poor() {
		run(|| {
			for seed in 0..u64::from(MAX_PROOF_KEYS) {
				assert_ok!(register(CAROL, MODEL, &trapdoor(Curve::Bn254, seed)));
			}
			let one_more = trapdoor(Curve::Bn254, 100);
			assert_noop!(register(CAROL, MODEL, &one_more), Error::<Test>::TooManyProofKeys);
			ModelOwners::mutate(|owners| owners.insert(did(OTHER_MODEL), PAUPER));
			assert_noop!(
				register(PAUPER, OTHER_MODEL, &one_more),
				Error::<Test>::InsufficientBalance
			);
		});
	}

	#[test]
	fn weighs_by_its_curve() {
		let weight = |curve| {
			let call = Call::<Test>::register_proof_key { model_did: vec![], curve, key: vec![] };
			call.get_dispatch_info().call_weight.ref_time()
		};
		assert!(weight(Curve::Bls12_381) > weight(Curve::Bn254));
	}
}

mod leaving {
	use super::*;

	#[test]
	fn a_retired_key_serves_the_jobs_that_have_named_it_until_none_can_be_left() {
		run(|| {
			let trapdoor = trapdoor(Curve::Bn254, 1);
			let key = hash_of(&trapdoor);
			assert_ok!(register(CAROL, MODEL, &trapdoor));
			assert_noop!(remove(key), Error::<Test>::InUse);
			assert_ok!(retire(CAROL, key));
			assert_eq!(events().last(), Some(&Event::ProofKeyRetired { model: did(MODEL), key }));
			assert_noop!(nameable(MODEL, key), Error::<Test>::ProofKeyRetired);
			assert_noop!(retire(CAROL, key), Error::<Test>::Unchanged);
			wait(RETENTION - 1);
			assert_ok!(verify(MODEL, key, &claim(), &prove(&trapdoor, &claim(), 1)));
			assert_noop!(remove(key), Error::<Test>::TooEarly);
			wait(1);
			assert_ok!(remove(key));
			let deposit = ConfidentialCompute::proof_key_deposit(Curve::Bn254);
			let event = Event::ProofKeyRemoved { model: did(MODEL), key, payer: CAROL, deposit };
			assert_eq!(events().last(), Some(&event));
			assert_eq!((on_hold(CAROL), Balances::free_balance(CAROL)), (0, START_BALANCE));
			assert_eq!(ModelProofKeys::<Test>::iter().count(), 0);
			assert_eq!(ProofKeyBodies::<Test>::iter().count(), 0);
			assert_noop!(nameable(MODEL, key), Error::<Test>::NotFound);
			let proof = prove(&trapdoor, &claim(), 1);
			assert_noop!(verify(MODEL, key, &claim(), &proof), Error::<Test>::NotFound);
			assert_noop!(remove(key), Error::<Test>::NotFound);
			// And may come again.
			assert_ok!(register(CAROL, MODEL, &trapdoor));
		});
	}

	#[test]
	fn by_the_payer_or_the_models_present_owner() {
		run(|| {
			let trapdoor = trapdoor(Curve::Bn254, 1);
			let key = hash_of(&trapdoor);
			assert_ok!(register(CAROL, MODEL, &trapdoor));
			assert_noop!(retire(BOB, key), Error::<Test>::NotAuthorized);
			ModelOwners::mutate(|owners| owners.insert(did(MODEL), BOB));
			assert_ok!(retire(BOB, key));
			wait(RETENTION);
			assert_ok!(remove(key));
			// The deposit goes to who paid it.
			assert_eq!(Balances::free_balance(CAROL), START_BALANCE);
		});
		run(|| {
			let trapdoor = trapdoor(Curve::Bn254, 1);
			let key = hash_of(&trapdoor);
			assert_ok!(register(CAROL, MODEL, &trapdoor));
			// The model is gone.
			ModelOwners::set(Default::default());
			assert_ok!(retire(CAROL, key));
			assert_noop!(retire(CAROL, H256::zero()), Error::<Test>::NotFound);
		});
	}
}

mod claims {
	use super::*;

	#[test]
	fn hold_for_what_they_state_over_both_curves() {
		run(|| {
			for curve in CURVES {
				let trapdoor = trapdoor(curve, 1);
				let key = hash_of(&trapdoor);
				assert_ok!(register(CAROL, MODEL, &trapdoor));
				// Proofs can be changed; all of them are of the same statement.
				for nonce in 0..2 {
					assert_ok!(verify(MODEL, key, &claim(), &prove(&trapdoor, &claim(), nonce)));
				}
				let output = ProvenOutput::Committed { result_hash: [1; 32], output: [2; 32] };
				let committed = ProofClaim { output, ..claim() };
				assert_ok!(verify(MODEL, key, &committed, &prove(&trapdoor, &committed, 1)));
				assert_ok!(verify(
					MODEL,
					key,
					&ProofClaim { output: ProvenOutput::Bytes(&[0; 2_048]), ..claim() },
					&prove(
						&trapdoor,
						&ProofClaim { output: ProvenOutput::Bytes(&[0; 2_048]), ..claim() },
						1
					)
				));
			}
		});
	}

	#[test]
	fn of_anything_else_are_refused() {
		run(|| {
			let trapdoor = trapdoor(Curve::Bn254, 1);
			let key = hash_of(&trapdoor);
			assert_ok!(register(CAROL, MODEL, &trapdoor));
			let proof = prove(&trapdoor, &claim(), 1);
			let changes: [fn(&mut ProofClaim<'static, AccountId>); 9] = [
				|c| c.job = 8,
				|c| c.attempt = 3,
				|c| c.node = did(OTHER_DID).hash(),
				|c| c.owner = BOB,
				|c| c.output = ProvenOutput::Bytes(b"another answer"),
				|c| c.output = ProvenOutput::Bytes(b"an answer\0"),
				|c| c.tokens_used = 10,
				|c| c.input = [5; 32],
				|c| c.weights = [5; 32],
			];
			for change in changes {
				let mut other = claim();
				change(&mut other);
				assert_noop!(verify(MODEL, key, &other, &proof), fault(ProofFault::Invalid));
			}
			// On another chain.
			frame_system::BlockHash::<Test>::insert(0, H256::repeat_byte(1));
			assert_noop!(verify(MODEL, key, &claim(), &proof), fault(ProofFault::Invalid));
		});
	}

	#[test]
	fn under_another_key_model_or_curve_are_refused() {
		run(|| {
			let (first, second) = (trapdoor(Curve::Bn254, 1), trapdoor(Curve::Bn254, 2));
			let long = trapdoor(Curve::Bls12_381, 1);
			for trapdoor in [&first, &second, &long] {
				assert_ok!(register(CAROL, MODEL, trapdoor));
			}
			let proof = prove(&first, &claim(), 1);
			let invalid = fault(ProofFault::Invalid);
			assert_noop!(verify(MODEL, hash_of(&second), &claim(), &proof), invalid);
			let length = fault(ProofFault::ProofLength);
			assert_noop!(verify(MODEL, hash_of(&long), &claim(), &proof), length);
			let not_found = DispatchError::from(Error::<Test>::NotFound);
			assert_noop!(verify(OTHER_MODEL, hash_of(&first), &claim(), &proof), not_found);
			assert_noop!(verify(MODEL, H256::zero(), &claim(), &proof), not_found);
		});
	}

	#[test]
	fn of_bad_form_are_refused() {
		run(|| {
			let trapdoor = trapdoor(Curve::Bn254, 1);
			let key = hash_of(&trapdoor);
			assert_ok!(register(CAROL, MODEL, &trapdoor));
			let proof = prove(&trapdoor, &claim(), 1);
			for bad in
				[vec![], proof[..127].to_vec(), [&proof[..], &[0]].concat(), vec![0; 100_000]]
			{
				assert_noop!(verify(MODEL, key, &claim(), &bad), fault(ProofFault::ProofLength));
			}
			let malformed = fault(ProofFault::ProofMalformed);
			assert_noop!(verify(MODEL, key, &claim(), &[0xff; 128]), malformed);
			let mut infinity = proof.clone();
			infinity[..32].fill(0);
			infinity[31] = 0x40;
			assert_noop!(verify(MODEL, key, &claim(), &infinity), malformed);
			let range = fault(ProofFault::CommitmentOutOfRange);
			for change in [
				|c: &mut ProofClaim<'static, AccountId>| c.input = [0xff; 32],
				|c: &mut ProofClaim<'static, AccountId>| c.weights = [0xff; 32],
				|c: &mut ProofClaim<'static, AccountId>| {
					c.output = ProvenOutput::Committed { result_hash: [0; 32], output: [0xff; 32] };
				},
			] {
				let mut claim = claim();
				change(&mut claim);
				assert_noop!(verify(MODEL, key, &claim, &proof), range);
			}
			let output = ProvenOutput::Bytes(&[0; 2_049]);
			let long = ProofClaim { output, ..claim() };
			assert_noop!(verify(MODEL, key, &long, &proof), fault(ProofFault::ResultTooLong));
		});
	}

	#[test]
	fn damage_to_a_stored_key_is_noticed() {
		run(|| {
			let trapdoor = trapdoor(Curve::Bn254, 1);
			let (key, place) = (hash_of(&trapdoor), did(MODEL).hash());
			assert_ok!(register(CAROL, MODEL, &trapdoor));
			let whole = ProofKeyBodies::<Test>::get(place, key).unwrap();
			let inference_proofs::StoredKey::Bn254(mut pieces) = whole.clone() else {
				unreachable!()
			};
			pieces.as_flattened_mut().fill(0xff);
			ProofKeyBodies::<Test>::insert(place, key, inference_proofs::StoredKey::Bn254(pieces));
			let proof = prove(&trapdoor, &claim(), 1);
			let corrupt = fault(ProofFault::StoredKeyCorrupt);
			assert_noop!(verify(MODEL, key, &claim(), &proof), corrupt);
			ProofKeyBodies::<Test>::insert(place, key, whole);
		});
	}

	/// Which curve a proof is of shows in its length, by which it is weighed.
	#[test]
	fn lengths_tell_the_curves_apart() {
		let of = |curve: Curve| ProofLength::of(&vec![0; curve.proof_len()]);
		assert_eq!(of(Curve::Bn254), ProofLength::Short);
		assert_eq!(of(Curve::Bls12_381), ProofLength::Long);
	}

	/// The largest output that is committed to on chain is what the marketplace weighs by.
	#[test]
	fn the_bound_of_outputs_is_the_librarys() {
		assert_eq!(inference_proofs::MAX_COMMITTED_LEN, 2_048);
	}
}

#[test]
fn stored_and_sent_numbers() {
	assert_eq!(HoldReason::ProofKeyDeposit.encode(), [1]);
	let call = Call::<Test>::register_proof_key {
		model_did: b"m".to_vec(),
		curve: Curve::Bls12_381,
		key: b"k".to_vec(),
	};
	assert_eq!(call.encode(), (40u8, b"m".to_vec(), 1u8, b"k".to_vec()).encode());
	let (model_did, key) = (b"m".to_vec(), H256::repeat_byte(7));
	let call = Call::<Test>::retire_proof_key { model_did: model_did.clone(), key };
	assert_eq!(call.encode(), (41u8, b"m".to_vec(), [7u8; 32]).encode());
	let call = Call::<Test>::remove_proof_key { model_did, key };
	assert_eq!(call.encode(), (42u8, b"m".to_vec(), [7u8; 32]).encode());
	for (index, fault) in [
		(0u8, ProofFault::KeyLength),
		(5, ProofFault::KeyForgeable),
		(6, ProofFault::ProofLength),
		(11, ProofFault::StoredKeyCorrupt),
	] {
		assert_eq!(fault.encode(), [index]);
	}
}

mod try_state {
	use super::*;

	fn detects(rule: &'static str, corrupt: impl FnOnce(H256, H256)) {
		ExtBuilder::default().build().execute_with(|| {
			let trapdoor = trapdoor(Curve::Bn254, 1);
			assert_ok!(register(CAROL, MODEL, &trapdoor));
			assert_ok!(ConfidentialCompute::do_try_state());
			corrupt(did(MODEL).hash(), hash_of(&trapdoor));
			let expected = Err(DispatchError::Other(rule));
			assert_eq!(ConfidentialCompute::do_try_state(), expected);
		});
	}

	#[test]
	fn detects_every_corruption_of_keys() {
		detects("an empty list of proof keys is stored", |_, _| {
			ModelProofKeys::<Test>::insert(H256::zero(), frame_support::BoundedVec::new());
		});
		detects("a proof key is listed twice", |model, key| {
			ModelProofKeys::<Test>::mutate(model, |keys| keys.try_push(key).unwrap());
		});
		detects("a proof key is not listed", |model, _| ModelProofKeys::<Test>::remove(model));
		detects("a proof key is listed that there is not", |model, _| {
			ModelProofKeys::<Test>::mutate(model, |keys| keys.try_push(H256::zero()).unwrap());
		});
		detects("a proof key has no body over its curve", |model, key| {
			ProofKeyBodies::<Test>::remove(model, key);
		});
		detects("the body of a proof key is kept for nothing", |model, key| {
			let body = ProofKeyBodies::<Test>::get(model, key).unwrap();
			ProofKeyBodies::<Test>::insert(model, H256::zero(), body);
		});
		detects("deposits on hold differ from an account's proof keys", |model, key| {
			ProofKeys::<Test>::mutate(model, key, |record| record.as_mut().unwrap().deposit += 1);
		});
	}
}

#[derive(Clone, Debug)]
enum Step {
	Register { who: AccountId, model: bool, seed: u64 },
	Retire { who: AccountId, model: bool, seed: u64 },
	Remove { model: bool, seed: u64 },
	MoveModel { model: bool, who: AccountId },
	Wait(u32),
}

fn step() -> impl Strategy<Value = Step> {
	let (who, model, seed) = (|| 1..=3u64, any::<bool>, || 0..10u64);
	prop_oneof![
		5 => (who(), model(), seed())
			.prop_map(|(who, model, seed)| Step::Register { who, model, seed }),
		3 => (who(), model(), seed())
			.prop_map(|(who, model, seed)| Step::Retire { who, model, seed }),
		3 => (model(), seed()).prop_map(|(model, seed)| Step::Remove { model, seed }),
		1 => (model(), who()).prop_map(|(model, who)| Step::MoveModel { model, who }),
		2 => (1..40_000u32).prop_map(Step::Wait),
	]
}

/// Whatever is called, deposits are those of the keys, keys stay as long as jobs can need them, and
/// in the end everything goes.
#[test]
fn random_calls_keep_every_invariant() {
	let config = ProptestConfig { cases: 24, ..Default::default() };
	let steps = prop::collection::vec(step(), 1..40);
	let mut runner = TestRunner::new(config);
	let outcome = runner.run(&steps, |steps| {
		ExtBuilder::default().build().execute_with(|| {
			ModelOwners::mutate(|owners| owners.insert(did(OTHER_MODEL), BOB));
			let name = |model: bool| if model { MODEL } else { OTHER_MODEL }.to_vec();
			let key = |seed| trapdoor(Curve::Bn254, seed);
			for step in steps {
				let living: Vec<_> = ProofKeys::<Test>::iter()
					.filter(|(_, _, record)| {
						record.retired_at.is_none_or(|at| Now::get() < at + RETENTION)
					})
					.map(|(model, key, _)| (model, key))
					.collect();
				let _ = match step {
					Step::Register { who, model, seed } => register(who, &name(model), &key(seed)),
					Step::Retire { who, model, seed } => ConfidentialCompute::retire_proof_key(
						signed(who),
						name(model),
						hash_of(&key(seed)),
					),
					Step::Remove { model, seed } => ConfidentialCompute::remove_proof_key(
						signed(PAUPER),
						name(model),
						hash_of(&key(seed)),
					),
					Step::MoveModel { model, who } => {
						let model = Did::parse(name(model)).unwrap();
						ModelOwners::mutate(|owners| owners.insert(model, who));
						Ok(())
					}
					Step::Wait(ticks) => {
						wait(ticks);
						Ok(())
					}
				};
				for (model, key) in living {
					assert!(ProofKeyBodies::<Test>::contains_key(model, key));
				}
				assert_ok!(ConfidentialCompute::do_try_state());
			}
			let keys: Vec<_> = ProofKeys::<Test>::iter().collect();
			for (model, key, record) in keys {
				let model = [MODEL, OTHER_MODEL]
					.into_iter()
					.find(|name| did(name).hash() == model)
					.unwrap()
					.to_vec();
				let who = signed(record.payer);
				let _ = ConfidentialCompute::retire_proof_key(who, model.clone(), key);
				wait(RETENTION);
				assert_ok!(ConfidentialCompute::remove_proof_key(signed(PAUPER), model, key));
			}
			for who in [ALICE, BOB, CAROL] {
				assert_eq!(Balances::free_balance(who), START_BALANCE);
			}
			assert_ok!(ConfidentialCompute::do_try_state());
		});
		Ok(())
	});
	assert!(outcome.is_ok(), "{outcome:?}");
}
