import assert from 'node:assert/strict';
import { infer } from '../../src/provider.ts';
import * as market from '../../src/market.ts';
import { account, describeDev, prefixOf, snapshot } from '../support.ts';
import { EDSC } from '../../src/units.ts';

describeDev('restart', 'instant', (scene) => {
	const requester = account('requester');
	const provider = account('provider');
	const did = 'did:etrid:gpu:restart';
	const prefixes = [
		...['AIDID', 'AIModels', 'DIDRegistry', 'GPURegistry', 'JobMarketplace', 'Reputation'],
		...['Accounts', 'Clock', 'Balances', 'System'],
	];

	scene.it('keeps the state through SIGKILL and goes on', async () => {
		await scene.fund(2_000n * EDSC, requester, provider);
		await scene.register(provider, did);
		const jobId = await scene.process(requester, provider, did);

		const tip = await scene.chain.api.rpc.chain.getHeader();
		const all = prefixes.map((name) => prefixOf(name));
		const before = await snapshot(scene.chain, all, tip.hash.toHex());
		const log = scene.node.logFile;
		await scene.close('SIGKILL');
		await scene.open();
		assert.equal(scene.node.logFile, log);

		const after = await scene.chain.api.rpc.chain.getHeader();
		assert.equal(after.hash.toHex(), tip.hash.toHex(), 'the chain stands where it stood');
		assert.deepEqual(await snapshot(scene.chain, all, after.hash.toHex()), before);

		const job = await market.readJob(scene.chain, jobId);
		assert.equal(job.status, 'Processing');
		const prompt = await market.readPrompt(scene.chain, jobId);
		assert.ok(prompt);
		const { hash, tokens, bytes } = infer(prompt, job.maxTokens);
		const complete = market.completeJob(scene.chain, jobId, hash, tokens, bytes);
		const { blockNumber } = await scene.chain.send(complete, provider);
		assert.equal(blockNumber, tip.number.toNumber() + 1);
		await scene.chain.send(market.acceptResult(scene.chain, jobId, null), requester);
		assert.equal((await market.readJob(scene.chain, jobId)).status, 'Settled');
		const result = await market.readResult(scene.chain, jobId);
		assert.deepEqual(result && new Uint8Array(result), bytes);
	});
});
