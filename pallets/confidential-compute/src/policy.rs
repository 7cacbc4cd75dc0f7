//! What an enclave must be to run a model's confidential jobs.
//!
//! A policy is made by the model's owner, or by governance for all models without one. It lies under
//! its hash and never changes: a job takes the hash at its submission and is held to that to its end.
//! A policy that is replaced goes on lying there until no job can need it, and its deposit with it.

use crate::{
	AdvisoryRule, Attestation, BalanceOf, Config, CpuFacts, Error, Event, GlobalPolicy,
	GpuCollection, HoldReason, ModelPolicies, Pallet, Policies, Policy, PolicyRecord, Violation,
};
use ai_compute_primitives::{Did, DidHash, ModelInspect, PolicyHash, Scope};
use alloc::vec::Vec;
use codec::Encode;
use frame_support::{
	defensive, ensure,
	traits::{fungible::MutateHold, tokens::Precision, Get},
};
use sp_io::hashing::blake2_256;
use sp_runtime::{traits::Saturating, DispatchResult};

/// First bytes of what the hash of a policy is taken of.
pub const POLICY_TAG: &[u8] = b"ai-compute-pbc/policy/v1";

/// Bytes that a policy's record takes beside the policy.
const RECORD_OVERHEAD: u32 = 256;

impl Policy {
	/// The policy with its lists in order, or nothing if one of them has a value twice or would allow
	/// nothing.
	pub fn canonical(mut self) -> Option<Self> {
		fn strict<Item, Key: Ord>(list: &[Item], key: impl Fn(&Item) -> Key) -> bool {
			list.windows(2).all(|pair| matches!(pair, [a, b] if key(a) < key(b)))
		}
		self.statuses.sort();
		self.measurements.sort_by_key(|allowed| allowed.digest);
		let (AdvisoryRule::AllBut(advisories) | AdvisoryRule::Only(advisories)) =
			&mut self.advisories;
		advisories.sort();
		let in_order = strict(&self.statuses, |status| *status)
			&& strict(advisories, |advisory| *advisory)
			&& strict(&self.measurements, |allowed| allowed.digest);
		let allows = !self.statuses.is_empty() && !self.measurements.is_empty();
		(in_order && allows).then_some(self)
	}

	/// The hash under which the policy lies, if it was made for `model`, or for all.
	pub fn hash(&self, model: Option<&DidHash>) -> PolicyHash {
		blake2_256(&[POLICY_TAG, &(model, self).encode()].concat()).into()
	}

	/// Whether an enclave with so many GPUs bound to it satisfies the policy.
	pub fn check(&self, cpu: &CpuFacts, gpus: u32, scope: Scope) -> Result<(), Violation> {
		let allowed = self
			.measurements
			.iter()
			.find(|allowed| allowed.digest == cpu.measurement)
			.ok_or(Violation::MeasurementNotAllowed)?;
		ensure!(self.statuses.contains(&cpu.status), Violation::StatusNotAllowed);
		let tolerated = cpu.advisories.iter().all(|advisory| match &self.advisories {
			AdvisoryRule::AllBut(refused) => !refused.contains(advisory),
			AdvisoryRule::Only(accepted) => accepted.contains(advisory),
		});
		ensure!(tolerated, Violation::AdvisoryNotAllowed);
		ensure!(cpu.evaluation >= self.min_evaluation, Violation::EvaluationTooOld);
		if scope == Scope::CpuAndGpu {
			ensure!(allowed.gpu == GpuCollection::Local, Violation::GpuNotCollectedLocally);
			ensure!(gpus > 0, Violation::GpuMissing);
		}
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	/// The policy that new jobs for a model take.
	pub(crate) fn active_policy(model: &Did) -> Option<PolicyHash> {
		ModelPolicies::<T>::get(model.hash()).or_else(GlobalPolicy::<T>::get)
	}

	/// Whether an attestation satisfies a stored policy.
	pub(crate) fn check_policy(
		policy: &PolicyHash,
		attestation: &Attestation<T::AccountId, crate::BlockOf<T>>,
		scope: Scope,
	) -> Result<(), Error<T>> {
		let record = Policies::<T>::get(policy).ok_or(Error::<T>::PolicyUnknown)?;
		record.policy.check(&attestation.cpu, attestation.gpus, scope).map_err(Error::<T>::Policy)
	}

	/// What a policy costs to keep.
	pub fn policy_deposit(policy: &Policy) -> BalanceOf<T> {
		let bytes = u32::try_from(policy.encoded_size()).unwrap_or(u32::MAX);
		T::DepositPerByte::get().saturating_mul(bytes.saturating_add(RECORD_OVERHEAD).into())
	}

	pub(crate) fn do_set_model_policy(
		who: T::AccountId,
		model: Vec<u8>,
		policy: Policy,
	) -> DispatchResult {
		let model = Self::parse_did(model)?;
		ensure!(T::Models::owner(&model).as_ref() == Some(&who), Error::<T>::NotAuthorized);
		let policy = policy.canonical().ok_or(Error::<T>::InvalidPolicy)?;
		let key = model.hash();
		let hash = policy.hash(Some(&key));
		let old = ModelPolicies::<T>::get(key);
		let known = Policies::<T>::get(hash);
		let payer = known.as_ref().and_then(|record| record.deposit.clone());
		let same_payer = payer.as_ref().is_some_and(|(payer, _)| *payer == who);
		ensure!(old != Some(hash) || !same_payer, Error::<T>::Unchanged);

		// A policy that comes back, or into other hands, is paid for anew by who wants it now.
		Self::release_deposit(payer);
		let deposit = Self::policy_deposit(&policy);
		T::Currency::hold(&HoldReason::PolicyDeposit.into(), &who, deposit)
			.map_err(|_| Error::<T>::InsufficientBalance)?;
		if let Some(old) = old.filter(|old| *old != hash) {
			Self::retire(old);
		}
		Policies::<T>::insert(
			hash,
			PolicyRecord {
				policy,
				model: Some(model.clone()),
				deposit: Some((who.clone(), deposit)),
				retired_at: None,
			},
		);
		ModelPolicies::<T>::insert(key, hash);
		Self::deposit_event(Event::ModelPolicySet { model, policy: hash, who, deposit });
		Ok(())
	}

	pub(crate) fn do_clear_model_policy(who: T::AccountId, model: Vec<u8>) -> DispatchResult {
		let model = Self::parse_did(model)?;
		let key = model.hash();
		let hash = ModelPolicies::<T>::get(key).ok_or(Error::<T>::NotFound)?;
		let payer = Policies::<T>::get(hash).and_then(|record| record.deposit);
		let may = T::Models::owner(&model).as_ref() == Some(&who)
			|| payer.is_some_and(|(payer, _)| payer == who);
		ensure!(may, Error::<T>::NotAuthorized);
		ModelPolicies::<T>::remove(key);
		Self::retire(hash);
		Self::deposit_event(Event::ModelPolicyCleared { model, policy: hash });
		Ok(())
	}

	pub(crate) fn do_set_global_policy(policy: Option<Policy>) -> DispatchResult {
		let policy =
			policy.map(|policy| policy.canonical().ok_or(Error::<T>::InvalidPolicy)).transpose()?;
		let hash = policy.as_ref().map(|policy| policy.hash(None));
		let old = GlobalPolicy::<T>::get();
		ensure!(old != hash, Error::<T>::Unchanged);
		if let Some(old) = old {
			Self::retire(old);
		}
		if let (Some(policy), Some(hash)) = (policy, hash) {
			Policies::<T>::insert(
				hash,
				PolicyRecord { policy, model: None, deposit: None, retired_at: None },
			);
		}
		GlobalPolicy::<T>::set(hash);
		Self::deposit_event(Event::GlobalPolicySet { policy: hash });
		Ok(())
	}

	pub(crate) fn do_release_policy(hash: PolicyHash) -> DispatchResult {
		let record = Policies::<T>::get(hash).ok_or(Error::<T>::NotFound)?;
		let retired_at = record.retired_at.ok_or(Error::<T>::InUse)?;
		ensure!(
			Self::now() >= retired_at.saturating_add(T::RecordRetention::get()),
			Error::<T>::TooEarly
		);
		Policies::<T>::remove(hash);
		Self::release_deposit(record.deposit);
		Self::deposit_event(Event::PolicyReleased { policy: hash });
		Ok(())
	}

	/// New jobs no longer take this policy.
	fn retire(hash: PolicyHash) {
		Policies::<T>::mutate(hash, |record| match record {
			Some(record) => record.retired_at = Some(Self::now()),
			None => {
				defensive!("a policy in force is stored");
			}
		});
	}

	fn release_deposit(deposit: Option<(T::AccountId, BalanceOf<T>)>) {
		let Some((who, amount)) = deposit else { return };
		let released = T::Currency::release(
			&HoldReason::PolicyDeposit.into(),
			&who,
			amount,
			Precision::BestEffort,
		);
		if released != Ok(amount) {
			defensive!("a policy's deposit is on hold");
		}
	}
}
