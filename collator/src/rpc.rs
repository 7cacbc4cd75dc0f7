//! RPCs that the SDK's service does not bring by itself.

mod answers;
mod market;

use self::market::{Market, MarketRpcServer};
use crate::service::{Block, FullBackend, FullClient, Hash, Pool};
use ai_compute_pbc_runtime::BlockNumber;
use futures::channel::mpsc;
use jsonrpsee::RpcModule;
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sc_consensus_grandpa::{
	FinalityProofProvider, GrandpaJustificationStream, SharedAuthoritySet, SharedVoterState,
};
use sc_consensus_grandpa_rpc::{Grandpa, GrandpaApiServer};
use sc_consensus_manual_seal::{
	rpc::{ManualSeal, ManualSealApiServer},
	EngineCommand,
};
use sc_rpc::{
	dev::{Dev, DevApiServer},
	SubscriptionTaskExecutor,
};
use sc_service::error::Error;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};

/// What GRANDPA's RPC tells about.
#[derive(Clone)]
pub struct Finality {
	pub authority_set: SharedAuthoritySet<Hash, BlockNumber>,
	pub voter_state: SharedVoterState,
	pub justifications: GrandpaJustificationStream<Block>,
	pub proofs: Arc<FinalityProofProvider<FullBackend, Block>>,
}

/// Account nonces, dry runs, fees, block statistics and the market: in every mode.
pub fn common(client: &Arc<FullClient>, pool: &Arc<Pool>) -> Result<RpcModule<()>, Error> {
	let mut module = RpcModule::new(());
	merge(&mut module, System::new(client.clone(), pool.clone()).into_rpc())?;
	merge(&mut module, TransactionPayment::new(client.clone()).into_rpc())?;
	merge(&mut module, Dev::new(client.clone()).into_rpc())?;
	merge(&mut module, Market::<_, Block>::new(client.clone()).into_rpc())?;
	Ok(module)
}

/// Adds `engine_createBlock` and `engine_finalizeBlock`.
pub fn add_sealing(
	module: &mut RpcModule<()>,
	commands: mpsc::Sender<EngineCommand<Hash>>,
) -> Result<(), Error> {
	merge(module, ManualSeal::new(commands).into_rpc())
}

/// Adds the RPCs of GRANDPA.
pub fn add_finality(
	module: &mut RpcModule<()>,
	finality: Finality,
	executor: SubscriptionTaskExecutor,
) -> Result<(), Error> {
	let Finality { authority_set, voter_state, justifications, proofs } = finality;
	let grandpa = Grandpa::new(executor, authority_set, voter_state, justifications, proofs);
	merge(module, grandpa.into_rpc())
}

fn merge<Context>(module: &mut RpcModule<()>, other: RpcModule<Context>) -> Result<(), Error> {
	module.merge(other).map_err(|error| Error::Application(error.into()))
}
