import assert from 'node:assert/strict';
import { stringToU8a, u8aToHex } from '@polkadot/util';
import { toBigInt } from '../../src/chain.ts';
import * as market from '../../src/market.ts';
import { EDSC } from '../../src/units.ts';
import { account, describeDev, gpu } from '../support.ts';

// What a dApp that was written against the guide calls, by the names that the guide gives.
describeDev('names of the guide', 'instant', (scene) => {
	const requester = account('requester');
	const provider = account('provider');
	const did = 'did:etrid:gpu:guide';

	/** Pallet, call, index of both, and the arguments in their order. */
	const calls: readonly [string, string, number, number, readonly string[]][] = [
		['didRegistry', 'registerDid', 8, 0, ['did', 'controller', 'documentHash']],
		['didRegistry', 'updateDid', 8, 1, ['didHash', 'newDocumentHash']],
		['didRegistry', 'revokeDid', 8, 2, ['didHash']],
		['didRegistry', 'transferOwnership', 8, 3, ['didHash', 'newOwner']],
		['didRegistry', 'setExpiration', 8, 4, ['didHash', 'expiresAt']],
		['didRegistry', 'grantAccess', 8, 5, ['didHash', 'agent', 'level']],
		['didRegistry', 'revokeAccess', 8, 6, ['didHash', 'agent']],
		[
			...(['gpuRegistry', 'registerNode', 10, 0] as const),
			['did', 'gpuModel', 'vramGb', 'cudaCores', 'location', 'stake'],
		],
		['gpuRegistry', 'updateStatus', 10, 1, ['did', 'newStatus']],
		['gpuRegistry', 'deregisterNode', 10, 2, ['did']],
		[
			...(['jobMarketplace', 'submitJob', 11, 0] as const),
			['modelDid', 'encryptedPrompt', 'maxTokens', 'maxPayment', 'minVramGb', 'confidential'],
		],
		[
			...(['jobMarketplace', 'placeBid', 11, 1] as const),
			['jobId', 'gpuDid', 'pricePerToken', 'estimatedLatencyMs'],
		],
		['jobMarketplace', 'assignJob', 11, 2, ['jobId', 'gpuDid']],
		['jobMarketplace', 'matchJob', 11, 3, ['jobId']],
		['jobMarketplace', 'startJob', 11, 4, ['jobId']],
		['jobMarketplace', 'completeJob', 11, 5, ['jobId', 'resultHash', 'tokensUsed', 'result']],
		['jobMarketplace', 'acceptResult', 11, 6, ['jobId', 'rating']],
		['jobMarketplace', 'disputeJob', 11, 7, ['jobId', 'reason', 'evidenceHash']],
		['jobMarketplace', 'resolveDispute', 11, 8, ['jobId', 'verdict']],
		['jobMarketplace', 'finalizeJob', 11, 9, ['jobId']],
		['jobMarketplace', 'cancelJob', 11, 10, ['jobId']],
		['jobMarketplace', 'expireJob', 11, 11, ['jobId']],
		['jobMarketplace', 'withdrawBid', 11, 12, ['jobId', 'gpuDid']],
		[
			...(['jobMarketplace', 'submitJobWithOptions', 11, 13] as const),
			[
				...['modelDid', 'payload', 'maxTokens', 'maxPayment'],
				...['minVramGb', 'confidential', 'options'],
			],
		],
		['jobMarketplace', 'updateMaxJobs', 11, 14, ['newMax']],
		['jobMarketplace', 'hire', 11, 15, ['job', 'signedOffer']],
		['jobMarketplace', 'abandonJob', 11, 16, ['jobId']],
		['jobMarketplace', 'answerDispute', 11, 17, ['jobId', 'answer']],
		['jobMarketplace', 'promoteBid', 11, 18, ['jobId', 'gpuDid']],
		['jobMarketplace', 'reapJob', 11, 20, ['jobId']],
		['jobMarketplace', 'settleBatch', 11, 21, ['jobIds']],
		['jobMarketplace', 'acceptBatch', 11, 22, ['jobs']],
		['jobMarketplace', 'withdrawBids', 11, 23, ['bids']],
		['jobMarketplace', 'reapBatch', 11, 24, ['jobIds']],
		['jobMarketplace', 'cancelOffers', 11, 25, ['gpuDid']],
		['jobMarketplace', 'setOfferKey', 11, 27, ['gpuDid', 'key']],
		['aidid', 'registerAi', 7, 0, ['identifier', 'aiType', 'profile']],
		['aidid', 'attestModel', 7, 2, ['didHash', 'attestation']],
		['aidid', 'submitRating', 7, 6, ['didHash', 'rating']],
		['accounts', 'transfer', 9, 0, ['to', 'tokenType', 'amount']],
		['accounts', 'createRecovery', 9, 4, ['guardians', 'threshold', 'delayPeriod']],
		[
			...(['aiModels', 'registerModel', 13, 0] as const),
			[
				...['did', 'name', 'version', 'modelType', 'metadataHash', 'uri', 'minVramGb'],
				...['license', 'visibility', 'parent', 'royaltyBps'],
			],
		],
		[
			...(['aiModels', 'setPricing', 13, 3] as const),
			['did', 'inputTokenPrice', 'outputTokenPrice', 'requestPrice', 'tiers', 'rule'],
		],
		['aiModels', 'hostModel', 13, 8, ['did', 'nodeDid']],
		['reputation', 'releaseSlash', 14, 0, ['slashId']],
		['reputation', 'appealSlash', 14, 1, ['slashId']],
		['reputation', 'resolveAppeal', 14, 2, ['slashId', 'ruling']],
		['reputation', 'liftSuspension', 14, 3, ['did']],
		['sudo', 'sudo', 6, 0, ['call']],
		['sudo', 'sudoUncheckedWeight', 6, 1, ['call', 'weight']],
		['system', 'setCode', 0, 2, ['code']],
	];

	scene.it('calls, their indices and the order of their arguments', async () => {
		for (const [section, method, pallet, index, names] of calls) {
			const call = scene.chain.api.tx[section]?.[method];
			assert.ok(call, `${section}.${method}`);
			assert.deepEqual([...call.callIndex], [pallet, index], `${section}.${method}`);
			const { args } = call.meta;
			assert.deepEqual(
				args.map(({ name }) => name.toString().replace(/_(\w)/g, (_, c: string) => c.toUpperCase())),
				names,
				`${section}.${method}`,
			);
		}
	});

	scene.it('constants', async () => {
		const { consts } = scene.chain.api;
		const expected: readonly [string, string, bigint][] = [
			['balances', 'existentialDeposit', 500n],
			['system', 'blockHashCount', 2_400n],
			['system', 'ss58Prefix', 42n],
			['gpuRegistry', 'minimumStake', 1_000n * EDSC],
			['gpuRegistry', 'maxGPUNodes', 100_000n],
			['jobMarketplace', 'maxJobsPerBlock', 1_000n],
			['jobMarketplace', 'jobEscrowPeriod', 100n],
			['jobMarketplace', 'maxBidsPerJob', 50n],
			['reputation', 'initialReputationScore', 5_000n],
			['reputation', 'slashingAmount', 100n * EDSC],
			['aiModels', 'modelRegistrationDeposit', 100n * EDSC],
		];
		for (const [section, name, value] of expected) {
			assert.equal(toBigInt(consts[section]?.[name]), value, `${section}.${name}`);
		}
	});

	scene.it('identity of the chain', async () => {
		const { api } = scene.chain;
		assert.equal(api.runtimeVersion.specName.toString(), 'ai-compute-pbc');
		assert.equal(api.runtimeVersion.implName.toString(), 'ai-compute-pbc');
		assert.ok(api.runtimeVersion.specVersion.toNumber() >= 100);
		const { tokenSymbol, tokenDecimals, ss58Format } = await api.rpc.system.properties();
		assert.deepEqual(tokenSymbol.unwrap().toJSON(), ['EDSC']);
		assert.deepEqual(tokenDecimals.unwrap().toJSON(), [12]);
		assert.equal(ss58Format.unwrap().toNumber(), 42);
	});

	scene.it('api.query.gpuRegistry.gpuNodes, ownerNodes, totalNodes', async () => {
		const { query } = scene.chain.api;
		const registry = query['gpuRegistry'];
		assert.ok(registry?.['gpuNodes'] && registry['ownerNodes'] && registry['totalNodes']);
		assert.equal((await registry['totalNodes']()).toJSON(), 0);
		await scene.fund(2_000n * EDSC, requester, provider);
		await scene.register(provider, did);

		const profile = (await registry['gpuNodes'](did)).toJSON() as Record<string, unknown>;
		assert.equal(profile['owner'], provider.address);
		assert.equal(profile['gpuModel'], u8aToHex(stringToU8a(gpu(did).model)));
		assert.equal(profile['vramGb'], 48);
		assert.equal(profile['cudaCores'], 18_176);
		assert.equal(profile['location'], u8aToHex(stringToU8a(gpu(did).location)));
		assert.equal(BigInt(profile['stake'] as string), 1_000n * EDSC);
		assert.equal(profile['status'], 'Active');
		assert.equal(profile['reputationScore'], 5_000);
		assert.equal(profile['totalJobsCompleted'], 0);
		assert.ok(typeof profile['registeredAt'] === 'number');
		const owned = (await registry['ownerNodes'](provider.address)).toJSON();
		assert.deepEqual(owned, [u8aToHex(stringToU8a(did))]);
		assert.equal((await registry['totalNodes']()).toJSON(), 1);
	});

	scene.it('api.query.jobMarketplace.jobs, nextJobId, jobBids and the status of a job', async () => {
		const { query } = scene.chain.api;
		const jobs = query['jobMarketplace'];
		assert.ok(jobs?.['jobs'] && jobs['nextJobId'] && jobs['jobBids']);
		assert.equal((await jobs['jobs'](0)).isEmpty, true);
		assert.equal((await jobs['nextJobId']()).toJSON(), 0);

		const jobId = await scene.process(requester, provider, did);
		assert.equal(jobId, 0);
		const job = (await jobs['jobs'](0)) as unknown as {
			unwrap(): { status: { toString(): string }; requester: { toString(): string } };
		};
		assert.equal(job.unwrap().status.toString(), 'Processing');
		assert.equal(job.unwrap().requester.toString(), requester.address);
		assert.equal((await jobs['nextJobId']()).toJSON(), 1);

		const other = await scene.submit(requester);
		await scene.chain.send(market.placeBid(scene.chain, other, did, 7n, 6_000), provider);
		const bid = (await jobs['jobBids'](other, market.didHash(did))).toJSON();
		const { bidder, pricePerToken, estimatedLatencyMs } = bid as Record<string, unknown>;
		assert.deepEqual([bidder, pricePerToken, estimatedLatencyMs], [provider.address, 7, 6_000]);
	});

	scene.it('events', async () => {
		const { events } = scene.chain.api;
		for (const [section, names] of [
			['gpuRegistry', ['NodeRegistered', 'NodeStatusChanged', 'NodeDeregistered']],
			['jobMarketplace', ['JobSubmitted', 'BidPlaced', 'JobAssigned', 'JobCompleted']],
		] as const) {
			for (const name of names) assert.ok(events[section]?.[name], `${section}.${name}`);
		}
	});

	scene.it('the health check of the guide', async () => {
		const ask = async (method: string) => {
			const response = await fetch(scene.node.url.replace('ws:', 'http:'), {
				method: 'POST',
				headers: { 'Content-Type': 'application/json' },
				body: JSON.stringify({ id: 1, jsonrpc: '2.0', method }),
			});
			return ((await response.json()) as { result: Record<string, unknown> }).result;
		};
		assert.equal((await ask('system_health'))['isSyncing'], false);
		const { block } = (await ask('chain_getBlock')) as { block: { header: { number: string } } };
		assert.ok(Number(block.header.number) > 0);
	});
});
