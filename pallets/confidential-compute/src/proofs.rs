//! Keys under which inference is proven, and proofs under them.
//!
//! A model's owner registers the verifying keys of circuits that compute the model. Each is checked
//! once and kept in the form that verification reads. A requester names one of them at submission;
//! what a proof states about the job is computed here, from what the marketplace knows of it, so that
//! a proof holds for one chain, job, attempt, node, owner, result and count of tokens. The statement,
//! the checks of keys and the verification itself are the crate `inference-proofs`.
//!
//! # Life of a key
//!
//! *Registered*, new jobs for its model may name it. *Retired*, none may; jobs that have named it are
//! proven under it for [`Config::RecordRetention`] more, which is longer than a job can take. Then
//! anybody may remove it, and its deposit goes back to who paid it.
//!
//! A key lies under its model and its hash: somebody else who registers the same key for a model of
//! his own gets in nobody's way.

use crate::{
	BalanceOf, BlockOf, Config, Error, Event, HoldReason, ModelProofKeys, Pallet, ProofKeyBodies,
	ProofKeys,
};
#[cfg(any(feature = "std", feature = "try-runtime"))]
use ai_compute_primitives::try_state::{ensure_rule, Owed};
use ai_compute_primitives::{
	Did, ModelInspect, ProofClaim, ProofInspect, ProofKeyHash, ProvenOutput,
};
use alloc::vec::Vec;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	defensive, ensure,
	traits::{fungible::MutateHold, tokens::Precision, Get},
	PalletError,
};
use inference_proofs::{
	check_key, key_hash, verify, Curve, Delivered, ProofError, Statement, StoredKey,
};
use scale_info::TypeInfo;
#[cfg(any(feature = "std", feature = "try-runtime"))]
use sp_runtime::TryRuntimeError;
use sp_runtime::{
	traits::{Saturating, UniqueSaturatedInto},
	DispatchResult,
};

/// Most keys of one model.
pub const MAX_PROOF_KEYS: u32 = 8;

/// Bytes that a key takes beside its body.
const RECORD_OVERHEAD: u32 = 256;

/// A key's record in this runtime.
pub type ProofKeyOf<T> = ProofKey<<T as frame_system::Config>::AccountId, BalanceOf<T>, BlockOf<T>>;

/// A registered key. Its body lies apart, so that naming it reads little.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct ProofKey<AccountId, Balance, BlockNumber> {
	/// The curve that it is over.
	pub curve: Curve,
	/// Who pays for its place.
	pub payer: AccountId,
	/// How much, on hold.
	pub deposit: Balance,
	/// Since when new jobs may no longer name it, if they may not.
	pub retired_at: Option<BlockNumber>,
}

/// Why a key or a proof is refused.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
	PalletError,
)]
pub enum ProofFault {
	/// The key has not the one length that keys of its curve have.
	#[codec(index = 0)]
	KeyLength,
	/// The key is for another number of public inputs than a statement has.
	#[codec(index = 1)]
	KeyInputs,
	/// A point of the key is no encoding of a point of its group.
	#[codec(index = 2)]
	KeyMalformed,
	/// A point of the key is the point at infinity.
	#[codec(index = 3)]
	KeyIdentity,
	/// Two points of the key are the same, or each other's negatives.
	#[codec(index = 4)]
	KeyRepeated,
	/// Everybody can forge proofs under the key: its set-up lacks a contribution.
	#[codec(index = 5)]
	KeyForgeable,
	/// The proof has not the one length that proofs under the key have.
	#[codec(index = 6)]
	ProofLength,
	/// A point of the proof is no encoding of a point of its group, or the point at infinity.
	#[codec(index = 7)]
	ProofMalformed,
	/// A commitment is no element of the scalar field of the key's curve.
	#[codec(index = 8)]
	CommitmentOutOfRange,
	/// The result has more bytes than are committed to on chain.
	#[codec(index = 9)]
	ResultTooLong,
	/// The proof does not prove this delivery under the key.
	#[codec(index = 10)]
	Invalid,
	/// What is stored of the key is damaged.
	#[codec(index = 11)]
	StoredKeyCorrupt,
}

impl From<ProofError> for ProofFault {
	fn from(error: ProofError) -> Self {
		match error {
			ProofError::KeyLength => Self::KeyLength,
			ProofError::KeyInputs => Self::KeyInputs,
			ProofError::KeyMalformed => Self::KeyMalformed,
			ProofError::KeyIdentity => Self::KeyIdentity,
			ProofError::KeyRepeated => Self::KeyRepeated,
			ProofError::KeyForgeable => Self::KeyForgeable,
			ProofError::ProofLength => Self::ProofLength,
			ProofError::ProofMalformed => Self::ProofMalformed,
			ProofError::CommitmentOutOfRange => Self::CommitmentOutOfRange,
			ProofError::TooLong => Self::ResultTooLong,
			ProofError::Invalid => Self::Invalid,
			ProofError::StoredKeyCorrupt => Self::StoredKeyCorrupt,
		}
	}
}

impl<T> From<ProofError> for Error<T> {
	fn from(error: ProofError) -> Self {
		Self::Proof(error.into())
	}
}

impl<T: Config> Pallet<T> {
	/// What a key over `curve` costs to keep.
	pub fn proof_key_deposit(curve: Curve) -> BalanceOf<T> {
		let bytes = u32::try_from(curve.stored_key_len()).unwrap_or(u32::MAX);
		T::DepositPerByte::get().saturating_mul(bytes.saturating_add(RECORD_OVERHEAD).into())
	}

	pub(crate) fn do_register_proof_key(
		who: T::AccountId,
		model: Vec<u8>,
		curve: Curve,
		key: Vec<u8>,
	) -> DispatchResult {
		let model = Self::parse_did(model)?;
		ensure!(T::Models::owner(&model).as_ref() == Some(&who), Error::<T>::NotAuthorized);
		// Before the work that only a key of the right length causes.
		ensure!(key.len() == curve.key_len(), Error::<T>::Proof(ProofFault::KeyLength));
		let (place, hash) = (model.hash(), ProofKeyHash::from(key_hash(curve, &key)));
		ensure!(!ProofKeys::<T>::contains_key(place, hash), Error::<T>::AlreadyExists);
		let mut keys = ModelProofKeys::<T>::get(place);
		keys.try_push(hash).map_err(|_| Error::<T>::TooManyProofKeys)?;
		let body = check_key(curve, &key).map_err(Error::<T>::from)?;

		let deposit = Self::proof_key_deposit(curve);
		T::Currency::hold(&HoldReason::ProofKeyDeposit.into(), &who, deposit)
			.map_err(|_| Error::<T>::InsufficientBalance)?;
		let record = ProofKey { curve, payer: who.clone(), deposit, retired_at: None };
		ModelProofKeys::<T>::insert(place, keys);
		ProofKeys::<T>::insert(place, hash, record);
		ProofKeyBodies::<T>::insert(place, hash, body);
		Self::deposit_event(Event::ProofKeyRegistered { model, key: hash, curve, who, deposit });
		Ok(())
	}

	pub(crate) fn do_retire_proof_key(
		who: T::AccountId,
		model: Vec<u8>,
		key: ProofKeyHash,
	) -> DispatchResult {
		let model = Self::parse_did(model)?;
		let place = model.hash();
		let mut record = ProofKeys::<T>::get(place, key).ok_or(Error::<T>::NotFound)?;
		let may = record.payer == who || T::Models::owner(&model).as_ref() == Some(&who);
		ensure!(may, Error::<T>::NotAuthorized);
		ensure!(record.retired_at.is_none(), Error::<T>::Unchanged);
		record.retired_at = Some(Self::now());
		ProofKeys::<T>::insert(place, key, record);
		Self::deposit_event(Event::ProofKeyRetired { model, key });
		Ok(())
	}

	pub(crate) fn do_remove_proof_key(model: Vec<u8>, key: ProofKeyHash) -> DispatchResult {
		let model = Self::parse_did(model)?;
		let place = model.hash();
		let record = ProofKeys::<T>::get(place, key).ok_or(Error::<T>::NotFound)?;
		let retired_at = record.retired_at.ok_or(Error::<T>::InUse)?;
		let end = retired_at.saturating_add(T::RecordRetention::get());
		ensure!(Self::now() >= end, Error::<T>::TooEarly);
		ProofKeys::<T>::remove(place, key);
		ProofKeyBodies::<T>::remove(place, key);
		ModelProofKeys::<T>::mutate_exists(place, |maybe_keys| {
			if let Some(keys) = maybe_keys {
				keys.retain(|listed| *listed != key);
				if keys.is_empty() {
					*maybe_keys = None;
				}
			}
		});
		let ProofKey { payer, deposit, .. } = record;
		let reason = HoldReason::ProofKeyDeposit.into();
		let released = T::Currency::release(&reason, &payer, deposit, Precision::BestEffort);
		if released != Ok(deposit) {
			defensive!("a key's deposit is on hold");
		}
		Self::deposit_event(Event::ProofKeyRemoved { model, key, payer, deposit });
		Ok(())
	}

	/// What a proof of `claim` over `curve` must state.
	pub(crate) fn statement(
		curve: Curve,
		claim: &ProofClaim<T::AccountId>,
	) -> Result<Statement<T::AccountId>, ProofError> {
		let delivered = match claim.output {
			ProvenOutput::Bytes(bytes) => Delivered::Bytes(bytes),
			ProvenOutput::Committed { result_hash, output } => {
				Delivered::Committed { result_hash, output }
			}
		};
		let (output, result_hash) = delivered.resolve(curve)?;
		Ok(Statement {
			genesis: Self::genesis_bytes(),
			job: claim.job,
			attempt: claim.attempt.into(),
			node: claim.node.0,
			owner: claim.owner.clone(),
			output,
			result_hash,
			tokens_used: claim.tokens_used,
			input: claim.input,
			weights: claim.weights,
		})
	}

	pub(crate) fn do_verify_proof(
		model: &Did,
		key: &ProofKeyHash,
		claim: &ProofClaim<T::AccountId>,
		proof: &[u8],
	) -> Result<(), Error<T>> {
		let place = model.hash();
		let record = ProofKeys::<T>::get(place, key).ok_or(Error::<T>::NotFound)?;
		// Before the work that only a proof of the right length causes.
		let right = proof.len() == record.curve.proof_len();
		ensure!(right, Error::<T>::Proof(ProofFault::ProofLength));
		let body: StoredKey = ProofKeyBodies::<T>::get(place, key).ok_or_else(|| {
			defensive!("a registered key has its body");
			Error::<T>::NotFound
		})?;
		let statement = Self::statement(record.curve, claim)?;
		Ok(verify(proof, &body, &statement)?)
	}

	/// Keys of the model under `model`, with their records.
	pub(crate) fn keys_of(model: Vec<u8>) -> Vec<(ProofKeyHash, ProofKeyOf<T>)> {
		let Ok(model) = Did::parse(model) else { return Vec::new() };
		let place = model.hash();
		ModelProofKeys::<T>::get(place)
			.into_iter()
			.filter_map(|key| Some((key, ProofKeys::<T>::get(place, key)?)))
			.collect()
	}

	/// Each model's list names its keys, each key has a body over its curve, and no other has.
	#[cfg(any(feature = "std", feature = "try-runtime"))]
	pub(crate) fn proof_keys_are_consistent() -> Result<(), TryRuntimeError> {
		use alloc::collections::BTreeSet;
		let mut listed = BTreeSet::new();
		for (model, keys) in ModelProofKeys::<T>::iter() {
			ensure_rule(!keys.is_empty(), "an empty list of proof keys is stored", &model)?;
			for key in keys {
				ensure_rule(listed.insert((model, key)), "a proof key is listed twice", &key)?;
			}
		}
		let mut stored = 0usize;
		for (model, key, record) in ProofKeys::<T>::iter() {
			stored = stored.saturating_add(1);
			ensure_rule(listed.contains(&(model, key)), "a proof key is not listed", &key)?;
			let body = ProofKeyBodies::<T>::get(model, key);
			let whole = body.is_some_and(|body| body.curve() == record.curve);
			ensure_rule(whole, "a proof key has no body over its curve", &key)?;
		}
		ensure_rule(stored == listed.len(), "a proof key is listed that there is not", &stored)?;
		let bodies = ProofKeyBodies::<T>::iter_keys();
		for (model, key) in bodies {
			let owned = ProofKeys::<T>::contains_key(model, key);
			ensure_rule(owned, "the body of a proof key is kept for nothing", &key)?;
		}
		ProofKeys::<T>::iter_values()
			.map(|record| (record.payer, record.deposit))
			.collect::<Owed<_, _>>()
			.ensure_held::<T::Currency>(
				HoldReason::ProofKeyDeposit,
				frame_system::Account::<T>::iter_keys(),
				"deposits on hold differ from an account's proof keys",
			)
			.map(|_| ())
	}
}

impl<T: Config> ProofInspect<T::AccountId> for Pallet<T> {
	fn check_key(model: &Did, key: &ProofKeyHash) -> DispatchResult {
		let record = ProofKeys::<T>::get(model.hash(), key).ok_or(Error::<T>::NotFound)?;
		ensure!(record.retired_at.is_none(), Error::<T>::ProofKeyRetired);
		Ok(())
	}

	fn retention() -> Option<u32> {
		Some(T::RecordRetention::get().unique_saturated_into())
	}

	fn verify(
		model: &Did,
		key: &ProofKeyHash,
		claim: &ProofClaim<T::AccountId>,
		proof: &[u8],
	) -> DispatchResult {
		Ok(Self::do_verify_proof(model, key, claim, proof)?)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn key_for_benchmark(model: &Did, length: ai_compute_primitives::ProofLength) -> ProofKeyHash {
		crate::benchmarking::store_proof_key::<T>(model, length)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn prove_for_benchmark(
		length: ai_compute_primitives::ProofLength,
		claim: &ProofClaim<T::AccountId>,
	) -> Vec<u8> {
		crate::benchmarking::prove::<T>(length, claim)
	}
}
