import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { u8aToHex } from '@polkadot/util';
import { eventOf, toNumber } from '../../src/chain.ts';
import * as market from '../../src/market.ts';
import { infer } from '../../src/provider.ts';
import { EDSC } from '../../src/units.ts';
import { account, describeDev, prefixOf, snapshot } from '../support.ts';

const path = process.env['NEXT_RUNTIME_WASM'];

if (path === undefined || path === '') {
	describe('runtime upgrade', () => {
		it('replaces the runtime', { skip: 'NEXT_RUNTIME_WASM names no runtime of a higher version' });
	});
} else {
	describeDev('runtime upgrade', 'manual', (scene) => {
		const requester = account('requester');
		const provider = account('provider');
		const did = 'did:etrid:gpu:upgrade';
		const own = [
			...['AIDID', 'AIModels', 'Accounts'],
			...['DIDRegistry', 'GPURegistry', 'JobMarketplace', 'Reputation'],
		];
		const prefixes = [...own.map((name) => prefixOf(name)), prefixOf('Balances', 'Holds')];

		const specVersion = async () =>
			(await scene.chain.api.rpc.state.getRuntimeVersion()).specVersion.toNumber();
		const money = () =>
			Promise.all([requester, provider].map(({ address }) => market.readMoney(scene.chain, address)));

		scene.it('replaces the runtime and keeps the state', async () => {
			const { chain } = scene;
			await scene.fund(2_000n * EDSC, requester, provider);
			await scene.register(provider, did);
			// Time enough for the blocks that pass while the client loads the new metadata.
			const jobId = await scene.process(requester, provider, did, {}, EDSC / 100n, 600_000);
			const old = await specVersion();
			const oldMoney = await money();
			const oldJob = await market.readJob(chain, jobId);
			const oldNode = (await chain.read('gpuRegistry', 'gpuNodes', [market.bytes(did)])).toJSON();
			const tip = await chain.api.rpc.chain.getBlockHash();
			const state = await snapshot(chain, prefixes, tip);

			// As the guide upgrades: sudo, without counting the weight.
			const setCode = chain.call('system', 'setCode', u8aToHex(readFileSync(path)));
			const weight = { refTime: 1_000_000_000n, proofSize: 0n };
			const upgrade = chain.call('sudo', 'sudoUncheckedWeight', setCode, weight);
			const receipt = await chain.send(upgrade, scene.alice);
			eventOf(receipt, 'parachainSystem', 'ValidationFunctionStored');

			const known = toNumber(chain.api.runtimeVersion.specVersion);
			await chain.blocksUntil(async () => (await specVersion()) > old, 20);
			assert.ok((await specVersion()) > old);
			// The client follows by subscription and loads the new metadata.
			await chain.blocksUntil(async () => chain.api.runtimeVersion.specVersion.toNumber() > known, 50);

			const now = await chain.api.rpc.chain.getBlockHash();
			assert.deepEqual(await snapshot(chain, prefixes, now), state);
			assert.deepEqual(await money(), oldMoney);
			assert.deepEqual(await market.readJob(chain, jobId), oldJob);
			assert.deepEqual(
				(await chain.read('gpuRegistry', 'gpuNodes', [market.bytes(did)])).toJSON(),
				oldNode,
			);

			const prompt = await market.readPrompt(chain, jobId);
			assert.ok(prompt);
			const { hash, tokens, bytes } = infer(prompt, oldJob.maxTokens);
			await chain.send(market.completeJob(chain, jobId, hash, tokens, bytes), provider);
			await chain.send(market.acceptResult(chain, jobId, 4), requester);
			assert.equal((await market.readJob(chain, jobId)).status, 'Settled');

			const next = await scene.process(requester, provider, did);
			assert.equal(next, jobId + 1);
		});
	});
}
