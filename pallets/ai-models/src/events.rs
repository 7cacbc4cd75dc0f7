//! Events of the catalogue: a section of the pallet module.

use frame_support::pallet_macros::pallet_section;

#[pallet_section]
mod events {
	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A model was registered.
		ModelRegistered {
			/// DID of the model.
			did: Did,
			/// Who registered it.
			owner: T::AccountId,
			/// Number of the registration.
			registration: Registration,
			/// Number of its first version.
			version: VersionNumber,
			/// Deposit on hold, in the smallest unit.
			deposit: BalanceOf<T>,
			/// The model that it descends from.
			parent: Option<ParentLink>,
			/// Share of its royalty for the parent's owner, in 1/10 000 of it.
			parent_bps: u16,
		},
		/// A model's description, need of VRAM or royalty changed.
		ModelUpdated {
			/// DID of the model.
			did: Did,
			/// Least VRAM in GB that a node needs now.
			min_vram_gb: u32,
			/// Royalty of new jobs now, in 1/10 000 of the gross payment.
			royalty_bps: u16,
		},
		/// A version was published and is active.
		VersionPublished {
			/// DID of the model.
			did: Did,
			/// Number of the version.
			version: VersionNumber,
			/// Hash of the version's description.
			metadata_hash: H256,
			/// Commitment to the weights.
			weights_commitment: Option<H256>,
			/// Hash of the tokenizer.
			tokenizer_hash: Option<H256>,
		},
		/// New jobs run another version, published earlier.
		VersionActivated {
			/// DID of the model.
			did: Did,
			/// Number of the version.
			version: VersionNumber,
		},
		/// The record of an old version was removed.
		VersionRetired {
			/// DID of the model.
			did: Did,
			/// Number of the version.
			version: VersionNumber,
		},
		/// A model's prices changed.
		PricingSet {
			/// DID of the model.
			did: Did,
			/// Prices per token that bids on new jobs must keep to.
			rule: PriceRule<BalanceOf<T>>,
		},
		/// A model is open to others than before.
		VisibilitySet {
			/// DID of the model.
			did: Did,
			/// Who may submit jobs now.
			visibility: Visibility,
		},
		/// A model's allow-list changed.
		AllowListUpdated {
			/// DID of the model.
			did: Did,
			/// Accounts that came onto it.
			allowed: Vec<T::AccountId>,
			/// Accounts that were taken off it.
			disallowed: Vec<T::AccountId>,
		},
		/// A model takes no new jobs, for good.
		ModelDeprecated {
			/// DID of the model.
			did: Did,
		},
		/// A model was offered to another account.
		TransferOffered {
			/// DID of the model.
			did: Did,
			/// Who owns it.
			owner: T::AccountId,
			/// Who may accept it.
			to: T::AccountId,
		},
		/// An offer was withdrawn or declined.
		TransferCancelled {
			/// DID of the model.
			did: Did,
			/// To whom the model was offered.
			to: T::AccountId,
		},
		/// A model has a new owner.
		ModelTransferred {
			/// DID of the model.
			did: Did,
			/// Who owned it and got the deposit back.
			from: T::AccountId,
			/// Who owns it.
			to: T::AccountId,
			/// Deposit on hold from the new owner, in the smallest unit.
			deposit: BalanceOf<T>,
		},
		/// A model left the catalogue.
		ModelDeregistered {
			/// DID of the model.
			did: Did,
			/// Who owned it.
			owner: T::AccountId,
			/// Number of the registration that is over.
			registration: Registration,
		},
		/// Governance removed a model.
		ModelForceRemoved {
			/// DID of the model.
			did: Did,
			/// Who owned it.
			owner: T::AccountId,
			/// Number of the registration that is over.
			registration: Registration,
			/// Deposit, in the smallest unit.
			deposit: BalanceOf<T>,
			/// What became of it.
			fate: DepositFate,
		},
		/// A node's owner declared that the node hosts a model.
		HostDeclared {
			/// DID of the model.
			did: Did,
			/// DID of the node.
			node: Did,
			/// Who owns the node and paid the deposit.
			host: T::AccountId,
			/// Deposit on hold, in the smallest unit.
			deposit: BalanceOf<T>,
		},
		/// A model's owner approved a host.
		HostApproved {
			/// DID of the model.
			did: Did,
			/// DID of the node.
			node: Did,
		},
		/// A node hosts a model no more, or its record was cleared away.
		HostRemoved {
			/// DID of the model.
			did: Did,
			/// DID of the node.
			node: Did,
			/// Who got the deposit back.
			host: T::AccountId,
			/// Deposit released, in the smallest unit.
			deposit: BalanceOf<T>,
		},
		/// Other nodes may run a model than before.
		HostingSet {
			/// DID of the model.
			did: Did,
			/// Which nodes may run new jobs.
			hosting: Hosting,
			/// How a node becomes a host.
			admission: HostAdmission,
		},
		/// A model's owner asks something else of descendants. Those there are keep their share.
		DescendantsSet {
			/// DID of the model.
			did: Did,
			/// What the owner asks.
			descendants: Descendants,
		},
		/// The owner of a parent model cut the link that a descendant claimed.
		DescendantDisowned {
			/// DID of the descendant.
			did: Did,
			/// Hash of the parent's DID.
			parent: DidHash,
		},
	}
}
