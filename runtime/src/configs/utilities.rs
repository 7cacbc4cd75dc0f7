//! What makes accounts handier: batches, multisignatures, proxies.

use crate::{
	constants::currency::deposit, Balance, Balances, OriginCaller, Runtime, RuntimeCall,
	RuntimeEvent, System,
};
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use frame_support::{
	parameter_types,
	traits::{ConstU32, InstanceFilter},
};
use scale_info::TypeInfo;
use sp_runtime::traits::BlakeTwo256;

impl pallet_utility::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type PalletsOrigin = OriginCaller;
	type WeightInfo = pallet_utility::weights::SubstrateWeight<Runtime>;
}

parameter_types! {
	/// One entry with a call hash, a depositor and a deposit.
	pub const DepositBase: Balance = deposit(1, 88);
	/// One approving account.
	pub const DepositFactor: Balance = deposit(0, 32);
}

impl pallet_multisig::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type DepositBase = DepositBase;
	type DepositFactor = DepositFactor;
	type MaxSignatories = ConstU32<100>;
	type WeightInfo = pallet_multisig::weights::SubstrateWeight<Runtime>;
	type BlockNumberProvider = System;
}

/// What a proxy may do for an account. Stored: variants are only ever added at the end.
#[derive(
	Copy,
	Clone,
	Eq,
	PartialEq,
	Ord,
	PartialOrd,
	Debug,
	Default,
	Encode,
	Decode,
	DecodeWithMemTracking,
	MaxEncodedLen,
	TypeInfo,
)]
pub enum ProxyType {
	/// Everything.
	#[default]
	Any,
	/// What cannot move the account's money or names to others: no balances, XCM or sudo, no
	/// payment for jobs, no transfer of a DID, no further proxies.
	NonTransfer,
	/// Reject announced calls of other proxies.
	CancelProxy,
	/// Marketplace calls of either side, and data keys in the care of committees. Such a proxy can
	/// spend the account's money on jobs.
	Jobs,
	/// Run a node: heartbeats, status, bids and work on jobs, attestations and the duties of a
	/// committee's member, and claims on what was earned. Made for the key on a GPU machine: money
	/// moves to the account alone, and no stake or bond is added. Bad work in the node's name still
	/// counts against the node.
	NodeOperation,
}

impl InstanceFilter<RuntimeCall> for ProxyType {
	fn filter(&self, call: &RuntimeCall) -> bool {
		// The filter stays on the origin: calls inside a batch are checked again one by one. It
		// does not pass through a multisignature, so that wrapper is for `Any` alone.
		let wrapper = matches!(call, RuntimeCall::Utility(..));
		match self {
			Self::Any => true,
			Self::NonTransfer => wrapper || is_non_transfer(call),
			Self::CancelProxy => {
				wrapper
					|| matches!(
						call,
						RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. })
					)
			}
			Self::Jobs => {
				wrapper
					|| matches!(
						call,
						RuntimeCall::JobMarketplace(..)
							| RuntimeCall::ConfidentialCompute(
								pallet_confidential_compute::Call::entrust_key { .. }
									| pallet_confidential_compute::Call::open_release { .. }
									| pallet_confidential_compute::Call::withdraw_key { .. }
							)
					)
			}
			Self::NodeOperation => wrapper || is_node_operation(call),
		}
	}

	fn is_superset(&self, other: &Self) -> bool {
		match (self, other) {
			(own, other) if own == other => true,
			(Self::Any, _) => true,
			_ => false,
		}
	}
}

/// A list of what is allowed, so that a pallet added later is closed until someone opens it.
fn is_non_transfer(call: &RuntimeCall) -> bool {
	match call {
		RuntimeCall::DIDRegistry(call) => {
			!matches!(call, pallet_did_registry::Call::transfer_ownership { .. })
		}
		RuntimeCall::System(..)
		| RuntimeCall::Session(..)
		| RuntimeCall::GPURegistry(..)
		| RuntimeCall::CollatorSelection(..)
		| RuntimeCall::Proxy(pallet_proxy::Call::reject_announcement { .. }) => true,
		_ => is_node_operation(call),
	}
}

fn is_node_operation(call: &RuntimeCall) -> bool {
	use pallet_confidential_compute::Call as Enclave;
	use pallet_gpu_registry::Call as Node;
	use pallet_job_marketplace::Call as Market;
	use pallet_payment_streams::Call as Payments;
	matches!(
		call,
		RuntimeCall::GPURegistry(
			Node::update_status { .. }
				| Node::update_node { .. }
				| Node::set_capacity { .. }
				| Node::heartbeat { .. }
		) | RuntimeCall::JobMarketplace(
			Market::place_bid { .. }
				| Market::withdraw_bid { .. }
				| Market::promote_bid { .. }
				| Market::match_job { .. }
				| Market::start_job { .. }
				| Market::complete_job { .. }
				| Market::complete_with_evidence { .. }
				| Market::abandon_job { .. }
				| Market::answer_dispute { .. }
				| Market::settle_batch { .. }
				| Market::expire_job { .. }
				| Market::finalize_job { .. }
		) | RuntimeCall::ConfidentialCompute(
			Enclave::attest_cpu { .. }
				| Enclave::attest_gpu { .. }
				| Enclave::attest_lone_gpu { .. }
				| Enclave::revoke_attestation { .. }
				| Enclave::put_root_crl { .. }
				| Enclave::put_pck_crl { .. }
				| Enclave::put_tcb_info { .. }
				| Enclave::put_qe_identity { .. }
				| Enclave::deal { .. }
				| Enclave::complain { .. }
				| Enclave::open_release { .. }
				| Enclave::release_share { .. }
		) | RuntimeCall::PaymentStreams(
			Payments::claim { .. } | Payments::claim_many { .. } | Payments::withdraw { .. }
		)
	)
}

parameter_types! {
	/// One entry.
	pub const ProxyDepositBase: Balance = deposit(1, 8);
	/// One proxy: account, type, delay.
	pub const ProxyDepositFactor: Balance = deposit(0, 37);
	/// One entry.
	pub const AnnouncementDepositBase: Balance = deposit(1, 16);
	/// One announcement: account, call hash, height.
	pub const AnnouncementDepositFactor: Balance = deposit(0, 68);
}

impl pallet_proxy::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type Currency = Balances;
	type ProxyType = ProxyType;
	type ProxyDepositBase = ProxyDepositBase;
	type ProxyDepositFactor = ProxyDepositFactor;
	type MaxProxies = ConstU32<32>;
	type WeightInfo = pallet_proxy::weights::SubstrateWeight<Runtime>;
	type MaxPending = ConstU32<32>;
	type CallHasher = BlakeTwo256;
	type AnnouncementDepositBase = AnnouncementDepositBase;
	type AnnouncementDepositFactor = AnnouncementDepositFactor;
	type BlockNumberProvider = System;
}
