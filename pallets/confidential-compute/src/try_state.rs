//! What must hold between any two calls.

use crate::{
	collateral::{read_qe_identity, read_tcb_info},
	x509::crl_dates,
	AttestationOf, Attestations, BoundGpus, Config, GlobalPolicy, GoldenSets, GpuClaims,
	HoldReason, LoneGpus, ModelPolicies, NextAttestationId, NodeAttestations, Pallet, PckCrls,
	PlatformClaims, Policies, QeIdentities, RootCrl, SessionIds, TcbInfos,
};
use ai_compute_primitives::{
	try_state::{broken, ensure_rule, Owed},
	AttestationId,
};
use alloc::collections::{BTreeMap, BTreeSet};
use sp_runtime::TryRuntimeError;

impl<T: Config> Pallet<T> {
	/// Checks every invariant of the pallet.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::attestations_are_consistent()?;
		Self::lists_match_attestations()?;
		Self::sessions_match_attestations()?;
		Self::gpus_match_attestations()?;
		Self::living_proofs_are_claimed()?;
		Self::platform_claims_rest_on_proofs()?;
		Self::statements_are_dated_as_signed()?;
		Self::policies_are_consistent()?;
		Self::deposits_are_held()?;
		Self::proof_keys_are_consistent()?;
		Self::golden_sets_are_in_order()?;
		Self::committees_are_sound()
	}

	/// Numbers were given, times run forward, successors come later and belong to the same node.
	fn attestations_are_consistent() -> Result<(), TryRuntimeError> {
		let next = NextAttestationId::<T>::get();
		for (id, record) in Attestations::<T>::iter() {
			ensure_rule(id < next, "an attestation has a number that was never given", &id)?;
			let in_order = record.attested_at < record.expires_at;
			ensure_rule(in_order, "an attestation ends before it begins", &id)?;
			if let Some(predecessor) = record.predecessor {
				let earlier = predecessor < id
					&& Attestations::<T>::get(predecessor)
						.is_none_or(|older| older.node == record.node);
				ensure_rule(earlier, "an attestation succeeds a stranger or itself", &id)?;
			}
			let rising = record.cpu.advisories.windows(2).all(|pair| pair[0] < pair[1]);
			ensure_rule(rising, "advisories are out of order", &id)?;
		}
		Ok(())
	}

	/// Each attestation stands once in its node's list, revoked ones first, and nothing else does.
	fn lists_match_attestations() -> Result<(), TryRuntimeError> {
		let mut listed = BTreeSet::<AttestationId>::new();
		for (node, ids) in NodeAttestations::<T>::iter() {
			ensure_rule(!ids.is_empty(), "an empty list of attestations is stored", &node)?;
			let mut last = None;
			for id in ids {
				let record = Attestations::<T>::get(id)
					.ok_or_else(|| broken("a list names no attestation", &id))?;
				ensure_rule(record.node == node, "a list names another node's attestation", &id)?;
				ensure_rule(listed.insert(id), "an attestation is listed twice", &id)?;
				match (record.revoked.is_some(), last) {
					(true, Some(before)) => {
						return Err(broken("a revoked attestation is a candidate", &(before, id)));
					}
					(false, Some(before)) => {
						ensure_rule(before < id, "a list is out of order", &(before, id))?;
						last = Some(id);
					}
					(false, None) => last = Some(id),
					(true, None) => {}
				}
			}
		}
		for id in Attestations::<T>::iter_keys() {
			ensure_rule(listed.contains(&id), "an attestation is missing in its node's list", &id)?;
		}
		Ok(())
	}

	/// Each attestation is found by its session key, and nothing else is.
	fn sessions_match_attestations() -> Result<(), TryRuntimeError> {
		for (id, record) in Attestations::<T>::iter() {
			let found =
				SessionIds::<T>::get(Self::session_hash(&record.owner, &record.keys.session));
			ensure_rule(found == Some(id), "a session key leads to another attestation", &id)?;
		}
		for (key, id) in SessionIds::<T>::iter() {
			let known = Attestations::<T>::get(id).is_some_and(|record| {
				Self::session_hash(&record.owner, &record.keys.session) == key
			});
			ensure_rule(known, "a session key is kept for nothing", &id)?;
		}
		Ok(())
	}

	/// Attestations count their GPUs, each GPU once.
	fn gpus_match_attestations() -> Result<(), TryRuntimeError> {
		for (id, record) in Attestations::<T>::iter() {
			let gpus = BoundGpus::<T>::get(id);
			let counted = gpus.len() == record.gpus as usize;
			ensure_rule(counted, "an attestation miscounts its GPUs", &id)?;
			let devices: BTreeSet<_> = gpus.iter().map(|gpu| gpu.device_key).collect();
			ensure_rule(devices.len() == gpus.len(), "a GPU is bound twice", &id)?;
		}
		for (id, gpus) in BoundGpus::<T>::iter() {
			let owned = !gpus.is_empty() && Attestations::<T>::contains_key(id);
			ensure_rule(owned, "GPUs are kept for nothing", &id)?;
		}
		Ok(())
	}

	/// Platforms and GPUs of what still counts are claimed by its node until then.
	fn living_proofs_are_claimed() -> Result<(), TryRuntimeError> {
		let now = Self::now();
		let alive = |record: &AttestationOf<T>| now < record.expires_at;
		for (id, record) in Attestations::<T>::iter().filter(|(_, record)| alive(record)) {
			let claim = PlatformClaims::<T>::get(record.cpu.platform);
			let claimed = claim
				.is_some_and(|claim| claim.node == record.node && claim.until >= record.expires_at);
			ensure_rule(claimed, "a platform is not its node's", &id)?;
			for gpu in BoundGpus::<T>::get(id) {
				for key in [gpu.leaf_key, gpu.device_key] {
					let claimed = GpuClaims::<T>::get(key).is_some_and(|claim| {
						claim.node == record.node && claim.until >= record.expires_at
					});
					ensure_rule(claimed, "a GPU is not its node's", &id)?;
				}
			}
		}
		for (node, lone) in LoneGpus::<T>::iter().filter(|(_, lone)| now < lone.expires_at) {
			for key in [lone.gpu.leaf_key, lone.gpu.device_key] {
				let claimed = GpuClaims::<T>::get(key)
					.is_some_and(|claim| claim.node == node && claim.until >= lone.expires_at);
				ensure_rule(claimed, "a GPU is not its node's", &node)?;
			}
		}
		Ok(())
	}

	/// A claim on a platform lasts no longer than an attestation of its node. One that did would keep
	/// the platform from everybody. Claims on GPUs can outlive the record of a GPU without an enclave.
	fn platform_claims_rest_on_proofs() -> Result<(), TryRuntimeError> {
		let mut proven = BTreeMap::new();
		for record in Attestations::<T>::iter_values() {
			let until =
				proven.entry((record.cpu.platform, record.node)).or_insert(record.expires_at);
			*until = record.expires_at.max(*until);
		}
		for (platform, claim) in PlatformClaims::<T>::iter() {
			let until = proven.get(&(platform, claim.node));
			let rests = until.is_some_and(|until| claim.until <= *until);
			ensure_rule(rests, "a platform is claimed for nothing", &platform)?;
		}
		Ok(())
	}

	/// Intel's statements have the dates that they were signed with: with others no newer one, or an
	/// older one, could follow. Each lies under what it is for.
	fn statements_are_dated_as_signed() -> Result<(), TryRuntimeError> {
		const RULE: &str = "a statement of Intel's is not what was signed";
		let root = RootCrl::<T>::get();
		let dated = root.is_none_or(|list| crl_dates(&list.der) == Some(list.dates));
		ensure_rule(dated, RULE, &"root CRL")?;
		for (ca, list) in PckCrls::<T>::iter() {
			ensure_rule(crl_dates(&list.der) == Some(list.dates), RULE, &ca)?;
		}
		for (key, json) in TcbInfos::<T>::iter() {
			ensure_rule(read_tcb_info(&json.body) == Ok((key, json.dates)), RULE, &key)?;
		}
		for (tee, json) in QeIdentities::<T>::iter() {
			ensure_rule(read_qe_identity(&json.body) == Ok((tee, json.dates)), RULE, &tee)?;
		}
		Ok(())
	}

	/// Policies lie under their hashes, those in force are not retired, and the others are.
	fn policies_are_consistent() -> Result<(), TryRuntimeError> {
		for (hash, record) in Policies::<T>::iter() {
			let key = record.model.as_ref().map(|model| model.hash());
			let right = record.policy.hash(key.as_ref()) == hash;
			ensure_rule(right, "a policy lies under another hash", &hash)?;
			let canonical = record.policy.clone().canonical() == Some(record.policy.clone());
			ensure_rule(canonical, "a policy is not in order", &hash)?;
			let paid = record.deposit.is_some() == record.model.is_some();
			ensure_rule(paid, "a model's policy is unpaid, or the global one paid", &hash)?;
			let in_force = match key {
				Some(key) => ModelPolicies::<T>::get(key) == Some(hash),
				None => GlobalPolicy::<T>::get() == Some(hash),
			};
			let retired = record.retired_at.is_some();
			ensure_rule(in_force != retired, "a policy in force is retired, or not", &hash)?;
		}
		for (model, hash) in ModelPolicies::<T>::iter() {
			let stored = Policies::<T>::get(hash)
				.is_some_and(|record| record.model.is_some_and(|own| own.hash() == model));
			ensure_rule(stored, "a model has no policy of its own", &model)?;
		}
		let global = GlobalPolicy::<T>::get();
		ensure_rule(
			global.is_none_or(Policies::<T>::contains_key),
			"the global policy is not stored",
			&global,
		)
	}

	/// Deposits on hold equal those of the policies.
	fn deposits_are_held() -> Result<(), TryRuntimeError> {
		Policies::<T>::iter_values()
			.filter_map(|record| record.deposit)
			.collect::<Owed<_, _>>()
			.ensure_held::<T::Currency>(
				HoldReason::PolicyDeposit,
				frame_system::Account::<T>::iter_keys(),
				"deposits on hold differ from an account's policies",
			)
			.map(|_| ())
	}

	/// Golden measurements are in order, none of them twice.
	fn golden_sets_are_in_order() -> Result<(), TryRuntimeError> {
		for (key, set) in GoldenSets::<T>::iter() {
			let rising = set
				.windows(2)
				.all(|pair| (pair[0].index, pair[0].digest) < (pair[1].index, pair[1].digest));
			ensure_rule(!set.is_empty() && rising, "golden measurements are out of order", &key)?;
		}
		Ok(())
	}
}
