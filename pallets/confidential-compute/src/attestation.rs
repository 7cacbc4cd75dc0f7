//! Attestations: how they come, count, and go.

use crate::{
	collateral::CollateralFault, encryption::keys_are_sound, gpu::GpuFault, receipts::has_signed,
	tee, Attestation, AttestationOf, Attestations, BarredPlatforms, BlockOf, BoundGpus, Claim,
	Config, CpuFacts, Error, Event, GpuClaims, GpuFacts, Gpus, LoneGpu, LoneGpus,
	NextAttestationId, NodeAttestations, NodeProof, Pallet, PlatformClaims, Revocation, RevokedBy,
	SessionIds, Succession, MAX_BINDING_AGE,
};
use ai_compute_primitives::{
	AttestationId, AttestationInspect, Did, DidHash, Doing, EnclaveKeys, NodeInspect, PolicyHash,
	Receipt, Scope, SessionKey, Unqualified,
};
use alloc::vec::Vec;
use codec::Encode;
use confidential_envelope::{check_public_key, Kind};
use frame_support::{
	defensive, ensure,
	traits::{Get, UnixTime},
};
use sp_core::H256;
use sp_io::hashing::blake2_256;
use sp_runtime::{
	traits::{BlockNumberProvider, Saturating, UniqueSaturatedInto},
	ArithmeticError, DispatchResult,
};

/// First bytes of what the report data of a quote is the hash of.
pub const REPORT_DATA_TAG: &[u8] = b"ai-compute-pbc/report-data/v1";
/// First bytes of what the binding of a GPU without an enclave is the hash of.
pub const LONE_GPU_TAG: &[u8] = b"ai-compute-pbc/lone-gpu/v1";
/// First bytes of what a GPU's nonce is the hash of.
pub const GPU_NONCE_TAG: &[u8] = b"ai-compute-pbc/gpu-nonce/v1";

/// Length of a tick.
const SECONDS_PER_TICK: u64 = 6;
/// How many of a node's newest attestations a job may be pinned to: the newest, and the one before
/// it while the newest has no GPUs yet.
const CANDIDATES: usize = 2;

/// The nonce with which a GPU is asked for evidence that belongs to `binding`.
pub fn gpu_nonce(binding: &H256) -> [u8; 32] {
	blake2_256(&[GPU_NONCE_TAG, binding.as_bytes()].concat())
}

/// Refuses a quote whose report data is not `binding` and 32 zero bytes.
pub fn is_bound(report_data: &[u8; 64], binding: &H256) -> bool {
	let (hash, rest) = report_data.split_at(32);
	hash == binding.as_bytes() && rest.iter().all(|byte| *byte == 0)
}

impl<T: Config> Pallet<T> {
	/// The clock.
	pub(crate) fn now() -> BlockOf<T> {
		T::BlockNumberProvider::current_block_number()
	}

	/// The time of day, in Unix seconds.
	pub(crate) fn unix_now() -> u64 {
		T::UnixTime::now().as_secs()
	}

	pub(crate) fn parse_did(did: Vec<u8>) -> Result<Did, Error<T>> {
		Did::parse(did).map_err(Error::<T>::InvalidDid)
	}

	/// The node under `did`, which `who` must own.
	pub(crate) fn own_node(who: &T::AccountId, did: Vec<u8>) -> Result<Did, Error<T>> {
		let did = Self::parse_did(did)?;
		let node = T::Nodes::node(&did).ok_or(Error::<T>::NodeNotFound)?;
		ensure!(node.owner == *who, Error::<T>::NotAuthorized);
		Ok(did)
	}

	/// Hash of a recent own block.
	pub(crate) fn recent_block(number: BlockOf<T>) -> Result<T::Hash, Error<T>> {
		let present = frame_system::Pallet::<T>::block_number();
		ensure!(number < present, Error::<T>::BlockUnknown);
		ensure!(present.saturating_sub(number) <= MAX_BINDING_AGE.into(), Error::<T>::BlockTooOld);
		let hash = frame_system::Pallet::<T>::block_hash(number);
		ensure!(hash != T::Hash::default(), Error::<T>::BlockUnknown);
		Ok(hash)
	}

	/// What the report data of a node's quote must begin with.
	pub fn binding(
		did: &Did,
		owner: &T::AccountId,
		keys: &EnclaveKeys,
		block_number: BlockOf<T>,
		block_hash: T::Hash,
	) -> H256 {
		let fields = (
			Self::genesis(),
			did,
			owner,
			keys.session,
			keys.x25519,
			keys.ristretto,
			block_number,
			block_hash,
		);
		blake2_256(&[REPORT_DATA_TAG, &fields.encode()].concat()).into()
	}

	/// What the nonce of a GPU without an enclave derives from.
	pub fn lone_binding(
		did: &Did,
		owner: &T::AccountId,
		block_number: BlockOf<T>,
		block_hash: T::Hash,
	) -> H256 {
		let fields = (Self::genesis(), did, owner, block_number, block_hash);
		blake2_256(&[LONE_GPU_TAG, &fields.encode()].concat()).into()
	}

	pub(crate) fn do_attest_cpu(
		who: T::AccountId,
		did: Vec<u8>,
		keys: EnclaveKeys,
		block_number: BlockOf<T>,
		quote: Vec<u8>,
		succession: Option<Succession>,
	) -> DispatchResult {
		let did = Self::own_node(&who, did)?;
		ensure!(keys_are_sound(&keys), Error::<T>::WeakKey);
		let block_hash = Self::recent_block(block_number)?;
		let binding = Self::binding(&did, &who, &keys, block_number, block_hash);
		let parsed = tee::parse(&quote).map_err(Error::<T>::Quote)?;
		ensure!(is_bound(&parsed.report_data, &binding), Error::<T>::WrongReportData);
		Self::admit(who, did, keys, binding, &quote, &parsed, succession)
	}

	/// Everything about a quote but its binding.
	pub(crate) fn admit(
		owner: T::AccountId,
		did: Did,
		keys: EnclaveKeys,
		binding: H256,
		quote: &[u8],
		parsed: &tee::ParsedQuote,
		succession: Option<Succession>,
	) -> DispatchResult {
		let node = did.hash();
		let session = Self::session_hash(&owner, &keys.session);
		ensure!(!SessionIds::<T>::contains_key(session), Error::<T>::SessionKeyUsed);
		let predecessor = succession
			.map(|succession| Self::check_succession(&node, &owner, &binding, succession))
			.transpose()?;

		let unix_now = Self::unix_now();
		let stored = Self::collateral_for(parsed, unix_now).map_err(Error::<T>::Collateral)?;
		let cpu = tee::verify(T::IntelRoot::get(), quote, parsed, stored.borrow(), unix_now)
			.map_err(Error::<T>::Quote)?;
		ensure!(!BarredPlatforms::<T>::contains_key(cpu.platform), Error::<T>::PlatformBarred);
		let (now, expires_at) = Self::lifetime(&cpu, unix_now)?;
		Self::claim_platform(&cpu, &node, now, expires_at)?;

		Self::make_room(&node, now);
		let id = NextAttestationId::<T>::get();
		NextAttestationId::<T>::put(id.checked_add(1).ok_or(ArithmeticError::Overflow)?);
		NodeAttestations::<T>::try_mutate(node, |ids| {
			ids.try_push(id).map_err(|_| Error::<T>::TooManyAttestations)
		})?;
		SessionIds::<T>::insert(session, id);
		Self::deposit_event(Event::CpuAttested {
			attestation: id,
			did,
			owner: owner.clone(),
			cpu: cpu.clone(),
			keys,
			predecessor,
			expires_at,
		});
		Attestations::<T>::insert(
			id,
			Attestation {
				node,
				owner,
				keys,
				binding,
				cpu,
				gpus: 0,
				predecessor,
				attested_at: now,
				expires_at,
				revoked: None,
			},
		);
		Ok(())
	}

	/// Now, and when an attestation made now ends.
	fn lifetime(cpu: &CpuFacts, unix_now: u64) -> Result<(BlockOf<T>, BlockOf<T>), Error<T>> {
		let seconds = cpu.valid_until.saturating_sub(unix_now);
		let ticks: u32 = (seconds / SECONDS_PER_TICK).unique_saturated_into();
		ensure!(ticks > 0, Error::<T>::Collateral(CollateralFault::Expired));
		let now = Self::now();
		let period = T::AttestationValidityPeriod::get().min(ticks.into());
		Ok((now, now.saturating_add(period)))
	}

	fn check_succession(
		node: &DidHash,
		owner: &T::AccountId,
		binding: &H256,
		succession: Succession,
	) -> Result<AttestationId, Error<T>> {
		let Succession { predecessor, signature } = succession;
		let record = Attestations::<T>::get(predecessor).ok_or(Error::<T>::NotFound)?;
		ensure!(record.node == *node && record.owner == *owner, Error::<T>::NotAuthorized);
		Self::ensure_fresh(&record)?;
		let payload = Self::successor_payload(predecessor, *binding);
		ensure!(
			has_signed(&record.keys.session, &signature, &payload),
			Error::<T>::InvalidSignature
		);
		Ok(predecessor)
	}

	fn claim_platform(
		cpu: &CpuFacts,
		node: &DidHash,
		now: BlockOf<T>,
		until: BlockOf<T>,
	) -> Result<(), Error<T>> {
		let old = PlatformClaims::<T>::get(cpu.platform);
		let claim = extend(old, node, now, until).ok_or(Error::<T>::PlatformTaken)?;
		PlatformClaims::<T>::insert(cpu.platform, claim);
		Ok(())
	}

	fn claim_gpu(
		gpu: &GpuFacts,
		node: &DidHash,
		now: BlockOf<T>,
		until: BlockOf<T>,
	) -> Result<(), Error<T>> {
		for key in [gpu.leaf_key, gpu.device_key] {
			let claim = extend(GpuClaims::<T>::get(key), node, now, until)
				.ok_or(Error::<T>::Gpu(GpuFault::GpuTaken))?;
			GpuClaims::<T>::insert(key, claim);
		}
		Ok(())
	}

	/// Removes the first attestation of a node's list if nothing can need it any more. The claims on its
	/// GPUs are left to [`Self::do_prune_gpu_claim`]: they are many, and most are claimed again.
	fn make_room(node: &DidHash, now: BlockOf<T>) {
		let Some(first) = NodeAttestations::<T>::get(node).first().copied() else { return };
		let Some(record) = Attestations::<T>::get(first) else {
			defensive!("a listed attestation is stored");
			return;
		};
		if Self::is_spent(&record, now) {
			Self::remove(first, record, now);
		}
	}

	pub(crate) fn do_attest_gpu(
		who: T::AccountId,
		session: SessionKey,
		signature: Vec<u8>,
		chain: Vec<Vec<u8>>,
		evidence: Vec<u8>,
	) -> DispatchResult {
		let session = Self::session_hash(&who, &session);
		let id = SessionIds::<T>::get(session).ok_or(Error::<T>::NotFound)?;
		let record = Attestations::<T>::get(id).ok_or(Error::<T>::NotFound)?;
		let nonce = gpu_nonce(&record.binding);
		Self::bind_gpu(id, record, &signature, &chain, &evidence, &nonce)
	}

	/// Everything about a GPU that belongs to an enclave but which nonce it is asked with.
	pub(crate) fn bind_gpu(
		id: AttestationId,
		mut record: AttestationOf<T>,
		signature: &[u8],
		chain: &[Vec<u8>],
		evidence: &[u8],
		nonce: &[u8; 32],
	) -> DispatchResult {
		Self::ensure_fresh(&record)?;
		let payload = Self::evidence_payload(record.binding, blake2_256(evidence).into());
		ensure!(
			has_signed(&record.keys.session, signature, &payload),
			Error::<T>::InvalidSignature
		);
		let gpu = Self::verify_gpu(chain, evidence, nonce)?;
		let mut gpus = BoundGpus::<T>::get(id);
		let bound = gpus.iter().any(|other| other.device_key == gpu.device_key);
		ensure!(!bound, Error::<T>::Gpu(GpuFault::AlreadyBound));
		Self::claim_gpu(&gpu, &record.node, Self::now(), record.expires_at)?;
		gpus.try_push(gpu).map_err(|_| Error::<T>::Gpu(GpuFault::TooManyGpus))?;
		record.gpus = gpus.len() as u32;
		BoundGpus::<T>::insert(id, gpus);
		let node = record.node;
		Attestations::<T>::insert(id, record);
		Self::deposit_event(Event::GpuBound { attestation: id, node, gpu });
		Ok(())
	}

	pub(crate) fn do_attest_lone_gpu(
		who: T::AccountId,
		did: Vec<u8>,
		block_number: BlockOf<T>,
		chain: Vec<Vec<u8>>,
		evidence: Vec<u8>,
	) -> DispatchResult {
		let did = Self::own_node(&who, did)?;
		let block_hash = Self::recent_block(block_number)?;
		let nonce = gpu_nonce(&Self::lone_binding(&did, &who, block_number, block_hash));
		Self::admit_lone_gpu(who, did, &chain, &evidence, &nonce)
	}

	/// Everything about a GPU without an enclave but which nonce it is asked with.
	pub(crate) fn admit_lone_gpu(
		owner: T::AccountId,
		did: Did,
		chain: &[Vec<u8>],
		evidence: &[u8],
		nonce: &[u8; 32],
	) -> DispatchResult {
		let gpu = Self::verify_gpu(chain, evidence, nonce)?;
		let (node, now) = (did.hash(), Self::now());
		let expires_at = now.saturating_add(T::AttestationValidityPeriod::get());
		if let Some(old) = LoneGpus::<T>::take(node) {
			Self::drop_gpu_claims(&old.gpu, &node, now);
		}
		Self::claim_gpu(&gpu, &node, now, expires_at)?;
		Self::deposit_event(Event::LoneGpuAttested { did, owner: owner.clone(), gpu, expires_at });
		LoneGpus::<T>::insert(node, LoneGpu { owner, gpu, attested_at: now, expires_at });
		Ok(())
	}

	pub(crate) fn do_revoke(id: AttestationId, by: RevokedBy) -> DispatchResult {
		let mut record = Attestations::<T>::get(id).ok_or(Error::<T>::NotFound)?;
		ensure!(record.revoked.is_none(), Error::<T>::AttestationRevoked);
		record.revoked = Some(Revocation { at: Self::now(), by });
		// Only the last ones of the list are candidates for jobs.
		NodeAttestations::<T>::mutate(record.node, |ids| {
			if let Some(at) = ids.iter().position(|listed| *listed == id) {
				if let Some(revoked) = ids.get_mut(..=at) {
					revoked.rotate_right(1);
				}
			} else {
				defensive!("an attestation is listed under its node");
			}
		});
		let node = record.node;
		Attestations::<T>::insert(id, record);
		Self::deposit_event(Event::AttestationRevoked { attestation: id, node, by });
		Ok(())
	}

	pub(crate) fn do_revoke_own(who: T::AccountId, id: AttestationId) -> DispatchResult {
		let record = Attestations::<T>::get(id).ok_or(Error::<T>::NotFound)?;
		ensure!(record.owner == who, Error::<T>::NotAuthorized);
		Self::do_revoke(id, RevokedBy::Owner)
	}

	pub(crate) fn do_prune_attestation(id: AttestationId) -> DispatchResult {
		let record = Attestations::<T>::get(id).ok_or(Error::<T>::NotFound)?;
		let now = Self::now();
		ensure!(Self::is_spent(&record, now), Error::<T>::TooEarly);
		let node = record.node;
		for gpu in Self::remove(id, record, now) {
			Self::drop_gpu_claims(&gpu, &node, now);
		}
		Ok(())
	}

	pub(crate) fn do_prune_lone_gpu(node: DidHash) -> DispatchResult {
		let record = LoneGpus::<T>::get(node).ok_or(Error::<T>::NotFound)?;
		let now = Self::now();
		ensure!(now >= record.expires_at, Error::<T>::TooEarly);
		LoneGpus::<T>::remove(node);
		Self::drop_gpu_claims(&record.gpu, &node, now);
		Self::deposit_event(Event::LoneGpuRemoved { node });
		Ok(())
	}

	pub(crate) fn do_prune_gpu_claim(key: H256) -> DispatchResult {
		let claim = GpuClaims::<T>::get(key).ok_or(Error::<T>::NotFound)?;
		ensure!(Self::now() >= claim.until, Error::<T>::TooEarly);
		GpuClaims::<T>::remove(key);
		Self::deposit_event(Event::GpuClaimRemoved { key });
		Ok(())
	}

	/// Whether no job can be pinned to an attestation any more. Its time must be over even if it was
	/// revoked: until then its session key stays known, so that the same quote cannot come again.
	pub(crate) fn is_spent(record: &AttestationOf<T>, now: BlockOf<T>) -> bool {
		now >= record.expires_at.saturating_add(T::RecordRetention::get())
	}

	/// Removes an attestation, and the claim on its platform if that is over. Returns its GPUs.
	fn remove(id: AttestationId, record: AttestationOf<T>, now: BlockOf<T>) -> Gpus {
		Attestations::<T>::remove(id);
		SessionIds::<T>::remove(Self::session_hash(&record.owner, &record.keys.session));
		NodeAttestations::<T>::mutate_exists(record.node, |ids| {
			if let Some(list) = ids {
				list.retain(|listed| *listed != id);
				if list.is_empty() {
					*ids = None;
				}
			}
		});
		let lapsed = |claim: &Claim<BlockOf<T>>| claim.node == record.node && claim.until <= now;
		if PlatformClaims::<T>::get(record.cpu.platform).as_ref().is_some_and(lapsed) {
			PlatformClaims::<T>::remove(record.cpu.platform);
		}
		Self::deposit_event(Event::AttestationRemoved { attestation: id, node: record.node });
		BoundGpus::<T>::take(id)
	}

	/// Removes claims on a GPU that are over.
	fn drop_gpu_claims(gpu: &GpuFacts, node: &DidHash, now: BlockOf<T>) {
		for key in [gpu.leaf_key, gpu.device_key] {
			let claim = GpuClaims::<T>::get(key);
			if claim.is_some_and(|claim| claim.node == *node && claim.until <= now) {
				GpuClaims::<T>::remove(key);
			}
		}
	}

	pub(crate) fn do_bar_platform(platform: H256) -> DispatchResult {
		ensure!(!BarredPlatforms::<T>::contains_key(platform), Error::<T>::AlreadyExists);
		BarredPlatforms::<T>::insert(platform, ());
		Self::deposit_event(Event::PlatformBarred { platform });
		Ok(())
	}

	pub(crate) fn do_unbar_platform(platform: H256) -> DispatchResult {
		ensure!(BarredPlatforms::<T>::take(platform).is_some(), Error::<T>::NotFound);
		Self::deposit_event(Event::PlatformUnbarred { platform });
		Ok(())
	}

	/// Refuses an attestation that was revoked or whose time is over, by the clock or by the dates of
	/// Intel's statements, which go on while the clock stands still.
	pub(crate) fn ensure_fresh(record: &AttestationOf<T>) -> Result<(), Error<T>> {
		ensure!(record.revoked.is_none(), Error::<T>::AttestationRevoked);
		let fresh = Self::now() < record.expires_at && Self::unix_now() <= record.cpu.valid_until;
		ensure!(fresh, Error::<T>::AttestationExpired);
		Ok(())
	}

	fn check_candidate(
		id: AttestationId,
		owner: &T::AccountId,
		policy: &PolicyHash,
		scope: Scope,
		until: BlockOf<T>,
	) -> Result<AttestationId, Error<T>> {
		let record = Attestations::<T>::get(id).ok_or_else(|| {
			defensive!("a listed attestation is stored");
			Error::<T>::NotFound
		})?;
		ensure!(record.owner == *owner, Error::<T>::OwnerChanged);
		Self::ensure_fresh(&record)?;
		ensure!(record.expires_at >= until, Error::<T>::ExpiresTooSoon);
		Self::check_policy(policy, &record, scope)?;
		Ok(id)
	}

	pub(crate) fn find_qualified(
		node: &DidHash,
		owner: &T::AccountId,
		policy: &PolicyHash,
		scope: Scope,
		until: BlockOf<T>,
	) -> Result<AttestationId, Error<T>> {
		let ids = NodeAttestations::<T>::get(node);
		let mut newest = None;
		for id in ids.iter().rev().take(CANDIDATES) {
			match Self::check_candidate(*id, owner, policy, scope, until) {
				Ok(id) => return Ok(id),
				Err(error) => {
					newest.get_or_insert(error);
				}
			}
		}
		Err(newest.unwrap_or(Error::<T>::NotAttested))
	}

	/// Whether governance has taken an attestation from a node that would still count. The last one
	/// that was revoked stands first in the node's list.
	fn was_taken(node: &DidHash) -> bool {
		let ids = NodeAttestations::<T>::get(node);
		let record = ids.first().and_then(Attestations::<T>::get);
		record.is_some_and(|record| {
			let by_governance = record
				.revoked
				.as_ref()
				.is_some_and(|revocation| revocation.by == RevokedBy::Governance);
			by_governance && Self::now() < record.expires_at
		})
	}

	/// What a node has proven now.
	pub(crate) fn proof_of(did: &[u8]) -> Option<NodeProof<BlockOf<T>>> {
		let node = Did::parse(did).ok()?.hash();
		let enclave =
			NodeAttestations::<T>::get(node).iter().rev().take(CANDIDATES).find_map(|id| {
				let record = Attestations::<T>::get(id)?;
				Self::ensure_fresh(&record).is_ok().then_some((*id, record))
			});
		let lone = LoneGpus::<T>::get(node).filter(|lone| Self::now() < lone.expires_at);
		let expires_at = enclave
			.as_ref()
			.map(|(_, record)| record.expires_at)
			.or_else(|| lone.as_ref().map(|lone| lone.expires_at))?;
		let lone_gpu = lone.map(|lone| lone.gpu);
		Some(match enclave {
			Some((id, record)) => NodeProof {
				attestation: Some(id),
				cpu: Some(record.cpu),
				keys: Some(record.keys),
				bound_gpus: BoundGpus::<T>::get(id).into_inner(),
				lone_gpu,
				expires_at,
			},
			None => NodeProof {
				attestation: None,
				cpu: None,
				keys: None,
				bound_gpus: Vec::new(),
				lone_gpu,
				expires_at,
			},
		})
	}
}

/// The claim of `node` until `until`, unless another node's is in force at `now`.
fn extend<BlockNumber: Ord + Copy>(
	old: Option<Claim<BlockNumber>>,
	node: &DidHash,
	now: BlockNumber,
	until: BlockNumber,
) -> Option<Claim<BlockNumber>> {
	match old {
		Some(old) if old.node == *node => Some(Claim { node: *node, until: old.until.max(until) }),
		Some(old) if old.until > now => None,
		_ => Some(Claim { node: *node, until }),
	}
}

impl<T: Config> AttestationInspect<T::AccountId, BlockOf<T>> for Pallet<T> {
	fn policy_of(model: &Did) -> Option<PolicyHash> {
		Self::active_policy(model)
	}

	fn retention() -> Option<u32> {
		Some(T::RecordRetention::get().unique_saturated_into())
	}

	fn check_prompt(prompt: &[u8]) -> DispatchResult {
		Self::check_envelope(Kind::Prompt, prompt)
	}

	fn check_result_key(key: &[u8; 32]) -> DispatchResult {
		check_public_key(key).map_err(|_| Error::<T>::WeakKey)?;
		Ok(())
	}

	fn qualified(
		node: &DidHash,
		owner: &T::AccountId,
		policy: &PolicyHash,
		scope: Scope,
		until: BlockOf<T>,
	) -> Result<AttestationId, Unqualified> {
		Self::find_qualified(node, owner, policy, scope, until).map_err(|error| {
			let doing = match error {
				Error::<T>::PolicyUnknown => Doing::Others,
				_ if Self::was_taken(node) => Doing::Others,
				_ => Doing::Owner,
			};
			Unqualified { error: error.into(), doing }
		})
	}

	fn keys(attestation: AttestationId) -> Option<EnclaveKeys> {
		Attestations::<T>::get(attestation).map(|record| record.keys)
	}

	fn check_delivery(
		attestation: AttestationId,
		recipient: &[u8; 32],
		sealed_key: &[u8],
	) -> DispatchResult {
		Self::do_check_delivery(attestation, recipient, sealed_key)
	}

	fn ensure_live(attestation: AttestationId) -> DispatchResult {
		let record = Attestations::<T>::get(attestation).ok_or(Error::<T>::NotFound)?;
		ensure!(record.revoked.is_none(), Error::<T>::AttestationRevoked);
		Ok(())
	}

	fn is_revoked(attestation: AttestationId) -> bool {
		Attestations::<T>::get(attestation).is_none_or(|record| record.revoked.is_some())
	}

	fn check_receipt(
		receipt: &Receipt,
		signer: AttestationId,
		signature: &[u8],
		policy: &PolicyHash,
	) -> DispatchResult {
		Self::do_check_receipt(receipt, signer, signature, policy)
	}

	#[cfg(feature = "runtime-benchmarks")]
	fn attest_for_benchmark(
		node: &DidHash,
		owner: &T::AccountId,
		keys: EnclaveKeys,
		predecessor: Option<AttestationId>,
	) -> (PolicyHash, AttestationId) {
		crate::benchmarking::attest::<T>(node, owner, keys, predecessor)
	}
}
