//! Storage of committees: a section of the pallet module.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod committee_storage {
	/// Committees.
	#[pallet::storage]
	pub type Committees<T: Config> =
		StorageMap<_, Twox64Concat, dkg::CommitteeId, dkg::Committee<BalanceOf<T>>>;

	/// Number of the next committee.
	#[pallet::storage]
	pub type NextCommitteeId<T: Config> = StorageValue<_, dkg::CommitteeId, ValueQuery>;

	/// What the enclaves of each committee's next members must be.
	#[pallet::storage]
	pub type CommitteePolicies<T: Config> = StorageMap<_, Twox64Concat, dkg::CommitteeId, Policy>;

	/// Epochs of committees.
	#[pallet::storage]
	pub type Epochs<T: Config> =
		StorageMap<_, Twox64Concat, (dkg::CommitteeId, dkg::EpochId), dkg::EpochOf<T>>;

	/// Members of each epoch, by their index.
	#[pallet::storage]
	pub type Seats<T: Config> = StorageMap<
		_,
		Twox64Concat,
		(dkg::CommitteeId, dkg::EpochId),
		committee_keys::PerMember<dkg::MemberSeatOf<T>>,
		ValueQuery,
	>;

	/// What each resharing starts from.
	#[pallet::storage]
	pub type Formers<T: Config> =
		StorageMap<_, Twox64Concat, (dkg::CommitteeId, dkg::EpochId), dkg::Former>;

	/// Commitments of each dealing, by epoch and dealer.
	#[pallet::storage]
	pub type Commitments<T: Config> = StorageMap<
		_,
		Twox64Concat,
		(dkg::CommitteeId, dkg::EpochId, u8),
		committee_keys::PerMember<committee_keys::PointBytes>,
	>;

	/// The rest of each dealing, by epoch and dealer.
	#[pallet::storage]
	pub type Dealings<T: Config> =
		StorageMap<_, Twox64Concat, (dkg::CommitteeId, dkg::EpochId, u8), dkg::DealtShares>;

	/// Key and public shares of each epoch that has or had a key.
	#[pallet::storage]
	pub type Groups<T: Config> =
		StorageMap<_, Twox64Concat, (dkg::CommitteeId, dkg::EpochId), committee_keys::Group>;

	/// Data keys in the care of committees, by job.
	#[pallet::storage]
	pub type EntrustedKeys<T: Config> =
		StorageMap<_, Twox64Concat, ai_compute_primitives::JobId, dkg::EntrustedKeyOf<T>>;

	/// Releases of data keys, by job.
	#[pallet::storage]
	pub type Releases<T: Config> =
		StorageMap<_, Twox64Concat, ai_compute_primitives::JobId, dkg::KeyReleaseOf<T>>;

	/// Shares that were released, by job: members' indices and what each sealed to the enclave.
	#[pallet::storage]
	pub type Partials<T: Config> = StorageMap<
		_,
		Twox64Concat,
		ai_compute_primitives::JobId,
		committee_keys::PerMember<(u8, committee_keys::Partial)>,
		ValueQuery,
	>;
}
