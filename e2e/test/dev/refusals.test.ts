import assert from 'node:assert/strict';
import { blake2AsU8a } from '@polkadot/util-crypto';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Call } from '../../src/chain.ts';
import * as market from '../../src/market.ts';
import { EDSC } from '../../src/units.ts';
import { account, describeDev, gpu, order, prefixOf, refusedUnchanged } from '../support.ts';

const OBJECTS = [
	prefixOf('DIDRegistry'),
	prefixOf('GPURegistry'),
	prefixOf('JobMarketplace'),
	prefixOf('AIDID'),
	prefixOf('AIModels'),
	prefixOf('Reputation'),
	prefixOf('Balances', 'Holds'),
];
const PRICE = EDSC / 100n;
const LATENCY_MS = 30_000;

describeDev('refusals', 'instant', (scene) => {
	const requester = account('requester');
	const provider = account('provider');
	const rival = account('rival');
	const stranger = account('stranger');
	const poor = account('poor');
	const nodeDid = 'did:etrid:gpu:refusals';
	const rivalDid = 'did:etrid:gpu:refusals-rival';
	const spareDid = 'did:etrid:gpu:refusals-spare';
	const long = (length: number) => 'x'.repeat(length);
	const longDid = (length: number) => `did:etrid:gpu:${long(length - 14)}`;

	const refuse = (what: string, call: Call, signer: KeyringPair, code: string) =>
		refusedUnchanged(scene.chain, OBJECTS, what, call, signer, code);

	const onJob = (method: Parameters<typeof market.onJob>[1], jobId: number) =>
		market.onJob(scene.chain, method, jobId);
	const bid = (jobId: number, did: string, price = PRICE, latency = LATENCY_MS) =>
		market.placeBid(scene.chain, jobId, did, price, latency);
	const withdrawBid = (jobId: number, did: string) =>
		scene.chain.call('jobMarketplace', 'withdrawBid', jobId, market.bytes(did));
	const complete = (jobId: number, tokens: number, text: string, hashed = text) => {
		const bytes = (value: string) => new TextEncoder().encode(value);
		const hash = blake2AsU8a(bytes(hashed), 256);
		return market.completeJob(scene.chain, jobId, hash, tokens, bytes(text));
	};
	const setStatus = (did: string, status: 'Active' | 'Inactive' | 'Suspended') =>
		scene.chain.call('gpuRegistry', 'updateStatus', market.bytes(did), status);
	const forceStatus = (did: string, status: 'Active' | 'Inactive' | 'Suspended') =>
		scene.chain.call('gpuRegistry', 'forceStatus', market.bytes(did), status);

	/** Bidding lasts this many ticks from the next job on. */
	const biddingLasts = (ticks: number) => scene.parameters('jobMarketplace', { bidding: ticks });

	scene.it('DIDs: too long, malformed, reserved, taken, foreign', async () => {
		const { chain } = scene;
		await scene.fund(3_000n * EDSC, requester, provider, rival, stranger);
		await scene.fund(EDSC, poor);
		const register = (did: string, document = 'document') =>
			market.registerDid(chain, did, provider.address, document);
		const raw = (document: string) =>
			chain.call('didRegistry', 'registerDid', market.bytes(nodeDid), provider.address, document);

		await refuse('129 bytes', register(longDid(129)), provider, 'didRegistry.DidIdentifierTooLong');
		await refuse('empty', register(''), provider, 'didRegistry.InvalidDID');
		await refuse('other method', register('did:web:gpu:a'), provider, 'didRegistry.InvalidDID');
		await refuse('no id', register('did:etrid:gpu:'), provider, 'didRegistry.InvalidDID');
		await refuse('AI', register('did:etrid:ai:llm:a'), provider, 'didRegistry.ReservedKind');
		await refuse('no document', raw('0x'), provider, 'didRegistry.DocumentHashEmpty');
		const over = `0x${'00'.repeat(65)}`;
		await refuse('65 bytes', raw(over), provider, 'didRegistry.DocumentHashTooLong');

		// More than the minimum: late results cost some of it.
		await scene.register(provider, nodeDid, { stake: 1_100n * EDSC });
		await scene.register(rival, rivalDid, { vramGb: 16 });
		await refuse('twice', register(nodeDid), provider, 'didRegistry.DidAlreadyExists');
		await refuse('by another', register(nodeDid), stranger, 'didRegistry.DidAlreadyExists');
		const revoke = chain.call('didRegistry', 'revokeDid', market.didHash(nodeDid));
		await refuse('foreign', revoke, stranger, 'didRegistry.NotAuthorized');
		const unknown = chain.call('didRegistry', 'revokeDid', market.didHash('did:etrid:gpu:no'));
		await refuse('unknown', unknown, stranger, 'didRegistry.DidNotFound');
	});

	scene.it('GPUs: sizes, stake, foreign DIDs, twice', async () => {
		const { chain } = scene;
		await chain.send(market.registerDid(chain, spareDid, stranger.address, 'spare'), stranger);
		const node = (changes: Partial<market.Gpu>) =>
			market.registerNode(chain, { ...gpu(spareDid), ...changes });

		await refuse('empty model', node({ model: '' }), stranger, 'gpuRegistry.GpuModelEmpty');
		await refuse('model of 65', node({ model: long(65) }), stranger, 'gpuRegistry.GpuModelTooLong');
		await refuse('no location', node({ location: '' }), stranger, 'gpuRegistry.LocationEmpty');
		await refuse('location of 33', node({ location: long(33) }), stranger, 'gpuRegistry.LocationTooLong');
		await refuse('no memory', node({ vramGb: 0 }), stranger, 'gpuRegistry.ZeroVram');
		const below = 1_000n * EDSC - 1n;
		await refuse('stake', node({ stake: below }), stranger, 'gpuRegistry.InsufficientStake');
		const above = 5_000n * EDSC;
		await refuse('not covered', node({ stake: above }), stranger, 'gpuRegistry.InsufficientBalance');
		await refuse('too long', node({ did: longDid(129) }), stranger, 'gpuRegistry.InvalidDID');
		await refuse('no DID', node({ did: 'GPU 1' }), stranger, 'gpuRegistry.InvalidDID');
		await refuse('foreign DID', node({}), requester, 'gpuRegistry.NotAuthorized');
		const unanchored = 'did:etrid:gpu:nobody';
		await refuse('unanchored', node({ did: unanchored }), stranger, 'gpuRegistry.DidNotActive');
		const again = market.registerNode(chain, gpu(nodeDid));
		await refuse('twice', again, provider, 'gpuRegistry.NodeAlreadyExists');

		await refuse('status', setStatus(nodeDid, 'Inactive'), stranger, 'gpuRegistry.NotOwner');
		await refuse('unknown', setStatus(unanchored, 'Inactive'), stranger, 'gpuRegistry.NodeNotFound');
		await refuse('own bar', setStatus(nodeDid, 'Suspended'), provider, 'gpuRegistry.CannotSuspend');
		await refuse('governance', forceStatus(nodeDid, 'Suspended'), provider, 'BadOrigin');
		const leave = chain.call('gpuRegistry', 'deregisterNode', market.bytes(nodeDid));
		await refuse('leave', leave, stranger, 'gpuRegistry.NotOwner');
	});

	scene.it('submissions: sizes, zero tokens, too little, too much, closed market', async () => {
		const { chain } = scene;
		const submit = (changes: Partial<market.JobOrder>) => market.submitJob(chain, order(changes));

		const prompt = new Uint8Array(10_241);
		await refuse('prompt', submit({ prompt }), requester, 'jobMarketplace.PromptTooLong');
		const model = (modelDid: string) => submit({ modelDid });
		await refuse('no model', model(''), requester, 'jobMarketplace.InvalidDid');
		await refuse('long model', model(longDid(129)), requester, 'jobMarketplace.InvalidDid');
		await refuse('nameless', model('did:etrid:ai:llm:'), requester, 'jobMarketplace.InvalidDid');
		await refuse('no AI', model('did:etrid:gpu:a'), requester, 'jobMarketplace.ModelNotAvailable');
		const unknown = model('did:etrid:ai:llm:unknown');
		await refuse('unknown', unknown, requester, 'jobMarketplace.ModelNotAvailable');
		await refuse('tokens', submit({ maxTokens: 0 }), requester, 'jobMarketplace.ZeroTokens');
		const little = submit({ maxPayment: 999_999_999n });
		await refuse('payment', little, requester, 'jobMarketplace.InsufficientPayment');
		const secret = submit({ confidential: true });
		await refuse('secret', secret, requester, 'jobMarketplace.ConfidentialUnavailable');
		await refuse('not covered', submit({}), poor, 'Token');

		const limit = (jobs: number) => chain.call('jobMarketplace', 'updateMaxJobs', jobs);
		await refuse('governance', limit(5), requester, 'BadOrigin');
		await scene.govern(limit(0));
		await refuse('closed', submit({}), requester, 'jobMarketplace.MaxJobsExceeded');
		await scene.govern(limit(1_000));
		await scene.submit(requester);
	});

	scene.it('bids: budget, foreign, small, switched off, suspended, twice, late, closed', async () => {
		const { chain } = scene;
		await biddingLasts(60);
		const jobId = await scene.submit(requester);

		await refuse('no job', bid(999, nodeDid), provider, 'jobMarketplace.JobNotFound');
		await refuse('no price', bid(jobId, nodeDid, 0n), provider, 'jobMarketplace.InvalidBid');
		const over = (10n * EDSC) / 500n + 1n;
		await refuse('budget', bid(jobId, nodeDid, over), provider, 'jobMarketplace.BidAboveBudget');
		const huge = (1n << 128n) - 1n;
		await refuse('overflow', bid(jobId, nodeDid, huge), provider, 'jobMarketplace.BidAboveBudget');
		const slow = bid(jobId, nodeDid, PRICE, 4_294_967_295);
		await refuse('latency', slow, provider, 'jobMarketplace.LatencyTooLong');
		await refuse('no node', bid(jobId, spareDid), stranger, 'jobMarketplace.NodeNotFound');
		await refuse('no DID', bid(jobId, 'GPU 1'), stranger, 'jobMarketplace.InvalidDid');
		await refuse('foreign', bid(jobId, nodeDid), stranger, 'jobMarketplace.NotAuthorized');
		await refuse('memory', bid(jobId, rivalDid), rival, 'jobMarketplace.InsufficientVram');

		await chain.send(setStatus(nodeDid, 'Inactive'), provider);
		await refuse('switched off', bid(jobId, nodeDid), provider, 'jobMarketplace.NodeInactive');
		await chain.send(setStatus(nodeDid, 'Active'), provider);
		await scene.govern(forceStatus(nodeDid, 'Suspended'));
		await refuse('suspended', bid(jobId, nodeDid), provider, 'jobMarketplace.NodeSuspended');
		await refuse('own pardon', setStatus(nodeDid, 'Active'), provider, 'gpuRegistry.NodeSuspended');
		await scene.govern(forceStatus(nodeDid, 'Active'));

		await chain.send(bid(jobId, nodeDid), provider);
		await refuse('twice', bid(jobId, nodeDid), provider, 'jobMarketplace.AlreadyExists');
		const promote = chain.call('jobMarketplace', 'promoteBid', jobId, market.bytes(nodeDid));
		await refuse('promote during bidding', promote, stranger, 'jobMarketplace.TooEarly');
		await refuse('withdraw', withdrawBid(jobId, nodeDid), stranger, 'jobMarketplace.NotAuthorized');
		await refuse('match', onJob('matchJob', jobId), stranger, 'jobMarketplace.TooEarly');
		await refuse('expire', onJob('expireJob', jobId), stranger, 'jobMarketplace.TooEarly');
		await refuse('cancel', onJob('cancelJob', jobId), stranger, 'jobMarketplace.NotAuthorized');

		await biddingLasts(10);
		await chain.clockReaches((await market.readJob(chain, jobId)).bidEnd);
		await refuse('late', bid(jobId, nodeDid), provider, 'jobMarketplace.TooLate');
		await refuse('promote a leader', promote, stranger, 'jobMarketplace.AlreadyLeading');
		await refuse('withdraw late', withdrawBid(jobId, nodeDid), provider, 'jobMarketplace.TooLate');
		await chain.send(onJob('cancelJob', jobId), requester);
		await refuse('cancelled', bid(jobId, nodeDid), provider, 'jobMarketplace.InvalidState');
		await refuse('match', onJob('matchJob', jobId), stranger, 'jobMarketplace.InvalidState');
	});

	scene.it('assigned: strangers, cancelling, order of steps', async () => {
		const { chain } = scene;
		const jobId = await scene.submit(requester);
		const assign = market.assignJob(chain, jobId, nodeDid);
		await refuse('no bid', assign, requester, 'jobMarketplace.BidNotFound');
		await chain.send(bid(jobId, nodeDid), provider);
		await refuse('not yours', assign, stranger, 'jobMarketplace.NotAuthorized');
		await refuse('too soon', onJob('startJob', jobId), provider, 'jobMarketplace.InvalidState');
		await chain.send(assign, requester);

		await refuse('twice', assign, requester, 'jobMarketplace.InvalidState');
		await refuse('cancel', onJob('cancelJob', jobId), requester, 'jobMarketplace.InvalidState');
		await refuse('bid', bid(jobId, rivalDid), rival, 'jobMarketplace.InvalidState');
		await refuse('start', onJob('startJob', jobId), stranger, 'jobMarketplace.NotAuthorized');
		await refuse('abandon', onJob('abandonJob', jobId), stranger, 'jobMarketplace.NotAuthorized');
		await refuse('complete', complete(jobId, 1, 'x'), provider, 'jobMarketplace.InvalidState');
		await refuse('expire', onJob('expireJob', jobId), stranger, 'jobMarketplace.TooEarly');
		const leave = chain.call('gpuRegistry', 'deregisterNode', market.bytes(nodeDid));
		await refuse('leave', leave, provider, 'gpuRegistry.JobsUnsettled');
		await chain.send(onJob('abandonJob', jobId), provider);
		assert.equal((await market.readJob(chain, jobId)).status, 'Failed');
	});

	scene.it('results: strangers, too many tokens, wrong bytes, finalising and rating', async () => {
		const { chain } = scene;
		const jobId = await scene.process(requester, provider, nodeDid);
		const accept = (stars: number | null) => market.acceptResult(chain, jobId, stars);

		await refuse('stranger', complete(jobId, 1, 'x'), stranger, 'jobMarketplace.NotAuthorized');
		await refuse('requester', complete(jobId, 1, 'x'), requester, 'jobMarketplace.NotAuthorized');
		await refuse('tokens', complete(jobId, 501, 'x'), provider, 'jobMarketplace.TokensAboveMaximum');
		await refuse('bytes', complete(jobId, 1, 'x', 'y'), provider, 'jobMarketplace.ResultHashMismatch');
		await refuse('size', complete(jobId, 1, long(10_241)), provider, 'jobMarketplace.ResultTooLong');
		await refuse('accept', accept(5), requester, 'jobMarketplace.InvalidState');
		await refuse('finalize', onJob('finalizeJob', jobId), stranger, 'jobMarketplace.InvalidState');
		await chain.send(complete(jobId, 500, 'x'), provider);

		await refuse('again', complete(jobId, 500, 'x'), provider, 'jobMarketplace.InvalidState');
		await refuse('early', onJob('finalizeJob', jobId), provider, 'jobMarketplace.TooEarly');
		await refuse('accept', accept(5), stranger, 'jobMarketplace.NotAuthorized');
		await refuse('no stars', accept(0), requester, 'jobMarketplace.InvalidRating');
		await refuse('six stars', accept(6), requester, 'jobMarketplace.InvalidRating');
		await refuse('abandon', onJob('abandonJob', jobId), provider, 'jobMarketplace.InvalidState');
		await refuse('cancel', onJob('cancelJob', jobId), requester, 'jobMarketplace.InvalidState');
		await chain.send(accept(null), requester);

		await refuse('nothing', accept(null), requester, 'jobMarketplace.InvalidRating');
		await chain.send(accept(3), requester);
		await refuse('rated', accept(4), requester, 'jobMarketplace.AlreadyRated');
		await refuse('finalize', onJob('finalizeJob', jobId), provider, 'jobMarketplace.InvalidState');
		await refuse('reap', onJob('reapJob', jobId), stranger, 'jobMarketplace.TooEarly');
	});

	scene.it('a job without acceptance is paid after the escrow period, not before', async () => {
		const { chain } = scene;
		const jobId = await scene.process(requester, provider, nodeDid);
		await chain.send(complete(jobId, 100, 'x'), provider);
		const { deadline } = await market.readJob(chain, jobId);
		assert.equal(deadline - (await chain.now()), 100);
		await chain.clockReaches(deadline - 2);
		await refuse('one tick early', onJob('finalizeJob', jobId), stranger, 'jobMarketplace.TooEarly');
		await refuse('accept late', market.acceptResult(chain, jobId, 5), requester, 'jobMarketplace.TooLate');
		await chain.send(onJob('finalizeJob', jobId), stranger);
		assert.equal((await market.readJob(chain, jobId)).status, 'Settled');
	});
});
