//! Records of committees, their epochs and the keys they keep.

use ai_compute_primitives::AttestationId;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use committee_keys::{
	Ciphertext, Error as MessageError, Group, PairProof, Params, PerMember, PointBytes, ScalarBytes,
};
use frame_support::PalletError;
use scale_info::TypeInfo;
use sp_core::H256;
use sp_runtime::{traits::AtLeast32BitUnsigned, Percent};

/// Number of a committee. Counted up from 0, never reused.
pub type CommitteeId = u32;

/// Number of an epoch of a committee. Counted up from 0 with each generation or resharing,
/// successful or not.
pub type EpochId = u32;

/// The periods and penalties of all committees.
///
/// Periods are in ticks of the pallet's clock. A change acts on what begins after it; shares of a
/// bond are taken of the bond that was asked for when the epoch opened.
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
)]
pub struct CommitteeRules<BlockNumber> {
	/// How long seats are free to take. At least what an operator needs to see that an epoch opened.
	pub join_period: BlockNumber,
	/// How long members have to deal.
	pub dealing_period: BlockNumber,
	/// How long members have to complain about dealings.
	pub complaint_period: BlockNumber,
	/// How long a key is kept until it has to be in other hands.
	pub epoch_length: BlockNumber,
	/// How long before the end of an epoch the next one may open, and how long after it a key that
	/// nobody took over lives on. More than the three periods above together.
	pub reshare_lead: BlockNumber,
	/// The least time that members must have had to release a key before silence is an offence, and
	/// a requester must have left them before a missed key is not its own fault. Less than the
	/// market's period for keys.
	pub response_time: BlockNumber,
	/// Most releases that the members of an epoch owe at a time. No more than each of them can surely
	/// answer within `response_time`, full blocks included: nobody shall be able to ask for so many
	/// that honest members miss some and pay for it.
	pub max_releases: u32,
	/// Share of the bond that a bad dealing or a false complaint costs.
	pub fault_penalty: Percent,
	/// Share of the bond that a missed dealing or a missed release costs.
	pub silence_penalty: Percent,
}

impl<BlockNumber: AtLeast32BitUnsigned + Copy> CommitteeRules<BlockNumber> {
	/// Whether every period leaves time for what belongs in it, and offences cost something.
	pub fn are_sound(&self) -> bool {
		let periods = [self.join_period, self.dealing_period, self.complaint_period];
		let making =
			periods.into_iter().fold(BlockNumber::zero(), |sum, period| sum.saturating_add(period));
		periods.into_iter().all(|period| !period.is_zero())
			&& self.reshare_lead > making
			&& self.epoch_length > self.reshare_lead
			&& !self.response_time.is_zero()
			&& self.max_releases > 0
			&& !self.fault_penalty.is_zero()
			&& !self.silence_penalty.is_zero()
	}
}

/// What governance asks of a committee.
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
)]
pub struct CommitteeTerms<Balance> {
	/// Number of members.
	pub members: u8,
	/// How many of them open a key: more than half.
	pub threshold: u8,
	/// How many of them may say nothing. At least one, and no more than the threshold leaves.
	pub faulty: u8,
	/// Bond of each member, in the smallest unit. More than zero.
	pub bond: Balance,
	/// What a requester pays for each share of a key, in the smallest unit.
	pub share_fee: Balance,
}

/// Whether a committee goes on.
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
)]
pub enum Standing {
	/// It takes keys and opens epochs.
	#[codec(index = 0)]
	Open,
	/// It serves the keys that it has and ends.
	#[codec(index = 1)]
	Dissolving,
}

/// A committee.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Committee<Balance> {
	/// Terms of the next epoch.
	pub terms: CommitteeTerms<Balance>,
	/// Whether it goes on.
	pub standing: Standing,
	/// Number of its next epoch.
	pub next_epoch: EpochId,
	/// The epoch that is being made.
	pub pending: Option<EpochId>,
	/// The epoch that has the key.
	pub active: Option<EpochId>,
	/// Epochs that are stored.
	pub stored_epochs: u32,
	/// Keys that were entrusted to it and not withdrawn yet.
	pub entrusted: u32,
}

/// A set of members, by index from 1 to 32.
#[derive(
	Clone,
	Copy,
	PartialEq,
	Eq,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub struct MemberSet(pub u32);

impl MemberSet {
	/// The bit of a member. None for an index that no member has.
	fn bit(member: u8) -> u32 {
		u32::from(member)
			.checked_sub(1)
			.and_then(|shift| 1u32.checked_shl(shift))
			.unwrap_or_default()
	}

	/// All of a committee of so many members.
	pub fn all(members: u8) -> Self {
		Self((1..=members).fold(0, |bits, member| bits | Self::bit(member)))
	}

	/// Whether a member is in the set.
	pub fn contains(&self, member: u8) -> bool {
		self.0 & Self::bit(member) != 0
	}

	/// Puts a member into the set.
	pub fn insert(&mut self, member: u8) {
		self.0 |= Self::bit(member);
	}

	/// Those that are not in `other`.
	pub fn without(&self, other: &Self) -> Self {
		Self(self.0 & !other.0)
	}

	/// Number of members.
	pub fn len(&self) -> u8 {
		// At most 32.
		self.0.count_ones() as u8
	}

	/// Whether there are none.
	pub fn is_empty(&self) -> bool {
		self.0 == 0
	}

	/// The members in rising order.
	pub fn iter(self) -> impl Iterator<Item = u8> {
		(1..=u32::BITS as u8).filter(move |member| self.contains(*member))
	}
}

/// Where an epoch's key comes from.
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
)]
pub enum EpochKind {
	/// It is new.
	#[codec(index = 0)]
	Generation,
	/// From the members of another epoch.
	#[codec(index = 1)]
	Resharing {
		/// That epoch.
		from: EpochId,
	},
}

/// Where an epoch stands.
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
)]
pub enum EpochPhase {
	/// Seats are free.
	#[codec(index = 0)]
	Joining,
	/// All seats are taken; secrets are dealt.
	#[codec(index = 1)]
	Dealing,
	/// Members look at what was dealt to them.
	#[codec(index = 2)]
	Complaining,
	/// It has the key.
	#[codec(index = 3)]
	Active,
	/// The key is in other hands, or nobody's any more.
	#[codec(index = 4)]
	Ended,
	/// It never had a key.
	#[codec(index = 5)]
	Failed,
}

/// An epoch of a committee.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Epoch<Balance, BlockNumber> {
	/// Where its key comes from.
	pub kind: EpochKind,
	/// Members and threshold.
	pub params: Params,
	/// What each member posted.
	pub bond: Balance,
	/// Where it stands.
	pub phase: EpochPhase,
	/// End of the phase. Of an active epoch: from then on it takes no more keys. Of one that ended
	/// or failed: when.
	pub deadline: BlockNumber,
	/// Dealers whose dealing is stored. In a resharing they are members of the former epoch.
	pub dealt: MemberSet,
	/// Those of them whose dealing was found bad.
	pub disqualified: MemberSet,
	/// Members who complained falsely.
	pub false_accusers: MemberSet,
	/// Releases that its members still owe.
	pub open_releases: u32,
}

/// A member's seat in an epoch. Its index, from 1, is its place in the list.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct MemberSeat<AccountId, Balance> {
	/// Whose it is.
	pub owner: AccountId,
	/// Hash of the provisioning id of the platform that the member's enclave runs on.
	pub platform: H256,
	/// The attestation of that enclave.
	pub attestation: AttestationId,
	/// Key that shares are dealt to.
	pub key: PointBytes,
	/// What is on hold for it. Zero once it was given back or taken.
	pub bond: Balance,
}

/// What a resharing starts from.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct Former {
	/// Members and threshold of the epoch that deals.
	pub params: Params,
	/// Its key and public shares.
	pub group: Group,
}

/// A dealing without its commitments.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct DealtShares {
	/// The dealer's key for this dealing.
	pub ephemeral: PointBytes,
	/// The masked shares, one for each member.
	pub shares: PerMember<ScalarBytes>,
	/// The dealing's proof.
	pub proof: PairProof,
}

/// A data key that a requester entrusted to a committee.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct EntrustedKey<AccountId, Balance, BlockNumber> {
	/// The committee.
	pub committee: CommitteeId,
	/// Who pays.
	pub requester: AccountId,
	/// The key, encrypted to the committee's.
	pub ciphertext: Ciphertext,
	/// When it was entrusted.
	pub since: BlockNumber,
	/// What the shares of one attempt cost.
	pub per_attempt: Balance,
	/// What is on hold for shares.
	pub held: Balance,
	/// What is on hold for what is stored of it.
	pub deposit: Balance,
}

/// Where the release of a key stands.
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
)]
pub enum ReleaseState {
	/// Shares are missing.
	#[codec(index = 0)]
	Open,
	/// Shares were missing when the attempt ended for want of its key.
	#[codec(index = 1)]
	Missed,
	/// As many shares are there as open the key.
	#[codec(index = 2)]
	Done,
}

/// The release of a key to the enclave of one attempt at a job.
#[derive(
	Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, MaxEncodedLen, TypeInfo,
)]
pub struct KeyRelease<AccountId, Balance, BlockNumber> {
	/// The committee.
	pub committee: CommitteeId,
	/// The epoch whose members release.
	pub epoch: EpochId,
	/// How many shares open the key.
	pub threshold: u8,
	/// The attempt.
	pub attempt: u8,
	/// The attestation of the enclave.
	pub attestation: AttestationId,
	/// Key that shares are encrypted to.
	pub enclave: PointBytes,
	/// Hash of the provisioning id of the enclave's platform.
	pub platform: H256,
	/// Owner of the node.
	pub provider: AccountId,
	/// What each share earns.
	pub fee: Balance,
	/// What silent members owe the provider together.
	pub compensation: Balance,
	/// When it was opened.
	pub opened_at: BlockNumber,
	/// First tick at which a share comes too late.
	pub deadline: BlockNumber,
	/// Where it stands.
	pub state: ReleaseState,
}

/// What a member of a committee did wrong.
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
)]
pub enum Offence {
	/// Dealt a share that its commitments do not bear out.
	#[codec(index = 0)]
	BadDealing,
	/// Complained about a share that they do.
	#[codec(index = 1)]
	FalseComplaint,
	/// Did not deal in time.
	#[codec(index = 2)]
	NoDealing,
	/// Did not release a share of a key that was missed for want of shares.
	#[codec(index = 3)]
	NoShare,
}

/// Why an epoch has no key.
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
)]
pub enum EpochFailure {
	/// Seats were free at the end of joining.
	#[codec(index = 0)]
	SeatsFree,
	/// Fewer dealings than the threshold came in time.
	#[codec(index = 1)]
	TooFewDealings,
	/// Fewer dealings than the threshold were left after complaints, or they add up to no key.
	#[codec(index = 2)]
	NoKey,
	/// Governance dissolved the committee.
	#[codec(index = 3)]
	Dissolved,
}

/// How the release of a key ended.
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
)]
pub enum ReleaseOutcome {
	/// The enclave had the key.
	#[codec(index = 0)]
	Released,
	/// The attempt ended otherwise, or had its key from the requester.
	#[codec(index = 1)]
	Dropped,
	/// The members had no time, were asked to release to an enclave that was revoked, or were too
	/// few without the provider.
	#[codec(index = 2)]
	Excused,
	/// Members were silent, and paid for it.
	#[codec(index = 3)]
	Punished,
}

/// Why a committee's message or step is refused.
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
pub enum CommitteeFault {
	/// There is no such committee.
	NoCommittee,
	/// There is no such epoch.
	NoEpoch,
	/// The committee's size, threshold or bond is not allowed.
	BadTerms,
	/// The committee is being dissolved.
	Dissolving,
	/// An epoch is being made already.
	EpochPending,
	/// No epoch is being made.
	NothingPending,
	/// The epoch stands elsewhere.
	WrongPhase,
	/// The call came after its deadline.
	TooLate,
	/// The owner has a seat already.
	OwnerSeated,
	/// The platform has a seat already.
	PlatformSeated,
	/// The caller has no seat.
	NotMember,
	/// The dealer's dealing is there already.
	AlreadyDealt,
	/// There is no dealing of this dealer.
	NoDealing,
	/// The dealing was found bad already.
	AlreadyDisqualified,
	/// The caller complained falsely before.
	FalseAccuser,
	/// Keys are in the committee's care.
	KeysEntrusted,
	/// The members still owe the release of keys.
	ReleasesOpen,
	/// The seat has no bond.
	NoBond,
	/// Bonds are on hold.
	BondsHeld,
	/// The committee has no key, or takes no more.
	NotAccepting,
	/// The job is none whose key may be wanted.
	KeyNotTaken,
	/// The job's key was entrusted already.
	AlreadyEntrusted,
	/// The job's key was not entrusted.
	NotEntrusted,
	/// No attempt at the job waits for its key.
	KeyNotWanted,
	/// The release is open already.
	ReleaseOpen,
	/// The job's key is not being released.
	NoRelease,
	/// The release may still be needed.
	StillNeeded,
	/// The member's share is there already.
	AlreadyReleased,
	/// The member or its platform is the provider's.
	ProviderIsMember,
	/// The message does not verify.
	Message(MessageFault),
	/// The members owe as many releases as they can at a time.
	TooManyReleases,
}

/// Why a message does not verify.
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
pub enum MessageFault {
	/// Bytes that are no point.
	MalformedPoint,
	/// The identity.
	IdentityPoint,
	/// Bytes that are no scalar.
	MalformedScalar,
	/// A list whose length does not fit the committee.
	WrongLength,
	/// The proof does not hold for this message here.
	BadProof,
	/// In a resharing: something else than the dealer's share is dealt.
	NotTheShare,
}

impl TryFrom<MessageError> for MessageFault {
	/// What no message can cause, only an inconsistent state.
	type Error = MessageError;

	fn try_from(error: MessageError) -> Result<Self, MessageError> {
		Ok(match error {
			MessageError::MalformedPoint => Self::MalformedPoint,
			MessageError::IdentityPoint => Self::IdentityPoint,
			MessageError::MalformedScalar => Self::MalformedScalar,
			MessageError::WrongLength => Self::WrongLength,
			MessageError::BadProof => Self::BadProof,
			MessageError::NotTheShare => Self::NotTheShare,
			MessageError::BadParameters
			| MessageError::UnknownMember
			| MessageError::Unordered
			| MessageError::TooFew
			| MessageError::BadShare
			| MessageError::KeyChanged => return Err(error),
		})
	}
}

/// A committee as members and requesters see it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub struct CommitteeView<Balance, BlockNumber> {
	/// The committee.
	pub committee: Committee<Balance>,
	/// The epoch that has the key, with its key and public shares.
	pub active: Option<(Epoch<Balance, BlockNumber>, Group)>,
	/// The epoch that is being made.
	pub pending: Option<Epoch<Balance, BlockNumber>>,
	/// Whether it takes keys now.
	pub accepts_keys: bool,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn sets_of_members() {
		let mut set = MemberSet::default();
		assert!(set.is_empty());
		for member in [32, 1, 7, 7] {
			set.insert(member);
		}
		assert_eq!(set.iter().collect::<Vec<_>>(), [1, 7, 32]);
		assert_eq!(set.len(), 3);
		assert!(set.contains(32) && !set.contains(31) && !set.contains(0) && !set.contains(33));
		assert_eq!(MemberSet::all(0), MemberSet(0));
		assert_eq!(MemberSet::all(5), MemberSet(0b11111));
		assert_eq!(MemberSet::all(32), MemberSet(u32::MAX));
		assert_eq!(MemberSet::all(7).without(&set).iter().collect::<Vec<_>>(), [2, 3, 4, 5, 6]);
		// No member has these.
		set.insert(0);
		set.insert(33);
		assert_eq!(set.len(), 3);
	}
}
