//! What goes to the relay chain: the call and the program around it.

use crate::{Checkpoint, CheckpointParameters, RelayTarget};
use alloc::{vec, vec::Vec};
use codec::Encode;
use frame_support::weights::Weight;
use xcm::latest::prelude::*;

/// Query ids of this pallet's questions: these upper 32 bits, "CHKP", and the checkpoint's index.
/// `pallet-xcm` counts its own from 0.
pub const QUERY_ID_BASE: QueryId = 0x4348_4B50_0000_0000;

/// The query id of a checkpoint. The same for every attempt, and never used for another one.
pub fn query_id(index: u32) -> QueryId {
	QUERY_ID_BASE | QueryId::from(index)
}

/// The checkpoint that a query id of this pallet stands for.
pub fn index_of(query_id: QueryId) -> Option<u32> {
	let index = query_id.checked_sub(QUERY_ID_BASE)?;
	index.try_into().ok()
}

/// The relay chain's call, encoded.
///
/// | target | bytes |
/// |---|---|
/// | `Checkpoint` | pallet, call, pbc id, block number as u64 little endian, state root |
/// | `PbcRouter` | pallet, call, pbc id, block number as u32 little endian, state root |
pub fn relay_call(target: RelayTarget, pbc_id: u8, checkpoint: &Checkpoint) -> Vec<u8> {
	let Checkpoint { block_number, state_root, .. } = checkpoint;
	match target {
		RelayTarget::Checkpoint { pallet, call } => {
			(pallet, call, pbc_id, u64::from(*block_number), state_root).encode()
		}
		RelayTarget::PbcRouter { pallet, call } => {
			(pallet, call, pbc_id, *block_number, state_root).encode()
		}
	}
}

/// The program that makes the relay chain run `call` as the account of parachain `para_id`, pays
/// for itself with up to the relay fee of `fee_asset`, and reports how it ended.
///
/// - The first two instructions are what the relay chain's barrier wants to see. Nothing may come
///   before them.
/// - The report says "success" only if the call ran and succeeded: a call that is not run at all is
///   an error of `Transact`, one that fails is made one by `ExpectTransactStatus`.
/// - The appendix runs however the program ends. It returns what was not spent before it does
///   anything that can fail, so that nothing is left behind in the machine. Delivery of the report
///   is paid from the account.
pub fn register(
	call: Vec<u8>,
	para_id: u32,
	query_id: QueryId,
	fee_asset: AssetId,
	answer_weight: Weight,
	parameters: &CheckpointParameters,
) -> Xcm<()> {
	let this_chain = Location::new(0, [Parachain(para_id)]);
	let fees: Asset = (fee_asset, parameters.relay_fee).into();
	Xcm(vec![
		WithdrawAsset(fees.clone().into()),
		BuyExecution { fees, weight_limit: Unlimited },
		SetAppendix(Xcm(vec![
			RefundSurplus,
			DepositAsset { assets: Wild(AllCounted(1)), beneficiary: this_chain.clone() },
			SetFeesMode { jit_withdraw: true },
			ReportError(QueryResponseInfo {
				destination: this_chain,
				query_id,
				max_weight: answer_weight,
			}),
		])),
		Transact {
			origin_kind: OriginKind::SovereignAccount,
			fallback_max_weight: Some(parameters.call_weight),
			call: call.into(),
		},
		ExpectTransactStatus(MaybeErrorCode::Success),
	])
}
